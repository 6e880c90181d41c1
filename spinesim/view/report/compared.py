"""What is compared: today's clinic, and what each alternative changes, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spinesim.clinic.resource import RESOURCES
from spinesim.clinic.setting import ClinicSetting
from spinesim.study.scenario_folder import ResultFolder
from spinesim.study.scenario_folder.clinic_diff import capacity, session_words
from spinesim.view.report.blocks import Block, Bullets, Fold, Paragraph, Table
from spinesim.view.report.named import count, quoted, resource

ALIKE = "nothing"
MOST_LINES = 12
"""Differences between pathways that are listed; more are folded away."""


def compared(folder: ResultFolder, clinics: Mapping[str, ClinicSetting]) -> list[Block]:
    """Sentences on the reference and on what differs; `clinics` by arm, empty for an ordinary folder."""
    if not folder.full:
        return _ordinary(folder)
    first, *others = folder.arms
    base, scenario = clinics[first], folder.manifest["scenarios"][0]
    pathway = scenario["pathway"]
    blocks: list[Block] = [
        Paragraph(
            f"{quoted(first)} is the reference: the clinic “{base.title}” with the pathway "
            f"“{pathway['title']}”. "
            f"{base.summary} {pathway['summary']}".strip()
        ),
        Paragraph(who(folder, base)),
        Table(
            f"Capacity in {quoted(first)}",
            ("Resource", "Capacity", "Sessions"),
            [
                (resource(name), capacity(name, one), sessions(name, base))
                for name in RESOURCES
                for one in (getattr(base.resources, name),)
            ],
        ),
    ]
    for arm in others:
        changed = folder.manifest["changed"][arm]
        other = next(one for one in folder.manifest["scenarios"] if one["name"] == arm)["pathway"]
        lines = [_capital(line) for line in changed["clinic"]]
        rules = [_capital(line) for line in changed["pathway"]]
        if other["title"] != pathway["title"]:
            lines.append(f"Another pathway: “{other['title']}” instead of “{pathway['title']}”")
        long = len(rules) > MOST_LINES
        lines += [] if long else [f"Pathway: {line}" for line in rules]
        blocks.append(Paragraph(f"{quoted(arm)} changes:"))
        blocks.append(Bullets(lines or ([] if long else [f"{ALIKE}: it is the same as {quoted(first)}"])))
        if long:
            blocks.append(
                Fold(
                    f"The {len(rules)} differences between the pathways",
                    [Bullets(rules)],
                    f"The {len(rules)} differences between the pathways, rule by rule, are in "
                    f"manifest.json of the folder.",
                )
            )
    return blocks


def sessions(name: str, clinic: ClinicSetting) -> str:
    """The sessions of a resource in words."""
    one = getattr(clinic.resources, name)
    return "; ".join(session_words(name, session) for session in one.sessions) or "–"


def who(folder: ResultFolder, clinic: ClinicSetting | None = None) -> str:
    """Who comes, how many, how long, in a sentence."""
    m = folder.manifest
    mix = m["condition"]
    people = (
        mix.replace("_", " ")
        if isinstance(mix, str)
        else ", ".join(f"{key.replace('_', ' ')} {100 * share:.0f} %" for key, share in _shares(mix).items())
    )
    runs = count(int(m["runs"]), "run", "independent runs")
    text = (
        f"Who comes: {people}. {count(int(m['patients']), 'person', 'people')} a run, "
        f"each followed for {count(int(m['weeks']), 'week')}; {runs}. The same people, with the same "
        f"fate, come in "
        "every scenario."
    )
    if clinic is not None and clinic.arrivals is not None:
        flow = clinic.arrivals
        text += f" {flow.per_week:g} referrals a week"
        text += f", {flow.backlog} people waiting on the first day" if flow.backlog else ""
        text += "."
    if m.get("warm_up"):
        text += (
            f" Those referred in the first {m['warm_up']} weeks use the clinic but are not counted (warm-up)."
        )
    return text


def _shares(mix: Any) -> dict[str, float]:
    weights = dict(mix)
    total = sum(weights.values()) or 1.0
    return {key: weight / total for key, weight in weights.items()}


def _ordinary(folder: ResultFolder) -> list[Block]:
    rows = [
        (
            arm,
            str(folder.manifest["pathways"].get(arm, {}).get("name", "–")).replace("_", " "),
            str(folder.manifest["clinic"]["name"]),
        )
        for arm in folder.arms
    ]
    return [Paragraph(who(folder)), Table("Scenarios", ("Scenario", "Pathway", "Clinic"), rows)]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
