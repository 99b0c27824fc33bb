from shop.money import Money
from shop.orders import Order
from shop.parts import Part
from shop.stock import Stock

BOLT = Part("bolt", Money(5))


def test_an_order_takes_from_the_stock() -> None:
    stock = Stock()
    stock.put(BOLT, 3)
    order = Order(stock)
    assert order.add(BOLT, 2)
    assert stock.count(BOLT) == 1
    assert order.total() == Money(10)
