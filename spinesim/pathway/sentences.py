"""One clear sentence out of whatever pydantic found."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ValidationError

from spinesim.pathway.rule import Rule
from spinesim.pathway.settings import Settings
from spinesim.pathway.vocabulary import nearest, said


def one_sentence(error: ValidationError, rules: Any = ()) -> str:
    """The single most useful sentence of a validation error.

    Parameters
    ----------
    error
        From building a ``Pathway``.
    rules
        The raw list of rules, to name a rule by its id.

    Returns
    -------
    str
        Names the rule (id and number) or section and the key, and says what to write.
    """
    problems = sorted(error.errors(include_url=False, include_context=False), key=_usefulness)
    problem = problems[0]
    where, text = list(problem["loc"]), str(problem["msg"]).removeprefix("Value error, ")
    section = ""
    model: type[BaseModel] | None = None
    if where and where[0] == "settings":
        section, model, where = "[settings]: ", Settings, where[1:]
    elif len(where) > 1 and where[0] == "rules":
        _, index, *where = where
        section, model = f"{name_rule(rules, int(index))}: ", Rule
    key = str(where[0]) if where else ""
    kind = problem["type"]
    if kind == "value_error":
        return f"{section}{text}"
    if kind == "extra_forbidden":
        return f"{section}{unknown_key(key, model)}"
    if kind == "missing":
        return f"{section}key '{key}' is missing: add {key} = ..."
    return f"{section}key '{key}' = {said(problem['input'])} is not allowed: {text[:1].lower()}{text[1:]}"


def name_rule(rules: Any, index: int) -> str:
    """``rule 'scan' (number 2)``, or ``rule number 2`` when it has no usable id."""
    try:
        name = rules[index]["id"]
    except (KeyError, IndexError, TypeError):
        name = None
    if isinstance(name, str) and name:
        return f"rule {said(name)} (number {index + 1})"
    return f"rule number {index + 1}"


def unknown_key(key: str, model: type[BaseModel] | None) -> str:
    """A sentence for a key that does not exist in a section."""
    known = list(model.model_fields) if model is not None else []
    return f"unknown key {said(key)}{nearest(key, known)}; known keys: {', '.join(known)}"


def _usefulness(problem: Any) -> int:
    """Unknown keys first: they explain the missing ones."""
    return ("extra_forbidden", "missing").index(problem["type"]) if problem["type"] in _OFTEN else len(_OFTEN)


_OFTEN = ("extra_forbidden", "missing")
