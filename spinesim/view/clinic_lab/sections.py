"""The pages of results: waits, use of time, lists, outcomes, money, who waits, what was compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from spinesim.study import flow
from spinesim.view import names, words
from spinesim.view.clinic_lab.fields import bullets
from spinesim.view.clinic_lab.heads import FEWEST
from spinesim.view.clinic_lab.money import money
from spinesim.view.clinic_lab.pictures import fans, lists, use_picture, wait_picture
from spinesim.view.clinic_lab.section import SAID, Section, changed, interval, plain, step_name, table
from spinesim.view.clinic_lab.who import who
from spinesim.view.controls import paragraphs

ENOUGH = 5
"""Runs from which on it can be told how many are enough."""


def sections(study: Any, differences: Mapping[str, list[str]]) -> list[Section]:
    """Every page of a finished study."""
    makers: list[tuple[str, str, Callable[[], Section]]] = [
        ("waits", "Waits", lambda: waits(study)),
        ("use", "Use of time", lambda: use(study)),
        ("lists", "Lists over time", lambda: over_time(study)),
        ("outcomes", "Outcomes", lambda: outcomes(study)),
        ("money", "Money", lambda: money(study)),
        ("who", "Who waits, who benefits", lambda: who(study)),
        ("same", "Same care for all?", lambda: same_care(study)),
        ("basis", "What was compared", lambda: basis(study, differences)),
    ]
    return [_made(*one) for one in makers]


def _made(key: str, label: str, make: Callable[[], Section]) -> Section:
    """One page; one that fails says so and leaves the others standing."""
    try:
        return make()
    except Exception as wrong:
        said = f"This page could not be worked out ({type(wrong).__name__}: {str(wrong)[:160]})."
        return Section(key, label, paragraphs(said))


def waits(study: Any) -> Section:
    """Median and ninetieth centile of each step, and their paired differences."""
    known, paired = flow.wait_table(study), flow.paired_flow(study)
    asked = known.groupby("step", sort=False)["n"].max()
    steps = [step for step in asked.index if asked[step] >= FEWEST]
    if not steps:
        return Section("waits", "Waits", paragraphs("Nobody waited for anything in this study."))
    by = known.set_index(["step", "arm"])
    rows, gaps = [], []
    for step in steps:
        cells = []
        for arm in study.arms:
            if (step, arm) not in by.index:
                cells.append("–")
                continue
            one = by.loc[(step, arm)]
            least, most = ("" if one[key] else "> " for key in ("reached", "p90_reached"))
            cells.append(f"{least}{plain(one['median'])} / {most}{plain(one['p90'])}")
        rows.append((step_name(step), *cells))
        for arm in study.arms[1:]:
            mine = paired.loc[(paired["what"] == step) & (paired["arm"] == arm)].set_index("measure")
            both = [
                changed(*mine.loc[key, ["difference", "low", "high"]]) if key in mine.index else "–"
                for key in ("median_wait", "p90_wait")
            ]
            gaps.append((step_name(step), arm, *both))
    note = paragraphs(
        "Days from when a slot was wanted until it began; of a course, its first session. Half wait less "
        "than the median; nine of ten wait less than the 90th centile. “>”: so few had been served by the "
        "end that the wait is longer than that."
    )
    first = table("Days of waiting: median / 90th centile", ("Step", *study.arms), rows)
    heads = ("Step", "Scenario", "Median, days longer (+) or shorter (−)", "90th centile")
    second = table("Beside today's clinic: paired difference and 95 % interval over runs", heads, gaps)
    return Section("waits", "Waits", note + first + second, [wait_picture(study)])


def use(study: Any) -> Section:
    """Utilisation and throughput."""
    used, paired, done = flow.utilisation(study), flow.paired_flow(study), flow.throughput(study)
    if not len(used):
        said = "Everything is ample in this clinic, so there is no time to fill."
        return Section("use", "Use of time", paragraphs(said))
    rows = []
    for resource in dict.fromkeys(used["resource"]):
        for arm in study.arms:
            mine = used.loc[(used["resource"] == resource) & (used["arm"] == arm)]
            gap = paired.loc[
                (paired["measure"] == "utilisation") & (paired["what"] == resource) & (paired["arm"] == arm)
            ]
            for one in mine.itertuples():
                change = "–" if not len(gap) else changed(*(100 * gap[["difference", "low", "high"]].iloc[0]))
                rows.append(
                    (
                        SAID.get(str(resource), str(resource)),
                        arm,
                        f"{100 * one.utilisation:.0f} % ({interval(100 * one.low, 100 * one.high, 0)})",
                        f"{100 * one.booked:.0f} %",
                        f"{one.busy_hours_per_week:.1f} of {one.open_hours_per_week:.1f}",
                        plain(one.over_hours_per_week),
                        change,
                    )
                )
    hours = ("Hours a week, busy of open", "Overtime hours")
    heads = ("Resource", "Scenario", "Used (95 % interval)", "Booked", *hours)
    first = table("How full each resource is", (*heads, "Change, percentage points"), rows)
    by = done.pivot_table(index="step", columns="arm", values="per_week", sort=False, fill_value=0.0)
    lines = [
        (step_name(str(step)), *(plain(float(row.get(arm, 0.0))) for arm in study.arms))
        for step, row in by.iterrows()
    ]
    note = paragraphs(
        "Used: hours of service begun, of the hours open, while referrals came. Booked: with the slots lost "
        "to people who did not come. Near 100 % booked, small changes in demand make long queues."
    )
    second = table("Slots completed a week", ("Step", *study.arms), lines)
    return Section("use", "Use of time", note + first + second, [use_picture(study)])


def over_time(study: Any) -> Section:
    """People waiting, week by week."""
    known, paired = flow.list_size(study), flow.paired_flow(study)
    if not len(known):
        return Section("lists", "Lists over time", paragraphs("Nobody waits in an ample clinic."))
    most = known.groupby("resource", sort=False)["mean"].max()
    busy = [str(name) for name in most.index if most[name] >= 1]
    mine = paired.loc[paired["measure"] == "list_size"]
    rows = [
        (SAID.get(one.what, one.what), one.arm, plain(one.reference), plain(one.value),
         changed(one.difference, one.low, one.high))
        for one in mine.itertuples()
        if one.what in busy
    ]  # fmt: skip
    heads = ("List", "Scenario", "Today's clinic", "Then", "Difference (95 % interval)")
    note = paragraphs(
        "People who want a slot now and wait for it, booked or not; weeks from the clinic's first."
    )
    made = note + table("People waiting, mean of all weeks", heads, rows)
    return Section("lists", "Lists over time", made, lists(study, busy))


def outcomes(study: Any) -> Section:
    """Means of every outcome, and the differences in plain words."""
    summary = study.summary().set_index(["outcome", "arm"])
    said = words.sentences(study)
    first, rest = names.in_order(dict.fromkeys(said["outcome"]))
    rows, lines = [], []
    for outcome in (*first, *rest):
        unit = str(summary.loc[(outcome, study.arms[0]), "unit"])
        means = [words.value(float(summary.loc[(outcome, arm), "mean"]), unit) for arm in study.arms]
        rows.append((f"{names.label(outcome)} ({words.said_unit(unit)})", *means))
    for arm in study.arms[1:]:
        mine = said.loc[said["arm"] == arm].set_index("outcome")["sentence"]
        lines.append(f"<h3>{escape(arm)}</h3>" + bullets([str(mine[one]) for one in first]))
    harms = study.harms()
    happened = harms.loc[harms[study.arms].max(axis=1) > 0]
    ledger = [
        (str(row["harm"]), *(plain(float(row[arm]), 2) for arm in study.arms))
        for _, row in happened.iterrows()
    ]
    made = (
        table("Means over everyone who was counted", ("Outcome", *study.arms), rows)
        + "".join(lines)
        + table("Harms per 100 people", ("Harm", *study.arms), ledger)
    )
    return Section("outcomes", "Outcomes", made, fans(study))


def same_care(study: Any) -> Section:
    """Procedure homogeneity."""
    known = flow.homogeneity(study)
    said = {"care": "all care, everyone", "procedures": "procedures, of those who had any"}
    rows = [
        (
            said.get(one.of, one.of),
            one.arm,
            f"{plain(one.index_, 2)} ({interval(one.low, one.high, 2)})",
            changed(one.difference, one.difference_low, one.difference_high, 2)
            if one.arm != study.arms[0]
            else "–",
            f"{one.commonest} ({100 * one.share:.0f} %)",
        )
        for one in known.rename(columns={"index": "index_"}).itertuples()
    ]
    note = paragraphs(
        "Do people with different problems get the same? The index is the chance that two people of the same "
        "scenario had the same bundle of care: 0, everyone another; 1, all the same. It says nothing about "
        "whether the care was right."
    )
    heads = ("Of what", "Scenario", "Index (95 % interval)", "Beside today's clinic", "Commonest bundle")
    return Section("same", "Same care for all?", note + table("Homogeneity of care", heads, rows))


def basis(study: Any, differences: Mapping[str, list[str]]) -> Section:
    """What differs between the scenarios, and how sure this is."""
    parts = [
        f"<h3>{escape(arm)}</h3>" + (bullets(lines) if lines else paragraphs("The same as today's clinic."))
        for arm, lines in differences.items()
    ]
    people = len(study.results[study.arms[0]][0].patients)
    notes = [
        f"{study.runs} run{'s' if study.runs > 1 else ''} with {people:,} people counted in each; every "
        "scenario has the same people with the same fate, so the differences are paired.",
        "Intervals are over runs, and hold chance only: whether the model is right they do not say.",
    ]
    if study.runs == 1:
        notes.append("With one run there is no interval for waits: ask for several.")
    else:
        notes.append(_precision(study))
    return Section("basis", "What was compared", bullets(notes) + "".join(parts))


def _precision(study: Any) -> str:
    """How many runs it would take."""
    if study.runs < ENOUGH:
        return f"With {study.runs} runs the intervals are wide: ask for {2 * ENOUGH} before a meeting."
    return str(flow.runs_sentence(flow.runs_needed(study)))
