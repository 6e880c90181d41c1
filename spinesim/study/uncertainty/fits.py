"""Posterior draws of parameters that were fitted together (`spinesim calibrate --save`), for sampling."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from spinesim.errors import SpinesimError
from spinesim.evidence import Evidence
from spinesim.evidence.ranges import limits
from spinesim.study.executor.job import Say, warn
from spinesim.study.uncertainty.blocks import along_main_direction

Floats = npt.NDArray[np.float64]
FEWEST = 20
"""Fewer rows than this say nothing of a spread."""

STALE = "Posterior draws of calibrations were made before data/ was last changed"


@dataclass(frozen=True, eq=False)
class Fit:
    """One calibration's draws: `draws` has shape (rows, K), its columns are `ids`."""

    name: str
    ids: tuple[str, ...]
    draws: Floats = field(repr=False)


def load_fits(evidence: Evidence, folder: str | Path | None = None, say: Say = warn) -> list[Fit]:
    """Read every saved fit; a folder that is not there holds none.

    Fits made from other evidence files than those in use are told of, and still used: their draws are those
    of a model that has changed a little since.

    Parameters
    ----------
    evidence : Evidence
    folder : path, optional
        Defaults to ``calibrations/fits`` beside the evidence.
    say : callable
        Told, in one sentence, which fits are of other evidence.

    Raises
    ------
    SpinesimError
        One sentence naming file, column and remedy.
    """
    root = Path(folder) if folder is not None else evidence.folder / "calibrations" / "fits"
    if not any(root.glob("*.json")):
        return []
    from spinesim.study.calibration import load_fit, saved_fits  # here: much that only a fit needs

    fits: list[Fit] = []
    seen: dict[str, str] = {}
    stale: list[str] = []
    for name in saved_fits(root):
        log, table = load_fit(name, root)
        if log.get("evidence", evidence.shipped.digest) != evidence.shipped.digest:
            stale.append(name)
        fit = Fit(name, tuple(map(str, table.columns)), table.to_numpy(dtype=np.float64))
        _check(fit, evidence)
        for key in fit.ids:
            if key in seen:
                raise SpinesimError(
                    f"fits/{name}.csv: '{key}' is fitted in {seen[key]}.csv too; keep one of the two fits."
                )
            seen[key] = name
        fits.append(Fit(name, fit.ids, along_main_direction(fit.draws)))
    if stale:
        say(
            f"{STALE}; to fit them to the evidence in use: spinesim calibrate {' '.join(stale)} --save "
            "(it takes a while)."
        )
    return fits


def _check(fit: Fit, evidence: Evidence) -> None:
    where = f"fits/{fit.name}.csv"
    if len(fit.draws) < FEWEST:
        raise SpinesimError(f"{where}: holds {len(fit.draws)} draws; keep {FEWEST} at least.")
    for k, key in enumerate(fit.ids):
        try:
            low, high = limits(evidence[key].unit)
        except SpinesimError as error:
            raise SpinesimError(f"{where}, first line: {error}") from None
        drawn = fit.draws[:, k]
        if not (np.isfinite(drawn) & (drawn >= low) & (drawn <= high)).all():
            raise SpinesimError(
                f"{where}, column '{key}': a draw is no value that '{evidence[key].unit}' permits; run the "
                "calibration again."
            )
