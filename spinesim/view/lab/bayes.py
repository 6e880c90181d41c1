"""The lab of findings: what a sign or a test does for one person, and what looking does for many."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from spinesim.errors import SpinesimError
from spinesim.pathway.vocabulary import NEVER
from spinesim.study.bedside import AtBedside, at_bedside, usual_is, with_accuracy
from spinesim.study.bedside_people import WAYS, AtClinic, at_clinic, share
from spinesim.study.simulation import conditions, shipped_evidence
from spinesim.view.jobs import Work
from spinesim.view.lab import bayes_words as told
from spinesim.view.lab.bayes_figure import PEOPLE, TILES, BayesFigure
from spinesim.view.lab.plans import scaled
from spinesim.view.lab.shown import Fact, Picture, Settings, Shown
from spinesim.view.lab.spec import LessonFile, Option
from spinesim.view.limits import refuse_too_much

PERCENT = 100.0
CHOICES = {
    "finding": ("finding", "pattern", "positive"),
    "result": ("present",),
    "who": (),
    "known": (),
    "expects": ("usual",),
}
"""Lists a lesson must have, and what each of their options `means` here; `who` and `known` use `changes`."""
SLIDERS = ("age", "sensitivity", "specificity", "scan_from")
"""Sensitivity and specificity (per 100) may be `never`: as in the data. So may `scan_from` (%): any flag."""
HER = (0, 2, 1, 3)
"""Order of the icons: those with the finding first."""
SCANNED = (0, 2, 1, 3)


class BayesRunner:
    """Looks at one person and at a cohort, as the controls say.

    Parameters
    ----------
    lesson : LessonFile
        Of a lab of kind `bayes`, with the controls of `CHOICES` and `SLIDERS`.
    source : optional
        What computes, for tests: `at_clinic(...)` as of `spinesim.study.bedside_people`.

    Raises
    ------
    SpinesimError
        If the lesson lacks a control, or an option its meaning.
    """

    def __init__(self, lesson: LessonFile, source: Any = None) -> None:
        self.lesson = lesson
        self._at_clinic = at_clinic if source is None else source.at_clinic
        self._figure: BayesFigure | None = None
        self._labels = {**conditions(), **told.SOURCES}
        controls = {control.id: control for control in lesson.control}
        self._options = {
            key: {one.label: one for one in controls[key].options} for key in CHOICES if key in controls
        }
        for key in (*CHOICES, *SLIDERS):
            if key not in controls:
                raise SpinesimError(f"Lesson {lesson.id}: a lab of kind 'bayes' needs a control '{key}'.")
            for option in controls[key].options:
                missing = [word for word in CHOICES.get(key, ()) if word not in option.means]
                if missing:
                    raise SpinesimError(
                        f"Lesson {lesson.id}, control '{key}': '{option.label}' needs means.{missing[0]}."
                    )

    def steps(self, settings: Settings) -> Work:
        """One person, then the cohort, then facts, tables and pictures."""
        refuse_too_much(int(settings["patients"]))
        finding, result = self._chosen("finding", settings), self._chosen("result", settings)
        what, pattern = finding.means["finding"], finding.means["pattern"]
        accuracy = [_share(settings[name]) for name in ("sensitivity", "specificity")]
        evidence = with_accuracy(shipped_evidence(), what, pattern, *accuracy)
        mix = self._chosen("who", settings).changes.condition or "pain_clinic"
        true = usual_is(evidence, mix)
        alike = self._chosen("expects", settings).means["usual"] == "alike"
        believed = usual_is(evidence, None) if alike else true
        signs = self._chosen("known", settings).changes.person.get("signs", {})
        known = {str(key): bool(there) for key, there in dict(signs).items()}  # type: ignore[arg-type]
        her = at_bedside(true, what, pattern, float(settings["age"]), known)
        said = at_bedside(believed, what, pattern, float(settings["age"]), known)
        yield 0.1
        cut = settings["scan_from"]
        from_risk = None if cut == NEVER else float(cut)
        work = self._at_clinic(
            evidence, believed, mix, int(settings["patients"]), int(settings["seed"]), from_risk
        )
        clinic: AtClinic = yield from scaled(work, 0.1, 0.7)
        present = result.means["present"] == "yes"
        facts = facts_of(her, said, present, clinic, self._labels[self._key(her, pattern)], finding)
        yield 0.8
        pictures = self._pictures(her, said, present, clinic, finding)
        yield 0.98
        names = [self._labels[key] for key in her.keys]
        return Shown(
            settings,
            pictures,
            (told.table(facts, told.FIRST), told.table(facts, told.REST)),
            facts,
            told.summary(facts, finding.means["positive"], present),
            frames(her, said, present, clinic, names, facts),
        )

    def _chosen(self, control: str, settings: Settings) -> Option:
        return self._options[control][settings[control]]

    @staticmethod
    def _key(her: AtBedside, pattern: str) -> str:
        return pattern if pattern in her.keys else her.keys[her.pattern]

    def _pictures(
        self, her: AtBedside, said: AtBedside, present: bool, clinic: AtClinic, finding: Option
    ) -> tuple[Picture, ...]:
        ways, flags, calibration = clinic.ways(), clinic.red_flags(), clinic.calibration()
        if self._figure is None:
            self._figure = BayesFigure(list(ways["name"]), list(flags["flag"]))
        one, names = self._figure, [told.short(self._labels[key]) for key in said.keys]
        before, after = (PERCENT * p for p in (said.before, said.present if present else said.absent))
        one.pairs.update(names, before.tolist(), after.tolist(), said.pattern)
        people, groups = her.people(PEOPLE), told.groups(finding, names[said.pattern])
        one.people.update(people, groups, HER)
        one.ways.update(*(ways[name].tolist() for name in ("right", "low", "high")))
        one.calibration.update(calibration)
        one.flags.update(flags["have_it"].tolist(), flags["serious"].tolist())
        thousand = clinic.thousand(PEOPLE)
        one.scanned.update(thousand, told.SCANS, SCANNED)
        words = [
            told.patterns_in_words(names, before.tolist(), after.tolist()),
            told.people_in_words("like this one", people, groups),
            told.ways_in_words(ways),
            told.calibration_in_words(calibration),
            told.flags_in_words(flags),
            told.people_in_words("who come", thousand, told.SCANS),
        ]
        widths = [right - left for left, _, right, _ in TILES]
        return tuple(Picture(*parts) for parts in zip(one.tiles(), words, widths, strict=True))


def facts_of(
    her: AtBedside, said: AtBedside, present: bool, clinic: AtClinic, pattern: str, finding: Option
) -> dict[str, Fact]:
    """Every fact of a run, by key."""

    def exact(key: str, name: str, probability: float) -> Fact:
        value = PERCENT * float(probability)
        return Fact(key, name, value, value, value, told.PER, "level")

    def level(key: str, name: str, people: Any) -> Fact:
        return Fact(key, name, *share(people), told.PER, "level")

    def more(key: str, name: str, way: str, over: str) -> Fact:
        return Fact(key, name, *clinic.gain(way, over), told.PER, "difference")

    k, positive, short = her.pattern, finding.means["positive"], told.short(pattern)
    now, claimed = (one.present if present else one.absent for one in (her, said))
    both = f"Right by {told.WAYS['examination']}"
    flagged, sick, scanned = clinic.any_flag, clinic.serious, clinic.scanned
    made = [
        exact("before", f"{short}, before", her.before[k]),
        exact("now", f"{short}, given the result", now[k]),
        exact("if_found", f"{short}, if {positive}", her.present[k]),
        exact("if_not_found", f"{short}, if not {positive}", her.absent[k]),
        exact("claimed", f"{short}, as the clinician says", claimed[k]),
        exact("found", f"All people like this one, {positive}", float(her.before @ her.given)),
        *(level(f"right_{way}", f"Right by {told.WAYS[way]}", clinic.right[way]) for way in WAYS),
        more("gain_examination", f"{both}, beside a scan first", "examination", "scan"),
        more("gain_signs", f"{both}, beside history alone", "examination", "history"),
        more("gain_scan", f"{both}, a scan added", "all", "examination"),
        level("any_flag", "People with a red flag", flagged),
        level("serious", "People with serious disease today", sick),
        level("serious_of_flagged", "Serious disease, of those with a red flag", sick[flagged]),
        level("scanned", "People scanned at once", scanned),
        level("in_vain", "Nothing serious, of those scanned at once", ~sick[scanned]),
        level("caught", "Scanned at once, of those with serious disease", scanned[sick]),
    ]
    return {one.key: one for one in made}


def frames(
    her: AtBedside, said: AtBedside, present: bool, clinic: AtClinic, names: list[str], facts: dict[str, Fact]
) -> dict[str, pd.DataFrame]:
    """What export gives."""
    patterns = {"pattern": names, "finding_in_it": PERCENT * her.given}
    for who, one in (("true", her), ("said", said)):
        patterns |= {f"{who}_before": PERCENT * one.before, f"{who}_found": PERCENT * one.present}
        patterns |= {f"{who}_not_found": PERCENT * one.absent}
    group = ["pattern and finding", "pattern only", "finding only", "neither"]
    return {
        "patterns": pd.DataFrame(patterns).assign(result="found" if present else "not found"),
        "people": pd.DataFrame({"group": group, "of_1000": np.array(her.people(PEOPLE))}),
        "ways": clinic.ways(),
        "calibration": clinic.calibration(),
        "red_flags": clinic.red_flags(),
        "scanned": pd.DataFrame({"group": list(told.SCANS), "of_1000": np.array(clinic.thousand(PEOPLE))}),
        "facts": pd.DataFrame(list(facts.values())),
    }


def _share(setting: Any) -> float | None:
    return None if setting == NEVER else float(setting) / PERCENT
