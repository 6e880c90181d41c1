"""Outcomes by hand: QALYs, counted weeks, function, and nothing left empty."""

import numpy as np
import pytest

import spinesim as ss
from spinesim.clinical import draw_cohort, outcomes
from spinesim.clinical.cohort import GOALS
from spinesim.evidence import Draws
from spinesim.study.outcomes import OUTCOMES, available
from spinesim.study.results import SERIES
from spinesim.study.simulation import shipped_evidence

FLAT = {"utility.odi": 0.0, "utility.leg": 0.0, "utility.back": 0.0}
HERE = {"condition": "disc_herniation", "patients": 50, "seed": 4}
DAYS_PER_YEAR = 365.25
HARMS = sorted({harm for row in shipped_evidence().treatments.values() for harm in row.get("harms", ())})
FLOAT32 = 2e-6  # series, and the QALYs added up from them, keep seven digits


@pytest.fixture(scope="module", params=["ample", "community"])
def run(request):
    return ss.simulate("conservative_first", years=1, clinic=request.param, **HERE | {"patients": 200})


@pytest.mark.parametrize("clinic", ["ample", "community"])
@pytest.mark.parametrize("years", [0.5, 1, 3])
def test_constant_utility_gives_utility_times_follow_up(clinic, years):
    """0.7 for a year of 52 weeks: 0.7 × 364 / 365.25, undiscounted; utility 1: the years of follow-up."""
    for worth in (0.7, 1.0, 0.0):
        evidence = shipped_evidence().change(FLAT | {"utility.intercept": worth})
        results = ss.simulate("conservative_first", years=years, clinic=clinic, evidence=evidence, **HERE)
        expected = worth * round(52 * years) * 7 / DAYS_PER_YEAR
        np.testing.assert_allclose(results.patients["qaly"], expected, rtol=FLOAT32)


def test_utility_that_rises_as_pain_passes_gives_the_textbook_integral():
    """a·T − b·τ·(1 − exp(−T/τ)) for a utility of a − b·exp(−t/τ), person by person (undiscounted).

    Leg pain passes along exp(−t/τ) and nothing else moves it. Each weekly trapezium misses at most h³/12
    times the greatest curvature in its week, which together is h²/12 · b/τ · (1 + h/τ) or less.
    """
    evidence = shipped_evidence()
    courses = [key for key in evidence.parameters if key.startswith("disc_herniation.course.")]
    still = {key: 0.0 for key in courses if key.endswith((".wobble", ".limb_lasting"))}
    still |= {"disc_herniation.flare.weekly": 0.0}
    still |= {key: 0.0 for key in evidence.parameters if key.startswith("disc_herniation.serious.")}
    slope = 0.05
    evidence = evidence.change(still | FLAT | {"utility.intercept": 0.75, "utility.leg": -slope})
    pathway = ss.pathway("conservative_first")
    for rule in pathway.rules[:-1]:
        pathway = pathway.without(rule.id)
    pathway = pathway.change(surgery_after_weeks="never")
    results = ss.simulate(pathway, years=2, evidence=evidence, **HERE)
    assert not results.patients[["operations", "epidurals", "sessions"]].to_numpy().any()
    cohort = draw_cohort(evidence, Draws(4), "disc_herniation", 50)
    years, h = 104 * 7 / DAYS_PER_YEAR, 7 / DAYS_PER_YEAR
    tau, lost = cohort.limb_days / DAYS_PER_YEAR, slope * cohort.limb_start
    integral = 0.75 * years - lost * tau * (1 - np.exp(-years / tau))
    bound = h**2 / 12 * lost / tau * (1 + h / tau) + FLOAT32 * integral
    assert (np.abs(results.patients["qaly"] - integral) <= bound).all() and np.median(bound) < 1e-3
    week = np.arange(105)[:, None] * h
    trapezia = np.trapezoid(0.75 - lost * np.exp(-week / tau), dx=h, axis=0)
    np.testing.assert_allclose(results.patients["qaly"], trapezia, rtol=FLOAT32)


def test_qalys_are_utility_of_each_week_halved_at_both_ends(run):
    v = shipped_evidence().value
    odi, leg, back = (run.series[name].astype(float) for name in ("disability", "limb_pain", "axial_pain"))
    worth = (
        v("utility.intercept") + v("utility.odi") * odi + v("utility.leg") * leg + v("utility.back") * back
    )
    expected = (worth.sum(axis=0) - worth[0] / 2 - worth[-1] / 2) * 7 / DAYS_PER_YEAR
    for harm in HARMS:  # each takes its own share of health once
        expected = expected - v(f"harm.{harm}.qaly") * run.patients[f"harm_{harm}"].to_numpy()
    np.testing.assert_allclose(run.patients["qaly"], expected, rtol=10 * FLOAT32)


def test_no_week_of_anyone_is_empty(run):
    """Everyone is followed to their own last week, whenever they were referred."""
    assert set(run.series) == {*SERIES, "sleep", "fear", "sensitisation", "deficit"}
    for series in run.series.values():
        assert series.shape == (53, 200) and np.isfinite(series).all()
    missing = run.patients.drop(columns="operated_week").isna()
    assert not missing.any().any()
    np.testing.assert_array_equal(run.patients["operated_week"].isna(), run.patients["operations"] == 0)


def test_weeks_are_counted_after_the_first_and_function_read_at_the_last(run):
    v, odi = shipped_evidence().value, run.series["disability"]
    np.testing.assert_array_equal(
        run.patients["weeks_disabled"],
        sum((odi[w] >= v("function.severe")).astype(int) for w in range(1, 53)),
    )
    nights = sum((run.series["sleep"][w] < v("function.sleep_night")).astype(int) for w in range(1, 53))
    np.testing.assert_array_equal(run.patients["weeks_of_broken_nights"], nights)
    np.testing.assert_array_equal(run.patients["deficit"], run.series["deficit"][-1])
    able = v("function.sitting_free") * (1 - odi[-1].astype(float) / 100)
    np.testing.assert_allclose(run.patients["sitting_minutes"], able, atol=1e-4)
    assert 0 < run.patients["weeks_disabled"].mean() < 52
    assert run.patients["flares"].between(0, 52).all() and run.patients["flares"].any()


def test_the_deficit_is_that_of_the_last_own_week():
    """Also of people whose own follow-up ended while the run went on and their deficit grew."""
    none = {key: 0.0 for key in shipped_evidence().parameters if key.startswith("disc_herniation.serious.")}
    evidence = shipped_evidence().change(none | {"disc_herniation.serious.cauda_equina": 1.0})
    results = ss.simulate(
        "conservative_first", years=6 / 52, clinic="community", evidence=evidence, **HERE | {"patients": 150}
    )
    onset = draw_cohort(evidence, Draws(4), "disc_herniation", 150).serious_day
    later = onset > 6 * 7
    assert later.any() and not results.patients.loc[later, "deficit"].any()
    assert (results.patients.loc[onset < 5 * 7, "deficit"] > 0).all()
    np.testing.assert_array_equal(results.patients["deficit"], results.series["deficit"][-1])


def test_rmdq_is_its_share_of_the_odi_up_to_its_top():
    numbers = {"disability.rmdq_per_odi": 0.25, "disability.rmdq_max": 24.0}
    np.testing.assert_array_equal(outcomes.rmdq(numbers, np.array([0.0, 40.0, 96.0, 100.0])), [0, 10, 24, 24])


def test_each_outcome_is_what_its_unit_says(run):
    people = run.patients
    done = {
        "imaging": people["images"] > 0,
        "injections": (people[["epidurals", "blocks", "joint_injections", "trigger_injections"]] > 0).any(
            axis=1
        ),
        "ablations": people["ablations"] > 0,
        "operations": people["operations"] > 0,
        "harms": people["harms"] > 0,
        "relapsed": people["relapsed"],
        "goal_attained": people["goal_attained"],
        "diagnosis_right": people["diagnosis_right"],
    }
    done["procedures"] = done["injections"] | done["ablations"] | done["operations"]
    per_hundred = {name for name, outcome in OUTCOMES.items() if outcome.unit == "per 100 people"}
    assert per_hundred == set(done)
    for name, had in done.items():
        np.testing.assert_array_equal(OUTCOMES[name].of(run), 100.0 * had)
    assert 0 < done["procedures"].mean() < 1
    for name, column in (
        ("physiotherapy_sessions", "sessions"), ("visits", "visits"), ("cost", "cost"), ("qaly", "qaly"),
        ("weeks_disabled", "weeks_disabled"), ("drug_days", "drug_days"), ("flares", "flares"),
        ("days_off_work", "days_off_work"),
    ):  # fmt: skip
        np.testing.assert_array_equal(OUTCOMES[name].of(run), people[column])
    for name in ("pain", "disability"):
        series = run.series[name].astype(float)
        np.testing.assert_array_equal(OUTCOMES[f"{name}_12_months"].of(run), series[52])
        np.testing.assert_allclose(OUTCOMES[f"{name}_average"].of(run), series.mean(axis=0), rtol=1e-12)


def test_outcomes_at_a_year_are_left_out_of_shorter_studies():
    short = ss.simulate("conservative_first", years=51 / 52, **HERE)
    assert set(OUTCOMES) - set(available(short)) == {"pain_12_months", "disability_12_months"}


def test_work_goals_and_relapses_are_read_off_the_weeks(run):
    """Recomputed person by person, in natural units."""
    v, people, odi = shipped_evidence().value, run.patients, run.series["disability"]
    cohort = draw_cohort(shipped_evidence(), Draws(4), "disc_herniation", 200)
    below = np.array([v(f"occupation.{name}.works_below") for name in people["occupation"]])
    working = (people["age"] < v("person.retired_from")).to_numpy()
    off = working * (odi[1:] >= below).sum(axis=0) * v("function.workdays_per_week")
    np.testing.assert_array_equal(people["days_off_work"], off)
    reached = []
    for i, goal in enumerate(cohort.goal):
        name, level = GOALS[goal], cohort.goal_level[i]
        if name == "work":
            reached.append(odi[-1, i] < below[i])
        elif name == "sleep":
            reached.append(v("function.nights_per_week") * run.series["sleep"][-1, i] >= level)
        else:
            reached.append(v(f"function.{name}_free") * (1 - float(odi[-1, i]) / 100) >= level)
    np.testing.assert_array_equal(people["goal_attained"], reached)
    assert set(cohort.goal) == set(range(len(GOALS))) and 0 < np.mean(reached) < 1
    assert (people["flares"] >= people["relapsed"]).all() and 0 < people["relapsed"].mean() < 1


def test_drug_days_are_the_days_of_the_courses_taken(run):
    v, events = shipped_evidence().value, run.events
    tablets = [step for step, row in shipped_evidence().treatments.items() if row["kind"] == "tablets"]
    days = np.zeros(len(run.patients))
    for step in tablets:
        for event, sign in (("offer", 1), ("declined", -1)):
            rows = events[(events["event"] == event) & (events["step"] == step)].groupby("patient").size()
            days += sign * v(f"{step}.days") * rows.reindex(run.patients["patient"], fill_value=0).to_numpy()
    np.testing.assert_array_equal(run.patients["drug_days"], days)
    assert days.any() and not run.patients["opioid_days"].any()
