package app

import app.parts.close

typealias Named = Buffer

// By what an alias stands for; the other function's own is none of these.
fun Named.finish() = close()

fun Size.finish() = close()
