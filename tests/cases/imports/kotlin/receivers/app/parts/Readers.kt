package app.parts

import app.Buffer
import app.Reader

fun Reader.close() = end()

fun Buffer.opened() = 1
