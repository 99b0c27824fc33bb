package disk

class ReportTest {
    fun says() = report(Platform())
}
