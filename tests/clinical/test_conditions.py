"""Pain patterns as data: all there and complete, faults refused in one sentence, courses as published."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from spinesim.clinical.body import Body
from spinesim.clinical.cohort import draw_cohort
from spinesim.clinical.conditions import (
    NEEDED,
    OF_COURSE,
    PROGRAMMES,
    SERIOUS,
    STEPS,
    condition,
    every_condition,
)  # fmt: skip
from spinesim.errors import SpinesimError
from spinesim.evidence import Draws, Evidence, Parameter, load_evidence
from spinesim.evidence.store import Named

PATTERNS = {
    "lumbar_strain", "disc_herniation", "persistent_back_pain", "discogenic_pain", "facet_pain",
    "lumbar_stenosis", "si_joint_pain", "myofascial_pain", "post_surgical_pain", "cervical_radiculopathy",
    "whiplash", "cervicogenic_headache", "cervical_myelopathy",
}  # fmt: skip
"""The twelve of claim A1, and non-specific persistent back pain."""
MIMICS = {"meralgia_paraesthetica", "carpal_tunnel"}
BORROWED = "persistent_back_pain"


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return load_evidence()


def with_row(evidence: Evidence, key: str, **changes: Any) -> Evidence:
    """The evidence with one row of conditions.toml changed; None takes a key away."""
    row = {name: value for name, value in (evidence.conditions[key] | changes).items() if value is not None}
    return replace(evidence, conditions={**evidence.conditions, key: row})


def with_rows(evidence: Evidence, add: Iterable[Parameter] = (), drop: Iterable[str] = ()) -> Evidence:
    """The evidence with rows of data/parameters added or taken away."""
    rows = Named[Parameter]("parameter called")
    rows.update({key: row for key, row in evidence.parameters.items() if key not in set(drop)})
    rows.update({row.id: row for row in add})
    return replace(evidence, _parameters=rows)


# -- what is shipped --------------------


def test_the_twelve_patterns_and_two_mimics_are_there(evidence: Evidence) -> None:
    built = every_condition(evidence)
    assert set(built) == PATTERNS | MIMICS
    assert {key for key, what in built.items() if what.mimic} == MIMICS


@pytest.mark.parametrize("key", sorted(PATTERNS | MIMICS))
def test_each_has_a_complete_natural_course(evidence: Evidence, key: str) -> None:
    what = condition(evidence, key)
    for name in [*NEEDED, *(f"course.{course}.{name}" for course in what.courses for name in OF_COURSE)]:
        assert name in what.numbers
    assert sum(what.by_course("share")) == pytest.approx(1, abs=1e-9)
    assert sum(what.get(f"serious.{kind}") for kind in SERIOUS) < 0.2
    for name in ("limb_days", "axial_days"):
        assert min(what.by_course(name)) > 0
    stray = {
        name.split(".")[1] for name in what.numbers if name.startswith("course.") and name.count(".") > 1
    }
    assert stray == set(what.courses)  # no row of a class that nobody is in


@pytest.mark.parametrize("key", sorted(PATTERNS | MIMICS))
def test_each_fits_its_region_and_what_helps_it(evidence: Evidence, key: str) -> None:
    what = condition(evidence, key)
    assert what.index == {"lumbar": "ODI", "cervical": "NDI"}[what.region]
    unit = evidence[f"{key}.disability.per_axial"].unit
    assert unit == f"{what.index} per NRS point"
    assert what.programme in PROGRAMMES
    assert what.responds <= STEPS | set(evidence.treatments)
    back_only = {"epidural", "microdiscectomy", "decompression", "fusion", "si_injection"}
    neck_only = {"cervical_epidural", "cervical_surgery"}
    assert not what.responds & (back_only if what.region == "cervical" else neck_only)
    assert what.mimic or what.reference
    starts = what.get("limb.start"), what.get("axial.start")
    assert starts.index(max(starts)) == ("limb", "axial").index(what.main_pain)


def test_operations_help_only_where_there_is_something_to_operate_on(evidence: Evidence) -> None:
    helped = {
        step: {key for key, what in every_condition(evidence).items() if step in what.responds}
        for step in ("microdiscectomy", "decompression", "cervical_surgery")
    }
    assert helped["microdiscectomy"] == {"disc_herniation"}
    assert helped["decompression"] == {"lumbar_stenosis"}
    assert helped["cervical_surgery"] == {"cervical_radiculopathy", "cervical_myelopathy"}


def test_tissue_is_where_the_pattern_says(evidence: Evidence) -> None:
    built = every_condition(evidence)
    assert max(built, key=lambda key: built[key].get("si_source")) == "si_joint_pain"
    assert max(built, key=lambda key: built[key].get("muscle_source")) == "myofascial_pain"
    pressed = {key for key, what in built.items() if what.get("narrowed") > 0.9}
    assert pressed == {"lumbar_stenosis", "cervical_radiculopathy", "cervical_myelopathy"}
    assert max(built, key=lambda key: built[key].get("load_response")) == "whiplash"
    assert max(built, key=lambda key: built[key].get("serious.cord_compression")) == "cervical_myelopathy"


@pytest.mark.parametrize("key", ["facet_pain", "discogenic_pain", "si_joint_pain", "myofascial_pain"])
def test_a_borrowed_course_goes_on_being_the_same(evidence: Evidence, key: str) -> None:
    """No course of these was found; they take over that of persistent back pain, number for number."""
    mine, theirs = (condition(evidence, name) for name in (key, BORROWED))
    course = {name: value for name, value in mine.numbers.items() if name.startswith("course.")}
    assert course == {name: value for name, value in theirs.numbers.items() if name.startswith("course.")}


@pytest.mark.parametrize("kind", SERIOUS)
def test_each_serious_disease_is_complete(evidence: Evidence, kind: str) -> None:
    assert evidence.value(f"serious.{kind}.onset_days") >= 0
    assert evidence.value(f"serious.{kind}.growth_days") > 0
    assert 0 < evidence.value(f"serious.{kind}.disability") <= 100
    assert 0 <= evidence.value(f"serious.{kind}.alarms") <= 1


def test_cauda_equina_brings_everyone_in_at_once(evidence: Evidence) -> None:
    assert evidence.value("serious.cauda_equina.alarms") == 1


def test_myelopathy_worsens_as_published(evidence: Evidence) -> None:
    """Mild myelopathy without surgery: stable 91, 85 and 84 % at 1, 2 and 3 years."""
    share = evidence.value("cervical_myelopathy.serious.cord_compression")
    latest = evidence.value("serious.cord_compression.onset_days")
    for years in (1, 2, 3):
        figure = evidence.figures[f"dcm_mild_stable_{years}y"]
        worse = share * min(years * 365.25 / latest, 1)
        assert figure.low <= 1 - worse <= figure.high
        assert 1 - worse == pytest.approx(figure.value, abs=0.02)


# -- the natural course --------------------


def untreated(evidence: Evidence, key: str, weeks: int) -> tuple[np.ndarray, np.ndarray]:
    """Main pain at entry and after `weeks` of 2,000 people nobody treats."""
    draws, people = Draws(20), 2_000
    cohort = draw_cohort(evidence, draws, key, people)
    body = Body(evidence, cohort, draws, np.zeros(people, dtype=np.int64), weeks)
    body.advance(weeks * 7)
    series = body.record[f"{condition(evidence, key).main_pain}_pain"]
    return series[0], series[weeks]


def test_a_third_of_untreated_stenosis_improves(evidence: Evidence) -> None:
    """Wessberg: 32 % better, 55 % unchanged at 3.3 years by the minimal important change of leg pain."""
    start, end = untreated(evidence, "lumbar_stenosis", 172)
    improved = evidence.figures["lss_wessberg_leg_improved"].value
    assert np.mean(start - end >= 2) == pytest.approx(improved, abs=0.08)


def test_half_and_more_of_whiplash_improves_within_three_months(evidence: Evidence) -> None:
    start, end = untreated(evidence, "whiplash", 13)
    improved = evidence.figures["wad_substantial_improve_3mo"].value
    assert np.mean(end <= start / 2) == pytest.approx(improved, abs=0.15)


@pytest.mark.parametrize("key", sorted(PATTERNS | MIMICS))
def test_nobody_left_alone_gets_much_worse_on_average(evidence: Evidence, key: str) -> None:
    start, end = untreated(evidence, key, 52)
    assert 0 <= np.mean(end) <= np.mean(start) + 0.3


# -- faults, one sentence each --------------------


@pytest.mark.parametrize(("changes", "says"), [
    ({"herbs": "mint"}, "the key 'herbs' is unknown"),
    ({"limb_name": None}, "'limb_name' is missing; add it"),
    ({"mimic": "no"}, "'mimic' must be true or false"),
    ({"herniation": 1}, "'herniation' must be true or false"),
    ({"label": 7}, "'label' must be words"),
    ({"label": " "}, "'label' must be words"),
    ({"courses": "rapid"}, "'courses' must be a list"),
    ({"courses": []}, "'courses' is empty"),
    ({"courses": ["rapid", "rapid"]}, "'courses' names something twice"),
    ({"responds": [3]}, "'responds' must be a list"),
    ({"responds": ["leeches"]}, "the step 'leeches'"),
    ({"programme": "yoga"}, "'programme' is 'yoga'; choose one of general"),
    ({"region": "thoracic"}, "'region' is 'thoracic'; choose one of lumbar, cervical"),
    ({"index": "RMDQ"}, "'index' is 'RMDQ'"),
    ({"main_pain": "back"}, "'main_pain' is 'back'; choose one of axial, limb"),
    ({"reference": ["hearsay"]}, "'hearsay' is no row of data/evidence"),
])  # fmt: skip
def test_a_faulty_row_is_refused_in_one_sentence(
    evidence: Evidence, changes: dict[str, Any], says: str
) -> None:
    with pytest.raises(SpinesimError) as wrong:
        condition(with_row(evidence, "lumbar_strain", **changes), "lumbar_strain")
    text = str(wrong.value)
    assert text.startswith("data/conditions.toml [lumbar_strain]: ") and says in text
    assert "\n" not in text and text.endswith(".")


def test_a_row_that_is_no_table_is_refused(evidence: Evidence) -> None:
    odd = replace(evidence, conditions={"gout": "sore"})
    with pytest.raises(SpinesimError, match=r"\[gout\]: must be a table"):
        condition(odd, "gout")


def test_an_unknown_condition_names_the_known(evidence: Evidence) -> None:
    with pytest.raises(SpinesimError, match=r"^Unknown condition 'gout': choose one of lumbar_strain, "):
        condition(evidence, "gout")


@pytest.mark.parametrize("name", ["age", "course.rapid.axial_days", "disability.per_limb"])
def test_a_missing_parameter_is_named(evidence: Evidence, name: str) -> None:
    with pytest.raises(SpinesimError, match=rf"the row 'lumbar_strain\.{name}' is missing; add it\.$"):
        condition(with_rows(evidence, drop=[f"lumbar_strain.{name}"]), "lumbar_strain")


def test_course_shares_must_sum_to_one(evidence: Evidence) -> None:
    odd = evidence.change({"whiplash.course.mild.share": 0.5})
    with pytest.raises(SpinesimError, match=r"whiplash\.course\.\*\.share sum to 1\.05; make them"):
        condition(odd, "whiplash")


def test_an_unknown_serious_disease_is_refused(evidence: Evidence) -> None:
    stray = replace(evidence["lumbar_strain.serious.cancer"], id="lumbar_strain.serious.gout")
    odd = with_rows(evidence, add=[stray])
    with pytest.raises(SpinesimError, match=r"'lumbar_strain\.serious\.gout' names no serious disease"):
        condition(odd, "lumbar_strain")


def test_get_gives_the_number_or_a_default(evidence: Evidence) -> None:
    what = condition(evidence, "whiplash")
    assert what.get("facet_source") == 0.54
    assert what.get("si_source") == 0 and what.get("si_source", 0.3) == 0.3
