"""Accounts and the transfers between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from . import money
from .money import Money


@dataclass(frozen=True)
class Transfer:
    source: str
    target: str
    amount: Money

    def turned(self) -> Transfer:
        return Transfer(self.target, self.source, -self.amount)


class Accounts:
    """What accounts hold."""

    def __init__(self) -> None:
        self._held: dict[str, Money] = {}

    def add(self, account: str, amount: Money) -> None:
        self._held[account] = self.held(account) + amount

    def held(self, account: str) -> Money:
        return self._held.get(account, money.ZERO)

    def __iter__(self) -> Iterator[tuple[str, Money]]:
        return iter(sorted(self._held.items()))


class Ledger(Accounts):
    """Every transfer leaves as much as it brings."""

    def __init__(self) -> None:
        super().__init__()
        self.transfers: list[Transfer] = []

    def post(self, transfer: Transfer) -> None:
        self.transfers.append(transfer)
        self.add(transfer.source, -transfer.amount)
        self.add(transfer.target, transfer.amount)

    def undo(self) -> Transfer:
        """The last transfer, taken back; IndexError where there is none."""
        last = self.transfers.pop()
        turned = last.turned()
        self.add(turned.source, turned.amount)
        self.add(turned.target, -turned.amount)
        return last
