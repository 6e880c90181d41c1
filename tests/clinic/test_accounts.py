"""The event table is the whole truth: what is counted and paid is what the events say, inside follow-up."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import spinesim as ss
from spinesim.study.simulation import shipped_evidence

STEADY = Path(__file__).with_name("steady.toml")

PROCEDURES = {
    "physiotherapy": "sessions", "imaging": "images", "epidural": "epidurals",
    "medial_branch_block": "blocks", "ablation": "ablations", "microdiscectomy": "operations",
}  # fmt: skip
TABLETS_AND_TALK = ("education", "nsaid", "paracetamol")
PRICES = ("visit", *PROCEDURES, *TABLETS_AND_TALK)
HARMS = sorted({harm for row in shipped_evidence().treatments.values() for harm in row.get("harms", ())})
WHOLE = {f"{item}.price": float(10**i) for i, item in enumerate(PRICES)}  # whole numbers add up exactly
BILLS = {f"harm.{harm}.price": float(3 + 7 * i) for i, harm in enumerate(HARMS)}
WEEKS = 20


@pytest.fixture(scope="module")
def evidence(flags, uptakes):
    """Much happens to everyone: offers are mostly taken up, harms are common, so are red flags."""
    often = {"epidural.injection_reaction": 0.5, "nsaid.gi_event": 0.5, "ablation.neuritis": 0.5}
    return shipped_evidence().change(uptakes(0.8) | flags(0.1) | often | WHOLE | BILLS)


def run(evidence, clinic=STEADY, condition="disc_herniation", change=None, **dials):
    early = {"block_after_weeks": 2, "finding_after_weeks": 2, "injection_after_weeks": 2}
    return ss.simulate(
        ss.pathway("conservative_first").change(**early | dials),
        condition=condition,
        patients=200,
        years=WEEKS / 52,
        seed=5,
        clinic=clinic,
        evidence=evidence.change(change or {}),
    )


RUNS = {
    "ample": {"clinic": "ample"},
    STEADY: {},
    "forty sessions": {"physiotherapy_sessions": 40},
    "facets": {"condition": "facet_pain"},
    "slow scanner": {"change": {"imaging.minutes": 350.0, "physiotherapy.minutes": 200.0}},
}


@pytest.fixture(scope="module", params=list(RUNS))
def done(request, evidence):
    return run(evidence, **RUNS[request.param])


def tally(results, event, step):
    """How often it happened to each person, in the order of the patients."""
    rows = results.events[(results.events["event"] == event) & results.events["step"].isin(step)]
    return rows.groupby("patient").size().reindex(results.patients["patient"], fill_value=0).to_numpy()


def taken(results, step):
    return tally(results, "offer", [step]) - tally(results, "declined", [step])


def test_nothing_is_written_down_outside_a_persons_own_follow_up(done):
    entry = done.events["patient"].map(done.patients.set_index("patient")["entry_day"])
    own = done.events["day"] - entry
    assert own.min() == 0 and own.max() < 7 * WEEKS
    assert (own[done.events["event"] == "arrival"] == 0).all()
    if done.patients["entry_day"].any():  # people are followed to their own end, not to the first one's
        assert done.events["day"].max() > 7 * WEEKS


def test_every_count_is_the_number_of_its_events(done):
    for step, column in PROCEDURES.items():
        np.testing.assert_array_equal(done.patients[column], tally(done, "end", [step]), err_msg=step)
    np.testing.assert_array_equal(done.patients["harms"], tally(done, "harm", HARMS))
    for harm in HARMS:
        np.testing.assert_array_equal(done.patients[f"harm_{harm}"], tally(done, "harm", [harm]))
    assert (
        done.patients["harms"].sum() > 0 and (done.patients[list(PROCEDURES.values())].sum() > 0).sum() >= 3
    )


def test_visits_are_those_that_began_inside_follow_up(done):
    np.testing.assert_array_equal(done.patients["visits"], tally(done, "start", ["intake", "review"]))
    assert (tally(done, "start", ["intake"]) <= 1).all()


def test_cost_is_the_sum_of_the_prices_of_what_was_done(done):
    expected = WHOLE["visit.price"] * tally(done, "end", ["intake", "review"])
    for step in PROCEDURES:
        expected = expected + WHOLE[f"{step}.price"] * tally(done, "end", [step])
    for step in TABLETS_AND_TALK:
        expected = expected + WHOLE[f"{step}.price"] * taken(done, step)
    for harm in HARMS:
        expected = expected + BILLS[f"harm.{harm}.price"] * tally(done, "harm", [harm])
    np.testing.assert_array_equal(done.patients["cost"], expected)


def test_findings_and_operation_weeks_are_those_of_the_events(done):
    events = done.events
    seen = events[(events["event"] == "result") & (events["step"] == "imaging")].groupby("patient")["value"]
    last = seen.last().reindex(done.patients["patient"], fill_value=0).to_numpy()
    np.testing.assert_array_equal(done.patients["finding"], last.astype(bool))
    assert not done.patients.loc[~done.patients["finding"], "incidental"].any()
    ends = events[(events["event"] == "end") & (events["step"] == "microdiscectomy")]
    first = ends.groupby("patient")["day"].first().reindex(done.patients["patient"]).to_numpy()
    np.testing.assert_array_equal(
        done.patients["operated_week"], (np.floor(first) - done.patients["entry_day"]) / 7
    )


def test_every_slot_used_belongs_to_an_offer_taken_up(done):
    """Nobody has more procedures than they said yes to."""
    for step, column in PROCEDURES.items():
        if step != "physiotherapy":
            assert (done.patients[column] <= taken(done, step)).all()
    most = done.patients["sessions"] / taken(done, "physiotherapy").clip(1)
    assert most.max() <= 40 and (done.patients["sessions"][taken(done, "physiotherapy") == 0] == 0).all()


def small(evidence):
    pathway = ss.pathway("conservative_first").change(block_after_weeks=2, finding_after_weeks=2)
    return ss.simulate(
        pathway,
        condition="disc_herniation",
        patients=60,
        years=0.5,
        seed=5,
        clinic=STEADY,
        evidence=evidence,
    )


@pytest.fixture(scope="module")
def priced(evidence):
    return small(evidence)


def test_zero_prices_cost_exactly_nothing_and_change_nothing_else(evidence, priced):
    free = small(evidence.change(dict.fromkeys(WHOLE | BILLS, 0.0)))
    assert (free.patients["cost"] == 0).all()
    pd.testing.assert_frame_equal(free.events, priced.events)
    pd.testing.assert_frame_equal(free.patients.drop(columns="cost"), priced.patients.drop(columns="cost"))


@pytest.mark.parametrize("item", PRICES)
def test_doubling_one_price_adds_exactly_that_price_for_each_time(evidence, priced, item):
    price = WHOLE[f"{item}.price"]
    dearer = small(evidence.change({f"{item}.price": 2 * price}))
    if item == "visit":
        times = tally(priced, "end", ["intake", "review"])
    elif item in TABLETS_AND_TALK:
        times = taken(priced, item)
    else:
        times = tally(priced, "end", [item])
    np.testing.assert_array_equal(dearer.patients["cost"] - priced.patients["cost"], price * times)
    assert times.any() or item in ("paracetamol", "medial_branch_block", "ablation")


@pytest.mark.parametrize("harm", ["gi_event", "injection_reaction", "durotomy"])
def test_doubling_the_bill_of_a_harm_adds_exactly_that_bill_for_each_time(evidence, priced, harm):
    bill = BILLS[f"harm.{harm}.price"]
    dearer = small(evidence.change({f"harm.{harm}.price": 2 * bill}))
    more = dearer.patients["cost"] - priced.patients["cost"]
    np.testing.assert_array_equal(more, bill * tally(priced, "harm", [harm]))
    assert more.any() or harm == "durotomy"


def test_health_lost_by_a_harm_is_lost_once_for_each_time(evidence, priced):
    """And changes nothing else of anybody."""
    lost = {f"harm.{harm}.qaly": 0.001 * (i + 1) for i, harm in enumerate(HARMS)}
    none = small(evidence.change(dict.fromkeys(lost, 0.0)))
    worse = small(evidence.change(lost))
    expected = sum(lost[f"harm.{harm}.qaly"] * tally(priced, "harm", [harm]) for harm in HARMS)
    np.testing.assert_allclose(none.patients["qaly"] - worse.patients["qaly"], expected, atol=1e-12)
    assert expected.any()
    pd.testing.assert_frame_equal(none.patients.drop(columns="qaly"), worse.patients.drop(columns="qaly"))


def test_follow_up_ends_at_the_start_of_its_last_day(build):
    """Half a day before it counts, at the end itself no longer: no event, no price, no count."""
    clinic = build("conservative_first", patients=40, weeks=2, setting=STEADY)
    first, last = clinic.patients[0], clinic.patients[-1]
    assert first.end == first.entry + 14 < last.end
    for day, more in ((first.end - 0.5, 1), (first.end, 0)):
        clinic.env.run(until=day)
        lines, cost, scans = len(clinic.log.rows), first.cost, first.counts["imaging"]
        clinic.note(first, "result", "imaging")
        clinic.charge(first, "imaging")
        clinic.count(first, "imaging")
        assert clinic.followed(first) == bool(more) and clinic.followed(last)
        assert len(clinic.log.rows) == lines + more and first.counts["imaging"] == scans + more
        assert first.cost == cost + more * clinic.numbers["imaging.price"]
