"""Right answers worked out by hand, at, below and above every threshold."""

from math import nan

import pytest

from spinesim.errors import SpinesimError
from spinesim.view.lab.shown import Fact
from spinesim.view.lab.spec import Question
from spinesim.view.lesson.questions import TIE, answer


def fact(value, low, high, unit="per 100 people", key="a", **more):
    return Fact(key, key.upper(), value, low, high, unit, **more)


def right(run, **question):
    """Positions of the right options for one fact "a", or several."""
    run = run if isinstance(run, list) else [run]
    asked = Question(ask="?", why=".", **({"fact": "a"} if question["kind"] != "largest" else {}), **question)
    return set(answer(asked, {one.key: one for one in run}).right)


@pytest.mark.parametrize(
    "value, low, high, wanted",
    [
        (5, 2, 8, {0}),
        (-5, -8, -2, {1}),
        (5, 0, 10, {2}),  # the interval just touches 0
        (-5, -10, 0, {2}),
        (5, 0.001, 10, {0}),
        (5, -1, 11, {2}),
        (0, 0, 0, {2}),
        (0.04, 0.03, 0.05, {2}),  # shown as "under 0.1": no difference
        (5, 5, 5, {0}),  # the same for everyone
        (5, nan, nan, {2}),
        (nan, nan, nan, set()),
    ],
)
def test_direction(value, low, high, wanted):
    assert right(fact(value, low, high), kind="direction") == wanted


def test_direction_is_asked_in_the_words_of_the_unit():
    asked = Question(kind="direction", ask="?", why=".", fact="a")
    pain = answer(asked, {"a": fact(-1, -2, -0.5, "NRS 0-10")})
    assert pain.options[:2] == ("Higher", "Lower")
    assert pain.said.startswith("A: 1 points lower on the 0–10 scale (95 % interval 0.5 to 2 lower)")


@pytest.mark.parametrize(
    "value, wanted",
    [(9, {1}), (2.4, {0}), (2.5, {0, 1}), (2.6, {1}), (12.5, {1, 2}), (99, {2}), (nan, set())],
)
def test_size_is_the_nearest_choice_and_halfway_takes_either(value, wanted):
    assert right(fact(value, value, value), kind="size", choices=[0, 5, 20]) == wanted


@pytest.mark.parametrize(
    "low, high, wanted",
    [
        (0.1, 1.9, {0}),
        (0.1, 2.0, {2}),  # its far end is just the smallest change that matters
        (2.0, 3.0, {1}),  # its near end is
        (1.9, 3.0, {2}),
        (-3.0, -2.0, {1}),
        (-3.0, 1.0, {2}),
        (-1.0, 1.0, {0}),
        (nan, nan, {2}),
    ],
)
def test_important(low, high, wanted):
    assert right(fact(1.0, low, high, "NRS 0-10", important=2.0), kind="important") == wanted


def test_important_without_a_minimal_change_cannot_be_answered():
    assert right(fact(1, 0, 2), kind="important") == set()


@pytest.mark.parametrize(
    "value, low, high, wanted",
    [
        (6, 5.1, 7, {0}),
        (6, 5.0, 7, {2}),  # the interval just touches it
        (4, 3, 5.0, {1}),
        (4, 3, 5.1, {2}),
        (5, 5, 5, {1}),  # exactly it is not above it
        (6, 6, 6, {0}),
        (6, nan, nan, {2}),
        (nan, nan, nan, set()),
    ],
)
def test_above(value, low, high, wanted):
    assert right(fact(value, low, high), kind="above", than=5) == wanted


@pytest.mark.parametrize(
    "values, wanted",
    [
        ((1, 7, 3), {1}),
        ((7, 7, 3), {3}),
        ((7.04, 7.01, 3), {3}),  # both are shown as 7
        ((7.1, 7.0, 3), {0}),
        ((-1, -7, -3), {0}),
        ((1, nan, 3), set()),
    ],
)
def test_largest_and_a_tie_is_too_close_to_tell(values, wanted):
    facts = [fact(value, value, value, key=key) for key, value in zip("abc", values, strict=True)]
    assert right(facts, kind="largest", facts=["a", "b", "c"]) == wanted
    asked = Question(kind="largest", ask="?", why=".", facts=["a", "b", "c"])
    assert answer(asked, {one.key: one for one in facts}).options == ("A", "B", "C", TIE)


def test_a_mistake_in_the_lesson_is_one_sentence():
    both = [fact(1, 1, 1), fact(1, 1, 1, "NRS 0-10", key="b")]
    with pytest.raises(SpinesimError, match="different units"):
        right(both, kind="largest", facts=["a", "b"])
    with pytest.raises(SpinesimError, match="no number 'a'"):
        right([], kind="direction")
