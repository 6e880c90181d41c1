"""Every notebook runs from top to bottom with real widgets, and every control in it works."""

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
from spinesim.view.lab.spec import NO_CONTROLS, lesson_files, load_lesson

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PROJECTED = sorted((ROOT / "notebooks" / "facilitator").glob("*.ipynb"))
LABS = [path for path in NOTEBOOKS if load_lesson(path.stem).lab not in NO_CONTROLS]
DRIVE = """
from spinesim import view
from spinesim.view.lab import share
again = view.lesson("{id}")
lesson = again
lab = lesson.lab
lesson.begin()
lesson.prediction.lock_button.click()
lesson.prediction.lock_button.click()
await lab.finished()

def fine():
    assert lab.last_error is None, lab.status.text
    assert lab.shown.settings == lab.settings and lab.status.state == "ready", lab.status.text

fine()
first = lab.picture
assert first.startswith(b"\\x89PNG") and "Inside your range?" in lesson.answer.value
lab.controls["patients"].value = 100
for control in sorted(lab.lesson.control, key=lambda one: not one.is_number):  # numbers end at their lowest
    dial = lab.controls[control.id]
    never = ["never"] if control.never else []
    for value in control.labels or [lab.start[control.id], *never, dial.high, dial.low]:
        dial.value = value
        await lab.finished()
        fine()
        assert share.read(lab.lesson, lab.setting_text(), lab.start) == lab.settings
dial = lab.controls["seed"]
dial.value, dial.value = 3, 4   # twice while running: the last wins
await lab.finished()
assert lab.shown.settings["seed"] == 4
dial.value = 5
lab.cancel()
await lab.finished()
assert lab.shown.settings["seed"] == 4 and lab.status.text.startswith("Cancelled")
text = lab.setting_text()
lab.reset()
await lab.finished()
fine()
assert lab.settings == lab.start and lab.picture == first
lab.apply(text)
await lab.finished()
assert lab.shown.settings["seed"] == 5
lab.export.button.click()
assert lab.export.data.widget.content and lab.history.widget.value
if lab.shown.study is not None:
    lab.story.open.click(); lab.story.next.click(); lab.story.previous.click()
    assert lab.story.status.text
"""
CASE = """
from spinesim import view
lesson = view.lesson("15")
lesson.begin()
lab, consult = lesson.lab, lesson.lab.consult
for name in [words[1] for words in lab.case.options]:
    lab.case.value = name
    lab.begin()
    assert lab.status.state == "ready" and consult.played.now.number == 1, lab.status.text
    for key in list(consult.questions)[:4]:
        consult.questions[key].click()
        consult.questions[key].click()   # twice, as an impatient hand does
    assert len(consult.asked) == 4
    for tick in consult.ticks.values():  # every box to on, to off; then all at once: too much for one visit
        tick.value = True
        tick.value = False
    for goal in [words[1] for words in consult.goal.options]:
        consult.goal.value = goal
    for weeks in (consult.again.low, consult.again.high, 4):
        consult.again.value = weeks
    for tick in consult.ticks.values():
        tick.value = True
    consult.close()
    assert consult.status.state == "error" and "minutes" in consult.status.text
    for tick in consult.ticks.values():
        tick.value = False
    consult.ticks["education"].value = True
    consult.close_button.click()
    consult.close_button.click()   # not the next visit as well
    assert consult.played.now.number == 2, consult.status.text
    lab.resume()
    assert consult.played.now.number == 2, "the saved choices are found again"
consult.ticks["discharge"].value = True
consult.close()
await lab.finished()
assert lab.last_error is None and lab.made is not None, lab.status.text
assert lab.debrief.page.content and lab.debrief.log.content
lab.paste.value = lab.debrief.copy.text
await lab.finished()
assert lab.played.over
lab.paste.value = "{"
assert lab.status.state == "error"
room = view.lesson("15", projector=True).lab
room.begin()
room.consult.vote.box.value = "A 3\\nB 1"
room.consult.vote.button.click()
assert room.consult.played.now.number == 2, room.consult.vote.status.text
"""
AFRESH = "02"
AGAIN = """
from spinesim import view
lesson = view.lesson("{id}")
lesson.begin()
await lesson.lab.finished()
assert lesson.prediction.is_locked and lesson.is_open, "the prediction of the other kernel is not shown"
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
    """Run a notebook, its progress file and every Jupyter setting in a temporary place."""
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    monkeypatch.setenv("SPINESIM_PROGRESS", str(tmp_path / "my_progress.json"))
    notebook = nbformat.read(path, as_version=4)
    if extra:
        notebook.cells.append(nbformat.v4.new_code_cell(extra))
    NotebookClient(
        notebook, timeout=180, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}}
    ).execute()
    return notebook


def test_every_lesson_has_its_notebook_and_the_facilitators():
    assert [path.stem for path in NOTEBOOKS] == [path.stem for path in PROJECTED] == lesson_files()
    assert all(path.with_suffix(".md").is_file() for path in PROJECTED)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_runs_from_top_to_bottom_and_every_control_works(path, tmp_path, monkeypatch):
    """And in a fresh kernel, with the learner's progress there, the prediction is shown again."""
    drive = path in LABS
    number = path.stem[:2]
    extra = DRIVE.replace("{id}", number) if drive else CASE if number == "15" else ""
    assert faults(execute(path, tmp_path, monkeypatch, extra)) == []
    if drive:
        assert (tmp_path / "my_progress.json").is_file()
    if number == AFRESH:  # one lesson is enough: the flow is the same code in all of them
        assert faults(execute(path, tmp_path, monkeypatch, AGAIN.replace("{id}", number))) == []


@pytest.mark.parametrize("path", PROJECTED, ids=lambda path: path.stem)
def test_the_projected_notebook_runs_and_keeps_nothing(path, tmp_path, monkeypatch):
    assert faults(execute(path, tmp_path, monkeypatch)) == []
    assert not (tmp_path / "my_progress.json").exists()


@pytest.mark.parametrize("path", [*NOTEBOOKS, *PROJECTED], ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_is_thin_and_stored_without_outputs(path):
    notebook = json.loads(path.read_text("utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    assert len(code) <= 2 and sum(len(cell["source"]) for cell in code) <= 8
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


def test_every_id_named_is_a_row_and_an_unchecked_one_is_called_so():
    """Ids in backticks: rows of the evidence, parameters, or files and words of the project."""
    rows = {
        row["id"]: row
        for file in sorted((ROOT / "data" / "evidence").glob("*.csv"))
        for row in csv.DictReader(file.open(encoding="utf-8", newline=""))
    }
    cited = 0
    for path in NOTEBOOKS:
        text = path.read_text("utf-8")
        named = {name for name in re.findall(r"`([a-z][a-z0-9]*(?:_[a-z0-9]+)+)`", text) if name in rows}
        cited += len(named)
        unchecked = sorted(name for name in named if rows[name]["checked"] != "yes")
        assert not unchecked or re.search(r"not\s+(?:been\s+)?checked", text), f"{path.name}: {unchecked}"
    assert cited >= 10
