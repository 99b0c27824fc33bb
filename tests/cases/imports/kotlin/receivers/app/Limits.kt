package app

val limits = listOf(2, 4).map(::limited)

fun limited(number: Int) = number + limit()
