"""What each outcome is called and what it means in one line, and which ones come first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Name:
    """An outcome as people say it, and one line on what it is."""

    label: str
    meaning: str


NAMES: Mapping[str, Name] = {
    "pain_12_months": Name("Pain at 12 months", "a year after the first visit"),
    "disability_12_months": Name("Disability at 12 months", "how much daily life is limited by then"),
    "pain_average": Name("Average pain over the whole time", "the mean of all weeks"),
    "disability_average": Name("Average disability over the whole time", "the mean of all weeks"),
    "imaging": Name("MRI scans", "people who had at least one"),
    "injections": Name("Injections and blocks", "people who had at least one, test blocks included"),
    "procedures": Name("Procedures of any kind", "people with an injection, block, ablation or operation"),
    "ablations": Name("Ablations", "people who had a nerve of a painful joint heated"),
    "operations": Name("Operations", "people who had at least one"),
    "harms": Name("Harms from care", "people with a side effect or complication"),
    "physiotherapy_sessions": Name("Exercise sessions", "attended, of all kinds"),
    "visits": Name("Clinic visits", "to the physician"),
    "drug_days": Name("Days on tablets", "each kind of tablet counted for itself"),
    "flares": Name("Flares", "bouts of clearly worse pain"),
    "relapsed": Name("Relapses", "people with a flare long after the start"),
    "goal_attained": Name("Own goal reached", "what each hoped for at the first visit, by the end"),
    "diagnosis_right": Name("Right diagnosis", "the clinic's likeliest diagnosis is the true one"),
    "days_off_work": Name("Days off work", "working days missed by people of working age"),
    "deficit": Name("Lasting nerve damage", "from serious disease that was treated late or not at all"),
    "weeks_disabled": Name("Weeks severely disabled", "with a disability index of 40 or more"),
    "cost": Name("Cost", "of all care and of its harms"),
    "qaly": Name("Quality-adjusted life years", "time lived, weighted by how well"),
}
"""Outcome ids as people say them."""

FIRST = (
    "pain_12_months",
    "disability_12_months",
    "imaging",
    "procedures",
    "operations",
    "harms",
    "days_off_work",
    "goal_attained",
    "cost",
    "qaly",
)
"""The outcomes that matter most, in the order of their rows."""
SHORT_OF_A_YEAR = {"pain_12_months": "pain_average", "disability_12_months": "disability_average"}


SPELT = {"cbt": "CBT", "mri": "MRI", "emg": "EMG", "nsaid": "NSAID", "qaly": "QALY", "usd": "USD"}


def read_out(key: str) -> str:
    """A key as words at the start of a line.

    >>> read_out("cbt_sessions"), read_out("first_visit")
    ('CBT sessions', 'First visit')
    """
    first, *rest = [SPELT.get(one, one) for one in key.replace("_", " ").split() or [""]]
    return " ".join([first[:1].upper() + first[1:], *rest])


def name(outcome: str) -> Name:
    """An outcome as people say it; an unknown one is read out."""
    return NAMES.get(outcome) or Name(read_out(outcome), "")


def label(outcome: str) -> str:
    """What an outcome is called."""
    return name(outcome).label


def in_order(outcomes: Iterable[str]) -> tuple[list[str], list[str]]:
    """The outcomes that matter most, and the rest.

    A follow-up shorter than a year has averages in place of the values at 12 months.
    """
    there = list(outcomes)
    wanted = [one if one in there else SHORT_OF_A_YEAR.get(one, one) for one in FIRST]
    first = [one for one in wanted if one in there]
    known = list(NAMES)
    rest = [one for one in there if one not in first]
    return first, sorted(rest, key=lambda one: known.index(one) if one in known else len(known))
