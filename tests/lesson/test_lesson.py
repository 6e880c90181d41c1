"""The flow on the page, around a lab without a model: predict, reveal, questions; again and again."""

import dataclasses
from html.parser import HTMLParser
from math import nan

import pytest
from fake_lab import FACTS

from spinesim.view import lesson as find_lesson
from spinesim.view.lesson import static


def predict(lesson, people=10, give=5):
    first, second = lesson.prediction.forms
    first.best.value, first.give.value = people, give
    second.best.value, second.give.value = 0.5, 0.2
    lesson.prediction.lock_button.click()


def choose(form, text):
    form.choice.value = text
    form.button.click()


def test_predict_lock_reveal(make, tmp_path):
    lesson = make()
    assert not lesson.is_open and lesson.lab.runs == 0, "the lab stays shut at first"
    predict(lesson)
    assert lesson.is_open and lesson.lab.runs == 1
    shown = lesson.answer.value
    assert "5 to 15 people per 100" in shown and "yes, inside" in shown, "14 lies in 10 ± 5"
    assert "0.3 to 0.7 points of 10" in shown and "no, outside" in shown
    assert "14 more per 100 people (95&nbsp;% interval 12 to 16 more)" in shown
    assert "1 of your 2 ranges held" in shown and "too few to tell" in shown
    kept = lesson.progress.of("02").predictions
    assert (kept["injections"].best, kept["injections"].give, kept["injections"].result) == (10, 5, 14)
    assert kept["injections"].settings == "spinesim 02: imaging=1; seed=7"


def test_double_clicks_and_later_runs_leave_the_reveal(make):
    lesson = make()
    predict(lesson)
    before = lesson.answer.value
    lesson.prediction.lock_button.click()
    lesson.prediction.lock()
    lesson.prediction.skip()
    assert lesson.lab.runs == 1
    lesson.lab.settings["imaging"] = 9
    lesson.lab.facts["injections"] = dataclasses.replace(FACTS["injections"], value=1.0)
    lesson.lab.run()
    assert lesson.answer.value == before and lesson.first.settings["imaging"] == 1
    assert all(form.disabled for form in lesson.prediction.forms)


def test_the_reveal_waits_for_the_start_settings(make):
    lesson = make()
    lesson.lab.settings["imaging"] = 9
    predict(lesson)
    assert lesson.answer.value == "" and lesson.progress.of("02").predictions["injections"].result is None
    lesson.lab.reset()
    assert "yes, inside" in lesson.answer.value


def test_skip_opens_the_lab_without_a_guess(make):
    lesson = make()
    lesson.prediction.skip_button.click()
    lesson.prediction.skip_button.click()
    assert lesson.is_open and lesson.lab.runs == 1 and lesson.answer.value == ""
    assert lesson.progress.file.lessons == {}


def test_a_cell_run_again_shows_the_prediction_again_and_offers_another(make):
    predict(make())
    again = make()
    assert again.is_open and again.lab.runs == 1 and "5 to 15 people per 100" in again.answer.value
    assert "You predicted this on 20" in again.prediction.status.text
    assert again.prediction.again_button.layout.display != "none"
    again.prediction.again_button.click()
    assert not again.is_open and not again.prediction.lock_button.disabled
    predict(again, people=40)
    assert "35 to 45" in again.answer.value and "for practice" in again.answer.value
    assert again.progress.of("02").predictions["injections"].best == 10, "the first one counts"
    assert again.lab.runs == 1, "its first run is known already"


def test_locked_in_and_the_kernel_died_before_the_result(make, monkeypatch):
    first = make()
    monkeypatch.setattr(first.lab, "run", lambda: None)
    predict(first)
    assert first.progress.of("02").predictions["injections"].result is None
    assert make().progress.of("02").predictions["injections"].result == 14


def test_a_result_that_could_not_be_measured_scores_nothing(make):
    lesson = make()
    lesson.lab.facts["injections"] = dataclasses.replace(FACTS["injections"], value=nan, low=nan, high=nan)
    predict(lesson)
    assert "cannot be told" in lesson.answer.value and "could not be measured" in lesson.answer.value
    kept = lesson.progress.of("02").predictions
    assert kept["injections"].result is None and kept["pain_12_months"].result is not None


def test_a_fact_the_run_lacks_is_one_sentence(make):
    lesson = make()
    del lesson.lab.facts["injections"]
    predict(lesson)
    assert "no number &#x27;injections&#x27;" in lesson.answer.value


# Questions


def test_before_any_run_there_is_nothing_to_answer(make):
    form = make().questions.forms[0]
    assert form.choice.disabled and form.button.disabled and "After your first run" in form.status.text
    form.check()
    assert form.answered is None


def test_the_answer_comes_from_the_newest_run_and_is_frozen(make):
    lesson = make()
    lesson.prediction.skip()
    direction = lesson.questions.forms[0]
    lesson.lab.settings["imaging"] = 3
    lesson.lab.facts["pain_12_months"] = dataclasses.replace(
        FACTS["pain_12_months"], value=-1.0, low=-1.5, high=-0.5
    )
    lesson.lab.run()
    choose(direction, "Higher")
    assert direction.answered.right is False
    said = direction.status.text
    assert "Not this time: your run says “Lower”." in said and "lower on the 0–10 scale" in said
    assert "imaging=3" in said and direction.question.why in said
    direction.check()
    assert direction.button.disabled and direction.choice.disabled
    assert direction.answered.chosen == "Higher", "one try is scored"
    lesson.lab.facts = dict(FACTS)
    lesson.lab.run()
    assert direction.status.text == said
    again = make().questions.forms[0]
    assert again.answered == direction.answered and "You answered this on 20" in again.status.text


def test_nothing_chosen_and_a_run_that_cannot_answer_count_nothing(make):
    lesson = make()
    lesson.prediction.skip()
    size = lesson.questions.forms[2]
    size.button.click()
    assert size.answered is None and "Choose an answer first" in size.status.text
    lesson.lab.facts["imaging"] = dataclasses.replace(FACTS["imaging"], value=nan, low=nan, high=nan)
    lesson.lab.run()
    choose(size, "50 more per 100 people")
    assert size.answered is None and "cannot answer" in size.status.text and not size.button.disabled
    lesson.lab.facts = dict(FACTS)
    lesson.lab.run()
    choose(size, "50 more per 100 people")
    assert size.answered.right


def test_what_was_chosen_stays_when_another_run_comes_in(make):
    lesson = make()
    lesson.prediction.skip()
    form = lesson.questions.forms[1]
    form.choice.value = "MRI scans"
    lesson.lab.run()
    assert form.choice.value == "MRI scans"


def test_the_score_of_the_questions(make):
    lesson = make()
    lesson.prediction.skip()
    for form, text in zip(
        lesson.questions.forms,
        ("No clear difference, or none", "Operations", "50 more per 100 people"),
        strict=True,
    ):
        choose(form, text)
    assert lesson.questions.score == (2, 3) and "2 of 3 right" in lesson.questions.status.text
    assert {key: one.right for key, one in lesson.progress.of("02").answers.items()} == {
        "1": True, "2": False, "3": True
    }  # fmt: skip


# Elsewhere


def test_projected_nothing_is_saved_and_the_prediction_is_optional(make, tmp_path):
    lesson = make(projector=True)
    assert lesson.progress.path is None and "spinesim-projector" in lesson.widget._dom_classes
    predict(lesson)
    assert "yes, inside" in lesson.answer.value and "Over all lessons" not in lesson.answer.value
    assert list(tmp_path.iterdir()) == []
    other = make(projector=True)
    other.prediction.skip_button.click()
    assert other.is_open


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.images = [], []

    def handle_starttag(self, tag, attrs):
        if tag == "img":
            self.images.append(dict(attrs))
        elif tag not in ("br", "col"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_a_plain_page_has_words_for_every_picture_and_folded_answers(make, monkeypatch):
    page = static.page(make())
    tags = Tags()
    tags.feed(page)
    assert tags.open == [] and [one["alt"] for one in tags.images] == ["A picture <in> words"]
    assert page.count("<summary>Answer</summary>") == 3 and "play/02.html" in page
    assert "50 more per 100 people" in page and "How many more of the 100" in page
    for value, wanted in (("1", True), ("0", False), ("", False)):
        monkeypatch.setenv("SPINESIM_STATIC", value)
        assert static.wanted() is wanted


def test_lesson_00_shows_the_guide_and_asks_about_its_own_run(tmp_path):
    made = find_lesson("00", progress=tmp_path / "p.json", patients=150)
    made.begin()
    assert "An interval" in made.lab.widget.value and "Your lessons" in made.panel.table.value
    for form in made.questions.forms:
        form.choice.value = form.choice.options[1][1]
        form.button.click()
        assert form.answered is not None, form.status.text
    assert (tmp_path / "p.json").exists()


@pytest.mark.parametrize("wanted", ["99", "nothing_here"])
def test_no_such_lesson_is_one_sentence(wanted):
    from spinesim.errors import SpinesimError

    with pytest.raises(SpinesimError) as wrong:
        find_lesson(wanted)
    assert "\n" not in str(wrong.value)


def test_around_the_real_lab(tmp_path):
    made = find_lesson("02", progress=tmp_path / "p.json", patients=100)
    made.begin()
    predict(made)
    assert (
        made.lab.last_error is None and made.first is not None and "Inside your range?" in made.answer.value
    )
    imaging = made.lab.controls["imaging"]
    imaging.value = 5
    form = made.questions.forms[2]
    choose(form, form.choice.options[1][1])
    assert "imaging=5" in form.status.text and "imaging=1;" in made.answer.value
    assert made.progress.of("02").predictions["injections"].result == made.first.facts["injections"].value
