"""Made-up tables of appointments from known numbers, drawn without any of the product's code."""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import pandas as pd

MONDAY = datetime.date(2023, 1, 2)
RATE = 24.0
WEEKDAYS = np.array([1.5, 1.25, 1.0, 1.0, 0.75, 0.0, 0.0])
MIX = {"disc_herniation": 0.4, "lumbar_strain": 0.3, "lumbar_stenosis": 0.2, "facet_pain": 0.1}
SHARE, REFERENCE, ODDS, CANCEL = 0.15, 28.0, 1.4, 0.1
HEADER = "referred,condition,step,booked,appointment,attended,rebooked,urgent,age"


def made_up(weeks: int = 110, seed: int = 1, rate: float = RATE) -> pd.DataFrame:
    """Rows of the template, as text, of a clinic whose numbers are known."""
    chance = np.random.default_rng(seed)
    per_day = chance.poisson(np.tile(rate * WEEKDAYS / WEEKDAYS.sum(), weeks))
    referred = np.repeat(np.arange(7 * weeks), per_day)
    n = len(referred)
    booked = referred + chance.integers(0, 8, n)
    lead = np.floor(chance.lognormal(np.log(20), 0.9, n)).astype(int).clip(0, 150)
    logit = np.log(SHARE / (1 - SHARE)) + np.log(ODDS) * np.log2((1 + lead) / (1 + REFERENCE))
    missed = chance.random(n) < 1 / (1 + np.exp(-logit))
    cancelled = (chance.random(n) < CANCEL) & (lead > 3)
    attended = np.where(cancelled, "cancelled", np.where(missed, "no", "yes"))
    end = 7 * weeks
    attended = np.where(booked + lead >= end, "", attended)
    listed = booked >= end  # still without an appointment

    def day(days: np.ndarray, blank: np.ndarray) -> list[str]:
        dates = [str(MONDAY + datetime.timedelta(days=int(one))) for one in days]
        return ["" if no else date for date, no in zip(dates, blank, strict=True)]

    return pd.DataFrame(
        {
            "referred": day(referred, referred < 0),
            "condition": chance.choice(list(MIX), n, p=list(MIX.values())),
            "step": "intake",
            "booked": day(booked, listed),
            "appointment": day(booked + lead, listed),
            "attended": attended,
            "rebooked": "no",
            "urgent": "no",
            "age": chance.integers(18, 101, n).astype(str),
        }
    )


def saved(table: pd.DataFrame, path: Path) -> Path:
    """The table as a file."""
    table.to_csv(path, index=False, lineterminator="\n")
    return path
