"""What the tests of claims share: made-up results whose effects are known by hand."""

import numpy as np
import pandas as pd
import pytest

from spinesim.study.results import Results

WEEKS = 4


@pytest.fixture
def fake():
    """Results of one arm: `pain` at every week after referral, one value per person, and columns."""

    def make(pain, start=8.0, **columns):
        pain = np.asarray(pain, dtype=np.float32)
        series = np.vstack([np.full((1, len(pain)), start), np.tile(pain, (WEEKS, 1))]).astype(np.float32)
        people = pd.DataFrame({"patient": np.arange(len(pain)), **columns})
        return Results("arm", 0, np.arange(WEEKS + 1), {"pain": series}, people, None)

    return make
