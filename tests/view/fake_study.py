"""A stand-in for the study room: the same names and tables, random but plausible numbers, no model.

The view room computes nothing, so its tests need only tables of the right shape; this makes them fast and
keeps them independent of every number in `data/`.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from spinesim.errors import SpinesimError

CATEGORIES = ("operated", "injection or ablation, no operation", "scan only", "no scan, no procedure")
STEPS = 40


def conditions(region: str | None = None) -> dict[str, str]:
    return {
        "lumbar_strain": "Acute lumbar strain",
        "disc_herniation": "Disc herniation with leg pain <&>",
        "persistent_back_pain": "Persistent back pain",
        "si_joint_pain": "Sacroiliac joint pain",
        "facet_pain": "Facet joint pain",
        "whiplash": "Neck pain after whiplash",
    }


@dataclass(frozen=True)
class FakePathway:
    name: str = "conservative_first"
    settings: Any = field(
        default_factory=lambda: SimpleNamespace(imaging_after_weeks=6, physiotherapy_sessions=8)
    )

    def change(self, **kw: Any) -> FakePathway:
        return replace(self, settings=SimpleNamespace(**{**vars(self.settings), **kw}))


def pathway(name: str) -> FakePathway:
    if name not in ("conservative_first", "one_size_fits_all", "article_tailored"):
        raise SpinesimError(f"No pathway called '{name}'.")
    made = FakePathway(name)
    return made.change(imaging_after_weeks=1) if name == "one_size_fits_all" else made


@dataclass(frozen=True)
class Results:
    arm: str
    run: int
    weeks: np.ndarray
    series: Mapping[str, np.ndarray]
    patients: pd.DataFrame
    events: pd.DataFrame


def simulate_steps(
    pathway: FakePathway,
    *,
    condition: str = "lumbar_strain",
    patients: int = 1000,
    years: float = 2,
    seed: int = 7,
    run: int = 0,
    clinic: str = "ample",
    evidence: Any = None,
    arm: str = "arm",
) -> Generator[float, None, Results]:
    if condition not in (*conditions(), "pain_clinic"):
        raise SpinesimError(f"No condition called '{condition}'.")
    rng = np.random.default_rng(seed)
    n = patients
    weeks = np.arange(round(years * 52) + 1)
    start = np.clip(rng.normal(5.6, 1.8, n), 0.5, 10)
    floor = np.clip(rng.normal(2.0, 1.8, n), 0, 9)
    luck = rng.random((n, 3))
    week = pathway.settings.imaging_after_weeks
    never = week == "never"
    scanned = np.zeros(n, bool) if never else luck[:, 0] < 0.9 * np.exp(-0.18 * float(week))
    injected = scanned & (luck[:, 1] < 0.3)
    operated = scanned & (luck[:, 2] < 0.06)
    physio = pathway.settings.physiotherapy_sessions
    pain = floor + (start - floor) * np.exp(-weeks[:, None] / (5.0 - physio / 24))
    pain = np.clip(pain + 0.2 * injected * (weeks[:, None] > 12), 0, 10).astype(np.float32)
    for step in range(1, STEPS + 1):
        yield step / STEPS
    frame = pd.DataFrame(
        {"patient": np.arange(n), "imaged": scanned, "injected": injected, "operated": operated}
    )
    frame["region"] = "cervical" if condition == "whiplash" else "lumbar"
    return Results(
        arm,
        run,
        weeks,
        {"pain": pain, "limb_pain": pain / 2, "axial_pain": pain, "disability": pain * 8, "rmdq": pain * 2},
        frame,
        pd.DataFrame(),
    )


@dataclass(frozen=True)
class Story:
    patient: int
    arms: list[str]
    lanes: dict[str, pd.DataFrame]
    events: dict[str, pd.DataFrame]
    parts_on_day: float | None
    sentence: str
    pain: dict[str, np.ndarray]


class Twins:
    def __init__(self, first: Results, second: Results) -> None:
        self.first, self.second = first, second

    def changed(self) -> pd.DataFrame:
        gap = self.second.series["pain"].mean(0) - self.first.series["pain"].mean(0)
        who = np.flatnonzero((self.first.patients["imaged"] != self.second.patients["imaged"]).to_numpy())
        order = who[np.argsort(-np.abs(gap[who]), kind="stable")]
        return pd.DataFrame({"patient": order, "pain_difference": gap[order]})

    def story(self, patient: int) -> Story:
        lanes = {}
        for r in (self.first, self.second):
            rows = [
                (0.0, "visits: pain", "6", "done"),
                (0.0, "talk", "sleep care declined", "declined"),
                *[(7.0 + 3.5 * i, "exercise", "" if i else "physiotherapy", "session") for i in range(8)],
                (14.0, "visits: pain", "5", "done"),
            ]
            row = r.patients.iloc[patient]
            if row["imaged"]:
                rows += [(10.0, "tests", "MRI: disc bulge <found>", "done")]
            if row["injected"]:
                rows += [(30.0, "injections", "epidural injection", "done")]
            if row["operated"]:
                rows += [(60.0, "operations", "operation", "done")]
            rows += [(day, "visits: pain", "4", "done") for day in (42.0, 84.0, 364.0)]
            lanes[r.arm] = pd.DataFrame(rows, columns=["day", "lane", "label", "kind"])
        return Story(
            int(patient),
            list(lanes),
            lanes,
            {arm: lane[["day", "label"]] for arm, lane in lanes.items()},
            10.0,
            f"On day 10 patient {patient} was scanned <b>&</b> parted.",
            {r.arm: r.series["pain"][:, patient] for r in (self.first, self.second)},
        )


class Study:
    def __init__(self, results: Mapping[str, list[Results]]) -> None:
        self.results = dict(results)
        self.arms = list(results)

    def _means(self, arm: str) -> dict[str, tuple[np.ndarray, str]]:
        r = self.results[arm][0]
        p, d, t = r.series["pain"], r.series["disability"], r.patients
        year = min(52, len(r.weeks) - 1)
        return {
            "pain_12_months": (p[year], "NRS 0-10"),
            "disability_12_months": (d[year], "ODI or NDI 0-100"),
            "imaging": (100 * t["imaged"].to_numpy(float), "per 100 people"),
            "injections": (100 * t["injected"].to_numpy(float), "per 100 people"),
            "operations": (100 * t["operated"].to_numpy(float), "per 100 people"),
            "cost": (100 + 200 * t["imaged"].to_numpy(float), "USD per person"),
            "flares": (1.0 + t["imaged"].to_numpy(float), "flares per person"),
            "qaly": (1.5 - 0.03 * p.mean(0), "QALY per person"),
        }

    def summary(self) -> pd.DataFrame:
        rows = []
        for arm in self.arms:
            for outcome, (x, unit) in self._means(arm).items():
                half = 1.96 * float(x.std()) / len(x) ** 0.5
                rows.append((outcome, arm, x.mean(), x.mean() - half, x.mean() + half, unit))
        return pd.DataFrame(rows, columns=["outcome", "arm", "mean", "low", "high", "unit"])

    def differences(self) -> pd.DataFrame:
        rows = []
        base = self._means(self.arms[0])
        for arm in self.arms[1:]:
            for outcome, (x, unit) in self._means(arm).items():
                gap = x.astype(float) - base[outcome][0]
                half = 1.96 * float(gap.std()) / len(gap) ** 0.5
                rows.append(
                    (outcome, arm, self.arms[0], gap.mean(), gap.mean() - half, gap.mean() + half, unit)
                )
        return pd.DataFrame(rows, columns=["outcome", "arm", "versus", "difference", "low", "high", "unit"])

    def fan(self, outcome: str) -> pd.DataFrame:
        parts = []
        for arm in self.arms:
            r = self.results[arm][0]
            x = r.series[outcome]
            low = np.percentile(x, [10, 25, 50, 75, 90], axis=1)
            parts.append(
                pd.DataFrame(
                    {
                        "arm": arm,
                        "week": r.weeks,
                        "mean": x.mean(1),
                        **dict(zip(("p10", "p25", "p50", "p75", "p90"), low, strict=True)),
                    }
                )
            )
        return pd.concat(parts, ignore_index=True)

    def icons(self) -> pd.DataFrame:
        rows = []
        for arm in self.arms:
            t = self.results[arm][0].patients
            worst = np.select([t["operated"], t["injected"], t["imaged"]], [0, 1, 2], 3)
            counts = [int(np.floor(100 * np.mean(worst == k))) for k in range(4)]
            counts[3] += 100 - sum(counts)
            rows += [(arm, category, count) for category, count in zip(CATEGORIES, counts, strict=True)]
        return pd.DataFrame(rows, columns=["arm", "category", "per_100"])

    def minimal_important(self, outcome: str) -> float | None:
        return {"pain": 2.0, "disability": 10.0}.get(outcome)

    def twins(self, arm: str | None = None) -> Twins:
        return Twins(self.results[self.arms[0]][0], self.results[arm or self.arms[1]][0])


def simulate(pathway: FakePathway, **kw: Any) -> Results:
    steps = simulate_steps(pathway, **kw)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def compare(arms: Mapping[str, FakePathway], **kw: Any) -> Study:
    kw.pop("runs", None), kw.pop("progress", None)
    return Study({arm: [simulate(p, arm=arm, **kw)] for arm, p in arms.items()})
