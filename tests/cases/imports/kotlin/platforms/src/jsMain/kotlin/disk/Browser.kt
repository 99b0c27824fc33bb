package disk

fun open() = shared()
