"""Balances as text."""

from __future__ import annotations

import tally
import tally.money

WIDTH = 24


class Report:
    def __init__(self, ledger: tally.Ledger) -> None:
        self.ledger = ledger

    def total(self) -> tally.Money:
        held = [amount for _, amount in self.ledger]
        return sum(held, tally.money.ZERO)

    def __str__(self) -> str:
        rows = [f"{account:<{WIDTH}}{amount!s:>12}" for account, amount in self.ledger]
        return "\n".join([*rows, f"{'':<{WIDTH}}{self.total()!s:>12}"])
