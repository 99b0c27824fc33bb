"""Amounts of money, in cents."""

from __future__ import annotations

from dataclasses import dataclass

CURRENCY = "EUR"


@dataclass(frozen=True)
class Money:
    cents: int

    def times(self, count: int) -> Money:
        return Money(self.cents * count)

    def plus(self, other: Money) -> Money:
        return Money(self.cents + other.cents)


def parse(text: str) -> Money:
    """Reads "12.34"."""
    whole, _, rest = text.partition(".")
    return Money(int(whole) * 100 + int(rest.ljust(2, "0") or 0))


def show(money: Money) -> str:
    """Writes "12.34 EUR"."""
    return f"{money.cents // 100}.{money.cents % 100:02} {CURRENCY}"
