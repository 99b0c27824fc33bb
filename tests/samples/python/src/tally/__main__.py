"""`python -m tally FILE...` prints what every account holds."""

from __future__ import annotations

import sys
from pathlib import Path

from tally import Ledger, formats
from tally.report import Report


def read(path: Path) -> Ledger:
    ledger = Ledger()
    reader = formats.reader_of(path.name)
    for transfer in reader.read(path.read_text(encoding="utf-8")):
        ledger.post(transfer)
    return ledger


def main(arguments: list[str] | None = None) -> int:
    paths = [Path(argument) for argument in (sys.argv[1:] if arguments is None else arguments)]
    if not paths:
        sys.stderr.write("usage: python -m tally FILE...\n")
        return 2
    for path in paths:
        try:
            sys.stdout.write(str(Report(read(path))) + "\n")
        except (OSError, formats.Malformed) as error:
            sys.stderr.write(f"{path}: {error}\n")
            return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
