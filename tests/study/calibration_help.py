"""Small calibrations for the tests: figures that the model itself made under known values."""

from __future__ import annotations

from pathlib import Path

from spinesim.study.simulation import shipped_evidence
from spinesim.study.trials import load_trial, run_trial

PACE = "cervical_radiculopathy.course.gradual.limb_days"
SLOPE = "cervical_radiculopathy.disability.per_axial"
TRUTH = {PACE: 70.0, SLOPE: 3.4}
BOUNDS = {PACE: (40, 160), SLOPE: (1.5, 4.5)}

TRIAL = """
name = "{name}"
title = "Figures the model made"
role = "{role}"
source = ["made up by the model, 2026"]
checked = true
condition = "cervical_radiculopathy"
patients = 400
seed = 5

[[arm]]
name = "wait"
pathway = "natural_course"

[[target]]
outcome = "limb_pain"
arm = "wait"
weeks = [0, 3, 6]
mean = {limb}
tolerance = 0.25

[[target]]
outcome = "disability"
arm = "wait"
weeks = [0, 6]
mean = {disability}
sd = {spread}
n = 800
"""
FIT = """
trials = ["{trial}"]
last_week = {last_week}
patients = 300
seed = 11
draws = 100
design = 32
correlation = 0.5

[free]
"{pace}" = [40, 160]
"{slope}" = [1.5, 4.5]
"""


def write_trial(folder: Path, name: str = "made", patients: int = 300, seed: int = 11) -> Path:
    """A trial whose figures the model made under `TRUTH`: by default on the very people of the fit."""
    path = folder / f"{name}.toml"
    blank = dict(name=name, role="calibration", limb=[0.1] * 3, disability=[0.1] * 2, spread=[1.0] * 2)
    path.write_text(TRIAL.format(**blank), encoding="utf-8")
    known = shipped_evidence().change(TRUTH)
    table, _ = run_trial(load_trial(path), patients=patients, seed=seed, evidence=known)
    limb, disability = (table[table["outcome"] == one] for one in ("limb_pain", "disability"))
    made = dict(
        limb=list(limb["model_mean"].round(4)),
        disability=list(disability["model_mean"].round(4)),
        spread=list(disability["model_sd"].round(4)),
    )
    text = TRIAL.format(**(blank | {k: [float(x) for x in v] for k, v in made.items()}))
    path.write_text(text, encoding="utf-8")
    return path


def write_fit_file(folder: Path, trial: Path | str, last_week: int = 6, more: str = "") -> Path:
    """A calibration of the two numbers in `TRUTH`."""
    path = folder / "fit.toml"
    path.write_text(
        FIT.format(trial=trial, last_week=last_week, pace=PACE, slope=SLOPE) + more, encoding="utf-8"
    )
    return path
