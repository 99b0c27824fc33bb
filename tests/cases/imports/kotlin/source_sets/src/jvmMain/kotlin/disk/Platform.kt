package disk

actual class Platform {
    actual fun name() = "jvm"
}

actual fun now() = System.currentTimeMillis()
