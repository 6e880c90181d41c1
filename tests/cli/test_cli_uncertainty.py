"""``spinesim uncertainty``: what it prints and keeps, and what it refuses before it computes."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from spinesim.cli import main

ARMS = ["uncertainty", "conservative_first", "early_imaging", "--quiet", "--no-keep"]
SMALL = ["--patients", "15", "--years", "0.15"]


def test_it_prints_and_keeps(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    asked = [*ARMS, *SMALL, "--draws", "3", "--runs", "2", "--tornado", "cost", "--out", str(out)]
    assert main([*asked, "--parameters", "imaging.uptake"]) == 0
    said = capsys.readouterr().out
    for words in (
        "3 sets of numbers, each on the same 15 people; 2 replications",
        "have no interval",
        "early_imaging minus conservative_first",
        "numbers uncertain",
        "fewer than 40: a first impression",
        "With 2 replications (--runs)",
        "USD 2025 per person",
        "luck of 15 people",
        "per QALY (costs: health system)",
        "needs 50 draws",
        "Tornado, Cost",
        "moved: how many numbers",
        "peak memory",
    ):
        assert words in said
    for name in ("decomposition", "differences", "summary", "draws", "parameters", "best_buys", "ceac"):
        assert len(pd.read_csv(out / f"{name}.csv"))
    for name in ("tornado_early_imaging", "plane", "ceac"):
        assert (out / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    assert "95 %" not in said.replace("not 95 % intervals", "")
    told = json.loads((out / "manifest.json").read_text())
    assert (told["draws"], told["replications"], told["patients"]) == (3, 2, 15)


def test_screening_and_stances(capsys: pytest.CaptureFixture[str]) -> None:
    few = ["--parameters", "imaging.uptake", "prices", "--trajectories", "2", "--base", "2"]
    assert main([*ARMS, *SMALL, "--draws", "0", "--morris", "cost", "--sobol", "cost", *few]) == 0
    said = capsys.readouterr().out
    assert "Morris, Cost" in said and "Sobol, Cost" in said and "sets of numbers" not in said
    assert main([*ARMS, *SMALL, "--draws", "0", "--runs", "2", "--stances"]) == 0
    said = capsys.readouterr().out
    assert "sceptical" in said and "article" in said and "Cost to society" in said


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--sobol", "cost"], "--sobol needs --parameters"),
        (["--tornado", "joy"], "no outcome 'joy'"),
        (["--tornado", "pain_12_months", *SMALL], "no outcome 'pain_12_months'"),
        (["--draws", "0"], "--draws 0 alone leaves nothing to do"),
        (["--parameters", "nsaid.uptake"], "--parameters narrows"),
        (["--groups"], "--groups is for --tornado"),
        (["--tornado", "cost", "--parameters", "nsaid.uptak"], "did you mean"),
        (["--stances", "--stance", "hopeful"], "leave out --stance"),
        (["--threshold", "-1"], "--threshold is -1"),
        (["--draws", "-3"], "draws is -3"),
        (["--set", "nsaid.uptake=2"], "outside 0 to 1"),
    ],
)
def test_what_is_impossible_is_said_at_once(
    more: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*ARMS, *more]) == 2
    said = capsys.readouterr().err
    assert words in said and said.count("\n") == 1


def test_one_pathway_is_no_comparison(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["uncertainty", "conservative_first"]) == 2
    assert "two or more pathways" in capsys.readouterr().err


def test_few_draws_claim_little() -> None:
    from spinesim.cli.uncertainty_choice import _bound
    from spinesim.cli.uncertainty_words import span

    assert "too few" in _bound(20) and "fewer than 5.0%" in _bound(60)
    assert span(0.71, 0.7, 0.72, "QALY per person") == "0.7100 (0.7000 to 0.7200)"
