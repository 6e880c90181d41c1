"""The exact identities of common chance (design, section 4)."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import spinesim as ss
from spinesim.study.simulation import shipped_evidence

HERE = {"condition": "disc_herniation", "patients": 200, "years": 1, "seed": 17}
EVERYTHING = (
    ("conservative_first", "disc_herniation"), ("article_tailored", "pain_clinic"),
    ("chronic_multilever", "primary_care"), ("stacked_medicine", "lumbar_strain"),
)  # fmt: skip
ROOT = Path(__file__).parents[2]


def same(a, b, rows=slice(None)):
    return all(np.array_equal(a.series[k][:, rows], b.series[k][:, rows]) for k in a.series)


@pytest.mark.parametrize("condition", [*ss.conditions(), "pain_clinic"])
@pytest.mark.parametrize("pathway", ["conservative_first", "article_tailored"])
def test_a_pathway_against_itself_differs_by_exactly_nothing(pathway, condition):
    usual = ss.pathway(pathway)
    study = ss.compare({"a": usual, "b": usual}, **HERE | {"condition": condition, "patients": 100})
    table = study.differences()
    assert (table[["difference", "low", "high"]] == 0).all().all()
    assert study.twins().changed().empty


@pytest.mark.parametrize(("pathway", "condition"), EVERYTHING)
def test_one_more_patient_changes_no_one_else(pathway, condition):
    few = ss.simulate(pathway, **HERE | {"condition": condition})
    more = ss.simulate(pathway, **HERE | {"condition": condition, "patients": 201})
    assert all(np.array_equal(few.series[k], more.series[k][:, :200]) for k in few.series)
    kept = more.events[more.events["patient"] < 200].reset_index(drop=True)
    mine = few.events.sort_values(["patient", "day"], kind="stable").reset_index(drop=True)
    theirs = kept.sort_values(["patient", "day"], kind="stable").reset_index(drop=True)
    assert mine.equals(theirs)


@pytest.mark.parametrize(("pathway", "condition"), EVERYTHING)
def test_the_order_of_arms_does_not_matter(pathway, condition):
    a, b = ss.pathway(pathway), ss.pathway("early_imaging")
    one = ss.compare({"a": a, "b": b}, **HERE | {"condition": condition})
    other = ss.compare({"b": b, "a": a}, **HERE | {"condition": condition})
    assert all(same(one.results[arm][0], other.results[arm][0]) for arm in "ab")


def test_disabling_a_rule_leaves_those_it_never_touched_identical():
    whole = ss.pathway("conservative_first")
    cut = whole.without("inject")
    a, b = ss.simulate(whole, **HERE), ss.simulate(cut, **HERE)
    offered = a.events[(a.events["event"] == "offer") & (a.events["step"] == "epidural")]["patient"].unique()
    assert len(offered)
    untouched = ~np.isin(a.patients["patient"], offered)
    assert same(a, b, untouched)
    events = [r.events[~r.events["patient"].isin(offered)].drop(columns="arm") for r in (a, b)]
    events = [e.sort_values(["patient", "day"], kind="stable").reset_index(drop=True) for e in events]
    assert events[0].equals(events[1])


def test_one_more_decision_leaves_every_other_draw_unchanged():
    """A scan at week 1 whose finding nobody may act on: hidden truth and course stay as they were."""
    calm = {key: 0.0 for key in shipped_evidence().parameters if key.startswith("lumbar_strain.serious.")}
    ev = shipped_evidence().change(calm | {"imaging.fear": 0.0})
    plain = ss.pathway("conservative_first").change(imaging_after_weeks="never")
    scanned = ss.pathway("conservative_first").change(imaging_after_weeks=1)
    for rule in ("operate", "inject", "block_after_finding", "operate_after_finding"):
        scanned = scanned.without(rule)
        plain = plain.without(rule)
    wishes = HERE | {"condition": "lumbar_strain", "evidence": ev}
    a, b = ss.simulate(plain, **wishes), ss.simulate(scanned, **wishes)
    assert b.patients["images"].sum() > 20 and a.patients["images"].sum() == 0
    unchanged = (a.series["pain"] == b.series["pain"]).all(axis=0)
    # a result visit may come on another day and change a later offer; nearly everyone has no such visit
    same_care = (
        a.patients[["blocks", "sessions", "ablations"]] == b.patients[["blocks", "sessions", "ablations"]]
    ).all(axis=1)
    assert unchanged[same_care.to_numpy()].all()


def test_runs_are_independent_and_repeatable():
    wishes = HERE | {"patients": 100}
    first, again, other = (ss.simulate("conservative_first", run=r, **wishes) for r in (0, 0, 1))
    assert same(first, again) and not same(first, other)


def test_files_are_identical_whatever_the_hash_seed_and_the_number_of_processes(tmp_path):
    made = {}
    for name, hash_seed, workers in (("a", "0", "1"), ("b", "1", "1"), ("c", "0", "2")):
        out = tmp_path / name
        command = [sys.executable, "-m", "spinesim", "compare", "conservative_first", "early_imaging"]
        command += ["--patients", "60", "--years", "0.5", "--runs", "2", "--quiet"]
        command += ["--workers", workers, "--out", str(out)]
        subprocess.run(
            command, check=True, cwd=ROOT, env=os.environ | {"PYTHONHASHSEED": hash_seed}, capture_output=True
        )
        made[name] = {p.name: p.read_bytes() for p in sorted(out.iterdir())}
    assert made["a"] == made["b"] == made["c"]
    assert set(made["a"]) == {"events.csv", "summary.csv", "differences.csv", "manifest.json"}
