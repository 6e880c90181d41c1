"""Warm-up and number of runs."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from flow_help import people, run_of, waited
from scipy import stats
from test_flow_tables import days

from spinesim.errors import SpinesimError
from spinesim.study.flow import mser, runs_needed, runs_sentence, warm_up, warm_up_sentence, welch


def test_mser_by_hand() -> None:
    """Batches of one: 10, 2, 1, 2, 1, 2.

    Squared standard errors after cutting 0, 1, …: 60/36, 1.2/25, 1/16, .6667/9, .5/4. Least after 1.
    """
    assert mser([10, 2, 1, 2, 1, 2], batch=1) == (1, True)


def test_mser_5_averages_batches_of_five() -> None:
    series = np.repeat([10.0, 2.0, 1.0, 2.0, 1.0, 2.0], 5) + np.tile([-2, -1, 0, 1, 2], 6)
    assert mser(series) == (5, True)
    assert mser([*series, 99.0]) == (5, True)  # a last batch that is not full is left out


def test_mser_says_when_a_series_is_too_short() -> None:
    assert mser(np.arange(100.0) ** 2)[1] is False  # grows for ever
    assert mser([1.0, 2.0]) == (0, False)
    assert mser(np.ones(50)) == (0, True)  # nothing to cut


def test_welch_by_hand_and_as_vidigi_has_it() -> None:
    runs = [[0.0, 2, 4, 6, 8, 10], [2.0, 4, 6, 8, 10, 12]]
    assert welch([[3.0, 0, 3, 6, 9]], 1).tolist() == [3, 2, 3, 6]
    analysis = pytest.importorskip("vidigi.analysis")
    for window in (1, 2, 4):
        assert welch(runs, window) == pytest.approx(analysis.welch_moving_average(runs, window))
    with pytest.raises(SpinesimError, match="window is 6"):
        welch(runs, 6)


def test_warm_up_of_lists() -> None:
    run = run_of(waited([1.0] * 280), people(range(280)), accounts=days(300, 8.0, 1.0, 0.0))
    table = warm_up([run, run]).set_index("measure")
    assert not table.loc["list_size", "settled"]  # one more every week
    # the first week has a day less
    assert table.loc["throughput", ["weeks", "cut", "settled"]].tolist() == [39, 5, True]
    assert "physician had not settled" in warm_up_sentence(table.reset_index())
    flat = run_of(
        waited([1.0] * 280), people(range(280)), accounts=days(300, 8.0, 1.0, 0.0).assign(waiting=7)
    )
    assert warm_up_sentence(warm_up([flat])).endswith("use warm_up=0 or more.")


def test_runs_needed_as_scipy_has_it() -> None:
    values = np.random.default_rng(8).normal(100, 20, 200)
    row = runs_needed(values, 0.05).iloc[0]
    half = [
        stats.t.interval(0.95, n - 1, values[:n].mean(), stats.sem(values[:n]))[1] - values[:n].mean()
        for n in range(3, 201)
    ]
    wide = [n for n, width in zip(range(3, 201), half, strict=True) if width > 0.05 * values[:n].mean()]
    assert row["needed"] == wide[-1] + 1 and not row["estimated"]
    assert row["half_width"] == pytest.approx(half[-1])


def test_runs_needed_by_extrapolation() -> None:
    values = np.array([80.0, 100.0, 120.0])
    row = runs_needed({"x": values}).iloc[0]
    n = int(row["needed"])
    assert row["estimated"]
    assert stats.t.ppf(0.975, n - 1) * 20 / np.sqrt(n) <= 5 < stats.t.ppf(0.975, n - 2) * 20 / np.sqrt(n - 1)


def test_runs_needed_at_the_edges() -> None:
    table = runs_needed(
        {"same": [4.0] * 5, "none": [0.0] * 5, "few": [1.0, 2.0], "minus": [-4.0, -4.1, -4.0]}
    )
    needed = table.set_index("measure")["needed"]
    assert (
        needed["same"] == 3 and np.isnan(needed["none"]) and np.isnan(needed["few"]) and needed["minus"] > 0
    )
    assert "would need" in runs_sentence(runs_needed([80.0, 100.0, 120.0]))
    assert "cannot be told" in runs_sentence(runs_needed([1.0]))
    for precision in (0, 1, -0.1):
        with pytest.raises(SpinesimError, match="precision"):
            runs_needed([1.0, 2.0, 3.0], precision)


def test_importing_flow_brings_no_plotly() -> None:
    code = "import sys, spinesim.study.flow; sys.exit('plotly' in sys.modules or 'matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
