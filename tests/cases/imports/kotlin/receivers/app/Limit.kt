package app

fun limit() = 1

// A type has a property of that name: only the function can be called.
fun sizes(options: Options, numbers: List<Int>) = numbers.amount().number
