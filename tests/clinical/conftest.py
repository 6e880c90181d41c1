"""Lets the tests of this room share `bedside.py` and `plain_life.py`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
