package disk

class Disk

fun open() = Disk()
