"""The command."""

from __future__ import annotations

import sys

from shop import money
from shop.orders import Order
from shop.parts import read_catalogue
from shop.stock import Stock


def usage() -> str:
    return "shop CATALOGUE NAME COUNT"


def main(words: list[str]) -> int:
    if len(words) != 3:
        print(usage())
        return 2
    catalogue = read_catalogue(words[0])
    part = catalogue[words[1]]
    stock = Stock()
    stock.put(part, 10)
    order = Order(stock)
    if not order.add(part, int(words[2])):
        print("too few")
        return 1
    print(money.show(order.total()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
