"""A pattern's own months in pain must lie within the span its rows allow."""

from __future__ import annotations

import pytest

from spinesim.clinical.conditions import condition, every_condition
from spinesim.errors import SpinesimError
from spinesim.evidence import load_evidence

EVIDENCE = load_evidence()


def test_every_pattern_lies_within_its_span():
    for what in every_condition(EVIDENCE).values():
        least, most = what.months
        assert 0 <= least <= what.get("months_in_pain") <= most


def test_months_outside_the_span_are_refused():
    odd = EVIDENCE.change({"lumbar_strain.months_in_pain": 4})
    with pytest.raises(SpinesimError, match=r"lumbar_strain.months_in_pain is 4, outside the 0 to 3 months"):
        condition(odd, "lumbar_strain")
