package disk

expect class Platform() {
    fun name(): String
}

expect fun now(): Long
