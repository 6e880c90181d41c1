"""Pictures of value show the table's numbers, say what they mean, and tell arms apart by more than colour."""

import numpy as np
import pandas as pd
import pytest

from spinesim.errors import SpinesimError
from spinesim.study.value.decide import acceptability, plane
from spinesim.study.value.information import information_table
from spinesim.view.value import plot_acceptability, plot_information, plot_plane

ARMS = ["usual", "early_MRI", "surgery"]
THRESHOLDS = np.linspace(0, 200_000, 21)


@pytest.fixture(scope="module")
def sample():
    rng = np.random.default_rng(6)
    known = rng.standard_normal((300, 2))
    effects = 0.7 + np.column_stack([np.zeros(300), 0.01 + 0.02 * known[:, 0], 0.05 + 0.02 * known[:, 1]])
    costs = np.column_stack(
        [2000 + rng.normal(0, 50, 300), 2200 + rng.normal(0, 90, 300), 4000 + 300 * known[:, 1]]
    )
    return costs, effects, known


def drawn(axes):
    axes.figure.canvas.draw()
    return [text.get_text() for text in axes.texts]


def test_the_plane_shows_every_arm_its_shares_and_the_threshold(sample):
    costs, effects, _ = sample
    axes = plot_plane(plane(costs, effects, ARMS), 100_000, reference="usual")
    texts = drawn(axes)
    assert "more health, costs more" in texts and "less health, costs less" in texts
    gain, extra = effects[:, 1] - effects[:, 0], costs[:, 1] - costs[:, 0]
    assert f"● {np.mean((gain >= 0) & (extra > 0)):.0%}" in texts
    legend = [text.get_text() for text in axes.get_legend().get_texts()]
    assert legend[:2] == ["early MRI", "surgery"] and legend[2].startswith("100,000 per QALY")
    means = [line for line in axes.lines if line.get_markersize() == 10]
    assert [line.get_marker() for line in means] == ["o", "^"]
    assert means[0].get_xdata()[0] == pytest.approx(gain.mean())
    assert "usual, QALY per person" in axes.get_xlabel() and "USD 2025" in axes.get_ylabel()
    left, right = axes.get_xlim()
    assert left < 0 < right


def test_the_ellipse_holds_about_95_per_cent(sample):
    costs, effects, _ = sample
    cloud = plane(costs[:, :2], effects[:, :2], ARMS[:2])
    axes = plot_plane(cloud)
    ring = next(line for line in axes.lines if len(line.get_xdata()) == 181)
    from matplotlib.path import Path

    inside = Path(ring.get_xydata()).contains_points(cloud[["effect", "cost"]].to_numpy())
    assert abs(inside.mean() - 0.95) < 4 * np.sqrt(0.95 * 0.05 / len(cloud))


def test_a_cloud_without_width_is_said_to_be_one(sample):
    costs, effects, _ = sample
    texts = drawn(plot_plane(plane(costs[:, [0, 0]], effects[:, [0, 0]], ["usual", "again"]), 50_000))
    assert "again: no difference in any draw" in [text.replace("\n", " ") for text in texts]


def test_curves_carry_their_names_and_the_frontier_lies_under_the_best(sample):
    costs, effects, _ = sample
    table = acceptability(costs, effects, ARMS, THRESHOLDS)
    axes = plot_acceptability(table)
    assert drawn(axes) == ["usual", "early MRI", "surgery"]
    frontier, *lines = axes.lines
    best = table.loc[table["frontier"]]
    np.testing.assert_array_equal(frontier.get_ydata(), best["probability"])
    for line, arm in zip(lines, ARMS, strict=True):
        np.testing.assert_array_equal(line.get_ydata(), table.loc[table["arm"] == arm, "probability"])
    assert len({str(line.get_linestyle()) + str(line.get_color()) for line in lines}) == 3


def test_bars_show_what_knowing_is_worth(sample):
    costs, effects, known = sample
    table = information_table(costs, effects, 30_000, {"relief": known[:, 1], "imaging": known[:, 0]})
    axes = plot_information(table)
    widths = [bar.get_width() for bar in axes.patches]
    np.testing.assert_allclose(widths, table["value"])
    assert axes.get_yticklabels()[0].get_text() == "everything"
    assert f"{table['value'][0]:,.0f}" in drawn(axes)


def test_where_nothing_is_worth_finding_out_the_picture_says_so(sample):
    """One arm is best in every draw: EVPI is 0, and no bar has a length."""
    costs, effects, known = sample
    sure = information_table(costs[:, :2] + [0, 1e6], effects[:, :2], 30_000, {"relief": known[:, 1]})
    for table in (sure, sure.head(1)):
        texts = [text.replace("\n", " ") for text in drawn(plot_information(table))]
        assert any("Nothing: the same arm is the best buy in every draw" in text for text in texts)
    some = information_table(costs, effects, 30_000, {"relief": known[:, 1]})
    assert not any("Nothing" in text for text in drawn(plot_information(some)))


@pytest.mark.parametrize("draw", [plot_plane, plot_acceptability, plot_information])
def test_a_table_of_another_kind_is_refused(draw):
    with pytest.raises(SpinesimError, match="The table to draw lacks the columns"):
        draw(pd.DataFrame({"x": [1]}))
