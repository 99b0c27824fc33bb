package disk

// Whatever this calls, it is nothing that only the JVM has.
fun common() = open()
