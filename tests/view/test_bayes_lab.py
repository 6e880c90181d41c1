"""The lab of findings: every control, the same pictures, limits, words, export, and what it refuses."""

import io
import zipfile

import pandas as pd
import pytest
from PIL import Image

from spinesim.course import play
from spinesim.errors import SpinesimError
from spinesim.view.lab import share
from spinesim.view.lab.bayes import CHOICES, SLIDERS, BayesRunner
from spinesim.view.lab.lab import Lab
from spinesim.view.lab.spec import load_lesson
from spinesim.view.limits import MOST_PEOPLE

FEW = 200
LESSON = load_lesson("03")


def made(**options):
    lab = Lab(LESSON, patients=FEW, **options)
    lab.run_now()
    assert lab.last_error is None, lab.status.text
    return lab


@pytest.fixture
def lab():
    return made()


def fine(lab):
    assert lab.last_error is None, lab.status.text
    assert lab.shown.settings == lab.settings and lab.status.state == "ready"
    return True


def test_every_control_to_its_ends_and_the_pictures_keep_number_and_width(lab):
    widths = [picture.width for picture in lab.shown.pictures]
    other = Lab(LESSON, patients=FEW)
    for control in LESSON.control:
        dial = lab.controls[control.id]
        places = control.labels or [dial.low, dial.high, *(["never"] if control.never else []), control.first]
        for value in places:
            dial.value = value
            assert fine(lab) and [one.width for one in lab.shown.pictures] == widths
            assert [Image.open(io.BytesIO(one.png)).width for one in lab.shown.pictures] == widths
            assert all(len(one.alt) > 40 for one in lab.shown.pictures)
            assert share.read(LESSON, lab.setting_text(), other.settings) == lab.settings
    lab.reset_button.click()
    assert fine(lab) and lab.settings == lab.start


def test_the_same_settings_give_the_same_pictures_and_another_seed_other_ones(lab):
    again = made()
    assert lab.picture == again.picture and lab.shown.facts == again.shown.facts
    again.controls["seed"].value = 8
    assert again.picture != lab.picture
    again.controls["finding"].value = "One medial branch block"
    again.reset()
    assert again.picture == lab.picture, "nothing of the run before is left in the figure"


def test_words_say_what_the_pictures_show(lab):
    facts, alts = lab.shown.facts, [picture.alt for picture in lab.shown.pictures]
    assert (
        f"Disc herniation with sciatica {facts['before'].value:.0f}, then {facts['now'].value:.0f}" in alts[0]
    )
    counts = [int(n) for n in lab.shown.frames["people"]["of_1000"]]
    assert sum(counts) == 1_000 and all(f"{n} " in alts[1] for n in counts)
    assert f"A scan first, nothing else {facts['right_scan'].value:.0f}" in alts[2]
    assert f"Any of them {facts['any_flag'].value:.0f}" in alts[4]
    assert sum(lab.shown.frames["scanned"]["of_1000"]) == 1_000


def test_a_positive_result_raises_and_a_negative_one_lowers(lab):
    facts = lab.shown.facts
    assert facts["if_not_found"].value < facts["before"].value < facts["if_found"].value
    assert facts["now"].value == facts["if_found"].value
    lab.controls["result"].value = "Negative"
    assert lab.shown.facts["now"].value == facts["if_not_found"].value
    assert lab.shown.facts["if_found"] == facts["if_found"]


def test_expectation_changes_what_is_said_and_not_what_is(lab):
    usual = lab.shown.facts
    assert usual["claimed"].value == usual["now"].value
    lab.controls["expects"].value = "Every pattern alike"
    facts = lab.shown.facts
    assert facts["now"] == usual["now"] and facts["claimed"].value > facts["now"].value
    assert facts["any_flag"] == usual["any_flag"], "the same people"


def test_every_guess_question_and_headline_is_about_a_fact(lab):
    wanted = {guess.fact for guess in LESSON.guess} | {*LESSON.headlines}
    wanted |= {key for one in LESSON.question for key in (one.fact, *one.facts) if key}
    assert wanted <= {*lab.shown.facts}
    assert all(": " not in one.name for one in lab.shown.facts.values())
    levels = [one for one in lab.shown.facts.values() if one.kind == "level"]
    assert all(one.value != one.value or one.low <= one.value <= one.high for one in levels)


def test_a_served_page_refuses_more_than_its_limit(lab, monkeypatch):
    monkeypatch.setenv(MOST_PEOPLE, "300")
    shown = lab.shown
    lab.controls["patients"].value = 400
    assert lab.status.state == "error" and "300" in lab.status.text and lab.shown is shown
    with pytest.raises(SpinesimError, match="300"):
        next(BayesRunner(LESSON).steps({**lab.start, "patients": 400}))


def test_what_is_exported_can_be_read_again(lab):
    lab.export.button.click()
    assert Image.open(io.BytesIO(lab.export.figure.widget.content)).width == 1_140
    with zipfile.ZipFile(io.BytesIO(lab.export.data.widget.content)) as folder:
        names = {name.removesuffix(".csv") for name in folder.namelist()}
        assert names == {*lab.shown.frames, "settings.txt"}
        ways = pd.read_csv(folder.open("ways.csv")).set_index("way")
    assert ways.loc["scan", "right"] == pytest.approx(lab.shown.facts["right_scan"].value)


def test_the_runs_before_say_never_in_the_words_of_the_control(lab):
    lab.controls["scan_from"].value = "never"
    assert "At any red flag, whatever the risk" in lab.history.widget.value


def test_it_has_a_slider_page():
    assert play.has_page(LESSON)
    assert [axis.control.id for axis in play.grid_of(LESSON).axes] == ["who", "age"]


@pytest.mark.parametrize("missing", [*CHOICES, *SLIDERS])
def test_a_lesson_without_one_of_the_controls_is_a_sentence(missing):
    rest = [control for control in LESSON.control if control.id != missing]
    with pytest.raises(SpinesimError, match=f"needs a control '{missing}'"):
        BayesRunner(LESSON.model_copy(update={"control": rest}))


def test_an_option_without_its_meaning_is_a_sentence():
    first = next(one for one in LESSON.control if one.id == "finding")
    dumb = first.options[0].model_copy(update={"means": {"finding": "spurling"}})
    lesson = LESSON.model_copy(
        update={
            "control": [
                first.model_copy(update={"options": [dumb]}),
                *[one for one in LESSON.control if one is not first],
            ]
        }
    )
    with pytest.raises(SpinesimError, match=r"needs means\.pattern"):
        BayesRunner(lesson)
