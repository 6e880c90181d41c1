"""A room's guesses: what is read, what is dropped, and what is drawn."""

import dataclasses
from math import nan

import numpy as np
import pytest
from fake_lab import FACTS

from spinesim.view.lab.spec import load_lesson
from spinesim.view.lesson.guesses import Read, read
from spinesim.view.lesson.room_picture import Pooled, draw, edges


@pytest.mark.parametrize(
    "text, numbers, odd",
    [
        ("12, 5 30\n-4\t7;8", (12, 5, 30, -4, 7, 8), ()),
        ("12,5,30", (12, 5, 30), ()),
        ("0,5; 1,5; −2", (0.5, 1.5, -2), ()),
        ("Anna, 12\nBo Li: 7\nC. Smith 3", (12, 7, 3), ()),
        ("name;guess\nAnna;0,5\nBo;1,5", (0.5, 1.5), ()),
        ("name,guess\n1,10\n2,20", (10, 20), ()),
        ("id,age,pain_12_months,injections\nx,40,-0.5,12\ny,50,0.1,9", (12, 9), ()),
        ('"name","answer"\n"Li, Bo","5"', (5,), ()),
        ("12 %\n15%", (12, 15), ("%",)),
        ("ten\n12", (12,), ("ten",)),
        ("10-15, 7", (7,), ("10-15",)),
        ("nan inf 1e5 5", (5,), ("1e5",)),
        ("12/15 | 9", (12, 15, 9), ()),
        ("", (), ()),
    ],
)
def test_what_is_read(text, numbers, odd):
    assert read(text, ("injections", "a label")) == Read(numbers, odd)


def test_the_sentence_says_how_many_and_what_was_not_understood():
    assert read("5").sentence == "1 guess read."
    assert read("5 6").sentence == "2 guesses read."
    assert read("5\n" + "\n".join(f"{n}-{n}" for n in range(8))).sentence == (
        "1 guess read; not understood: “0-0”, “1-1”, “2-2”, “3-3”, “4-4” and 3 more."
    )


GUESS = load_lesson("02").guess[0]
TRUTH = FACTS["injections"]


def test_every_guess_stands_in_one_bar_and_the_ends_take_what_lies_beyond():
    room = Pooled(Read((-500, -20, 0, 5, 5, 60, 900), ()))
    axes = draw(room, GUESS, TRUTH)
    heights = [bar.get_height() for bar in axes.patches if bar.get_width() and bar.get_y() == 0]
    assert sum(heights[: len(edges(GUESS, room.numbers, TRUTH)) - 1]) == len(room.numbers)
    assert "2 beyond the scale" in axes.get_title(loc="right")


def test_without_the_truth_nothing_gives_it_away():
    room = Pooled(Read((1, 2, 3), ()))
    told = room.in_words(GUESS, None)
    assert "run" not in told and "14" not in told
    axes = draw(room, GUESS, None)
    assert not any("run" in text.get_text() for text in axes.texts)
    assert axes.get_xlim()[1] < TRUTH.low


def test_median_and_share_within_the_interval():
    told = Pooled(Read((1, 12, 14, 16, 40), ())).in_words(GUESS, TRUTH)
    assert "Median guess 14 people per 100; middle half 12 to 16." in told
    assert "3 of 5 guesses (60 %) lie within the run's 95 % interval" in told
    no_interval = dataclasses.replace(TRUTH, low=nan, high=nan)
    assert "interval." not in Pooled(Read((1,), ())).in_words(GUESS, no_interval)
    assert np.isfinite(edges(GUESS, (900,), no_interval)).all()


def test_the_room_page_runs_the_lab_for_the_truth_and_drops_names(make):
    lesson = make(projector=True)
    room = lesson.room()
    first = room.guesses[0]
    first.truth_button.click()
    assert first.status.text == "Paste some guesses first." and lesson.lab.runs == 0
    first.box.value = "Anna, 12\nBo, 30"
    first.spread_button.click()
    spread = first.image.png
    assert spread and lesson.lab.runs == 0 and "Median guess 21" in first.image.alt
    first.truth_button.click()
    first.truth_button.click()
    assert lesson.lab.runs == 1 and first.image.png != spread
    assert "The run: Injections and blocks: 14 more per 100 people" in first.image.alt
    assert "Anna" not in first.status.text + first.image.alt and first.box.value == "12, 30"
    assert len(room.guesses) == 2 and not room.guesses[1].image.png


def test_the_truth_is_of_the_start_settings_even_if_the_lab_was_moved(make):
    lesson = make(projector=True)
    lesson.lab.settings["imaging"] = 9
    room = lesson.room()
    room.guesses[0].box.value = "5"
    room.guesses[0].truth_button.click()
    assert lesson.first.settings["imaging"] == 1 and room.guesses[0].image.png


def test_an_uploaded_table_leaves_only_numbers_on_the_page(make):
    import datetime

    content = "name,injections\nZoé,12\nBo,30\n".encode()
    now = datetime.datetime.now(datetime.UTC)
    first = make(projector=True).room().guesses[0]
    first.upload.value = (
        {"name": "x.csv", "type": "", "size": len(content), "content": content, "last_modified": now},
    )
    assert first.box.value == "12, 30" and first.status.text == "2 guesses read."
