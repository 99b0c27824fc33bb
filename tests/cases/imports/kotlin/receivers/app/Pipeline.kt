package app

val pipeline = listOf(1).map(::limited)
