"""What `compare` takes: names, files or pathways, in a sequence or by arm."""

import pytest

import spinesim as ss
from spinesim.pathway import Pathway
from spinesim.study import study_plans

QUICK = {"patients": 10, "years": 0.2}


def arms(pathways):
    return [one.arm for one in study_plans(pathways, **QUICK)]


def test_a_sequence_of_names_is_named_by_itself():
    assert arms(["conservative_first", "early_imaging"]) == ["conservative_first", "early_imaging"]
    assert arms(("sciatica", ss.pathway("facet_pain"))) == ["sciatica", "facet_pain"]
    assert arms({"usual": "sciatica"}) == ["usual"]


def test_names_give_the_same_study_as_a_mapping():
    names = ["conservative_first", "early_imaging"]
    one, two = (ss.compare(some, **QUICK).differences() for some in (names, {name: name for name in names}))
    assert one.equals(two)


def test_a_file_is_named_by_its_stem(tmp_path):
    path = tmp_path / "mine.toml"
    made = ss.pathway("sciatica")
    assert isinstance(made, Pathway)
    from spinesim.evidence import data_folder

    path.write_text((data_folder() / "pathways" / "sciatica.toml").read_text())
    assert arms([path]) == arms([str(path)]) == ["mine"]


@pytest.mark.parametrize(("wrong", "says"), [
    ("conservative_first", "compare takes two or more pathways"), (5, "compare takes two or more pathways"),
    ([1, "sciatica"], "'1' is no pathway"), (["sciatica", "sciatica"], "Two arms are called 'sciatica'"),
    ([], "Nothing to compare"), ({}, "Nothing to compare"),
])  # fmt: skip
def test_anything_else_is_refused_in_one_sentence(wrong, says):
    with pytest.raises(ss.SpinesimError) as refused:
        ss.compare(wrong, **QUICK)
    assert says in str(refused.value) and "\n" not in str(refused.value)
