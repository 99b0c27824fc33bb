"""Accounts in plain text: entries in, balances out."""

from .ledger import Ledger, Transfer
from .money import Money as Money

__all__ = ["Ledger", "Money", "Transfer"]
