package app.parts

import app.Buffer

fun Buffer.close() = fill()
