package disk

class Apple {
    val platform = Platform()
    val started = now()
}
