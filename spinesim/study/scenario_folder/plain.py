"""Pathways, clinics and plans as plain data for a manifest, and back: the same to the digest."""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from spinesim.clinic import ClinicSetting
from spinesim.errors import SpinesimError
from spinesim.pathway import Pathway
from spinesim.study.simulation import Plan, plan, replications, shipped_evidence

WEEKS_PER_YEAR = 52
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_RULE = ("id", "says", "offer", "reference", "times", "again_after_weeks", "uptake", "urgent")


def pathway_plain(pathway: Pathway) -> dict[str, Any]:
    """A pathway with the keys of its file, criteria written as there (``pain_at_least = 4``)."""
    settings = {key: value for key, value in pathway.settings.model_dump().items() if value is not None}
    rules = [
        {name: getattr(rule, name) for name in _RULE} | {"when": {one.key: one.value for one in rule.when}}
        for rule in pathway.rules
    ]
    return {
        "name": pathway.name,
        "title": pathway.title,
        "summary": pathway.summary,
        "region": pathway.region,
        "settings": settings,
        "rule": rules,
        "kept_visits": list(pathway.kept_visits),
    }


def pathway_of(data: Mapping[str, Any]) -> Pathway:
    """The pathway that `pathway_plain` wrote down."""
    fields = {key: value for key, value in data.items() if key not in ("rule", "kept_visits")}
    return Pathway(**fields, rules=data["rule"], kept_visits=tuple(data.get("kept_visits", ())))


def clinic_plain(clinic: ClinicSetting) -> dict[str, Any]:
    """A clinic with the keys of its file."""
    return clinic.model_dump(mode="json")


def clinic_of(data: Mapping[str, Any]) -> ClinicSetting:
    """The clinic that `clinic_plain` wrote down."""
    fields = dict(data)
    if "calendar" in fields:
        calendar = dict(fields["calendar"])
        calendar["first_day"] = _date(calendar["first_day"])
        calendar["closed"] = [_date(day) for day in calendar["closed"]]
        fields["calendar"] = calendar
    return ClinicSetting.model_validate(fields)


def _date(text: str) -> str | datetime.date:
    """A date where it is one; a day of every year ("12-25") stays a text."""
    return datetime.date.fromisoformat(text) if _DATE.fullmatch(text) else text


def clinic_digest(clinic: ClinicSetting) -> str:
    """SHA-256 of a clinic's whole content."""
    return hashlib.sha256(clinic.model_dump_json().encode()).hexdigest()


def own_changes(one: Plan) -> dict[str, float]:
    """Parameters somebody changed for this study, without those of the stance and of the arm's clinic."""
    known = one.evidence
    stance = known.shipped.stance(known.taken).changes
    numbers = one.clinic.numbers
    return {
        key: value
        for key, value in known.changes.items()
        if stance.get(key) != value and numbers.get(key) != value
    }


def scenarios(plans: Sequence[Plan]) -> list[dict[str, Any]]:
    """Each arm in full: name, pathway and clinic as plain data with their digests, its evidence."""
    arms = {one.arm: one for one in reversed(plans)}
    return [
        {
            "name": arm,
            "pathway": pathway_plain(arms[arm].pathway),
            "pathway_sha256": arms[arm].pathway.digest,
            "clinic": clinic_plain(arms[arm].clinic),
            "clinic_sha256": clinic_digest(arms[arm].clinic),
            "evidence_sha256": arms[arm].evidence.digest,
        }
        for arm in dict.fromkeys(one.arm for one in plans)
    ]


def plans_of(manifest: Mapping[str, Any]) -> list[Plan]:
    """The plans of a scenario study, from its manifest: run them for the same numbers.

    Raises
    ------
    SpinesimError
        If the manifest is damaged, or the data of this version gives other evidence than the run had.
    """
    try:
        taken = manifest["evidence"]
        known = shipped_evidence().stance(taken["stance"]).change(taken["changes"])
        first, study = manifest["scenarios"], manifest
        person = dict(study["person"])
        if "signs" in person:
            person["signs"] = dict(person["signs"])
        extra = {"warm_up": study["warm_up"]} if study["warm_up"] else {}
        made = []
        for arm in first:
            one = plan(
                pathway_of(arm["pathway"]),
                clinic=clinic_of(arm["clinic"]),
                arm=arm["name"],
                condition=study["condition"],
                patients=study["patients"],
                years=study["weeks"] / WEEKS_PER_YEAR,
                seed=study["seed"],
                evidence=known,
                person=person or None,
                eligibility=study["eligibility"] or None,
                **extra,
            )
            if one.evidence.digest != arm["evidence_sha256"]:
                raise SpinesimError(
                    f"The evidence of this version is not that of the run (scenario '{arm['name']}'); "
                    f"install spinesim {manifest['spinesim']} with its data to run it again."
                )
            made += replications(one, study["runs"])
    except (KeyError, TypeError, AttributeError, ValidationError) as wrong:
        raise SpinesimError(
            f"manifest.json does not describe its scenarios ({str(wrong).splitlines()[0][:80]}); "
            "write the folder again."
        ) from None
    return sorted(made, key=lambda one: one.run)
