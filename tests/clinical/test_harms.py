"""The harms ledger, permanent deficit, and serious disease."""

import math

import numpy as np
import pytest
from bedside import a_body, bodies, chances, give, together, without

from spinesim.clinical import day, harms
from spinesim.clinical.cohort import RISKS, SERIOUS
from spinesim.clinical.treatment import read_treatments
from spinesim.evidence import load_evidence

EVIDENCE = load_evidence()
TREATMENTS = read_treatments(EVIDENCE)
CAN_HARM = [(step, harm) for step, what in TREATMENTS.items() for harm in what.harms]
STOPPERS = {kind: [s for s, what in TREATMENTS.items() if kind in what.stops] for kind in SERIOUS}
PATTERN = {"cauda_equina": "disc_herniation", "weakness": "disc_herniation", "fracture": "lumbar_strain",
           "cord_compression": "cervical_myelopathy", "cancer": "lumbar_strain",
           "infection": "lumbar_strain"}  # fmt: skip


def sickened(body, row, *risks, age=40.0):
    """Give one person exactly these risks."""
    for risk in RISKS:
        getattr(body.cohort, risk)[row] = risk in risks
    body.cohort.age[row] = age


@pytest.mark.parametrize(("step", "harm"), CAN_HARM)
def test_a_harm_happens_just_below_its_probability_times_its_ratios_and_not_just_above(step, harm):
    """For someone without risks, with each risk alone, and with all at once: the ratios multiply."""
    v = EVIDENCE.parameters
    older = EVIDENCE.value("harm.older_from")
    ratio = {risk: v[f"harm.{harm}.{risk}"].value if f"harm.{harm}.{risk}" in v else 1.0 for risk in RISKS}
    age = v[f"harm.{harm}.older"].value if f"harm.{harm}.older" in v else 1.0
    body = a_body(EVIDENCE, "disc_herniation", n=1, weeks=1)
    cases = [((), 40.0, 1.0), ((), older, age), ((), older - 1e-9, 1.0)]
    cases += [((risk,), 40.0, ratio[risk]) for risk in RISKS]
    cases += [(RISKS, older, age * math.prod(ratio.values()))]
    for risks, years, times in cases:
        sickened(body, 0, *risks, age=years)
        p = min(EVIDENCE.value(f"{step}.{harm}") * times, 1.0)
        assert harms.probability(body, 0, step, harm) == pytest.approx(p, rel=1e-12)
        name = f"{step}__{harm}"
        assert give(body, step, 0, chances(1 - 1e-9, **{name: p * (1 - 1e-9)})) == ((harm,) if p else ())
        if p < 1:
            assert give(body, step, 0, chances(1 - 1e-9, **{name: p * (1 + 1e-9)})) == ()


def test_a_probability_never_passes_one():
    sure = EVIDENCE.change({"tricyclic.sedation": 0.9})
    body = a_body(sure, n=1)
    sickened(body, 0, *RISKS, age=90.0)
    assert harms.risk_ratio(body, 0, "sedation") > 1 / 0.9
    assert harms.probability(body, 0, "tricyclic", "sedation") == 1.0


def test_several_harms_can_come_together_in_the_order_of_the_file():
    body = a_body(EVIDENCE, n=1)
    for step, what in TREATMENTS.items():
        assert give(body, step, 0, chances(0.0)) == what.harms


def test_every_harm_has_a_bill_and_every_ratio_a_harm():
    known = {harm for _, harm in CAN_HARM}
    ids = {
        key.split(".")[1] for key in EVIDENCE.parameters if key.startswith("harm.") and key.count(".") == 2
    }
    assert ids == known
    for harm in known:
        assert EVIDENCE.value(f"harm.{harm}.price") >= 0 <= EVIDENCE.value(f"harm.{harm}.qaly")
    for key in EVIDENCE.parameters:
        if key.startswith("harm.") and key.count(".") == 2:
            assert key.split(".")[2] in {"price", "qaly", "deficit", "older", *RISKS}, key


# -- permanent deficit ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "harm"), [("epidural", "bleeding"), ("cervical_epidural", "neurological_event")]
)
def test_some_harms_leave_a_permanent_deficit_of_their_size_which_does_not_add_up(step, harm):
    size = EVIDENCE.value(f"harm.{harm}.deficit")
    body = a_body(EVIDENCE.change(without()), n=3, weeks=20)
    body.deficit[2] = 0.9
    for row in (0, 2):
        for _ in range(2):
            give(body, step, row, chances(1 - 1e-9, **{f"{step}__{harm}": 0.0}))
    for today in (0, 50, 140):
        body.advance(today)
        np.testing.assert_array_equal(body.deficit, [size, 0, 0.9])


OPERATIONS = [step for step, what in TREATMENTS.items() if what.kind == "operation"]


@pytest.mark.parametrize("step", OPERATIONS)
def test_a_new_deficit_has_the_size_of_its_operation_and_raises_disability(step):
    """Same person, same pain: disability rises by deficit × its size, with the usual lag."""
    v = EVIDENCE.value
    hurt, spared = bodies(EVIDENCE.change(without()), "disc_herniation", n=100, weeks=8)
    for body, u in ((hurt, 0.0), (spared, 1 - 1e-9)):
        for row in range(100):
            give(body, step, row, chances(1 - 1e-9, **{f"{step}__works": 0.5, f"{step}__new_deficit": u}))
    size = v(f"{step}.deficit_size")
    assert (hurt.deficit == size).all() and not spared.deficit.any()
    gap, inside = v("serious.weakness.disability") * size, np.ones(100, dtype=bool)
    for today in range(1, 43):
        together((hurt, spared), today)
        np.testing.assert_array_equal(hurt.limb, spared.limb)
        goals = [day.disability_target(body, slice(0, 100)) for body in (hurt, spared)]
        inside &= (goals[0] < 100) & (goals[1] > 0)
        more = hurt.disability - spared.disability
        assert (more >= 0).all()
        expected = gap * (1 - math.exp(-today / v("disc_herniation.disability.days")))
        np.testing.assert_allclose(more[inside], expected, rtol=1e-6)
    assert inside.sum() > 20 and (hurt.deficit == size).all()  # permanent


# -- serious disease -----------------------------------------------------------------------------------------


def everyone(kind, weeks=40, n=40):
    """Everybody has this serious disease (and its pattern)."""
    key = PATTERN[kind]
    sick = without(keys=[key]) | {f"{key}.serious.{kind}": 1.0}
    return a_body(EVIDENCE.change(sick), key, n=n, weeks=weeks)


@pytest.mark.parametrize("kind", SERIOUS)
def test_deficit_grows_from_onset_to_treatment_and_no_further(kind):
    """1 − exp(−days / growth) of the days lived with it, the day of onset among them."""
    growth, step = EVIDENCE.value(f"serious.{kind}.growth_days"), STOPPERS[kind][0]
    for delay in (0, 1, 10, 60):
        body = everyone(kind)
        onset = body.cohort.serious_day.astype(int)
        assert (onset <= EVIDENCE.value(f"serious.{kind}.onset_days")).all()
        for today in range(1, 160):
            body.advance(today)
            lived = np.clip(today - np.maximum(onset, 1) + 1, 0, delay + 1)
            np.testing.assert_allclose(body.deficit, 1 - np.exp(-lived / growth), rtol=1e-9, atol=1e-12)
            for row in np.flatnonzero(np.maximum(onset, 1) + delay == today):
                assert body.threat(int(row)) == kind
                give(body, step, int(row))
                assert body.threat(int(row)) is None
    if kind not in ("cord_compression", "weakness"):
        assert not any(body.threat(row) for row in range(40))


@pytest.mark.parametrize("kind", SERIOUS)
def test_disability_carries_the_deficit_of_its_kind(kind):
    body = everyone(kind, n=20)
    body.limb[:] = body.axial[:] = 0
    before = day.disability_target(body, slice(None))
    body.deficit[:] = 0.5
    after = day.disability_target(body, slice(None))
    inside = before > 0
    gap = 0.5 * EVIDENCE.value(f"serious.{kind}.disability")
    np.testing.assert_allclose((after - before)[inside & (after < 100)], gap, rtol=1e-9)


@pytest.mark.parametrize("kind", SERIOUS)
def test_only_what_is_said_to_stop_a_disease_stops_it(kind):
    body = everyone(kind, n=len(TREATMENTS))
    body.advance(math.ceil(body.serious_day.max()))
    for row, step in enumerate(TREATMENTS):
        give(body, step, row)
    stopped = [step for row, step in enumerate(TREATMENTS) if body.threat(row) is None]
    assert stopped == STOPPERS[kind]
    assert body.treated.sum() == len(stopped) and stopped


def test_an_operation_after_a_failed_treatment_still_stops_cauda_equina():
    """Taking the pressure off stops it, whether or not it relieves the pain."""
    body = everyone("cauda_equina", n=4)
    body.advance(100)
    give(body, "microdiscectomy", 1, chances(1 - 1e-9))  # does not succeed
    assert body.threat(1) is None and body.threat(0) == "cauda_equina"


def test_a_disease_that_never_comes_threatens_nobody():
    body = a_body(EVIDENCE.change(without()), n=50, weeks=20)
    body.advance(140)
    assert not any(body.threat(row) for row in range(50)) and not body.deficit.any()
    assert np.isinf(body.serious_day).all()
