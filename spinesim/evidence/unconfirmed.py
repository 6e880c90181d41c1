"""What nobody has checked at its source, and what of the model hangs on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from spinesim.evidence.disputes import Dispute
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
        What uses it: ``treatment epidural``, ``condition whiplash``, ``dispute rfa_duration`` ...
    """

    id: str
    kind: str
    shown: str
    why: str
    hangs: tuple[str, ...]


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
    for dispute in disputes.values():
        for key, sides in dispute.values.items():
            disputed[key].append(f"dispute {dispute.id}")
            for choice in sides.values():
                for figure in choice.unchecked:
                    cited[figure].append(f"dispute {dispute.id}")
    for key, parameter in evidence.parameters.items():
        for figure in parameter.unchecked:
            cited[figure].append(f"parameter {key}")
    for kind, tables in (("treatment", evidence.treatments), ("condition", evidence.conditions)):
        for key, table in tables.items():
            for figure in table.get("reference", ()) if isinstance(table, dict) else ():
                cited[figure].append(f"{kind} {key}")
    found = [
        Unconfirmed(
            key,
            "parameter",
            f"{one.value:g} {one.unit}",
            _why(one),
            tuple(dict.fromkeys([*_users(key, evidence), *disputed[key]])),
        )
        for key in evidence.unconfirmed()
        for one in (evidence[key],)
    ]
    for key, row in evidence.figures.items():
        if not row.checked and cited[key]:
            value = "no figure" if row.value is None else f"{row.value:g} {row.unit}"
            users = tuple(dict.fromkeys(cited[key]))
            found.append(Unconfirmed(key, "figure", value, f"not checked: {row.study}", users))
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
