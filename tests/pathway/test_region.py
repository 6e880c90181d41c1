"""A pathway for the back or the neck alone: read, compared, and kept from people it is not for."""

from __future__ import annotations

from typing import Any

import pytest

from spinesim.errors import SpinesimError
from spinesim.pathway import available, load_pathway, parse_pathway
from spinesim.study.people import cohort
from spinesim.study.simulation import conditions, plan

TEXT = """\
name = "mine"
title = "Mine"
region = "lumbar"
[settings]
review_weeks = [2]
[[rule]]
id = "talk"
says = "Talk"
when = {}
offer = ["education"]
"""


def test_the_region_is_read_and_part_of_the_content() -> None:
    back, neck = parse_pathway(TEXT, "a"), parse_pathway(TEXT.replace("lumbar", "cervical"), "b")
    both = parse_pathway(TEXT.replace('region = "lumbar"\n', ""), "c")
    assert [one.region for one in (back, neck, both)] == ["lumbar", "cervical", None]
    assert len({one.digest for one in (back, neck, both)}) == 3 and back != neck
    assert back.change(review_weeks=[3]).region == "lumbar"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('region = "lumbr"', "region = 'lumbr' is not known (did you mean 'lumbar'?): write \"lumbar\" or"),
        ('region = "thoracic"', 'write "lumbar" or "cervical", or leave it out for both'),
        ('region = ""', "region = '' is not known"),
        ("region = 3", "region = 3 has the wrong type"),
        ('region = ["lumbar"]', "region = ['lumbar'] has the wrong type"),
        ('regions = "lumbar"', "unknown key 'regions' (did you mean 'region'?)"),
    ],
)
def test_a_wrong_region_is_refused_in_one_sentence(line: str, said: str) -> None:
    with pytest.raises(SpinesimError) as caught:
        parse_pathway(TEXT.replace('region = "lumbar"', line), "mine.toml")
    assert str(caught.value).startswith("mine.toml: ") and said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_pathway_whose_only_safety_rules_are_of_one_region_says_so() -> None:
    for name in available():
        pathway = load_pathway(name)
        asked = {one.value for rule in pathway.rules for one in rule.when if one.fact == "region"}
        assert pathway.region or {"lumbar", "cervical"} <= asked, name


@pytest.mark.parametrize(
    ("name", "mix", "said"),
    [
        (
            "sciatica",
            "cervical_radiculopathy",
            "'sciatica' is for the back, but cervical_radiculopathy is in",
        ),
        ("whiplash", "lumbar_strain", "is for the neck, but lumbar_strain is in the back; choose one of"),
        ("whiplash", None, "is for the neck, but lumbar_strain is in the back"),
        ("sciatica", {"whiplash": 1, "carpal_tunnel": 2}, "whiplash and carpal_tunnel are in the neck"),
        ("sciatica", {"whiplash": 1, "disc_herniation": 0}, "but whiplash is in the neck"),
    ],
)
def test_people_of_the_other_region_are_refused(name: str, mix: Any, said: str) -> None:
    with pytest.raises(SpinesimError) as caught:
        plan(name, condition=mix)
    assert said in str(caught.value) and "\n" not in str(caught.value)


def test_people_some_of_whom_are_of_the_region_are_let_in() -> None:
    for mix in (
        "pain_clinic",
        "primary_care",
        {"whiplash": 9, "disc_herniation": 1},
        "meralgia_paraesthetica",
    ):
        assert plan("sciatica", condition=mix)
    for key in conditions():
        assert plan("conservative_first", condition=key), "a pathway without a region is for all"
    with pytest.raises(SpinesimError, match="but whiplash is in the neck"):
        plan("sciatica", people=cohort("whiplash", patients=5))
