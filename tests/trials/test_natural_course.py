"""The natural course comes first: with every treatment silent the cohorts still look like their papers."""

from __future__ import annotations

import numpy as np
import pytest

import spinesim as ss
from spinesim.clinical import without_effects
from spinesim.study.simulation import shipped_evidence

COHORTS = (
    "acute_lbp_cohorts",
    "persistent_lbp_cohorts",
    "acute_neck_cohorts",
    "cervical_radiculopathy_wait",
    "persistent_discogenic_cohorts",
    "persistent_myofascial_cohorts",
    "persistent_post_surgical_cohorts",
)


@pytest.mark.parametrize("name", COHORTS)
def test_cohorts_match_without_any_treatment_effect(name: str) -> None:
    table, _ = ss.run_trial(ss.load_trial(name), evidence=without_effects(shipped_evidence(), context=False))
    assert table["inside"].all(), table.loc[~table["inside"], ["week", "outcome", "model_mean", "paper_mean"]]


def test_the_sciatica_cohort_matches_until_surgery_matters() -> None:
    """Four weeks in, 5 % are operated on: leg and back pain are the natural course's, treatments silent."""
    quiet = without_effects(shipped_evidence(), context=False)
    table, _ = ss.run_trial(ss.load_trial("sciatica_conservative"), evidence=quiet)
    early = table[table["outcome"].isin(["limb_pain", "axial_pain"]) & (table["week"] <= 4)]
    assert len(early) >= 4 and early["inside"].all()


def _injected(evidence: object) -> ss.Results:
    return ss.simulate(
        "epidural_window", condition="disc_herniation", patients=3_000, years=0.5, seed=4, evidence=evidence
    )


def _around(results: ss.Results, wait: int) -> tuple[np.ndarray, np.ndarray]:
    """Reported pain at the visit of the offer and true pain `wait` weeks later, of those injected."""
    visits = results.events
    offered = visits[(visits["event"] == "offer") & (visits["step"] == "epidural")]
    done = visits[(visits["event"] == "end") & (visits["step"] == "epidural")].drop_duplicates("patient")
    before, after = [], []
    for patient, day in done[["patient", "day"]].to_numpy():
        asked = offered[(offered["patient"] == patient) & (offered["day"] <= day)]["day"].max()
        said = visits[
            (visits["patient"] == patient) & (visits["event"] == "result") & (visits["step"] == "visit")
            & (visits["day"] <= asked + 1e-6)
        ]["value"]  # fmt: skip
        before.append(said.iloc[-1])
        after.append(results.series["pain"][int(day // 7) + wait, int(patient)])
    return np.array(before), np.array(after)


def test_people_chosen_for_their_pain_get_better_without_any_effect() -> None:
    """Regression to the mean: an injection that does nothing is followed by relief, more than others gain."""
    quiet = without_effects(shipped_evidence(), context=False)
    results = _injected(quiet)
    before, after = _around(results, 2)
    gain = before - after
    assert len(gain) > 200
    assert gain.mean() > 4 * gain.std(ddof=1) / np.sqrt(len(gain))
    everyone = (results.series["pain"][6] - results.series["pain"][9]).astype(float)
    error = np.hypot(gain.std() / np.sqrt(len(gain)), everyone.std() / np.sqrt(len(everyone)))
    assert gain.mean() - everyone.mean() > 4 * error


def test_the_context_of_a_sham_helps_for_a_while_and_fades() -> None:
    """Placebo response: the same sham with and without context, same people, differ early and not late."""
    silent = without_effects(shipped_evidence(), context=False)
    sham = without_effects(shipped_evidence())
    none, with_context = _injected(silent), _injected(sham)
    assert (none.patients["epidurals"] > 0).sum() > 200
    rows = np.flatnonzero((none.patients["epidurals"] > 0) & (with_context.patients["epidurals"] > 0))
    eased = (none.series["limb_pain"] - with_context.series["limb_pain"])[:, rows].astype(float).mean(axis=1)
    most = shipped_evidence().value("context.relief")
    assert 0.2 * most < eased.max() <= most
    assert eased[-1] < 0.2 * eased.max()
