package app.parts

import app.Stream

fun Stream.write(number: Int) = number
