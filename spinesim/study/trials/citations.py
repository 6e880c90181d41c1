"""What a trial file rests on: rows of the shipped evidence, or citations in words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from spinesim.errors import SpinesimError
from spinesim.evidence import Evidence
from spinesim.evidence.store import near
from spinesim.study.trials.arms import named
from spinesim.study.trials.file import Trial

_ID = re.compile(r"[A-Za-z0-9_]+")


def cited(trial: Trial) -> Iterator[tuple[str, str]]:
    """Every source with the key it stands under."""
    yield from (("key 'source'", source) for source in trial.source)
    for number, target in enumerate(trial.target, start=1):
        yield from ((f"[[target]] {number}, key 'source'", source) for source in target.source)


def is_id(source: str) -> bool:
    """Whether a source looks like the id of a row of ``data/evidence``: one word of letters, digits and _."""
    return _ID.fullmatch(source) is not None


def check_sources(trial: Trial, evidence: Evidence) -> None:
    """Refuse what looks like the id of a figure and is none; a citation in words is taken as it is."""
    for where, source in cited(trial):
        if not source.strip():
            raise SpinesimError(f"{named(trial)}: {where} holds an empty text; cite the paper in words.")
        if is_id(source) and source not in evidence.figures:
            raise SpinesimError(
                f"{named(trial)}: {where}: '{source}' is no row of data/evidence; "
                f"{near(source, evidence.figures)}, or cite the paper in words (authors, journal, year)."
            )
