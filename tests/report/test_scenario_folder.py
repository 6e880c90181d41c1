"""The folder: written whole or not at all, read back to the digit, enough to run the same again."""

import json
import shutil

import pandas as pd
import pytest

from spinesim.clinic import load_clinic
from spinesim.errors import SpinesimError
from spinesim.pathway.load import available, load_pathway
from spinesim.study.compare import run_study
from spinesim.study.scenario_folder import (
    clinic_diff,
    clinic_of,
    clinic_plain,
    pathway_of,
    pathway_plain,
    plans_of,
    read,
    write,
)
from spinesim.study.scenario_folder.rests_on import rests_on


def test_numbers_come_back_to_the_last_digit(study, folder):
    found = read(folder)
    for name, wanted in (("summary", study.summary()), ("differences", study.differences())):
        pd.testing.assert_frame_equal(found.table(name), wanted, check_exact=True, check_dtype=False)
    assert found.arms == study.arms


def test_the_plans_come_back(plans, folder):
    assert plans_of(read(folder).manifest) == plans


def test_running_it_again_gives_the_same_numbers(study, folder):
    again = run_study(plans_of(read(folder).manifest))
    pd.testing.assert_frame_equal(again.summary(), study.summary(), check_exact=True)


@pytest.mark.parametrize("name", available())
def test_a_pathway_survives_plain_data(name):
    one = load_pathway(name)
    assert pathway_of(json.loads(json.dumps(pathway_plain(one)))).digest == one.digest


@pytest.mark.parametrize("name", ["ample", "community", "hospital_pain_centre"])
def test_a_clinic_survives_plain_data(name):
    one = load_clinic(name)
    assert clinic_of(json.loads(json.dumps(clinic_plain(one)))) == one


def test_clinic_differences_in_words():
    today = load_clinic("community")
    plain = clinic_plain(today)
    resource = plain["resources"]["physiotherapy"]
    before = resource["staff"]
    resource["staff"] += 1
    plain["virtual"] = {"steps": ["review"], "share": 0.5}
    plain["resources"]["imaging"]["sessions"].append({"days": ["wed"], "start": "13:00", "end": "17:00"})
    plain["numbers"] = plain["numbers"] | {"visit.price": 150.0}
    said = clinic_diff(today, clinic_of(plain))
    assert f"physiotherapy: one more therapist ({before} → {before + 1})" in said
    assert "imaging: new session Wed 13:00–17:00" in said
    assert any(line.startswith("reviews by video for 50 % of people") for line in said)
    assert any("visit.price" in line and "150" in line for line in said)
    assert len(said) == 4
    assert clinic_diff(today, today) == []


def test_a_parameter_is_an_assumption_or_evidence(plans):
    assumed, known = rests_on(plans)
    assert not set(assumed["id"]) & set(known["id"]) - {"visit.price"}  # published, and the clinic's own
    own = assumed[assumed["why"] == "this clinic's own"]
    assert list(own["id"]) == ["visit.price"] and list(own["value"]) == [150.0]
    parameters = plans[0].evidence.parameters
    shipped = known[known["id"] != "visit.price"]
    assert not any(parameters[key].assumed for key in shipped["id"])


def test_nothing_is_left_of_a_refused_folder(study, plans, folder, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    with pytest.raises(SpinesimError, match="already holds files"):
        write(study, plans, tmp_path / "full")
    with pytest.raises(SpinesimError, match="not spinesim results"):
        write(study, plans, tmp_path / "full", force=True)
    with pytest.raises(SpinesimError, match="give its own plans"):
        write(study, plans[:1], tmp_path / "new")
    assert [path.name for path in tmp_path.iterdir()] == ["full"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("manifest.json", None, "no manifest.json"),
        ("manifest.json", "{", "not JSON"),
        ("manifest.json", "[]", "damaged"),
        ("manifest.json", "{}", "run, compare or the clinic lab"),
        ("summary.csv", None, "summary.csv is missing"),
        ("waits.csv", None, "waits.csv is missing"),
        ("waits.csv", "", "waits.csv is damaged"),
        ("waits.csv", "arm,step\n", "rows instead of"),
        ("summary.csv", "a,b\n1,2\n", "column 'outcome' is missing"),
        ("summary.csv", b"\xff\xfe\x00", "summary.csv is damaged"),
    ],
)
def test_a_damaged_folder_is_one_sentence(folder, tmp_path, name, content, said):
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    if content is None:
        (copy / name).unlink()
    else:
        (copy / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(SpinesimError, match=said) as wrong:
        read(copy)
    assert "\n" not in str(wrong.value) and len(str(wrong.value)) < 400


def test_no_folder(tmp_path):
    with pytest.raises(SpinesimError, match="does not exist"):
        read(tmp_path / "none")
    (tmp_path / "file").write_text("")
    with pytest.raises(SpinesimError, match="is a file"):
        read(tmp_path / "file")
