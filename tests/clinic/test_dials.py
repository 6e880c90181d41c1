"""A dial set to "never" means never; set to a week, not before that week."""

import numpy as np
import pytest

import spinesim as ss
from spinesim.clinical import examine
from spinesim.study.simulation import shipped_evidence

DIALS = ("block_after_weeks", "finding_after_weeks", "surgery_after_weeks", "injection_after_weeks")
PATHWAYS = ("conservative_first", "early_imaging", "early_surgery")
DONE = ["blocks", "ablations", "epidurals"]


@pytest.fixture(scope="module")
def eager(flags, uptakes):
    """Everyone takes up everything, and some have a red flag: whatever a rule lets through is seen."""
    return shipped_evidence().change(uptakes(1.0) | flags(0.1) | {"facet_pain.serious.cauda_equina": 0.0})


def run(evidence, pathway, condition, patients=120, **dials):
    pathway = ss.pathway(pathway) if isinstance(pathway, str) else pathway
    return ss.simulate(
        pathway.change(**dials), condition=condition, patients=patients, years=1, seed=5, evidence=evidence
    )


def flagged(results):
    return results.patients["patient"].isin(
        results.events.loc[results.events["event"] == "red_flag", "patient"]
    )


@pytest.mark.parametrize("condition", list(ss.conditions()))
@pytest.mark.parametrize("pathway", PATHWAYS)
def test_with_every_dial_at_never_nothing_is_done_but_for_a_red_flag(eager, pathway, condition):
    off = run(eager, pathway, condition, **dict.fromkeys(DIALS, "never"))
    assert (off.patients[DONE] == 0).all().all()
    np.testing.assert_array_equal(off.patients["operations"], flagged(off).astype(int))
    assert flagged(off).any() == any(
        eager.parameters[key].value for key in eager.parameters if key.startswith(f"{condition}.serious.")
    )
    usual = run(eager, pathway, condition)  # the same people with the dials as shipped: much is done
    more = (usual.patients["operations"] > 0).sum() - flagged(usual).sum()
    necks = (
        usual.patients["region"] == "cervical"
    ).all()  # on which these pathways for the back do not operate
    assert (more > 0) == (not necks)
    assert necks or usual.patients[["blocks", "epidurals"]].sum().sum() > 0


@pytest.mark.parametrize(("condition", "done"), [
    ("facet_pain", {"blocks", "ablations", "operations"}), ("disc_herniation", {"epidurals", "operations"}),
])  # fmt: skip
def test_each_dial_switches_off_its_own_procedure_and_no_other(eager, condition, done):
    def happened(*never):
        results = run(eager, "conservative_first", condition, **dict.fromkeys(never, "never"))
        people = results.patients.assign(operations=results.patients["operations"] - flagged(results))
        assert (people["operations"] >= 0).all()
        return {name for name in ("blocks", "ablations", "epidurals", "operations") if people[name].any()}

    assert done <= happened()
    assert happened("surgery_after_weeks") == happened() - {"operations"}
    assert happened("injection_after_weeks") == happened() - {"epidurals"}
    assert happened("block_after_weeks", "finding_after_weeks") == happened() - {"blocks", "ablations"}


def test_without_the_dial_for_findings_only_facet_signs_earn_a_block(eager, build):
    for dial, earned in (("finding_after_weeks", "signs"), ("block_after_weeks", "finding")):
        pathway = ss.pathway("conservative_first").change(**{dial: "never"})
        clinic = build(pathway, "facet_pain", 150, 52, evidence=eager)
        list(clinic.run())
        blocked = np.array([p.counts["medial_branch_block"] for p in clinic.patients])
        ablated = np.array([p.counts["ablation"] for p in clinic.patients])
        assert blocked.any()
        if earned == "signs":
            signs = examine(eager, clinic.body.cohort, clinic.draws).facet
            assert not blocked[~signs].any() and ablated.any()
        else:
            found = np.array([p.report.finding for p in clinic.patients])
            assert not blocked[~found].any() and blocked.max() == 1 and not ablated.any()


def test_with_imaging_at_never_only_red_flags_are_scanned(eager):
    for condition in ("disc_herniation", "lumbar_strain"):
        off = run(eager, "conservative_first", condition, imaging_after_weeks="never")
        np.testing.assert_array_equal(off.patients["images"], flagged(off).astype(int))
        assert flagged(off).any()


def test_nothing_is_offered_before_its_week_and_someone_is_offered_it_in_that_week(eager, healthy):
    """Weeks count from the first visit, which in an ample clinic is the day of referral."""
    weeks = {"imaging_after_weeks": 3, "injection_after_weeks": 15, "surgery_after_weeks": 21,
             "block_after_weeks": 25, "finding_after_weeks": 18}  # fmt: skip
    calm = eager.change(healthy)
    for condition, expected in (
        ("disc_herniation", {"imaging": 3, "epidural": 15, "microdiscectomy": 21}),
        ("facet_pain", {"imaging": 3, "medial_branch_block": 18, "microdiscectomy": 21}),
    ):
        done = run(calm, "conservative_first", condition, 200, **weeks).events
        offers = done[done["event"] == "offer"].groupby("step")["day"].min() // 7
        for step, week in expected.items():
            assert offers[step] == week, (condition, step)
    late = run(
        calm, "conservative_first", "facet_pain", 200, **weeks | {"finding_after_weeks": "never"}
    ).events
    assert late[late["step"] == "medial_branch_block"]["day"].min() // 7 == 25
