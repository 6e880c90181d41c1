"""The treatments shipped as data: every step described, every number where the engine looks for it."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any, get_args

import pytest

from spinesim.evidence import Evidence, files, load_evidence
from spinesim.pathway.vocabulary import Step

DATA = Path(files.__file__).parents[2] / "data"
STEPS = get_args(Step)
RESOURCES = {
    "none", "physician", "physiotherapy", "psychology", "imaging", "injection", "ablation", "theatre",
}  # fmt: skip
KINDS = {"talk", "tablets", "course", "test", "procedure", "operation", "referral", "discharge"}
NEEDED = {"label", "resource", "kind"}
OPTIONAL = {"region", "relief", "works_when", "context", "harms", "avoid_in", "stops", "reference"}
TISSUE = {"herniation", "facet_source", "si_source", "muscle_source", "narrowed", "root"}
RISKS = {"kidney_disease", "ulcer", "anticoagulated", "diabetes", "osteoporosis"}
SERIOUS = {"cauda_equina", "weakness", "cord_compression", "cancer", "infection", "fracture"}
HARMS = {
    "gi_event", "renal_event", "sedation", "constipation", "dependence", "fall", "injection_reaction",
    "dural_puncture", "bleeding", "neuritis", "neurological_event", "durotomy", "wound_infection",
    "reoperation", "new_deficit",
}  # fmt: skip
ALL_HAVE = {"uptake", "price"}
BOOKED = {"test", "procedure", "operation", "referral"}
RELIEF = {"limb_relief", "axial_relief"}
EXERCISE = {
    "physiotherapy", "specific_physiotherapy", "group_exercise", "home_exercise", "virtual_physiotherapy",
    "prehabilitation", "rehabilitation",
}  # fmt: skip
BY_PATHWAY = {"physiotherapy", "specific_physiotherapy", "group_exercise", "virtual_physiotherapy", "cbt"}
LASTING = {"habits_hold", "conditioning_hold"}
LEARNT = {
    "fear", "adherence", "sleep", "calm", "calm_days", "habits", "conditioning", "conditioning_loss",
    "maintenance", "active_days", "follows_tolerance", "load", "flare_load", "scar",
}  # fmt: skip
COURSE = {"sessions", "sessions_per_week", "sessions_scale", "dose", "pain_limits", "reference_pain"}
REGROWTH = {"regrowth_months", "regrowth_spread", "return_days"}
OPERATION = {
    "success", "at_once", "limb_left", "limb_days", "axial_left", "axial_at_once", "axial_days", "wound",
    "wound_days", "scar", "deficit_size",
}  # fmt: skip
SUFFIXES = (
    ALL_HAVE | RELIEF | LASTING | LEARNT | COURSE | REGROWTH | OPERATION | HARMS
    | {"minutes", "lead_days", "review_days", "responders", "onset_days", "days"}
)  # fmt: skip
BILL = {"price", "qaly"}


@pytest.fixture(scope="module")
def shipped() -> Evidence:
    return load_evidence(DATA)


def ids(name: str) -> list[str]:
    """Ids of one parameter table."""
    with (DATA / "parameters" / name).open(encoding="utf-8", newline="") as table:
        return [row["id"] for row in csv.DictReader(table)]


def row_of(shipped: Evidence, step: str) -> dict[str, Any]:
    return dict(shipped.treatments[step])


def own(shipped: Evidence, step: str) -> set[str]:
    """What follows the step's name in the ids of its parameters."""
    return {key.removeprefix(f"{step}.") for key in shipped.parameters if key.startswith(f"{step}.")}


def test_every_step_of_the_vocabulary_is_described_and_no_other(shipped: Evidence) -> None:
    assert sorted(shipped.treatments) == sorted(STEPS)


@pytest.mark.parametrize("step", STEPS)
def test_entry_uses_closed_keys_and_words(shipped: Evidence, step: str) -> None:
    row = row_of(shipped, step)
    assert set(row) >= NEEDED
    assert set(row) <= NEEDED | OPTIONAL
    assert row["label"].strip() and row["resource"] in RESOURCES and row["kind"] in KINDS
    assert row.get("relief", "share") in ("share", "points")
    assert row.get("works_when") is None or row["works_when"] in TISSUE
    assert row.get("context", True) is True, "leave it out instead of writing false"
    for key, known in (("harms", HARMS), ("avoid_in", RISKS), ("stops", SERIOUS)):
        words = row.get(key, [])
        assert set(words) <= known and len(set(words)) == len(words), key


@pytest.mark.parametrize("step", STEPS)
def test_entry_refers_to_published_figures(shipped: Evidence, step: str) -> None:
    cited = row_of(shipped, step).get("reference", [])
    assert not [name for name in cited if name not in shipped.figures]
    assert len(set(cited)) == len(cited)


@pytest.mark.parametrize("step", STEPS)
def test_step_has_the_numbers_its_kind_needs(shipped: Evidence, step: str) -> None:
    row, numbers = row_of(shipped, step), own(shipped, step)
    assert numbers >= ALL_HAVE
    assert ("minutes" in numbers) == (row["resource"] != "none")
    booked = row["kind"] in BOOKED
    assert ("lead_days" in numbers) == booked and ("review_days" in numbers) == booked
    assert ("dose" in numbers) == (step in EXERCISE)
    counted = row["kind"] == "course" and step not in BY_PATHWAY
    assert ("sessions" in numbers) == counted and ("sessions_per_week" in numbers) == counted
    if row["kind"] == "operation":
        assert numbers >= {"success", "axial_days", "wound", "wound_days", "deficit_size"}
        assert ("limb_left" in numbers) == ("limb_days" in numbers) == ("at_once" in numbers)
    if row["kind"] == "tablets":
        assert numbers >= RELIEF | {"days"}


@pytest.mark.parametrize("step", STEPS)
def test_relief_is_in_the_unit_its_kind_says(shipped: Evidence, step: str) -> None:
    row, numbers = row_of(shipped, step), own(shipped, step)
    assert ("relief" in row) == bool(numbers & RELIEF)
    unit = {"share": "proportion", "points": "NRS 0-10", None: None}[row.get("relief")]
    for name in numbers & RELIEF:
        assert shipped.parameters[f"{step}.{name}"].unit == unit, name
    if "relief" in row:
        assert numbers & {"days", "return_days"}, "relief has to end some time"
    if "works_when" in row:
        assert "relief" in row or row["kind"] == "operation", "a tissue matters only to an effect"
    for name in numbers & LASTING:
        assert shipped.parameters[f"{step}.{name}"].unit == "multiplier"


@pytest.mark.parametrize("step", STEPS)
def test_nobody_gets_more_relief_than_there_is_pain(shipped: Evidence, step: str) -> None:
    """Mean over all treated, divided by the share who respond, is what one responder gets."""
    most = 1.0 if row_of(shipped, step).get("relief") == "share" else 10.0
    responders = shipped.parameters.get(f"{step}.responders")
    for name in own(shipped, step) & RELIEF:
        mean = shipped.value(f"{step}.{name}")
        assert mean / (responders.value if responders else 1.0) <= most, name


@pytest.mark.parametrize("step", STEPS)
def test_every_harm_listed_has_a_probability_and_every_probability_is_listed(
    shipped: Evidence, step: str
) -> None:
    listed = set(row_of(shipped, step).get("harms", []))
    assert own(shipped, step) & HARMS == listed
    for harm in listed:
        assert shipped.parameters[f"{step}.{harm}"].unit == "probability"


@pytest.mark.parametrize("harm", sorted(HARMS))
def test_every_harm_has_its_bill(shipped: Evidence, harm: str) -> None:
    assert own(shipped, f"harm.{harm}") >= BILL
    assert own(shipped, f"harm.{harm}") <= BILL | RISKS | {"older", "deficit"}
    assert any(harm in row.get("harms", []) for row in shipped.treatments.values()), "nothing causes it"
    for risk in own(shipped, f"harm.{harm}") & (RISKS | {"older"}):
        assert shipped.value(f"harm.{harm}.{risk}") >= 1, "a risk raises a harm"


def test_harms_file_holds_harms_only(shipped: Evidence) -> None:
    for key in ids("harms.csv"):
        word, harm, *rest = key.split(".")
        assert word == "harm"
        assert key == "harm.older_from" or (harm in HARMS and len(rest) == 1), key


def test_every_treatment_parameter_belongs_to_a_step_and_says_a_known_thing() -> None:
    for key in ids("treatments.csv"):
        step, name = key.split(".", 1)
        if step == "context":
            assert name in ("relief", "days"), key
            continue
        assert step in STEPS, key
        assert name in SUFFIXES, key


def test_every_assumption_that_matters_has_a_plausible_range(shipped: Evidence) -> None:
    """Issue 4 varies the numbers: effects and harms must say how far they may be off."""
    sure = {"paracetamol.axial_relief", "paracetamol.limb_relief", "nsaid.limb_relief"}
    matters = RELIEF | LEARNT | HARMS | LASTING
    for key in ids("treatments.csv"):
        parameter = shipped.parameters[key]
        if key.split(".")[1] in matters and parameter.assumed and key not in sure:
            assert parameter.low is not None, key
            assert parameter.interval == "plausible", key


def test_the_neck_is_riskier_than_the_low_back(shipped: Evidence) -> None:
    for harm in row_of(shipped, "epidural")["harms"]:
        assert shipped.value(f"cervical_epidural.{harm}") > shipped.value(f"epidural.{harm}"), harm


@pytest.mark.parametrize(
    "key",
    [
        "paracetamol.axial_relief", "gabapentinoid.limb_relief", "traction.limb_relief",
        "traction.axial_relief", "facet_injection.axial_relief",
    ],
)  # fmt: skip
def test_the_base_case_is_what_the_trials_found_even_if_it_is_nothing(shipped: Evidence, key: str) -> None:
    assert shipped.value(key) == 0
    assert not shipped.parameters[key].calibrated


def test_serious_disease_of_every_kind_can_be_stopped(shipped: Evidence) -> None:
    assert {kind for row in shipped.treatments.values() for kind in row.get("stops", [])} == SERIOUS


def test_context_belongs_to_what_is_measured_against_sham(shipped: Evidence) -> None:
    """Tablets, talk, exercise and operations were measured openly; their figures hold the context already."""
    told = {row["kind"] for row in shipped.treatments.values() if row.get("context")}
    assert told == {"test", "procedure", "course"}
    assert {s for s, row in shipped.treatments.items() if row.get("context") and row["kind"] == "course"} == {
        "traction"
    }
