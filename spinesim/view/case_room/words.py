"""What a consultation and a debrief say, as safe HTML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Any

from spinesim.study import case as room
from spinesim.study.case.left_out import MOST
from spinesim.study.told import listed, noun
from spinesim.view import words

SHOWN = 5
"""Patterns of the differential that are named."""
EFFECTS = ("disability (of 100)", "harms per 100", "cost (USD)", "health and money together (USD)")
LEFT_OUT = "What the guideline gives and you did not order"
NOTHING_LEFT_OUT = "Nothing: you ordered everything that the guideline offers this patient."
RISKS = {
    "kidney_disease": "weak kidneys",
    "ulcer": "an ulcer before",
    "anticoagulated": "blood thinned",
    "diabetes": "diabetes",
    "osteoporosis": "thin bones",
}


def bullets(lines: list[str], empty: str = "") -> str:
    """A list; `empty` where there is nothing."""
    if not lines:
        return f"<p>{escape(empty)}</p>" if empty else ""
    return "<ul class='spinesim-case'>" + "".join(f"<li>{escape(one)}</li>" for one in lines) + "</ul>"


def patient(played: Any) -> str:
    """How the patient comes in: the first words, or what has been since."""
    now, case = played.now, played.case
    pain = f"Pain today: {now.facts.pain:.0f} of 10. Disability: {now.facts.disability:.0f} of 100."
    if now.number == 1:
        waited = f" It took {now.day:.0f} days to get this appointment." if now.day >= 1 else ""
        return (
            f"<p class='spinesim-case-words'>“{escape(' '.join(case.opening.split()))}”</p>"
            f"<p>{escape(case.short)}.{escape(waited)}</p><p><b>{escape(pain)}</b></p>"
        )
    since = played.visits[-2].day
    flag = ""
    if now.facts.red_flag:
        flag = "<p><b>A red flag has brought this person back: something new is wrong.</b></p>"
    return (
        f"{flag}<p><b>{escape(pain)}</b></p>"
        f"<h4>The diary since the last visit</h4>{bullets(room.diary(played, since, now.day), 'No entry.')}"
        f"<h4>What was done</h4>{bullets(room.happened(played, since, now.day), 'Nothing.')}"
    )


def belief(played: Any, asked: list[str], labels: dict[str, str]) -> str:
    """The differential as bars with numbers, the risk of serious disease, tests and risks that are known."""
    beliefs, known = played.beliefs(asked), played.known(asked)
    rows = "".join(
        f"<tr><th scope='row'>{escape(labels[key])}</th><td class='number'>{100 * share:.0f} %</td>"
        f"<td class='bar' aria-hidden='true'><div style='width:{100 * share:.0f}%'></div></td></tr>"
        for key, share in beliefs.patterns[:SHOWN]
    )
    rest = sum(share for _, share in beliefs.patterns[SHOWN:])
    if rest:
        left = f"<td class='number'>{100 * rest:.0f} %</td><td></td>"
        rows += f"<tr><th scope='row'>Something else</th>{left}</tr>"
    table = (
        "<table class='spinesim-table spinesim-differential'><caption>What it may be, from what you "
        f"have asked and tested</caption><tbody>{rows}</tbody></table>"
    )
    lines = [
        f"Risk of serious disease by the red flags alone, as far as asked: {beliefs.serious_risk:.1f} %."
    ]
    if known.red_flag:
        lines = ["A red flag is there."]
    lines += room.results(played)
    there = [said for name, said in RISKS.items() if getattr(known, name)]
    lines += [f"Known: {listed(there)}."] if there else []
    lines += ["Found today: new weakness."] if known.weakness else []
    lines += ["Found today: signs of the spinal cord."] if known.cord_signs else []
    return table + bullets(lines)


def decided(log: Any) -> str:
    """The decisions so far, one line a visit."""
    lines = []
    for number, choice in enumerate(log.choices, 1):
        did = listed(noun(step).bare for step in choice.orders) or "nothing ordered"
        urgent = ", urgently" if choice.urgent else ""
        lines.append(f"Visit {number}, week {choice.week or 0:.0f}: {did}{urgent}")
    return bullets(lines)


def ending(made: Any) -> str:
    """How it ended for this patient, beside the guideline on the same fate."""
    mine, theirs = (made.study.results[arm][0] for arm in (room.YOURS, room.GUIDELINE))
    rows = []
    for name, unit, decimals in (
        ("pain", "of 10", 1),
        ("disability", "of 100", 0),
    ):
        ends = [float(one.series[name][-1, 0]) for one in (mine, theirs)]
        means = [float(one.series[name][:, 0].mean()) for one in (mine, theirs)]
        rows.append((f"{name.capitalize()} at the end ({unit})", *(f"{one:.{decimals}f}" for one in ends)))
        rows.append((f"{name.capitalize()} on average ({unit})", *(f"{one:.{decimals}f}" for one in means)))
    first = [one.patients.iloc[0] for one in (mine, theirs)]
    rows.append(("Harms", *(str(int(one["harms"])) for one in first)))
    rows.append(("Cost (USD)", *(f"{one['cost']:,.0f}" for one in first)))
    rows.append(("Own goal reached", *("yes" if one["goal_attained"] else "no" for one in first)))
    return table(
        "This patient, the same fate twice",
        ["", "under your decisions", "under the guideline"],
        rows,
    )


def table(caption: str, heads: list[str], rows: Sequence[tuple[str, ...]]) -> str:
    """A plain table; the first cell of a row is its name."""
    head = "".join(f"<th scope='col'>{escape(one)}</th>" for one in heads)
    body = "".join(
        f"<tr><th scope='row'>{escape(first)}</th>"
        + "".join(f"<td class='number'>{escape(cell)}</td>" for cell in rest)
        + "</tr>"
        for first, *rest in rows
    )
    return (
        f"<table class='spinesim-table'><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table>"
    )


def luck(made: Any) -> str:
    """How lucky this patient was, in one sentence."""
    row = made.luck.set_index("outcome").loc["qaly"]
    worse = round(float(row["worse_off"]))
    if worse >= 67:
        said = "Some of that was good luck."
    elif worse <= 33:
        said = "Some of that was bad luck."
    else:
        said = "Luck played no great part."
    return (
        f"Of 100 twins under the very same decisions, {worse} fared worse than this patient and "
        f"{100 - worse} better or alike. {said} One ending says little about a decision: look at all the "
        "twins."
    )


def regret(made: Any) -> str:
    """What the guideline would have brought the twins on average, in words."""
    said = words.sentences(made.study)
    said = said[said["arm"] == room.GUIDELINE].set_index("outcome")["sentence"]
    keys = [key for key in ("disability_average", "harms", "operations", "cost", "qaly") if key in said.index]
    return bullets([str(said[key]) for key in keys])


def decisions(made: Any) -> str:
    """What each order brought on average, the one that mattered most first."""
    rows = [
        (f"Visit {row.visit}: {noun(row.step).bare}", *_effects(row)) for row in made.decisions.itertuples()
    ]
    if not rows:
        return "<p>Nothing was ordered, so there is nothing to switch off.</p>"
    caption = "What each order brought your twins on average: with it minus without it"
    return table(caption, ["Order", *EFFECTS], rows)


def left_out(made: Any) -> str:
    """What each step that the guideline gives and nobody ordered brings on average, largest first."""
    rows = [
        (
            f"{_capital(noun(row.step).bare)}, week {row.week:.0f} ({row.offered:.0f} of 100)",
            *_effects(row),
        )
        for row in made.left_out.itertuples()
    ]
    if not rows:
        return f"<p>{escape(NOTHING_LEFT_OUT)}</p>"
    caption = "What each brings the twins under the guideline on average: with it minus without it"
    note = (
        f"Not to order is a decision too. Listed is what the guideline offers this patient, at most {MOST} "
        "steps, also where you ordered something like it. What depends on a step falls with it."
    )
    heads = ["First offered (to how many twins)", *EFFECTS]
    return f"<p>{escape(note)}</p>" + table(caption, heads, rows)


def _effects(row: Any) -> tuple[str, ...]:
    """The cells under `EFFECTS`."""
    return (
        _signed(f"{row.disability:+.1f} ({row.disability_low:+.1f} to {row.disability_high:+.1f})"),
        _signed(f"{row.harms:+.0f}"),
        _signed(f"{row.cost:+,.0f}"),
        _signed(f"{row.worth:+,.0f} ({row.worth_low:+,.0f} to {row.worth_high:+,.0f})"),
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _signed(text: str) -> str:
    """Numbers with a proper minus, and no sign before nothing: "-0.0 (-0.2 to +0)" is "0.0 (−0.2 to 0)"."""
    return re.sub(r"[+-](0(\.0+)?)(?![\d.])", r"\1", text).replace("-", "−")


def unasked(made: Any) -> str:
    """What was there and nobody asked about."""
    from spinesim.study.case.questions import all_questions

    lines = [all_questions()[key].ask for key in made.unasked]
    return bullets(lines, "You asked about everything that was there to be found.")


def teaching(case: Any) -> str:
    """Teaching points and what a guideline would do, with their sources."""

    def with_sources(text: str, sources: list[str]) -> str:
        ids = (
            f" <small>({', '.join(f'<code>{escape(one)}</code>' for one in sources)})</small>"
            if sources
            else ""
        )
        return escape(" ".join(text.split())) + ids

    points = "".join(f"<li>{with_sources(one.says, one.source)}</li>" for one in case.teach)
    wrong = "".join(
        f"<li><b>{escape(one.name)}.</b> {escape(' '.join(one.says.split()))}</li>" for one in case.wrong
    )
    return (
        f"<h4>What a guideline would do</h4><p>{with_sources(case.guideline_says, case.guideline_source)}</p>"
        f"<h4>To remember</h4><ul>{points}</ul><h4>Three wrong ways, on average</h4><ul>{wrong}</ul>"
    )
