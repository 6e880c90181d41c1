"""Stances point one way: what a sceptic grants a claim is least, what a hopeful reader grants it most.

Only the disputes that name the claim are moved (a whole stance moves everything else as well), and the line
is the one the dispute is about.
"""

from itertools import pairwise

import numpy as np
import pytest

from spinesim.evidence import load_evidence
from spinesim.evidence.stances import load_stances
from spinesim.study.claims import claims, load_claim, run_claims
from spinesim.study.claims_file import Check

CASES = [
    ("B4", ""),
    ("B5", ""),
    ("B5", "Under a red flag"),
    ("C3", "Gabapentinoids"),
    ("C3", "Paracetamol"),
    ("C8", ""),
    ("C8", "CBT gains"),
    ("E3", "Traction"),
    ("F2", ""),
]
"""Claim and start of the line that its disputes are about; nothing for the claim's own."""

NOT_ABOUT_IT = {
    "C3": "the claim's first line counts harm; its disputes are about what tablets relieve, and "
    "those who are better stop tablets sooner",
    "E3": "the claim's first line is the needle's risk; its dispute is about traction (line above)",
}
"""Contested claims whose first line no dispute moves, and why."""


@pytest.fixture(scope="module")
def disputes():
    return load_stances(load_evidence()).disputes.values()


def gain(name, start, stance, disputes):
    """How far it goes the claim's way (better for the patient where none is said) and half its interval."""
    claim = load_claim(name)
    about = [one for one in disputes if name in one.claims]
    moved = {key: sides[stance].value for one in about for key, sides in one.values.items()}
    check = next(one for one in claim.checks if not start or one.says.startswith(start))
    alone = claim.model_copy(
        update={
            **{key: getattr(check, key) for key in Check.model_fields},
            "parameters": {**moved, **claim.parameters},
            "arm": [arm for arm in claim.arm if arm.name in claim.names(check)],
            "gone": False,
            "also": [],
        }
    )
    row = run_claims([alone], stances=["base"]).iloc[0]
    up = check.better == "higher" if check.null else check.expect.low > (check.effect == "ratio")
    size, low, high = (
        float(np.log(row[key]) if check.effect == "ratio" else row[key]) for key in ("effect", "low", "high")
    )
    return size if up else -size, (high - low) / 2


@pytest.mark.parametrize(("name", "start"), CASES)
def test_sceptics_grant_least_and_the_hopeful_most(name, start, disputes):
    found = [gain(name, start, stance, disputes) for stance in ("sceptical", "base", "hopeful")]
    (least, _), (_, _), (most, _) = found
    for (one, give), (next_one, take) in pairwise(found):
        assert one <= next_one + np.hypot(give, take) + 1e-9, found  # no order is clearly turned round
    assert least < most, found


def test_every_contested_claim_is_looked_at_or_has_a_reason():
    contested = {name for name in claims() if load_claim(name).contested}
    assert contested <= {name for name, start in CASES if not start} | set(NOT_ABOUT_IT)
    assert set(NOT_ABOUT_IT) <= {name for name, start in CASES if start}
