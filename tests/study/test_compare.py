"""Means, paired differences, intervals, icons and what the first lesson must show."""

import numpy as np
import pytest
from scipy import stats

import spinesim as ss
from spinesim.study import interval
from spinesim.study.compare import _hundred
from spinesim.study.simulation import shipped_evidence

STRAIN = {"condition": "lumbar_strain", "patients": 2_000, "years": 1, "seed": 7}


def lesson(evidence=None):
    return ss.compare({"usual": "conservative_first", "early": "early_imaging"}, evidence=evidence, **STRAIN)


@pytest.fixture(scope="module")
def imaging():
    return lesson()


def difference(study, outcome):
    table = study.differences().set_index("outcome")
    return table.loc[outcome]


def test_early_imaging_means_more_scans_and_procedures(imaging):
    for outcome in ("imaging", "injections"):
        assert difference(imaging, outcome)["low"] > 0


def test_early_imaging_changes_the_year_by_less_than_anyone_would_notice(imaging):
    for outcome in ("pain", "disability"):
        row = difference(imaging, f"{outcome}_12_months")
        assert max(abs(row["low"]), abs(row["high"])) < imaging.minimal_important(outcome)


def test_the_mechanism_is_the_incidental_finding(imaging):
    """Incidental findings set to zero: the extra scans remain, and not one person more has a procedure."""
    clean = lesson(shipped_evidence().change({"imaging.incidental_scale": 0}))
    assert difference(clean, "imaging")["low"] > 0
    usual, early = (clean.results[arm][0].patients for arm in clean.arms)
    for kind in ("epidurals", "blocks", "ablations", "operations"):
        assert ((early[kind] > 0) == (usual[kind] > 0)).all()


def test_intervals_are_student_t():
    values = np.array([1.0, 2.0, 4.0, 9.0])
    mean, low, high = interval(values)
    expected = stats.t.interval(0.95, 3, loc=values.mean(), scale=stats.sem(values))
    assert mean == 4 and (low, high) == pytest.approx(expected)


def test_replications_give_the_mean_of_run_means():
    study = ss.compare(
        {"usual": "conservative_first", "early": "early_imaging"},
        runs=3,
        **STRAIN | {"patients": 100, "years": 0.5},
    )
    row = study.summary().set_index(["outcome", "arm"]).loc[("pain_average", "usual")]
    means = [r.series["pain"].mean(axis=0, dtype=float).mean() for r in study.results["usual"]]
    assert row["mean"] == pytest.approx(np.mean(means))
    assert (row["low"], row["high"]) == pytest.approx(
        stats.t.interval(0.95, 2, np.mean(means), stats.sem(means))
    )


@pytest.mark.parametrize("shares", [[0.333, 0.333, 0.334, 0.0], [0.005, 0.005, 0.005, 0.985], [0, 0, 0, 1]])
def test_icons_always_sum_to_a_hundred(shares):
    whole = _hundred(shares)
    assert sum(whole) == 100 and max(abs(w - 100 * s) for w, s in zip(whole, shares, strict=True)) <= 1


def test_fan_holds_every_week_and_its_centiles_are_ordered(imaging):
    fan = imaging.fan("pain")
    assert list(fan["week"].unique()) == list(range(53))
    assert (np.diff(fan[["p10", "p25", "p50", "p75", "p90"]].to_numpy(), axis=1) >= 0).all()


def test_twins_tell_where_the_paths_part(imaging):
    twins = imaging.twins()
    changed = twins.changed()
    assert len(changed) and (changed["change"].diff().dropna() <= 0).all()
    story = twins.story(int(changed["patient"].iloc[0]))
    assert story.parts_on_day is not None and "part in week" in story.sentence
    before = [
        lane[lane["day"] < int(story.parts_on_day)].reset_index(drop=True) for lane in story.lanes.values()
    ]
    assert before[0].equals(before[1])


@pytest.mark.parametrize(("wish", "says"), [
    ({"patients": 0}, "patients is 0"), ({"patients": -1}, "patients is -1"),
    ({"patients": 2.5}, "patients is 2.5"), ({"patients": 10**9}, "patients is 1000000000"),
    ({"patients": float("nan")}, "patients is nan"),
    ({"patients": float("inf")}, "patients is inf"),
    ({"years": -1}, "years is -1"), ({"years": float("nan")}, "years is nan"), ({"years": 1e9}, "years is"),
    ({"seed": -1}, "seed"), ({"condition": "gout"}, "gout"), ({"clinic": "moon"}, "moon"),
])  # fmt: skip
def test_absurd_wishes_are_refused_in_one_sentence(wish, says):
    with pytest.raises(ss.SpinesimError, match=says) as wrong:
        ss.simulate("conservative_first", **{"patients": 10, "years": 1} | wish)
    assert "\n" not in str(wrong.value)


def test_icons_count_each_person_once_under_the_most_that_was_done(imaging):
    """Shares of people recomputed one by one; every category is within one in a hundred of its share."""
    icons = imaging.icons()
    assert (icons.groupby("arm")["per_100"].sum() == 100).all() and (icons["per_100"] >= 0).all()
    for arm, runs in imaging.results.items():
        counts = dict.fromkeys(icons["category"].unique(), 0)
        for person in runs[0].patients.itertuples():
            if person.operations:
                counts["operated"] += 1
            elif person.epidurals or person.blocks or person.ablations:
                counts["injection or ablation, no operation"] += 1
            elif person.images:
                counts["scan only"] += 1
            else:
                counts["no scan, no procedure"] += 1
        shown = icons[icons["arm"] == arm].set_index("category")["per_100"]
        assert all(abs(shown[name] - count / 20) <= 1 for name, count in counts.items())


@pytest.mark.parametrize("runs", [0, -1, 1.5, 10**9])
def test_absurd_runs_are_refused(runs):
    with pytest.raises(ss.SpinesimError, match="runs is"):
        ss.compare({"a": "conservative_first"}, runs=runs, patients=10)


def test_arms_with_other_people_cannot_be_compared():
    a, b = (ss.simulate("conservative_first", patients=n, years=0.1) for n in (10, 11))
    with pytest.raises(ss.SpinesimError, match="other people"):
        ss.Study({"a": [a], "b": [b]})


def test_the_harms_ledger_adds_up_to_all_harms():
    study = ss.compare(["stewarded_medicine", "stacked_medicine"], patients=300, years=0.5)
    ledger = study.harms().set_index("harm")
    for arm in study.arms:
        people = study.results[arm][0].patients
        assert ledger[arm].sum() == pytest.approx(100 * people["harms"].mean())
        assert ledger.loc["sedation", arm] == pytest.approx(100 * people["harm_sedation"].mean())
    assert ledger["stacked_medicine"].sum() > ledger["stewarded_medicine"].sum()


def test_strata_put_everybody_in_one_group():
    study = ss.compare(["conservative_first", "early_imaging"], patients=300, years=0.5)
    whole = study.summary().set_index(["outcome", "arm"])["mean"]
    for by, edges in (("occupation", None), ("age", [18, 40, 65, 101])):
        table = study.strata(by, "days_off_work", edges)
        for arm, rows in table.groupby("arm"):
            assert rows["people"].sum() == 300
            mean = np.average(rows["mean"], weights=rows["people"])
            assert mean == pytest.approx(whole["days_off_work", arm])
    for wrong in (("shoe_size", "imaging"), ("age", "happiness")):
        with pytest.raises(ss.SpinesimError, match="is not known: choose one of"):
            study.strata(*wrong)
