package shop

import shop.util.Clock.now

class Shop {
    val orders = listOf(Order())
    val opened = now()
    val name = Defaults.NAME
}
