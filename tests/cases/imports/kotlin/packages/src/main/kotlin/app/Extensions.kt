package app

fun String.shout() = uppercase() + "!"
