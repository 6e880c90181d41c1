"""A new pathway from an old one: other settings, or one rule fewer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from spinesim.errors import SpinesimError
from spinesim.pathway.settings import check_dial, check_review_weeks
from spinesim.pathway.vocabulary import DIALS, OPTIONAL, SETTINGS, nearest, said

if TYPE_CHECKING:
    from spinesim.pathway.model import Pathway


def change(pathway: Pathway, settings: Mapping[str, Any]) -> Pathway:
    """The same rules with other settings.

    Parameters
    ----------
    pathway
        Where to start from.
    settings
        New values by name: settings the pathway declares, and the optional dials coordination, examination
        and loading even if the file does not declare them, because the clinic heeds them without a rule.

    Returns
    -------
    Pathway

    Raises
    ------
    SpinesimError
        One sentence: unknown or undeclared setting, or a value that is not allowed.
    """
    declared = pathway.settings.declared()
    can = ", ".join(dict.fromkeys((*declared, *OPTIONAL)))
    for name, value in settings.items():
        if name not in SETTINGS:
            raise SpinesimError(
                f"pathway '{pathway.name}' has no setting {said(name)}"
                f"{nearest(name, (*declared, *OPTIONAL))}; it can change: {can}"
            )
        if name not in declared and name not in OPTIONAL:
            raise SpinesimError(
                f"pathway '{pathway.name}' does not declare {name}, so no rule would heed it; "
                f"it can change: {can}"
            )
        try:
            declared[name] = check_dial(name, value) if name in DIALS else check_review_weeks(value)
        except ValueError as error:
            raise SpinesimError(f"pathway '{pathway.name}': {error}") from None
    return pathway.model_copy(update={"settings": type(pathway.settings)(**declared)})


def without(pathway: Pathway, rule_id: str) -> Pathway:
    """The same pathway with one rule taken out and every visit kept.

    Parameters
    ----------
    pathway
        Where to start from.
    rule_id
        Id of the rule to take out.

    Returns
    -------
    Pathway

    Raises
    ------
    SpinesimError
        No such rule, or it is the only rule.
    """
    ids = [rule.id for rule in pathway.rules]
    if rule_id not in ids:
        raise SpinesimError(
            f"pathway '{pathway.name}' has no rule {said(rule_id)}{nearest(rule_id, ids)}; "
            f"rules: {', '.join(ids)}"
        )
    left = tuple(rule for rule in pathway.rules if rule.id != rule_id)
    if not left:
        raise SpinesimError(
            f"pathway '{pathway.name}' has only the rule '{rule_id}'; a pathway needs at least one"
        )
    fewer = pathway.model_copy(update={"rules": left})
    lost = {*pathway.visit_weeks} - {*fewer.visit_weeks}
    kept = tuple(sorted({*pathway.kept_visits, *lost}))
    return fewer.model_copy(update={"kept_visits": kept}) if lost else fewer
