package app

val limit = 10

private fun helper() = limit
