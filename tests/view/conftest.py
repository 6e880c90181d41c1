"""The stand-in for the study room, and two arms of it."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for fake_study


@pytest.fixture(scope="session")
def fake():
    import fake_study

    return fake_study


@pytest.fixture(scope="session")
def study(fake):
    usual = fake.pathway("conservative_first")
    return fake.compare({"usual care": usual, "your plan": usual.change(imaging_after_weeks=1)}, patients=400)
