package disk

// What is compiled for the JVM is not there: another library has these.
fun start(disk: Disk) = open()

fun stop() = shared()
