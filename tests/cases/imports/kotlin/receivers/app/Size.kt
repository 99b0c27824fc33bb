package app

class Size(val number: Int)

fun Options.doubled() = amount.number * 2

fun List<Int>.amount(): Size = Size(count())
