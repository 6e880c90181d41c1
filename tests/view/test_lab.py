"""The lab through the state of its widgets: every control, double clicks, cancel, the last setting wins."""

import asyncio
import io
import zipfile

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from spinesim.errors import SpinesimError
from spinesim.view.lab import share
from spinesim.view.lab.history import KEPT
from spinesim.view.lab.lab import Lab
from spinesim.view.lab.spec import lesson_files, load_lesson
from spinesim.view.limits import MOST_PEOPLE

PLANS = [name for name in lesson_files() if load_lesson(name).lab == "plans"]
FEW = 100


def made(name, **options):
    """A lab of few people, after its first run."""
    lab = Lab(load_lesson(name), patients=FEW, **options)
    lab.run_now()
    assert lab.last_error is None, lab.status.text
    return lab


@pytest.fixture
def lab():
    return made("02")


def fine(lab):
    """Nothing failed on the way, and what is shown is what is set."""
    assert lab.last_error is None, lab.status.text
    assert lab.shown.settings == lab.settings
    assert lab.status.state == "ready" and lab.status.text.startswith("Done")
    assert lab.cancel_button.disabled and lab.bar.layout.visibility == "hidden"
    return True


def ends(lab, key):
    """Every value of a list; the ends and the start of a slider."""
    control = next((one for one in lab.lesson.control if one.id == key), None)
    if control is not None and control.options:
        return control.labels
    widget = lab.controls[key]
    never = ["never"] if control is not None and control.never else []
    return [widget.low, widget.high, *never, lab.start[key]]


@pytest.mark.parametrize("name", ["02", "14"])
def test_every_control_to_its_ends_and_back(name):
    """And the line that is copied at each of them sets a second lab alike; all labs: in their notebooks."""
    lab = made(name)
    other = Lab(load_lesson(name), patients=FEW)
    for control in lab.lesson.control:
        for value in ends(lab, control.id):
            lab.controls[control.id].value = value
            assert lab.settings[control.id] == value and fine(lab)
            assert share.read(lab.lesson, lab.setting_text(), other.settings) == lab.settings
            assert all(picture.alt for picture in lab.shown.pictures)
    lab.reset_button.click()
    assert fine(lab) and lab.settings == lab.start


@pytest.mark.parametrize("name", PLANS)
def test_nothing_in_its_pictures_is_cut_off(name):
    """Whatever its arms are called, the edge of every picture is white."""
    for picture in made(name).shown.pictures:
        grey = np.asarray(Image.open(io.BytesIO(picture.png)).convert("L"))
        assert all((edge == 255).all() for edge in (grey[0], grey[-1], grey[:, 0], grey[:, -1])), picture.alt


@pytest.mark.parametrize("name", PLANS)
def test_every_guess_question_and_headline_is_about_a_fact_of_the_run(name):
    lab = made(name)
    file = lab.lesson
    wanted = {guess.fact for guess in file.guess} | {*file.headlines}
    wanted |= {key for one in file.question for key in (one.fact, *one.facts) if key}
    assert wanted <= {*lab.shown.facts}


def test_the_same_plan_in_both_arms_says_so(lab):
    """An exact identity: not one person's care or pain differs, and every difference is 0."""
    lab.controls["imaging"].value = 6
    facts = lab.shown.facts.values()
    assert all((one.value, one.low, one.high) == (0, 0, 0) for one in facts if one.kind == "difference")
    assert lab.shown.facts["fate_changed"].value == 0
    assert "no difference, the same people in both arms" in lab.status.text
    lab.story.open.click()
    assert lab.story.status.text.startswith("No one's fate changed")


def test_an_arm_that_no_control_touched_is_not_run_again(lab, monkeypatch):
    runs = []
    real = lab.runner._steps
    monkeypatch.setattr(lab.runner, "_steps", lambda plan: runs.append(plan.arm) or real(plan))
    lab.controls["imaging"].value = 3
    lab.controls["imaging"].value = 3
    assert runs == ["your plan"]
    lab.controls["seed"].value = 8
    assert runs == ["your plan", "usual care", "your plan"]
    lab.controls["seed"].value = lab.start["seed"]
    assert len(runs) == 3, "both arms are still kept"


def test_numbers_outside_the_range_are_bounded_before_anything_is_allocated(lab):
    lab.controls["patients"].value = 10**9
    assert lab.settings["patients"] == lab.controls["patients"].high
    lab.controls["patients"].value = -1
    assert lab.settings["patients"] == FEW and fine(lab)


def test_a_served_page_refuses_more_than_its_limit_in_a_sentence(lab, monkeypatch):
    monkeypatch.setenv(MOST_PEOPLE, "300")
    shown = lab.shown
    lab.controls["patients"].value = 400
    assert lab.status.state == "error" and "300" in lab.status.text and lab.shown is shown
    lab.controls["patients"].value = 300
    assert fine(lab)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no setting of a lab"),
        ("imaging=3", "no setting of a lab"),
        ("spinesim 07: imaging=3", "of lesson 07"),
        ("spinesim 02: scan=3", "sets nothing here"),
        ("spinesim 02: imaging", "sets nothing here"),
        ("spinesim 02: imaging=13", "outside 0 to 12"),
        ("spinesim 02: imaging=-1", "outside 0 to 12"),
        ("spinesim 02: imaging=soon", "no number"),
        ("spinesim 02: imaging=nan", "give a number"),
        ("spinesim 02: sessions=never", "give a number"),
        ("spinesim 02: people=Nobody", "choose one of"),
        ("spinesim 02: patients=99", "whole number from 100"),
        ("spinesim 02: patients=1e9", "whole number from 100"),
        ("spinesim 02: seed=1.5", "whole number from 0"),
        ("spinesim 02: imaging=3; seed=inf", "whole number from 0"),
    ],
)
def test_a_wrong_setting_is_one_sentence_and_changes_nothing(lab, text, says):
    before = lab.settings
    with pytest.raises(SpinesimError, match=says):
        lab.apply(text)
    assert lab.settings == before and fine(lab)
    lab._paste(text)
    assert says in lab.status.text and lab.status.state == "error" and lab.settings == before


def test_a_setting_in_the_address_opens_the_lab_with_it(monkeypatch):
    monkeypatch.setenv("QUERY_STRING", "token=secret&setting=spinesim%2002:%20imaging%3Dnever")
    monkeypatch.setenv("SERVER_NAME", "localhost")
    monkeypatch.setenv("SERVER_PORT", "8866")
    lab = made("02")
    assert lab.shown.settings["imaging"] == "never" and lab.start["imaging"] == 1
    assert lab.link.text.startswith("http://localhost:8866/?setting=spinesim%2002")
    assert "secret" not in lab.link.text


def test_the_last_setting_wins_and_cancel_keeps_the_picture():
    """In an event loop, as in a notebook: two moves while running, then a cancelled one."""

    async def drive():
        lab = Lab(load_lesson("02"), patients=FEW)
        lab.run()
        assert lab.status.state == "busy" and not lab.cancel_button.disabled
        lab.controls["imaging"].value = 3
        lab.controls["imaging"].value = 9
        await lab.finished()
        assert fine(lab) and lab.shown.settings["imaging"] == 9
        picture = lab.picture
        lab.controls["imaging"].value = 0
        lab.cancel_button.click()
        await lab.finished()
        assert lab.status.text.startswith("Cancelled.") and lab.picture == picture
        assert lab.shown.settings["imaging"] == 9 and not lab.busy
        lab.cancel_button.click()
        lab.run()
        await lab.finished()
        assert fine(lab) and lab.shown.settings["imaging"] == 0

    asyncio.run(drive())


def test_what_was_simulated_ahead_is_not_run_again_and_shows_nothing(monkeypatch):
    async def drive():
        lab, begun = Lab(load_lesson("02"), patients=FEW), []
        steps = lab.runner._steps
        monkeypatch.setattr(lab.runner, "_steps", lambda plan: begun.append(plan.arm) or steps(plan))
        lab.prepare()
        while lab._ahead.busy:
            await asyncio.sleep(0.01)
        assert len(begun) == 2 and lab.shown is None and lab.status.text == "Ready."
        lab.run()
        await lab.finished()
        assert fine(lab) and len(begun) == 2
        # opened in the middle: the work ahead stops, the run is the learner's
        other = Lab(load_lesson("02"), patients=FEW)
        other.prepare()
        await asyncio.sleep(0.02)
        other.run()
        assert not other._ahead.busy
        await other.finished()
        assert fine(other) and other.picture == lab.picture

    asyncio.run(drive())


def test_without_an_event_loop_nothing_is_run_ahead():
    lab = Lab(load_lesson("02"), patients=FEW)
    lab.prepare()
    assert not lab._ahead.busy and not lab.runner._kept


@pytest.mark.parametrize("fault", [SpinesimError("A clear sentence."), ValueError("odd"), MemoryError()])
def test_a_run_that_fails_is_a_sentence_and_the_next_one_works(lab, fault, monkeypatch):
    def failing(plan):
        yield 0.1
        raise fault

    shown = lab.shown
    with monkeypatch.context() as broken:
        broken.setattr(lab.runner, "_steps", failing)
        lab.controls["imaging"].value = 4
        assert lab.last_error is fault and lab.status.state == "error" and lab.shown is shown
        assert "Traceback" not in lab.status.text
    lab.run()
    assert fine(lab) and lab.shown.settings["imaging"] == 4


def test_the_runs_before_stay_beside_the_newest(lab):
    assert lab.history.widget.value == "", "one run has nothing beside it"
    for week in range(2, 2 + KEPT):
        lab.controls["imaging"].value = week
    table = lab.history.widget.value
    assert len(lab.history.runs) == KEPT and table.count("<tr>") == KEPT + 1
    assert f"MRI scan from week: {1 + KEPT}" in table and "The run before" in table
    lab.controls["imaging"].value = 3
    assert len({str(run.settings) for run in lab.history.runs}) == KEPT, "the same settings are one run"


def test_what_is_exported_can_be_read_again(lab):
    assert lab.export.widget.children[1].children == ()
    lab.export.button.click()
    figure = Image.open(io.BytesIO(lab.export.figure.widget.content))
    assert figure.width >= 1_100 and figure.height >= 700
    with zipfile.ZipFile(io.BytesIO(lab.export.data.widget.content)) as folder:
        assert {*folder.namelist()} == {
            "summary.csv", "differences.csv", "weekly.csv", "facts.csv", "settings.txt",
        }  # fmt: skip
        rows = pd.read_csv(folder.open("differences.csv")).set_index("outcome")
        said = folder.read("settings.txt").decode()
    assert rows.loc["imaging", "difference"] == lab.shown.facts["imaging"].value
    assert lab.setting_text() in said and "Not for decisions about individual patients" in said
    lab.controls["imaging"].value = 5
    assert lab.export.widget.children[1].children == (), "the links are of the run on show, or not there"


def test_a_patient_whose_fate_changed(lab):
    lab.story.open.click()
    assert lab.story.status.text.startswith("Person 1 of")
    first = lab.story.image.png
    lab.story.previous.click()
    lab.story.next.click()
    assert lab.story.image.png == first and first.startswith(b"\x89PNG")
