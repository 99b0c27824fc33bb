package app

class Options(var amount: Size) {
    fun reset() = amount
}
