"""What nobody has checked at its source, and what of the model hangs on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from spinesim.evidence.disputes import Dispute
from spinesim.evidence.files import read_rows, read_text
from spinesim.evidence.hanging import users
from spinesim.evidence.load import PARAMETER_COLUMNS
from spinesim.evidence.parameters import Parameter
from spinesim.evidence.store import Evidence

__all__ = ["Unconfirmed", "unconfirmed"]


@dataclass(frozen=True)
class Unconfirmed:
    """One parameter or published figure that was never checked.

    Attributes
    ----------
    id, kind : str
        ``parameter`` or ``figure``.
    shown : str
        Value and unit.
    why : str
        ``assumption``, ``calibrated to ...``, ``not checked: <evidence ids>`` or ``not checked``.
    hangs : tuple of str
        What uses it: ``treatment epidural``, ``condition whiplash``, ``pathway sciatica`` (which offers the
        step whose uptake it is, or cites it), ``dispute rfa_duration``, ``claim C5`` ...
    theme : str
        Of a parameter, the file it stands in: ``treatments.csv``.
    """

    id: str
    kind: str
    shown: str
    why: str
    hangs: tuple[str, ...]
    theme: str = ""

    @property
    def claims(self) -> tuple[str, ...]:
        """Ids of the claims that hang on it."""
        return tuple(one.removeprefix("claim ") for one in self.hangs if one.startswith("claim "))

    @property
    def leads(self) -> bool:
        """Whether a dispute or a claim hangs on it."""
        return any(one.startswith(("claim ", "dispute ")) for one in self.hangs)


def unconfirmed(evidence: Evidence, disputes: Mapping[str, Dispute]) -> list[Unconfirmed]:
    """Return every unconfirmed parameter, then every unchecked figure something rests on.

    Parameters
    ----------
    evidence : Evidence
    disputes : mapping of str to Dispute
        From `spinesim.evidence.stances.load_stances`.
    """
    disputed: defaultdict[str, list[str]] = defaultdict(list)
    cited: defaultdict[str, list[str]] = defaultdict(list)
    others, themes = users(evidence.folder), _themes(evidence)
    for dispute in disputes.values():
        bears = [f"dispute {dispute.id}", *(f"claim {name}" for name in dispute.claims)]
        for key, sides in dispute.values.items():
            disputed[key] += bears
            for choice in sides.values():
                for figure in choice.unchecked:
                    cited[figure] += bears
    for key, parameter in evidence.parameters.items():
        for figure in parameter.unchecked:
            cited[figure].append(f"parameter {key}")
    for kind, tables in (("treatment", evidence.treatments), ("condition", evidence.conditions)):
        for key, table in tables.items():
            for figure in table.get("reference", ()) if isinstance(table, dict) else ():
                cited[figure].append(f"{kind} {key}")
    for key in evidence.figures:
        cited[key] += others.get(key, [])
    found = [
        Unconfirmed(
            key,
            "parameter",
            f"{one.value:g} {one.unit}",
            _why(one),
            tuple(dict.fromkeys([*_users(key, evidence), *disputed[key], *others.get(key, [])])),
            themes.get(key, ""),
        )
        for key in evidence.unconfirmed()
        for one in (evidence[key],)
    ]
    for key, row in evidence.figures.items():
        if not row.checked and cited[key]:
            value = "no figure" if row.value is None else f"{row.value:g} {row.unit}"
            who = tuple(dict.fromkeys(cited[key]))
            found.append(Unconfirmed(key, "figure", value, f"not checked: {row.study}", who))
    return found


def _why(parameter: Parameter) -> str:
    if parameter.unchecked:
        words = f"not checked: {'; '.join(parameter.unchecked)}"
        return f"assumption; {words}" if parameter.assumed else words
    if parameter.assumed:
        return "assumption"
    if parameter.calibrated:
        return f"calibrated to {parameter.source.removeprefix('calibrated:')}"
    return f"not checked against: {parameter.source}"


def _users(key: str, evidence: Evidence) -> Iterator[str]:
    """Say what uses a parameter, by the parts of its id."""
    first, _, rest = key.partition(".")
    second = rest.partition(".")[0]
    if first in evidence.treatments:
        yield f"treatment {first}"
    elif first in evidence.conditions:
        yield f"condition {first}"
    elif first == "harm":
        users = [
            name
            for name, row in evidence.treatments.items()
            if isinstance(row, dict) and second in row.get("harms", ())
        ]
        yield from (f"treatment {name}" for name in users)
        if not users:
            yield f"harm {second}"
    elif first == "serious":
        yield f"serious disease {second}"
    else:
        yield f"every patient ({first})"


def _themes(evidence: Evidence) -> dict[str, str]:
    """By id of a parameter, the file it stands in."""
    return {
        fields[0]: path.name
        for path in sorted((evidence.folder / "parameters").glob("*.csv"))
        for _, fields in read_rows(path, read_text(path), PARAMETER_COLUMNS)
    }
