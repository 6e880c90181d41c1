"""`python -m spinesim ...` is the same as the `spinesim` command."""

from __future__ import annotations

import sys

from spinesim.cli import main

if __name__ == "__main__":
    sys.exit(main())
