package app.parts

import app.Reader

fun Reader.write(number: Int) = number
