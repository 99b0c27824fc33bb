package disk

fun report(platform: Platform) = platform.name() + now()
