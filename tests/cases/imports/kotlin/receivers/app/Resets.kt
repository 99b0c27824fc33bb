package app

fun Stream.reset() = this
