"""Orders: what is taken from the stock, and what it costs."""

from __future__ import annotations

from shop.money import Money
from shop.parts import Part
from shop.stock import OutOfStock, Stock


class Order:
    def __init__(self, stock: Stock) -> None:
        self.stock = stock
        self.lines: list[tuple[Part, int]] = []

    def add(self, part: Part, count: int) -> bool:
        """False where there are too few of it."""
        try:
            self.stock.take(part, count)
        except OutOfStock:
            return False
        self.lines.append((part, count))
        return True

    def total(self) -> Money:
        total = Money(0)
        for part, count in self.lines:
            total = total.plus(part.price.times(count))
        return total

    def cancel(self) -> None:
        """Puts everything back."""
        for part, count in self.lines:
            self.stock.put(part, count)
        self.lines.clear()
