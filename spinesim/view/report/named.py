"""Steps, resources and payers as people say them, and numbers as cells of a table."""

from __future__ import annotations

import math
from collections.abc import Sequence

from spinesim.evidence.lookup import shipped
from spinesim.view.names import read_out

STEPS = {
    "intake": "First visit",
    "first_visit": "First visit",
    "review": "Review visit",
    "visit": "Visit",
    "virtual_review": "Review by video",
    "virtual_visit": "Visit by video",
}
PAYERS = {
    "health_system": "To the health system",
    "patient": "To the patient",
    "societal": "To society",
}
THEMES = {
    "access": "Attendance, waiting and urgency",
    "body": "How pain and load work",
    "clinic": "Slot lengths and lead times",
    "conditions": "Natural course of the pain patterns",
    "harms": "Harms of care",
    "outcomes": "Outcome scales",
    "people": "Who the people are",
    "prices": "Prices, wages and discounting",
    "serious": "Serious disease",
    "signs": "Signs at the bedside",
    "tests": "Scans and test blocks",
    "treatments": "Effects of treatments",
}
GROUPS = {
    "severity": "Pain at referral (NRS 0–10)",
    "age": "Age",
    "work": "Work at referral",
    "occupation": "Occupation",
}


def step(name: str) -> str:
    """A step of care: its label in ``treatments.toml`` if it has one."""
    if name in STEPS:
        return STEPS[name]
    entry = shipped().treatments.get(name)
    label = entry.get("label") if isinstance(entry, dict) else None
    return str(label) if label else read_out(name)


def resource(name: str) -> str:
    """A resource of the clinic."""
    return read_out(name)


def payer(name: str) -> str:
    """Whose costs."""
    return PAYERS.get(name) or read_out(name)


def theme(name: str) -> str:
    """What the parameters of a table are about."""
    return THEMES.get(name) or read_out(name) or "Other"


def shown(value: float, decimals: int = 1) -> str:
    """A number as short as it may be: '12.3', '1,240', '–' for none."""
    if not math.isfinite(value):
        return "–"
    if abs(value) >= 1000:
        decimals = 0
    text = f"{abs(value):,.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"−{text}" if value < 0 and text != "0" else text


def with_interval(value: float, low: float, high: float, decimals: int = 1) -> str:
    """'12.3 (10.1 to 14.5)'; without the bracket where there is no interval."""
    if not (math.isfinite(value) and math.isfinite(low) and math.isfinite(high)):
        return shown(value, decimals)
    return f"{shown(value, decimals)} ({shown(low, decimals)} to {shown(high, decimals)})"


def interval_of(three: Sequence[float], decimals: int = 1) -> str:
    """As `with_interval`, of a value and its two ends."""
    value, low, high = three
    return with_interval(value, low, high, decimals)


def quoted(arm: str) -> str:
    """The name of a scenario in a sentence."""
    return f"“{arm}”"


def count(number: int, one: str, many: str = "") -> str:
    """'1 run', '12 runs'."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
