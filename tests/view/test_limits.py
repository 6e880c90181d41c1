"""A shared machine's limit on people: refused in one sentence, and before anything is simulated."""

from types import SimpleNamespace

import pytest

from spinesim.errors import SpinesimError
from spinesim.view import limits
from spinesim.view.clinic_lab.asking import Ask
from spinesim.view.clinic_lab.scenario_file import Wish
from spinesim.view.lab.lab import Lab
from spinesim.view.lab.spec import load_lesson


@pytest.fixture
def most(monkeypatch):
    return lambda number: monkeypatch.setenv(limits.MOST_PEOPLE, number)


def test_without_the_variable_there_is_no_limit(monkeypatch):
    monkeypatch.delenv(limits.MOST_PEOPLE, raising=False)
    limits.refuse_too_much(10**9, 100)


def test_people_times_runs_count_and_the_limit_itself_is_allowed(most):
    most("600")
    limits.refuse_too_much(200, 3)
    with pytest.raises(SpinesimError, match="201 people x 3 runs are more than") as wrong:
        limits.refuse_too_much(201, 3)
    assert "(600)" in str(wrong.value) and "\n" not in str(wrong.value)


@pytest.mark.parametrize("number", ["0", "many", "-5", "1.5"])
def test_a_limit_that_is_no_number_of_people_is_said(most, number):
    most(number)
    with pytest.raises(SpinesimError, match="whole number"):
        limits.refuse_too_much(1)


def test_a_lab_refuses_before_anything_is_simulated(most):
    most("300")
    asked = []
    source = SimpleNamespace(steps=asked.append, Study=None)
    lab = Lab(load_lesson("02"), patients=400, source=source)
    lab.run_now()
    assert isinstance(lab.last_error, SpinesimError) and lab.shown is None and asked == []
    assert "more than this shared machine" in lab.status.text and lab.status.state == "error"


def test_the_clinic_lab_counts_every_scenario(most):
    ask = Ask(SimpleNamespace(wish=Wish(patients=100, runs=3)), [SimpleNamespace()] * 2, {})
    most("600")
    ask.check()
    most("599")
    with pytest.raises(SpinesimError, match="100 people x 6 runs"):
        ask.check()
