"""Every notebook runs from top to bottom with real ipywidgets, and every control in it works."""

import csv
import json
import re
from html import escape
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

import spinesim as ss
from spinesim import view
from spinesim.study.simulation import shipped_evidence

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
DRIVE = """
lesson.prediction.people.value = 10
lesson.prediction.pain.box.value = -1.0
lesson.prediction.button.click()
lesson.prediction.button.click()
await lesson.lab.finished()
assert lesson.lab.last_error is None, lesson.lab.status.text
first = lesson.lab.picture
assert first.startswith(b"\\x89PNG") and "You predicted" in lesson.prediction.answer.value
lab = lesson.lab
lab.patients.value = 100
for control in (lab.imaging, lab.sessions):
    for value in (control.slider.min, control.slider.max):
        control.value = value
        await lab.finished()
        assert lab.last_error is None, lab.status.text
        assert lab.shown == lab.settings and lab.status.state == "ready", lab.status.text
lab.imaging.value, lab.imaging.value = 3, 4   # twice while running: the last wins
await lab.finished()
assert lab.shown.imaging == 4
lab.imaging.value = 9
lab.cancel()
await lab.finished()
assert lab.shown.imaging == 4 and lab.status.text.startswith("Cancelled")
lab.reset()
await lab.finished()
assert lab.shown == lab.start and lab.picture == first
lab.table.toggle.value = True
assert lab.table.rest.layout.display == "block" and "Flares" in lab.table.rest.value
lab.story.open.click(); lab.story.next.click(); lab.story.previous.click()
assert lab.story.status.text
"""


def faults(notebook):
    """Error outputs of the cells, and those that an Output widget swallowed."""
    found = [out for cell in notebook.cells for out in cell.get("outputs", ()) if out.output_type == "error"]
    states = notebook.metadata.get("widgets", {}).get("application/vnd.jupyter.widget-state+json", {})
    for model in states.get("state", {}).values():
        outputs = model.get("state", {}).get("outputs", ())
        found += [out for out in outputs if out.get("output_type") == "error"]
    return found


def execute(path, tmp_path, monkeypatch, extra=""):
    """Run a notebook in a folder of its own, with every Jupyter setting in a temporary place."""
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    notebook = nbformat.read(path, as_version=4)
    if extra:
        notebook.cells.append(nbformat.v4.new_code_cell(extra))
    NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}}
    ).execute()
    return notebook


def test_the_notebooks_are_there():
    assert [path.name for path in NOTEBOOKS] == [
        "00_start.ipynb", "02_imaging_timing.ipynb", "11_clinic_lead.ipynb",
    ]  # fmt: skip


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_runs_from_top_to_bottom(path, tmp_path, monkeypatch):
    assert faults(execute(path, tmp_path, monkeypatch)) == []


def test_every_control_of_the_lesson_works_in_a_kernel(tmp_path, monkeypatch):
    notebook = execute(ROOT / "notebooks" / "02_imaging_timing.ipynb", tmp_path, monkeypatch, DRIVE)
    assert faults(notebook) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_is_thin_and_stored_without_outputs(path):
    notebook = json.loads(path.read_text("utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    assert len(code) == 1 and len(code[0]["source"]) <= 5
    text = "".join("".join(cell["source"]) for cell in notebook["cells"])
    assert "Not for decisions about individual patients" in text
    assert not re.search(r"/(home|root|work|Users|tmp)/", text), "an absolute path"


@pytest.fixture(scope="module")
def lesson():
    """The run behind lesson 02 as it opens, and the same without incidental findings."""
    usual = ss.pathway("conservative_first")
    plans = {"usual care": usual, "your plan": usual.change(imaging_after_weeks=1)}
    wish = {"condition": "lumbar_strain", "patients": 1_000, "years": 2, "seed": 7}
    none = shipped_evidence().change({"imaging.incidental_scale": 0})
    return ss.compare(plans, **wish), ss.compare(plans, **wish, evidence=none)


def test_what_the_lesson_says_of_its_sizes_holds(lesson):
    """Many more scans, some more procedures, hardly any change in pain; a steep fall in six weeks."""
    study, _ = lesson
    rows = study.differences().set_index("outcome")
    scans, procedures = rows.loc["imaging"], rows.loc["procedures"]
    assert procedures["low"] > 0, "the lesson says: some more procedures"
    assert scans["low"] > 10 and procedures["difference"] < scans["difference"] / 4, (
        "rise far less than scans"
    )
    pain = rows.loc["pain_12_months"]
    assert max(abs(pain["low"]), abs(pain["high"])) < 0.1 * study.minimal_important("pain")
    for _, fan in study.fan("pain").groupby("arm"):
        weeks = fan.set_index("week")["mean"]
        assert weeks[6] < 0.6 * weeks[0] and weeks[52] < weeks[6]


def test_without_incidental_findings_the_extra_procedures_vanish(lesson):
    rows = lesson[1].differences().set_index("outcome")
    assert (
        rows.loc["procedures", ["difference", "low", "high"]].eq(0).all() and rows.loc["imaging", "low"] > 10
    )


def test_the_start_page_shows_two_plans_that_differ():
    guide = view.Guide(patients=400, seed=7)
    fan = guide.study.fan("pain").set_index(["arm", "week"])["mean"]
    assert fan[view.guide.ONE, 52] - fan[view.guide.TAILORED, 52] > 0.2
    text = guide.html()
    assert all(escape(label) in text for label in ss.conditions().values())


def test_every_evidence_id_named_is_a_checked_row():
    rows = {
        row["id"]: row
        for file in sorted((ROOT / "data" / "evidence").glob("*.csv"))
        for row in csv.DictReader(file.open(encoding="utf-8", newline=""))
    }
    names = "img_asx_|early_|mri_cascade_|lbp_acute_|mic_"
    cited = {
        name
        for path in NOTEBOOKS
        for name in re.findall(rf"`((?:{names})[a-z0-9_]+)`", path.read_text("utf-8"))
        if not name.endswith("imaging")
    }
    assert len(cited) >= 10
    assert [name for name in sorted(cited) if rows.get(name, {}).get("checked") != "yes"] == []
