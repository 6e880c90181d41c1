"""What people do about appointments: formulae around each threshold; each switch alone, and off."""

import math
from collections import Counter

import pytest

import spinesim as ss
from spinesim.clinic import load_clinic
from spinesim.clinic.behaviour import is_soon, no_show_probability, withdraws
from spinesim.study.simulation import shipped_evidence

NUMBERS = {
    "no_show.share": 0.2, "no_show.reference_days": 27.0, "no_show.odds_per_doubling": 1.5,
    "no_show.virtual_odds": 0.5, "triage.soon_pain": 7.0, "leave.recovered_pain": 1.0,
    "leave.recovered_per_week": 0.25, "leave.elsewhere_per_week": 0.125,
}  # fmt: skip
PREFIX = {"no_show": "no_show.", "cancelling": "cancel.", "leaving": "leave.", "triage": "triage."}
VISITS = ("intake", "review", "virtual_review")
COURSES = {step for step, row in shipped_evidence().treatments.items() if row["kind"] == "course"}


def odds(p):
    return p / (1 - p)


# -- formulae ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lead", "doublings"), [(27, 0), (13, -1), (6, -2), (55, 1), (111, 2), (0, -math.log2(28))]
)
def test_the_odds_of_not_coming_grow_by_the_ratio_with_each_doubling(lead, doublings):
    """28 days at the reference, .2: odds .25, x 1.5 at 56, / 1.5 at 14 (days counted with the day itself)."""
    expected = 0.25 * 1.5**doublings
    assert odds(no_show_probability(NUMBERS, lead)) == pytest.approx(expected, rel=1e-12)
    assert odds(no_show_probability(NUMBERS, lead, video=True)) == pytest.approx(0.5 * expected, rel=1e-12)


def test_never_and_always_are_exact_and_no_lead_is_below_none():
    assert no_show_probability(NUMBERS | {"no_show.share": 0.0}, 400) == 0
    assert no_show_probability(NUMBERS | {"no_show.share": 1.0}, 0) == 1
    assert no_show_probability(NUMBERS, -3) == no_show_probability(NUMBERS, 0)
    flat = NUMBERS | {"no_show.odds_per_doubling": 1.0}
    assert no_show_probability(flat, 1) == pytest.approx(no_show_probability(flat, 300)) == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("pain", "soon"), [(6.999, False), (7.0, True), (7.001, True), (0, False), (10, True)]
)
def test_triage_is_at_or_above_its_threshold(pain, soon):
    assert is_soon(NUMBERS, pain) is soon


@pytest.mark.parametrize(
    ("pain", "recovered", "elsewhere", "why"),
    [
        (1.0, 0.2, 0.5, "recovered"), (0.9, 0.2, 0.5, "recovered"), (1.1, 0.2, 0.5, ""),
        (1.0, 0.25, 0.5, ""), (1.0, 0.26, 0.125, ""), (1.0, 0.26, 0.12, "elsewhere"),
        (1.1, 0.2, 0.12, "elsewhere"), (1.0, 0.2, 0.12, "recovered"),
    ],
)  # fmt: skip
def test_who_leaves_and_why(pain, recovered, elsewhere, why):
    """Recovered only at or below the pain; a uniform below the probability; recovery is asked first."""
    assert withdraws(NUMBERS, pain, recovered, elsewhere) == why


# -- in the clinic -------------------------------------------------------------------------------------------


def clinic(**on):
    """The community clinic with twice its referrals, so that there is a list."""
    setting = load_clinic("community")
    arrivals = setting.arrivals.model_copy(update={"per_week": 2 * setting.arrivals.per_week})
    behaviour = setting.behaviour.model_copy(update=dict.fromkeys(PREFIX, False) | on)
    return setting.model_copy(update={"behaviour": behaviour, "arrivals": arrivals})


def run(setting, change=None, patients=250, years=0.5, condition="pain_clinic"):
    return ss.simulate(
        "conservative_first", clinic=setting, patients=patients, years=years, seed=11, condition=condition,
        evidence=shipped_evidence().change(change or {}),
    )  # fmt: skip


@pytest.fixture(scope="module")
def plain():
    return run(clinic())


OTHER = {
    "no_show.share": 0.6, "no_show.reference_days": 3.0, "no_show.odds_per_doubling": 1.4, 
    "no_show.course": 0.9,
    "no_show.virtual_odds": 0.6, "no_show.rebooks": 0.1, "cancel.share": 0.5, "cancel.notice_days": 1.0,
    "cancel.rebooks": 0.1, "leave.recovered_pain": 5.0, "leave.recovered_per_week": 0.7,
    "leave.elsewhere_per_week": 0.5, "triage.soon_pain": 2.0, "triage.ageing_weeks": 1.0,
}  # fmt: skip


def test_what_is_switched_off_asks_for_none_of_its_numbers(plain):
    """All off: every number of behaviour may be anything, and the event table is the same to the bit."""
    assert {key for key in shipped_evidence().parameters if key.startswith(tuple(PREFIX.values()))} == set(
        OTHER
    )
    assert repr(run(clinic(), OTHER).log.rows) == repr(plain.log.rows)
    assert plain.accounts["no_shows"].sum() == 0
    assert not {"no_show", "cancelled"} & {row[2] for row in plain.log.rows}
    assert {row[5] for row in plain.log.rows if row[2] == "left"} <= {3.0, 4.0}


@pytest.mark.parametrize("switch", PREFIX)
def test_each_switch_works_alone_and_listens_to_its_own_numbers_only(plain, switch):
    alone = run(clinic(**{switch: True}))
    others = {key: value for key, value in OTHER.items() if not key.startswith(PREFIX[switch])}
    own = {key: value for key, value in OTHER.items() if key.startswith(PREFIX[switch])}
    assert repr(alone.log.rows) != repr(plain.log.rows)
    assert repr(run(clinic(**{switch: True}), others).log.rows) == repr(alone.log.rows)
    assert repr(run(clinic(**{switch: True}), own).log.rows) != repr(alone.log.rows)
    events = {row[2] for row in alone.log.rows}
    reasons = {row[5] for row in alone.log.rows if row[2] == "left"} - {3.0, 4.0}
    assert ("no_show" in events) == (switch == "no_show") and ("cancelled" in events) == (
        switch == "cancelling"
    )
    assert reasons <= {"no_show": {2.0}, "cancelling": {2.0}, "leaving": {0.0, 1.0}, "triage": set()}[switch]
    end = alone.patients["entry_day"].min() + 182  # the log knows nobody beyond their own follow-up
    lost = alone.accounts[alone.accounts["day"] < end]["no_shows"].sum()
    assert lost == sum(row[2] == "no_show" and row[1] < end for row in alone.log.rows)


@pytest.mark.parametrize("rebooks", [0.0, 1.0])
@pytest.mark.parametrize(("switch", "event"), [("no_show", "no_show"), ("cancelling", "cancelled")])
def test_another_appointment_or_the_end(rebooks, switch, event):
    change = {f"{PREFIX[switch]}rebooks": rebooks, f"{PREFIX[switch]}share": 0.4}
    rows = [row for row in run(clinic(**{switch: True}), change).log.rows if row[3] not in COURSES]
    after = Counter()
    for i, (patient, day, what, step, *_) in enumerate(rows):
        if what == event:
            following = [row for row in rows[i + 1 :] if row[0] == patient and row[3] == step][:1]
            if rebooks:
                asked_again = not following or following[0][2] in ("booked", "left", "better", "worse")
                assert asked_again and not (following and following[0][5] == 2 and following[0][2] == "left")
            else:
                assert following[0][1:3] == (day, "left") and following[0][5] == 2
            after[event] += 1
    assert after[event] > 20


@pytest.mark.parametrize("step", ["intake", "review"])
def test_every_appointment_has_its_own_chance_of_being_missed(step):
    """.3 whatever the lead: first visits and later ones alike, also of people who came before."""
    change = {"no_show.share": 0.3, "no_show.odds_per_doubling": 1.0, "no_show.rebooks": 1.0}
    rows = [r for r in run(clinic(no_show=True), change, patients=500, years=1).log.rows if r[3] == step]
    count = Counter(row[2] for row in rows)
    missed, kept = count["no_show"], count["start"]
    assert abs(missed / (missed + kept) - 0.3) < 4 * math.sqrt(0.21 / (missed + kept)) and kept > 400


def test_the_recovered_leave_only_when_pain_is_at_or_below_and_then_all_do():
    """At probability 1 a week: of those waiting for a first visit, exactly the painless go on their week."""
    change = {"leave.recovered_per_week": 1.0, "leave.elsewhere_per_week": 0.0, "leave.recovered_pain": 3.0}
    results = run(clinic(leaving=True), change, condition="lumbar_strain")
    first = {patient: day for patient, day, what, step, *_ in reversed(results.log.rows)
             if what in ("start", "left") and step == "intake"}  # fmt: skip
    gone = {
        row[0]: row for row in results.log.rows if row[2] == "left" and row[3] == "intake" and row[5] == 0
    }
    assert len(gone) > 10
    pain = results.series["pain"]
    for row, person in results.patients.iterrows():
        who, entry = person["patient"], person["entry_day"]
        waited = first.get(who, math.inf) - entry
        for week in range(1, min(int(min(waited, 180) // 7) + 1, len(pain))):
            today = who in gone and gone[who][1] == entry + 7 * week
            if waited > 7 * week or today:
                assert (pain[week, row] <= 3) == today, (who, week)


def test_triage_brings_the_severe_nearer():
    """The same people and staff: of first visits, pain of 7 or more waits less with triage."""
    wait = {}
    for on in (False, True):
        setting = clinic(triage=on)
        physician = setting.resources.physician.model_copy(update={"booked_ahead_days": 0})
        resources = setting.resources.model_copy(update={"physician": physician})
        busy = setting.arrivals.model_copy(update={"per_week": 40.0})
        results = run(setting.model_copy(update={"resources": resources, "arrivals": busy}), patients=300)
        starts = {row[0]: row[1] for row in results.log.rows if row[2:4] == ("start", "intake")}
        for row, person in results.patients.iterrows():
            kind = "severe" if results.series["pain"][0, row] >= 7 else "others"
            wait.setdefault((kind, on), []).append(starts.get(person["patient"], 400) - person["entry_day"])
    mean = {key: sum(values) / len(values) for key, values in wait.items()}
    assert mean["severe", True] < mean["severe", False] - 1 and mean["others", True] > mean["others", False]
