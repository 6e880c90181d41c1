"""The lab of a naive cohort study: every control, what is kept, few people, limits, words and data."""

import io
import zipfile

import pandas as pd
import pytest
from PIL import Image

from spinesim.course import play
from spinesim.errors import SpinesimError
from spinesim.study.naive import METHODS
from spinesim.view.lab import share
from spinesim.view.lab.lab import Lab
from spinesim.view.lab.naive import NaiveRunner, measures_of
from spinesim.view.lab.spec import Control, Option, load_lesson, start_of
from spinesim.view.limits import MOST_PEOPLE

FEW = 200
FEWEST = 100


def made(patients=FEW):
    lab = Lab(load_lesson("12"), patients=patients)
    lab.run_now()
    assert lab.last_error is None, lab.status.text
    return lab


@pytest.fixture
def lab():
    return made()


@pytest.fixture
def runs(lab, monkeypatch):
    """The arms that are simulated from now on."""
    seen = []
    real = lab.runner._steps
    monkeypatch.setattr(lab.runner, "_steps", lambda plan: seen.append(plan.arm) or real(plan))
    return seen


def fine(lab):
    assert lab.last_error is None, lab.status.text
    assert lab.shown.settings == lab.settings
    assert lab.status.state == "ready" and lab.status.text.startswith("Done")
    assert "nan" not in lab.status.text + "".join(one.alt for one in lab.shown.pictures)
    return True


@pytest.mark.filterwarnings("error")
def test_every_control_to_its_ends_and_back():
    """With few people too, who may have no outcome at all, and none of them scanned early."""
    lab = made(FEWEST)
    other = Lab(lab.lesson, patients=FEWEST)
    first, sizes = (
        lab.picture,
        [(one.width, Image.open(io.BytesIO(one.png)).size) for one in lab.shown.pictures],
    )
    for control in lab.lesson.control:
        dial = lab.controls[control.id]
        for value in control.labels or [dial.low, dial.high, lab.start[control.id]]:
            dial.value = value
            assert fine(lab)
            assert share.read(lab.lesson, lab.setting_text(), other.settings) == lab.settings
            assert sizes == [(one.width, Image.open(io.BytesIO(one.png)).size) for one in lab.shown.pictures]
    lab.reset_button.click()
    assert fine(lab) and lab.picture == first, "the same settings give the same picture"


def test_every_guess_question_and_headline_is_about_a_fact_of_the_run(lab):
    file = lab.lesson
    wanted = {guess.fact for guess in file.guess} | {*file.headlines}
    wanted |= {key for one in file.question for key in (one.fact, *one.facts) if key}
    assert wanted <= {*lab.shown.facts} and {*METHODS} <= {*lab.shown.facts}


def test_the_dial_runs_usual_care_alone_and_other_questions_run_nothing(lab, runs, monkeypatch):
    lab.controls["impression"].value = 50
    assert runs == ["usual care"], "the truth does not depend on what doctors go by"
    asked = []
    monkeypatch.setattr(lab.runner, "_asking", lambda *_: asked.append(1))
    lab.controls["outcome"].value = "Operations"
    lab.controls["impression"].value = lab.start["impression"]
    assert len(runs) == 1 and not asked and fine(lab)


def test_what_the_chart_records_is_asked_anew_but_not_simulated(lab, runs):
    before = dict(lab.shown.facts)
    lab.controls["records"].value = "Back pain score only"
    assert (
        runs == []
        and lab.shown.facts["truth"] == before["truth"]
        and lab.shown.facts["crude"] == before["crude"]
    )
    assert lab.shown.facts["baseline"] != before["baseline"]
    assert lab.shown.pictures[1].alt.count("not recorded") == 3


def test_what_is_kept_is_bounded(lab, monkeypatch):
    monkeypatch.setattr("spinesim.view.lab.naive.ANSWERS_KEPT", 2)
    monkeypatch.setattr("spinesim.view.lab.naive.ARMS_KEPT", 4)
    for seed in range(3):
        lab.controls["seed"].value = seed
    assert fine(lab) and len(lab.runner._answers) == 2 and len(lab.runner._arms) == 4


def test_the_outcome_on_show_is_that_of_the_facts_the_words_and_the_table(lab):
    lab.controls["outcome"].value = "Procedures, as a ratio of risks"
    facts, shown = lab.shown.facts, lab.shown
    assert facts["crude"].unit == "times" and facts["crude"].value == facts["procedures_ratio_crude"].value
    assert "ratio of risks" in shown.pictures[0].alt and "ratio of risks" in shown.tables[0]
    assert "No event among the never exposed" in shown.tables[0], "an infinite ratio is said in words"
    lab.controls["outcome"].value = "Cost"
    assert lab.shown.facts["truth"].unit == "USD per person" and "US$" in lab.status.text
    assert lab.shown.tables[1].count("<tr>") == 7


def test_a_served_page_counts_usual_care_and_both_lives(lab, monkeypatch):
    monkeypatch.setenv(MOST_PEOPLE, str(3 * FEW))
    shown = lab.shown
    lab.controls["patients"].value = FEW + 100
    assert lab.status.state == "error" and f"{3 * FEW}" in lab.status.text and lab.shown is shown
    lab.controls["patients"].value = FEW
    lab.run_now()
    assert fine(lab)


def test_a_run_can_be_dropped_at_any_of_its_steps():
    """It tells the share done all along, in steps small enough to stop between them."""
    lesson = load_lesson("12")
    shares = list(NaiveRunner(lesson).steps({**start_of(lesson), "patients": FEW}))
    assert shares == sorted(shares) and shares[0] > 0 and shares[-1] <= 1 and len(shares) > 100


def test_a_lesson_that_counts_nothing_or_something_unknown_is_refused():
    lesson = load_lesson("12")
    with pytest.raises(SpinesimError, match="no control that sets an outcome"):
        measures_of(lesson.model_copy(update={"control": lesson.control[:1]}))
    wrong = Control.model_validate(
        {
            "id": "outcome",
            "label": "x",
            "options": [{"label": n, "changes": {"settings": {"outcome": n}}} for n in "ab"],
        }
    )
    assert isinstance(wrong.options[0], Option)
    with pytest.raises(SpinesimError, match="no outcome 'a'"):
        NaiveRunner(lesson.model_copy(update={"control": [wrong]}))


def test_what_is_exported_can_be_read_again(lab):
    lab.export.button.click()
    assert Image.open(io.BytesIO(lab.export.figure.widget.content)).width == 1_140
    with zipfile.ZipFile(io.BytesIO(lab.export.data.widget.content)) as folder:
        assert {*folder.namelist()} == {
            "answers.csv", "off_the_truth.csv", "who.csv", "facts.csv", "settings.txt",
        }  # fmt: skip
        rows = pd.read_csv(folder.open("answers.csv")).set_index(["outcome", "method"])
    assert rows.loc[("procedures", "crude"), "estimate"] == lab.shown.facts["procedures_crude"].value


def test_the_same_person_in_both_lives(lab):
    lab.story.open.click()
    assert lab.story.status.text.startswith("Person 1 of") and lab.story.image.png.startswith(b"\x89PNG")
    assert lab.shown.study.arms == ["no MRI before week 6", "MRI early for all"]


def test_the_slider_page_is_small_and_holds_the_runs():
    lesson = load_lesson("12").model_copy(update={"patients": FEWEST})
    assert play.has_page(lesson)
    grid = play.grid_of(lesson, 6)
    scenarios = [play.scenario.scenario((lesson, one)) for one in grid.settings]
    assert len({one.summary for one in scenarios}) > 1
    assert len(play.render(lesson, grid, scenarios).encode()) * 4 < play.LARGEST_PAGE
