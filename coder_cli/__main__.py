"""`python -m coder_cli` is `coder`."""

from __future__ import annotations

import sys

from coder_cli.cli import main

if __name__ == "__main__":
    sys.exit(main())
