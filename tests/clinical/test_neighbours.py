"""What one person is given leaves everybody else's life as it was, to the bit, in every pattern."""

import numpy as np
import pytest
from bedside import bodies, chances, give, together

from spinesim.clinical import set_load
from spinesim.clinical.treatment import read_treatments
from spinesim.evidence import load_evidence

EVIDENCE = load_evidence()
TREATMENTS = read_treatments(EVIDENCE)
STATES = (
    "limb", "axial", "disability", "sleep", "fear", "conditioning", "calm", "habits", "sensitisation",
    "flare", "flares", "late_flares", "deficit", "context", "load", "flare_load", "fear_rest", "sleep_rest",
    "adherence", "days_in_pain", "limb_passing", "axial_passing", "compression", "maintenance", "flare_ratio",
)  # fmt: skip
WHO, N, DAYS = 17, 50, 126


def everyone_else_is_untouched(body, alone):
    others = np.arange(N) != WHO
    for name in alone.record:
        np.testing.assert_array_equal(
            body.record[name][:, others], alone.record[name][:, others], err_msg=name
        )
    for name in STATES:
        np.testing.assert_array_equal(getattr(body, name)[others], getattr(alone, name)[others], err_msg=name)


@pytest.mark.parametrize(
    "step", [step for step, what in TREATMENTS.items() if what.kind not in ("test", "discharge")]
)
def test_what_only_one_person_has_touches_nobody_else(step):
    """The mix holds every pattern; the others have treatments of their own, also the same one."""
    body, alone = bodies(EVIDENCE, "pain_clinic", n=N, weeks=18)
    programme = body.cohort.condition_of(WHO).programme
    for b in (body, alone):
        for row in range(0, N, 3):
            give(b, "physiotherapy", row), give(b, "nsaid", row), give(b, "ablation", row)
    for day in (0, 5, 12, 40, 41, 80):
        together((body, alone), day)
        give(body, step, WHO, chances(0.01), programme)
        if day == 40:
            for b in (body, alone):
                for row in range(1, N, 4):
                    if row != WHO:
                        give(b, "epidural", row), give(b, "opioid", row), give(b, "cbt", row)
                        give(b, "flare_plan", row), give(b, "tricyclic", row)
    together((body, alone), DAYS)
    everyone_else_is_untouched(body, alone)


@pytest.mark.parametrize(
    "step", ["opioid", "epidural", "gabapentinoid", "cbt", "ablation", "specific_physiotherapy"]
)
def test_who_was_treated_first_does_not_matter(step):
    """The same things done in another order of people (and so in another order of first use)."""
    one, other = bodies(EVIDENCE, "pain_clinic", n=N, weeks=18)
    steps = [s for s, what in TREATMENTS.items() if what.get("axial_relief") or what.get("limb_relief")]
    first = {row: steps[row % len(steps)] for row in range(N)} | {WHO: step}
    for body, order in ((one, range(N)), (other, reversed(range(N)))):
        for row in order:
            give(body, first[row], row, chances(0.01), body.cohort.condition_of(row).programme)
    together((one, other), DAYS)
    for name in one.record:
        np.testing.assert_array_equal(one.record[name], other.record[name], err_msg=name)


@pytest.mark.parametrize("key", list(EVIDENCE.conditions))
def test_a_load_flare_plan_and_drug_of_one_person_touch_nobody_else_in_any_pattern(key):
    body, alone = bodies(EVIDENCE, key, n=N, weeks=18)
    for day, steps in (
        (3, ("push_through", "tricyclic")),
        (30, ("graded_loading", "epidural", "cervical_epidural")),
    ):
        together((body, alone), day)
        for step in steps:
            give(body, step, WHO)
    together((body, alone), 60)
    set_load(body, WHO, 1.7)
    together((body, alone), DAYS)
    everyone_else_is_untouched(body, alone)
    assert (body.record["disability"][:, WHO] != alone.record["disability"][:, WHO]).any()
