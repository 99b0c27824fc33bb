package disk

class PlatformTest {
    fun says() = Platform().name() + now()
}
