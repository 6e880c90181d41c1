"""How independent a published figure is of the model's inputs: worked out from the data, never claimed.

Three words: ``calibration`` (a fit used it), ``shares a study with an input`` (a parameter rests on the same
study), ``held out`` (neither). Studies are told apart by DOI, by first author and year, and by the name of
a trial such as (SPORT); two papers that share one of these count as one study, so a doubt is settled against
independence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from spinesim.errors import SpinesimError
from spinesim.evidence import Evidence, data_folder
from spinesim.evidence.files import label, read_text, read_toml
from spinesim.study.trials.file import Trial, file_digest
from spinesim.study.trials.target import Target

FITTED, SHARES, HELD_OUT = "calibration", "shares a study with an input", "held out"
KINDS = (FITTED, SHARES, HELD_OUT)
CALIBRATED = "calibrated:"

_DOI = re.compile(r"10\.\d{4,9}/(?:[^\s;,()]|\([^\s()]*\))*(?:[^\s;,().]|\([^\s()]*\))")
_AUTHOR_YEAR = re.compile(r"\b([A-Z][\w'’-]{2,})\b[^/;]{0,40}?\b((?:19|20)\d{2})\b")
_TRIAL_NAME = re.compile(r"\(([A-Z][A-Za-z]*[A-Z]\w*)\b")
_NO_NAMES = {"PMID", "AHRQ", "NBK", "CER", "EQ", "ODI", "WHO", "IPD", "MRI", "MRIs", "HTA", "NHIS"}


def marks(text: str) -> set[str]:
    """What identifies the studies a citation names: DOIs, and first authors with years."""
    found = {f"doi {doi.casefold()}" for doi in _DOI.findall(text)}
    return found | {
        f"{author.casefold()} {year}" for author, year in _AUTHOR_YEAR.findall(_DOI.sub("", text))
    }


def names(text: str) -> set[str]:
    """Names of trials a citation gives in brackets: (SPORT), (PRECISE)."""
    return {
        name
        for name in _TRIAL_NAME.findall(text)
        if len(name) > 2 and name not in _NO_NAMES and not name.startswith("PMC")
    }


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.replace("_", " ").casefold()))


@dataclass(frozen=True)
class Inputs:
    """What the model's numbers rest on.

    Attributes
    ----------
    figures : dict of str to str
        Ids of figures that parameters cite, each with one such parameter.
    marks : dict of str to str
        Studies (DOI, or author and year), and ``trial NAME``, each with one parameter that rests on it.
    fitted : dict of str to str
        Ids of figures that a calibration aimed at, each with its calibration.
    """

    figures: dict[str, str]
    marks: dict[str, str]
    fitted: dict[str, str]

    def kind(self, trial: Trial, target: Target, evidence: Evidence) -> tuple[str, str]:
        """How independent a target is, and why: ``("held out", "")``."""
        cited = trial.sources(target)
        for figure in cited:
            if figure in self.fitted:
                return FITTED, f"{figure} is fitted by {self.fitted[figure]}"
        for figure in cited:
            if figure in self.figures:
                return SHARES, f"{figure} is the source of {self.figures[figure]}"
        texts = [_study(source, evidence) for source in cited] + [trial.study]
        for mark in sorted(set().union(*(marks(text) for text in texts))):
            if mark in self.marks:
                return SHARES, f"{mark} is behind {self.marks[mark]}"
        said = _words(" ".join([*texts, trial.title, trial.name]))
        for mark, parameter in self.marks.items():
            if mark.startswith("trial ") and mark.removeprefix("trial ").casefold() in said:
                return SHARES, f"{mark} is behind {parameter}"
        if trial.role == FITTED:
            return FITTED, "its file says so"
        return HELD_OUT, ""


def _study(source: str, evidence: Evidence) -> str:
    return evidence.figures[source].study if source in evidence.figures else source


def read_inputs(evidence: Evidence) -> Inputs:
    """What every parameter of the shipped evidence rests on, and what its calibrations aimed at."""
    known, fitted = evidence.shipped, fitted_figures()
    figures: dict[str, str] = {}
    found: dict[str, str] = {}
    for key, parameter in known.parameters.items():
        if parameter.source.startswith(CALIBRATED):
            continue  # what it was fitted to counts as such
        for source in (part.strip() for part in parameter.source.split(";")):
            if source in known.figures:
                figures.setdefault(source, key)
                _mark(known.figures[source].study, key, found)
    for figure, calibration in fitted.items():
        if figure in known.figures:
            _mark(known.figures[figure].study, f"the calibration {calibration}", found)
    return Inputs(figures, found, fitted)


def _mark(study: str, key: str, found: dict[str, str]) -> None:
    for mark in [*sorted(marks(study)), *(f"trial {name}" for name in sorted(names(study)))]:
        found.setdefault(mark, key)


def fitted_figures(folder: Path | None = None) -> dict[str, str]:
    """Ids of every figure that a calibration aims at or, by its log, aimed at; each with its calibration."""
    home = data_folder() if folder is None else folder
    found: dict[str, str] = {}
    for path in sorted((home / "calibrations").glob("*.toml")):
        for name in read_toml(path, read_text(path)).get("trials", []):
            trial = path.parent.parent / "trials" / f"{name}.toml"
            if trial.is_file():
                tables = read_toml(trial, read_text(trial))
                for target in tables.get("target", []):
                    for figure in target.get("source") or tables.get("source", []):
                        found.setdefault(figure, path.stem)
    for log in fit_logs(home):
        for target in log.targets:
            for figure in target.get("figures", []):
                found.setdefault(figure, log.name)
    return found


@dataclass(frozen=True)
class FitLog:
    """What a calibration wrote about itself: ``data/calibrations/fits/<name>.json``."""

    name: str
    targets: list[dict[str, Any]]


def fit_logs(folder: Path | None = None) -> list[FitLog]:
    """Every calibration log in the data folder."""
    home = data_folder() if folder is None else folder
    logs = []
    for path in sorted((home / "calibrations" / "fits").glob("*.json")):
        try:
            content = json.loads(read_text(path))
            targets = content["targets"]
            fine = isinstance(targets, list) and all(isinstance(one, dict) for one in targets)
        except (ValueError, KeyError, TypeError, RecursionError):
            fine = False
        if not fine:
            raise SpinesimError(
                f"{label(path)}: not the log of a calibration (no list 'targets'); run "
                "`spinesim calibrate` again."
            )
        logs.append(FitLog(path.stem, targets))
    return logs


@dataclass(frozen=True)
class Proof:
    """Whether anything held out was fitted: problems (must be none), and what is worth knowing."""

    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    logs: int = 0
    fitted: int = 0


def prove(trials: Iterable[Trial], evidence: Evidence, inputs: Inputs | None = None) -> Proof:
    """Check, from the calibration logs and the sources of parameters, that nothing held out was used."""
    inputs = inputs or read_inputs(evidence)
    logs = fit_logs()
    problems, notes = [], []
    validation = [trial for trial in trials if trial.role == "validation"]
    for trial in validation:
        for figure in sorted({source for target in trial.target for source in trial.sources(target)}):
            if figure in inputs.fitted:
                problems.append(
                    f"{trial.name}: {figure} is a validation figure, but the calibration "
                    f"'{inputs.fitted[figure]}' is fitted to it"
                )
            elif figure in inputs.figures:
                problems.append(
                    f"{trial.name}: {figure} is a validation figure, but the parameter "
                    f"'{inputs.figures[figure]}' rests on it"
                )
    held = {trial.name for trial in validation}
    for log in logs:
        for target in log.targets:
            if target.get("role") != "calibration" or target.get("trial") in held:
                problems.append(
                    f"calibration '{log.name}' was fitted to '{target.get('trial')}', whose role is not "
                    "calibration"
                )
            notes += _stale(log.name, target)
    return Proof(problems, notes, len(logs), len(inputs.fitted))


def _stale(calibration: str, target: Mapping[str, Any]) -> list[str]:
    """A note when a trial's file has changed since it was fitted."""
    path = data_folder() / "trials" / f"{target.get('trial')}.toml"
    if not path.is_file():
        return [f"calibration '{calibration}' was fitted to '{target.get('trial')}', which is not shipped"]
    now = {file_digest(path), sha256(path.read_bytes()).hexdigest()}
    if target.get("sha256") in now:
        return []
    return [
        f"calibration '{calibration}': the file of '{target.get('trial')}' has changed since it was fitted"
    ]
