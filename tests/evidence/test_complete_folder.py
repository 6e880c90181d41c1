"""A data folder is complete and its tables fit together before anything is computed."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import get_args

import pytest

from spinesim.errors import SpinesimError
from spinesim.evidence import files, load_evidence, words
from spinesim.evidence.load import SHIPPED, SHIPPED_FOLDERS
from spinesim.pathway.vocabulary import Step

DATA = Path(files.__file__).parents[2] / "data"


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """A copy of the shipped data folder."""
    return shutil.copytree(DATA, tmp_path / "data")


def refused(folder: Path) -> str:
    with pytest.raises(SpinesimError) as caught:
        load_evidence(folder)
    text = str(caught.value)
    assert "\n" not in text and text.endswith(".")
    return text


def edit(folder: Path, name: str, old: str, new: str) -> Path:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


def without_row(folder: Path, name: str, key: str) -> Path:
    table = folder / "parameters" / name
    lines = table.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(f"{key},")]
    assert len(kept) == len(lines) - 1
    table.write_text("".join(kept), encoding="utf-8")
    return folder


# -- files ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHIPPED)
def test_a_missing_file_is_named_before_anything_else(whole: Path, name: str) -> None:
    (whole / name).unlink()
    text = refused(whole)
    assert text == f"{whole / name} is missing; restore it, or point SPINESIM_DATA at a complete data folder."


@pytest.mark.parametrize("name", SHIPPED_FOLDERS)
def test_a_missing_folder_is_named(whole: Path, name: str) -> None:
    shutil.rmtree(whole / name)
    assert refused(whole).startswith(f"{whole / name} holds no .toml file; restore the folder")


def test_a_folder_without_evidence_is_named(whole: Path) -> None:
    shutil.rmtree(whole / "evidence")
    assert refused(whole).startswith(f"{whole / 'evidence'} holds no CSV file")


def test_every_parameter_table_that_is_shipped_is_required() -> None:
    shipped = {f"parameters/{path.name}" for path in (DATA / "parameters").glob("*.csv")}
    assert shipped == {name for name in SHIPPED if name.startswith("parameters/")}


def test_faulty_stances_are_found_when_the_folder_is_read(whole: Path) -> None:
    edit(whole, "stances.toml", '"nsaid.axial_relief"', '"nsaid.axial_releif"')
    assert refused(whole).startswith("data/stances.toml, key 'along.higher': There is no parameter")


# -- words ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "old", "new", "sentence"),
    [
        ("treatments", 'relief = "points"', 'releif = "points"',
         "data/treatments.toml [nsaid]: the key 'releif' is unknown; did you mean 'relief', or remove it."),
        ("treatments", 'relief = "points"', 'relief = "point"',
         "data/treatments.toml [nsaid]: 'relief' is 'point'; choose one of share, points."),
        ("treatments", 'relief = "points"\n', "",
         "data/treatments.toml [nsaid]: 'relief' is missing, though there is nsaid.limb_relief or"),
        ("treatments", 'resource = "physiotherapy"', 'resource = "physio"',
         "data/treatments.toml [physiotherapy]: 'resource' is 'physio'; choose one of none, physician"),
        ("treatments", 'kind = "tablets"', 'kind = "pills"',
         "data/treatments.toml [nsaid]: 'kind' is 'pills'; choose one of talk, tablets"),
        ("treatments", '"gi_event"', '"gi_evnt"',
         "[nsaid]: 'harms' names the harm 'gi_evnt', which spinesim does not know; did you"),
        ("treatments", 'harms = ["gi_event", "renal_event"]', 'harms = ["gi_event"]',
         "[nsaid]: 'harms' leaves out 'renal_event', for which there is a row 'nsaid.renal_event'"),
        ("treatments", 'harms = ["gi_event", "renal_event"]', 'harms = ["gi_event", "renal_event", "fall"]',
         "data/parameters: the row 'nsaid.fall' is missing; add it."),
        ("treatments", 'harms = ["gi_event"', "harms = [3",
         "[nsaid]: 'harms' must be a list of words in quotation marks"),
        ("treatments", '"kidney_disease", "ulcer"', '"kidneys", "ulcer"',
         "[nsaid]: 'avoid_in' names the risk 'kidneys', which spinesim does not know; did you mean"),
        ("treatments", 'works_when = "root"', 'works_when = "nerve"',
         "[traction]: 'works_when' is 'nerve'; choose one of herniation"),
        ("treatments", "context = true", 'context = "yes"', "[traction]: 'context' must be true or false"),
        ("treatments", '"cauda_equina"', '"cauda"', "'stops' names the serious disease 'cauda'"),
        ("treatments", "[nsaid]", "[nsaids]",
         "data/treatments.toml: [nsaids] is no step that a pathway can offer; did you mean 'nsaid'"),
        ("treatments", "[nsaid]", "[nsaid]\nharm = 1",
         "[nsaid]: the key 'harm' is unknown; did you mean 'harms'"),
        ("treatments", 'label = "Paracetamol"', "label = 3", "[paracetamol]: 'label' must be words"),
        ("treatments", 'label = "Paracetamol"\n', "", "[paracetamol]: 'label' is missing; add it."),
        ("conditions", "axial_name", "axail_name",
         "data/conditions.toml [lumbar_strain]: the key 'axail_name' is unknown; did you mean 'axial_name'"),
        ("conditions", '"nsaid", "paracetamol"', '"nsaids", "paracetamol"',
         "[lumbar_strain]: 'responds' names the step 'nsaids', which spinesim does not know; did you mean"),
        ("conditions", 'region = "lumbar"', 'region = "thoracic"', "'region' is 'thoracic'; choose one of"),
        ("conditions", '["rapid", "gradual"', '["swift", "gradual"',
         "data/parameters: the row 'lumbar_strain.course.swift.share' is missing; add it."),
        ("conditions", "[lumbar_strain]", "[sprain]",
         "data/parameters: the row 'sprain.age' is missing; add it."),
        ("signs", "derived = true", "deriwed = true",
         "data/signs.toml [limb_dominant]: the key 'deriwed' is unknown; did you mean 'derived'"),
        ("signs", 'kind = "history"', 'kind = "story"', "[limb_dominant]: 'kind' is 'story'; choose one of"),
        ("signs", 'region = "any"', 'region = "all"', "[limb_dominant]: 'region' is 'all'; choose one of"),
        ("signs", "[sudden_onset]", "[sudden_onset]\nderived = true",
         "[sudden_onset]: derived = true is for"),
        ("signs", "[spurling]", "[spurlings]",
         "the sign [spurling] is missing, which pathways read; restore it."),
    ],
)  # fmt: skip
def test_a_fault_in_a_table_is_one_sentence(
    whole: Path, file: str, old: str, new: str, sentence: str
) -> None:
    assert sentence in refused(edit(whole, f"{file}.toml", old, new))


def test_a_step_left_out_is_named(whole: Path) -> None:
    path = whole / "treatments.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('[discharge]\nlabel = "Discharge"\n'
                    'resource = "none"\nkind = "discharge"\n', ""), encoding="utf-8")  # fmt: skip
    assert refused(whole) == "data/treatments.toml: the step [discharge] is missing; restore it."


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("treatments.csv", "nsaid.gi_event"), ("treatments.csv", "nsaid.price"),
        ("treatments.csv", "nsaid.days"),
        ("treatments.csv", "epidural.minutes"), ("treatments.csv", "epidural.lead_days"),
        ("treatments.csv", "epidural.review_days"), ("treatments.csv", "traction.sessions"),
        ("treatments.csv", "fusion.wound_days"), ("treatments.csv", "decompression.limb_days"),
        ("harms.csv", "harm.gi_event.price"), ("harms.csv", "harm.gi_event.qaly"),
        ("conditions.csv", "whiplash.age"),
    ],
)  # fmt: skip
def test_a_row_that_something_needs_is_named(whole: Path, table: str, key: str) -> None:
    assert refused(without_row(whole, table, key)) == f"data/parameters: the row '{key}' is missing; add it."


def test_relief_needs_a_row_and_an_end(whole: Path) -> None:
    edit(whole, "treatments.toml", "[education]\n", '[education]\nrelief = "share"\n')
    assert "[education]: 'relief' says what there is no row for; add education.limb_relief" in refused(whole)


@pytest.mark.parametrize(
    ("table", "old", "new", "meant"),
    [
        ("treatments.csv", "nsaid.limb_relief", "nsaid.limb_releif", "did you mean 'nsaid.limb_relief'"),
        ("conditions.csv", "whiplash.muscle_source", "whiplash.muscle_sorce", "'whiplash.muscle_source'"),
        ("treatments.csv", "\nnsaid.price",
         "\nnsaid.z,x,1,,,,USD 2025,assumption,assumption,no,\nnsaid.price",
         "nothing reads it; mend its last words, or remove it."),
    ],
)  # fmt: skip
def test_a_row_that_nothing_reads_is_refused(whole: Path, table: str, old: str, new: str, meant: str) -> None:
    text = refused(edit(whole, f"parameters/{table}", old, new))
    assert "is unknown; " in text and meant in text


def test_the_steps_are_those_of_the_pathway_language() -> None:
    assert sorted(words.STEPS) == sorted(get_args(Step))
