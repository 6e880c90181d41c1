"""What should be said about the clinics of a study: own prices that do half of what was meant, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from spinesim.clinic.siblings import unset_siblings

if TYPE_CHECKING:
    from spinesim.clinic import ClinicSetting
    from spinesim.study.compare import Study
    from spinesim.study.simulation import Plan

PRICE = ".price"


def notes(plans: Sequence[Plan], study: Study) -> list[str]:
    """Plain sentences about the clinics' own numbers; none if there is nothing to say.

    Parameters
    ----------
    plans : sequence of Plan
        Those the study was run from.
    study : Study
        Its bills say what was charged for.
    """
    said: list[str] = []
    for clinic, arms in _clinics(plans).items():
        evidence = next(one.evidence for one in plans if one.clinic == clinic)
        used = charged(study, arms)
        said += [*unset_siblings(clinic, evidence, used), *never_used(clinic, used)]
    return list(dict.fromkeys(said))


def never_used(setting: ClinicSetting, used: set[str]) -> list[str]:
    """One sentence naming the clinic's own prices of what nobody was charged for; empty if there are none."""
    idle = [key for key in setting.numbers if key.endswith(PRICE) and key.removesuffix(PRICE) not in used]
    if not idle:
        return []
    return [
        f"clinic '{setting.name}': nobody was charged for "
        f"{', '.join(key.removesuffix(PRICE) for key in idle)}, so {', '.join(idle)} under [numbers] changed "
        "nothing in this study."
    ]


def charged(study: Study, arms: Sequence[str]) -> set[str]:
    """Whatever somebody counted was charged for in some run of these arms."""
    return {str(item) for arm in arms for run in study.results[arm] for item in run.bills["item"].unique()}


def _clinics(plans: Sequence[Plan]) -> dict[ClinicSetting, list[str]]:
    """The clinics that have own numbers, each with its arms."""
    found: dict[ClinicSetting, list[str]] = {}
    for one in plans:
        if one.clinic.numbers and one.arm not in found.setdefault(one.clinic, []):
            found[one.clinic].append(one.arm)
    return found
