package app

import disk.open

// A project for the JVM: of the functions that every platform has, that of the JVM.
fun app() = open()
