"""Pictures of an uncertainty analysis: what they show is what the table says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from spinesim.errors import SpinesimError
from spinesim.view.uncertainty import (
    label,
    plot_decomposition,
    plot_morris,
    plot_sobol,
    plot_tornado,
    words,
)

TORNADO = pd.DataFrame({
    "parameter": ["imaging.uptake", "flare.size", "nsaid.price"], "low_value": [0.9, 2.5, 9.0],
    "high_value": [0.98, 2.9, 21.0], "base": 10.0, "at_low": [5.0, 11.0, 10.0], "at_high": [16.0, 12.0, 10.0],
    "swing": [11.0, 2.0, 0.0], "unit": "USD per person",
})  # fmt: skip


def test_a_tornado_has_its_bars_where_the_table_says() -> None:
    axes = plot_tornado(TORNADO, "Cost")
    ends = sorted((bar.get_x(), bar.get_x() + bar.get_width()) for bar in axes.patches if bar.get_width())
    assert ends == [(10.0, 5.0), (10.0, 11.0), (10.0, 12.0), (10.0, 16.0)]
    assert {bar.get_hatch() or "" for bar in axes.patches} == {"///", ""}  # not by colour alone
    assert [text.get_text() for text in axes.get_yticklabels()] == [
        "imaging: uptake",
        "flare: size",
        "nsaid: price",
    ]
    said = " ".join(text.get_text() for text in axes.texts)
    assert "0.9" in said and "0.98" in said and "2.5 / 2.9" in said


def test_a_tornado_says_how_many_it_leaves_out() -> None:
    axes = plot_tornado(TORNADO, most=1)
    assert axes.get_legend().get_title().get_text() == "1 more move it by 2 or less"


def test_shares_of_the_decomposition_add_up() -> None:
    table = pd.DataFrame(
        {"outcome": ["cost", "imaging", "operations"], "parameter_share": [0.4, 0.9, np.nan]}
    )
    axes = plot_decomposition(table, outcomes=["imaging", "cost", "operations"])
    widths = [bar.get_width() for bar in axes.patches]
    assert widths == pytest.approx([0.9, 0.4, 0.1, 0.6])
    with pytest.raises(SpinesimError, match="Nothing differs"):
        plot_decomposition(table.tail(1))


def test_morris_and_sobol() -> None:
    morris = pd.DataFrame({"parameter": ["a.b", "group"], "mu_star": [3.0, 2.0], "low": [2.0, 1.0],
                           "high": [4.0, 3.0], "sigma": [1.0, np.nan], "unit": "USD"})  # fmt: skip
    axes = plot_morris(morris)
    assert "1  a: b\n2  group" in [text.get_text() for text in axes.texts]
    shares = {f"{part}{end}": [0.5] for part in ("first", "total") for end in ("", "_low", "_high")}
    axes = plot_sobol(pd.DataFrame({"parameter": ["a.b"], **shares}))
    assert [bar.get_width() for bar in axes.patches] == [0.5, 0.5]


def test_a_wrong_table_is_refused() -> None:
    for plot in (plot_tornado, plot_decomposition, plot_morris, plot_sobol):
        with pytest.raises(SpinesimError, match="needs a table with"):
            plot(pd.DataFrame({"x": [1]}))


def test_words() -> None:
    assert words("sign.worse_sitting.other") == "sign: worse sitting: other"
    assert words("courses of sciatica: rapid") == "courses of sciatica: rapid"
    assert label("cost_societal") == "Cost to society" and label("imaging") == "MRI scans"
