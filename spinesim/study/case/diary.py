"""The patient's diary and what happened between two consultations, in words."""

from __future__ import annotations

from collections import Counter

import numpy as np

from spinesim.clinical import outcomes
from spinesim.study.case.play import Played
from spinesim.study.case.questions import all_questions, answer
from spinesim.study.people import WORK
from spinesim.study.told import COURSES, harm_word, noun, tell

WEEK = 7


def diary(played: Played, since: float, until: float) -> list[str]:
    """One line a week: pain beside the week before, nights, sessions, harms.

    Parameters
    ----------
    played : Played
    since, until : float
        Days since referral.
    """
    pain, sleep = played.weekly["pain"], played.weekly["sleep"]
    worth = played.numbers["important.pain"]
    lines = []
    for week in range(int(since // WEEK) + 1, int(until // WEEK) + 1):
        if week >= len(pain) or not np.isfinite(pain[week]):
            break
        change = pain[week] - pain[week - 1]
        how = (
            "worse than last week" if change >= worth else "better than last week" if change <= -worth else ""
        )
        night = "Slept badly." if outcomes.broken_night(played.numbers, sleep[week : week + 1])[0] else ""
        said = [f"Week {week}: pain {pain[week]:.0f} of 10{', ' + how if how else ''}.", night]
        said += _week_of(played, week)
        lines.append(" ".join(one for one in said if one))
    return lines


def _week_of(played: Played, week: int) -> list[str]:
    """Sessions and harms of the seven days before this diary entry."""
    low, high = (week - 1) * WEEK, week * WEEK
    mine = [(event, step) for _, day, event, step, _, _ in played.events if low <= day < high]
    sessions = sum(1 for event, step in mine if event == "end" and step in COURSES)
    harms = Counter(step for event, step in mine if event == "harm")
    said = [f"{sessions} session{'s' if sessions > 1 else ''}."] if sessions else []
    said += [f"{harm_word(harm).capitalize()}." for harm in harms]
    return said


def happened(played: Played, since: float, until: float) -> list[str]:
    """Offers, tests read, procedures, harms and red flags of the time; no visits and no sessions."""
    _, every = tell(played.events, 0.0)
    inside = every[(every["day"] >= since) & (every["day"] < until)]
    return [
        f"week {day / WEEK:.0f}: {label}"
        for day, label in zip(inside["day"], inside["label"], strict=True)
        if not label.startswith(("visit", "session"))
    ]


def results(played: Played) -> list[str]:
    """The tests so far, as the clinic reads them."""
    said = []
    for test in played.visits[-1].tests:
        name = noun(test.step).bare
        if test.step == "imaging":
            report = test.report
            if report.serious:
                said.append(f"{name}: serious disease ({report.kind.replace('_', ' ')}).")
            elif not report.finding:
                said.append(f"{name}: nothing that stands out.")
            else:
                fits = "fits" if report.concordant else "does not fit"
                said.append(f"{name}: a finding, which {fits} the pain and the signs.")
        elif test.step == "emg":
            said.append(f"{name}: {'a nerve root is affected' if test.value else 'no nerve root affected'}.")
        else:
            said.append(f"{name}: {test.value:.0f} % less pain in the diary of the hours after.")
    return said


def says(played: Played, key: str) -> str:
    """What the person answers, or what the examination shows, today."""
    question, own = all_questions()[key], played.case.answers.get(key, "")
    if question.sign:
        return answer(question, bool(played.signs.found[key][0]), own)
    if key == "wish":
        return answer(
            question, str(played.case.people(1, played.log.seed).table()["goal"].iloc[0]).capitalize(), own
        )
    facts = played.now.facts
    value = getattr(facts, question.tells[0])
    if isinstance(value, float):
        value = round(value)
    elif question.tells[0] == "occupation":
        value = WORK[value].capitalize()
    return answer(question, value, own)
