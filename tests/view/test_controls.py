"""The small controls from the Python side: no browser, only values, observers and the words they show."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from spinesim.errors import SpinesimError
from spinesim.evidence import evidence
from spinesim.view import widgets
from spinesim.view.controls import (
    Choice,
    CopyText,
    Download,
    ImageBox,
    NumberControl,
    StatusLine,
    TextLine,
    Tick,
)

SOURCE = next(iter(evidence().figures))


def weeks(value=5, low=4, high=6, source=(SOURCE,)):
    published = SimpleNamespace(low=low, high=high, says="wait so long.", source=list(source))
    return NumberControl("Scan from week", "weeks", 0, 12, value, published=published)


def heard(control):
    """What observers are told, as a list that grows."""
    found = []
    control.observe(lambda _: found.append(control.value))
    return found


# A number


@pytest.mark.parametrize(("wanted", "kept"), [(-1, 0), (0, 0), (12, 12), (12.4, 12), (10**9, 12), (3.6, 4)])
def test_a_whole_number_stays_whole_and_within_its_range(wanted, kept):
    control = weeks()
    control.value = wanted
    assert control.value == kept and type(control.value) is int


def test_a_start_outside_the_range_is_taken_to_its_end():
    assert NumberControl("a", "b", 2, 9, 99).value == 9


@pytest.mark.parametrize(
    ("wanted", "kept"), [(-9, -3.0), (0.1 + 0.2, 0.3), (1, 1.0), (3.04, 3.0), (-3, -3.0)]
)
def test_a_number_with_decimals(wanted, kept):
    control = NumberControl("Pain", "points", -3.0, 3.0, 0.0, 0.1)
    assert type(control.value) is float
    control.value = wanted
    assert control.value == kept and type(control.value) is float
    control.widget.set_state({"value": 0})
    assert control.value == 0 and type(control.value) is float


@pytest.mark.parametrize("wanted", [float("nan"), float("inf"), "3", None, True, "never"])
def test_what_is_no_number_is_refused_in_a_sentence_and_changes_nothing(wanted):
    control = weeks()
    told = heard(control)
    with pytest.raises(SpinesimError, match=r"^Scan from week: .* is no number\.$"):
        control.value = wanted
    assert control.value == 5 and told == []


def test_observers_hear_each_change_once_and_nothing_else():
    control = weeks()
    told = heard(control)
    for number in (5, 7, 7, 99, 12, 12.2):
        control.value = number
    control.disabled = True
    assert told == [7, 12] and control.disabled


def test_a_message_from_the_browser_is_kept_within_the_range_too():
    control = weeks()
    told = heard(control)
    control.widget.set_state({"value": 40})
    assert control.value == 12 and told == [12]


@pytest.mark.parametrize(
    ("value", "word"), [(0, "Below"), (3, "Below"), (4, ""), (5, ""), (6, ""), (7, "Above"), (12, "Above")]
)
def test_a_value_beyond_the_published_range_is_said_gently(value, word):
    control = weeks()
    control.value = value
    assert control.warning[:5] == word and bool(control.warning) == bool(word)
    assert not word or "4 to 6 weeks" in control.warning


def test_the_published_range_is_said_with_its_source_one_click_away():
    shown = weeks().widget.published
    assert shown["words"] == "Published 4 to 6 weeks: wait so long."
    assert shown["cards"] == [evidence(SOURCE).card()] and SOURCE in shown["summary"]
    assert weeks(low=6).widget.published["words"].startswith("Published 6 weeks:")
    assert weeks(source=()).widget.published["cards"] == []


def test_without_a_published_range_nothing_is_said_of_one():
    control = NumberControl("a", "b", 0, 12, 0)
    assert control.widget.published is None and control.warning == ""


def test_slider_and_box_have_names_of_their_own():
    control = NumberControl("People", "people", -1000, 5000, 100, 100)
    assert (control.widget.name, control.widget.box_name) == (
        "People",
        "People: type a number, −1,000 to 5,000 people",
    )


# The others


def test_a_choice_holds_what_its_words_stand_for():
    control = Choice("Look at", [("Waits", "waits"), ("Money", 3)], 3)
    told = heard(control)
    control.value = "waits"
    control.widget.set_state({"value": 1})
    assert told == ["waits", 3] and control.options == [("Waits", "waits"), ("Money", 3)]
    with pytest.raises(SpinesimError, match="'rent' is none of Waits; Money"):
        control.value = "rent"
    with pytest.raises(SpinesimError, match="'rent' is none of"):
        Choice("Look at", ["Waits"], "rent")
    assert control.value == 3


def test_other_options_keep_what_was_chosen():
    control = Choice("Look at", ["a", "b", "c"], "c")
    control.change(["c", "d"])
    assert control.value == "c"
    control.change(["x", "y"])
    assert control.value == "x"
    control.change(["x", "y"], "y")
    assert control.value == "y"
    control.change([])
    assert control.value is None


def test_tick_and_text_line():
    tick, line = Tick("never"), TextLine("Setting", "a")
    ticks, lines = heard(tick), heard(line)
    tick.value, line.value = True, "b"
    tick.widget.set_state({"value": False})
    tick.disabled = True
    assert (ticks, lines) == ([True, False], ["b"]) and tick.disabled and not line.disabled


def test_a_picture_comes_with_its_words_in_one_message(monkeypatch):
    image, sent = ImageBox(600, "empty"), []
    monkeypatch.setattr(image.widget, "send_state", lambda key=None: sent.append({*key}))
    image.show(b"\x89PNG one", "one bar")
    assert (image.png, image.alt) == (b"\x89PNG one", "one bar")
    assert sent == [{"png", "alt"}]


def test_copy_and_download():
    copy, save = CopyText("a=1"), Download("Save", "a.csv", "text/csv")
    copy.text = "a=2"
    save.offer(b"x", "b.csv")
    assert copy.widget.text == "a=2" and (save.content, save.widget.filename) == (b"x", "b.csv")


def test_words_never_become_html():
    """The status line escapes; the browser's side only ever sets text."""
    assert "&lt;b&gt;" in StatusLine("<b>").widget.value
    scripts = sorted(Path(widgets.__file__).parent.glob("*.js"))
    assert len(scripts) == 5
    for script in scripts:
        assert not any(
            word in script.read_text("utf-8") for word in ("innerHTML", "insertAdjacentHTML", "//cdn")
        )


def test_nothing_is_loaded_from_outside():
    for part in Path(widgets.__file__).parent.iterdir():
        if part.suffix in (".js", ".css"):
            text = part.read_text("utf-8")
            assert "http" not in text.replace("https or", "") and "import" not in text, part.name
