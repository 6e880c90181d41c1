"""Morris and Sobol: our wrapper against published indices, and on a small study."""

from __future__ import annotations

import math

import numpy as np
import pytest

from spinesim.errors import SpinesimError
from spinesim.study.uncertainty import morris, sobol
from spinesim.study.uncertainty import screening as ours

ARMS = {"none": "natural_course", "care": "conservative_first"}
SMALL = {"condition": "lumbar_strain", "patients": 15, "years": 0.15}
UNITS = {"x1": ("x1",), "x2": ("x2",), "x3": ("x3",)}


def whole(points: np.ndarray) -> np.ndarray:
    """Points of the cube that SALib was given, stretched to all of 0 to 1."""
    return (points - ours.EDGE) / (1 - 2 * ours.EDGE)


def ishigami(points: np.ndarray, a: float = 7.0, b: float = 0.1) -> np.ndarray:
    x1, x2, x3 = (math.pi * (2 * whole(points) - 1)).T
    return np.sin(x1) + a * np.sin(x2) ** 2 + b * x3**4 * np.sin(x1)


def test_sobol_finds_the_published_indices_of_ishigami() -> None:
    """Analytic: S1 0.3139, 0.4424, 0; ST 0.5576, 0.4424, 0.2437 (Ishigami and Homma 1990; a = 7, b = 0.1)."""
    asked = ours.problem(UNITS)
    points = ours.sobol_points(asked, 4_096, seed=1)
    table = ours.sobol_table(asked, ishigami(points), seed=1).set_index("parameter")
    for name, first, total in (("x1", 0.3139, 0.5576), ("x2", 0.4424, 0.4424), ("x3", 0.0, 0.2437)):
        row = table.loc[name]
        # SALib's interval is 1.96 SE on each side; 4 SE is allowed
        assert abs(row["first"] - first) < 4 / 1.96 * (row["first_high"] - row["first"])
        assert abs(row["total"] - total) < 4 / 1.96 * (row["total_high"] - row["total"])
        assert row["first_high"] - row["first"] < 0.06


def test_a_group_has_the_variance_of_its_members() -> None:
    """x1 and x3 together: all of Ishigami's variance but x2's, 1 - 0.4424."""
    asked = ours.problem({"both": ("x1", "x3"), "x2": ("x2",)})
    points = ours.sobol_points(asked, 2_048, seed=1)
    table = ours.sobol_table(asked, ishigami(points[:, [0, 2, 1]]), seed=1).set_index("parameter")
    row = table.loc["both"]
    assert abs(row["first"] - 0.5576) < 4 / 1.96 * (row["first_high"] - row["first"])


def test_morris_of_a_linear_function_is_its_slopes() -> None:
    """Elementary effects of a straight line are its slopes, with sigma 0; a number that is not read has 0."""
    asked = ours.problem(UNITS)
    points = ours.morris_points(asked, 8, seed=3)
    table = ours.morris_table(asked, points, whole(points) @ np.array([3.0, -5.0, 0.0]), seed=3)
    assert list(table["parameter"]) == ["x2", "x1", "x3"]
    assert list(table["mu_star"]) == pytest.approx([5, 3, 0], abs=1e-9)
    assert list(table["mu"]) == pytest.approx([-5, 3, 0], abs=1e-9)
    assert list(table["sigma"]) == pytest.approx([0, 0, 0], abs=1e-9)


def test_nothing_varies() -> None:
    asked = ours.problem(UNITS)
    table = ours.sobol_table(asked, np.zeros(40), seed=1)
    assert table["first"].isna().all() and list(table["parameter"]) == ["x1", "x2", "x3"]


def test_prices_move_cost_and_no_pain() -> None:
    found = morris(ARMS, trajectories=2, parameters=["physiotherapy.uptake", "prices"], **SMALL)
    cost = found.table("cost").set_index("parameter")
    assert set(cost.index) == {"prices", "physiotherapy.uptake"}
    assert cost.loc["prices", "mu_star"] > 0
    assert found.table("pain_average").set_index("parameter").loc["prices", "mu_star"] == 0
    assert len(found.points) == 2 * (len(cost) + 1)


def test_sobol_runs_what_it_says() -> None:
    found = sobol(ARMS, parameters=["physiotherapy.uptake", "nsaid.uptake"], base=2, **SMALL)
    assert len(found.points) == 2 * (2 + 2)
    assert set(found.table("cost")["parameter"]) == {"physiotherapy.uptake", "nsaid.uptake"}
    with pytest.raises(SpinesimError, match="no outcome"):
        found.table("joy")
    with pytest.raises(SpinesimError, match="no arm"):
        found.table("cost", "nobody")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"parameters": ["nsaid.uptake"]}, "2 to 20"),
        ({"parameters": ["nsaid.uptake", "imaging.uptake"], "base": 7}, "power of 2"),
        ({"parameters": ["nsaid.uptake", "imaging.uptake"], "base": 0}, "base is 0"),
    ],
)
def test_impossible_screenings_are_refused(wrong: dict[str, object], words: str) -> None:
    with pytest.raises(SpinesimError, match=words):
        sobol(ARMS, **(SMALL | wrong))
    with pytest.raises(SpinesimError, match="trajectories is 1"):
        morris(ARMS, trajectories=1, **SMALL)
