"""What may be fitted: figures of calibration trials, never one that a validation trial is judged by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from spinesim.errors import SpinesimError
from spinesim.evidence import Evidence, data_folder
from spinesim.study.calibration.file import Calibration
from spinesim.study.trials import Trial, load_trial, read_trial

ROLE = "calibration"


@dataclass(frozen=True)
class Aim:
    """One trial that is fitted."""

    trial: Trial

    @property
    def figures(self) -> list[str]:
        """Ids of the published figures fitted, in the order of the file."""
        cited = (self.trial.sources(target) for target in self.trial.target)
        return list(dict.fromkeys(name for names in cited for name in names))

    def log(self) -> dict[str, Any]:
        """What the fit's log says of this trial."""
        return {
            "trial": self.trial.name,
            "role": self.trial.role,
            "sha256": self.trial.sha256,
            "figures": self.figures,
            "weeks": sorted({week for target in self.trial.target for week in target.weeks}),
        }


def aims(calibration: Calibration, evidence: Evidence, where: str) -> list[Aim]:
    """The trials to fit.

    Parameters
    ----------
    where : str
        The calibration file, for messages.

    Raises
    ------
    SpinesimError
        One sentence naming file and key, if a trial is unknown or of role validation, has weeks after
        `last_week`, or is aimed at a figure kept for validation.
    """
    found = []
    for name in calibration.trials:
        try:
            trial = load_trial(name)
        except SpinesimError as error:
            raise SpinesimError(f"{where}, key 'trials': {error}") from None
        found.append(Aim(trial))
    held_out = _held_out()
    for aim in found:
        _refuse(aim, calibration, evidence, held_out, where)
    names = [aim.trial.name for aim in found]
    if len(set(names)) < len(names):
        raise SpinesimError(f"{where}, key 'trials': two files have the same trial name; remove one.")
    return found


def _refuse(
    aim: Aim, calibration: Calibration, evidence: Evidence, held_out: Mapping[str, str], where: str
) -> None:
    trial = aim.trial
    here = f"{where}, key 'trials': '{trial.name}'"
    if trial.role != ROLE:
        raise SpinesimError(
            f"{here} is a validation trial (key 'role' of its file); nothing may be fitted to it, "
            "so remove it from the list."
        )
    if trial.last_week > calibration.last_week:
        raise SpinesimError(
            f"{here} has figures at week {trial.last_week}, after last_week = {calibration.last_week}, which "
            "may not be fitted; take those weeks out of the trial file, or make last_week later."
        )
    own = [trial.parameters, *(arm.parameters for arm in trial.arm)]
    for key in calibration.free:
        if any(key in numbers for numbers in own):
            raise SpinesimError(
                f"{here} sets '{key}' itself (key 'parameters' of its file), so that cannot be fitted to it; "
                "remove it from [free] or from the trial."
            )
    for figure in aim.figures:
        if figure in held_out:
            raise SpinesimError(
                f"{here} aims at the figure '{figure}', by which the validation trial "
                f"'{held_out[figure]}' is judged; a figure is fitted or held out, never both."
            )
        if figure in evidence.figures and evidence.figures[figure].use == "validation":
            raise SpinesimError(
                f"{here} aims at the figure '{figure}', whose column 'use' in data/evidence says validation; "
                "nothing may be fitted to it."
            )


def _held_out() -> dict[str, str]:
    """Figures that validation trials are judged by, each with the name of one such trial."""
    found: dict[str, str] = {}
    for path in sorted((data_folder() / "trials").glob("*.toml")):
        trial = read_trial(path)
        if trial.role != ROLE:
            for target in trial.target:
                for figure in trial.sources(target):
                    found.setdefault(figure, trial.name)
    return found
