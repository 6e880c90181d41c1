"""Published means, read from the trial files, for the markers over a curve."""

from __future__ import annotations

from spinesim.errors import SpinesimError
from spinesim.study.trials import load_trial
from spinesim.view.lab.spec import Points


def published(wanted: Points) -> dict[int, float]:
    """Week to mean on the model's own scale, of one arm of a trial.

    Raises
    ------
    SpinesimError
        If the trial file has no such means.
    """
    trial = load_trial(wanted.trial)
    found: dict[int, float] = {}
    for target in trial.target:
        alike = target.outcome == wanted.outcome and target.measure == "value" and target.versus is None
        if alike and target.clock == "referral" and wanted.arm in ("", target.arm):
            for week, mean in zip(target.weeks, target.mean, strict=True):
                found.setdefault(week, mean / target.scale)
    if not found:
        arms = ", ".join(dict.fromkeys(target.arm for target in trial.target))
        raise SpinesimError(
            f"points: trial '{wanted.trial}' has no means of {wanted.outcome}"
            f"{f' in arm {wanted.arm!r}' if wanted.arm else ''}; its arms with figures are {arms}."
        )
    return dict(sorted(found.items()))
