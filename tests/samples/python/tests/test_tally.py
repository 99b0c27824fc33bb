import pytest

import books
from tally import Ledger, Money, Transfer, formats
from tally.report import Report


def posted(name: str, text: str) -> Ledger:
    ledger = Ledger()
    for transfer in formats.reader_of(name).read(text):
        ledger.post(transfer)
    return ledger


@pytest.mark.parametrize(("name", "text"), [("march.txt", books.PLAIN), ("march.csv", books.TABLE)])
def test_every_format_tells_the_same(name: str, text: str) -> None:
    ledger = posted(name, text)
    assert ledger.held("bank") == Money.parse("499.50")
    assert Report(ledger).total() == Money()


def test_undo_takes_the_last_transfer_back() -> None:
    ledger = Ledger()
    ledger.post(Transfer("a", "b", Money(5)))
    assert ledger.undo().amount == Money(5)
    assert ledger.held("b") == Money(0)


def test_a_malformed_line_is_named() -> None:
    with pytest.raises(formats.Malformed) as caught:
        posted("a.txt", "# fine\nno arrow 3")
    assert caught.value.line == 2
