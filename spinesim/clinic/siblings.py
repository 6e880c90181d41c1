"""A clinic's own numbers that were set for one step and not for those that go with it."""

from __future__ import annotations

from collections.abc import Collection

from spinesim.clinic.setting import ClinicSetting
from spinesim.evidence import Evidence

FAMILY = ("price", "minutes", "lead_days")
"""What steps of one kind at one resource may share."""
BY_VIDEO = {"visit": "virtual_visit"}
"""A visit, and the same by video: whoever prices the one should price the other."""


def siblings(setting: ClinicSetting, evidence: Evidence) -> dict[str, list[str]]:
    """Own numbers whose sibling steps keep the shipped value, each with the siblings' parameters.

    Siblings are steps of the same resource and kind that share the value as shipped (one-to-one
    physiotherapy in its forms), and a visit's price and that of a visit by video. A number that is the
    shipped one, or a sibling that was set, is left out.
    """
    shipped = evidence.shipped
    left: dict[str, list[str]] = {}
    for key, value in setting.numbers.items():
        step, _, what = key.rpartition(".")
        if what not in FAMILY or key not in shipped or value == shipped.value(key):
            continue
        others = [f"{one}.{what}" for one in _alike(step, evidence)]
        same = [one for one in others if one in shipped and shipped.value(one) == shipped.value(key)]
        if what == "price" and step in BY_VIDEO:
            same.append(f"{BY_VIDEO[step]}.{what}")
        unset = [one for one in same if one not in setting.numbers and one not in evidence.changes]
        if unset:
            left[key] = unset
    return left


def unset_siblings(
    setting: ClinicSetting, evidence: Evidence, used: Collection[str] | None = None
) -> list[str]:
    """One plain sentence for each own number whose siblings keep the shipped value.

    Parameters
    ----------
    setting : ClinicSetting
    evidence : Evidence
        With or without the clinic's own numbers.
    used : names of steps, optional
        Only these siblings matter; left out: all.
    """
    said = []
    for key, others in siblings(setting, evidence.change(setting.numbers)).items() if setting.numbers else ():
        unset = [one for one in others if used is None or one.rpartition(".")[0] in used]
        if unset:
            values = ", ".join(f"{one} still {evidence.value(one):g}" for one in unset)
            keys = " and ".join(f'numbers."{one}"' for one in unset)
            said.append(
                f"clinic '{setting.name}': {key} is {setting.numbers[key]:g} here, {values}: set {keys} "
                "as well, or leave it so if that is meant."
            )
    return said


def _alike(step: str, evidence: Evidence) -> list[str]:
    """Other steps of the same resource and kind."""
    mine = evidence.treatments.get(step)
    if mine is None or mine["resource"] == "none":
        return []
    return [
        name
        for name, one in evidence.treatments.items()
        if name != step and (one["resource"], one["kind"]) == (mine["resource"], mine["kind"])
    ]
