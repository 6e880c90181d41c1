"""Anchors: measured as said, on logs made by hand; the shipped ones load, run, and rest on nothing fitted."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from spinesim.errors import SpinesimError
from spinesim.study import anchors as of
from spinesim.study.simulation import shipped_evidence


def log(*rows: tuple[int, float, str, str], people: Any = None, **series: Any) -> Any:
    """What an anchor reads of results."""
    events = pd.DataFrame(rows, columns=["patient", "day", "event", "step"])
    return SimpleNamespace(events=events, patients=people, series=series, weeks=np.arange(3))


def anchor(**changes: object) -> of.Anchor:
    known = of.load_anchor("no_show").model_dump()
    return of.Anchor.model_validate({**known, "steps": ["cbt"], **changes})


def test_a_wait_is_from_the_first_request_to_the_first_start() -> None:
    events = log(
        (1, 3.0, "request", "cbt"), (1, 9.4, "start", "cbt"), (1, 9.9, "request", "cbt"),
        (2, 1.0, "request", "cbt"), (2, 1.3, "start", "cbt"), (3, 0.0, "request", "cbt"),
        (4, 0.0, "request", "imaging"), (4, 99.0, "start", "imaging"),
    )  # fmt: skip
    assert of.first_wait_median(anchor(), events) == (6 + 0) / 2


def test_a_no_show_is_counted_among_the_appointments() -> None:
    events = log(
        (1, 1, "start", "cbt"), (1, 2, "no_show", "cbt"), (1, 3, "start", "cbt"), (2, 4, "start", "cbt"),
        (2, 5, "no_show", "imaging"),
    )  # fmt: skip
    assert of.no_show_share(anchor(), events) == 25
    assert np.isnan(of.no_show_share(anchor(), log()))


def test_a_candidate_is_judged_in_the_week_of_the_planned_scan() -> None:
    """1 candidate; 2 other pattern; 3 scanned early; 4 too little pain in that week; 5 never scanned."""
    people = pd.DataFrame({
        "patient": [1, 2, 3, 4, 5], "entry_day": [0, 0, 7, 7, 0],
        "condition": ["disc_herniation", "facet_pain", *["disc_herniation"] * 3],
    })  # fmt: skip
    pain = np.array([[0, 9, 9, 9, 9], [6, 9, 9, 9, 9], [0, 9, 9, 4, 9]], dtype=np.float32)
    starts = [(1, 7.4, "start", "imaging"), (1, 14.4, "start", "imaging"), (2, 8.0, "start", "imaging"),
              (3, 9.0, "start", "imaging"), (4, 22.0, "start", "imaging")]  # fmt: skip
    asked = anchor(
        measure="candidates", steps=["imaging"], patterns=["disc_herniation"], from_week=1.0,
        limb_pain_at_least=5.0,
    )  # fmt: skip
    made = log(*starts, people=people, limb_pain=pain, disability=pain)
    assert of.candidates(asked, made) == pytest.approx(100 / 3)
    assert np.isnan(of.candidates(asked, log(people=people, limb_pain=pain, disability=pain)))


def test_no_parameter_rests_on_what_an_anchor_is_laid_beside() -> None:
    published = {of.load_anchor(name).published for name in of.anchors()}
    for key, parameter in shipped_evidence().parameters.items():
        assert not published & {part.strip() for part in parameter.source.split(";")}, key


def test_a_percentage_of_so_many_people_gets_its_interval() -> None:
    """Wald: 37.6 +- 1.96 sqrt(37.6 x 62.4 / 149)."""
    value, low, high = of._published(of.load_anchor("surgical_yield_conventional"))
    half = 1.959964 * (37.6 * 62.4 / 149) ** 0.5
    assert (value, low, high) == pytest.approx((37.6, 37.6 - half, 37.6 + half), rel=1e-6)


def test_the_shipped_anchors_run_and_show_their_misses() -> None:
    table = of.run_anchors(patients=150, runs=2)
    assert list(table.columns) == of.COLUMNS and list(table["anchor"]) == of.anchors()
    assert table[["model", "low", "high", "published"]].notna().all().all()
    near = ((table["model"] >= table["paper_low"]) & (table["model"] <= table["paper_high"])) | (
        (table["published"] >= table["low"]) & (table["published"] <= table["high"])
    )
    assert table["inside"].tolist() == near.tolist()


def test_mistakes_are_said(tmp_path: Path) -> None:
    text = "\n".join(f"{key} = {value!r}" for key, value in anchor().model_dump(exclude_none=True).items())
    for old, new, says in (
        ("noshow_pt_us_mean", "nowhere", "'nowhere' is no row of data/evidence"),
        ("'no_show_share'", "'candidates'", "the key 'patterns' go together"),
        ("patterns = []", "patterns = ['joy']", "go together"),
        ("'no_show_share'", "'waits'", "'measure'"),
    ):
        path = tmp_path / "one.toml"
        path.write_text(text.replace(old, new), encoding="utf-8")
        with pytest.raises(SpinesimError, match=says):
            of.load_anchor(path)
    with pytest.raises(SpinesimError, match="runs is 1"):
        of.run_anchors(runs=1)
