"""Pictures of flow: what is in the table is what is drawn."""

from __future__ import annotations

import numpy as np
import pytest
from flow_help import people, run_of, study_of, waited
from test_flow_tables import days

from spinesim.study.compare import Study
from spinesim.study.flow import list_size, utilisation, wait_table, who_waits
from spinesim.view.flow import (
    flow_figure,
    plot_list_size,
    plot_utilisation,
    plot_waits,
    plot_who_waits,
)
from spinesim.view.plots import picture


@pytest.fixture(scope="module")
def study() -> Study:
    return study_of(
        **{
            arm: [
                run_of(
                    waited([5.0 + i - by] * 30 + [None] * 5),
                    people(range(35)),
                    run=i,
                    accounts=days(50, 8.0, 6.0 + i / 10 - by, 0.0, 3),
                )
                for i in range(2)
            ]
            for arm, by in (("today", 0.0), ("more", 2.0))
        }
    )


def test_waits_show_medians_and_say_where_they_are_longer(study: Study) -> None:
    table = wait_table(study)
    axes = plot_waits(table)
    drawn = np.concatenate([np.asarray(line.get_xdata(), float) for line in axes.lines])
    for name in ("median", "p90"):
        assert set(table[name]) <= set(drawn)
    assert [line.get_marker() for line in axes.lines].count(">") == 4
    assert picture(axes)[:4] == b"\x89PNG"


def test_bars_and_lines_are_the_table(study: Study) -> None:
    table = utilisation(study)
    widths = [patch.get_width() for patch in plot_utilisation(table).patches]
    assert widths == pytest.approx(100 * table["utilisation"])
    lists = list_size(study)
    axes = plot_list_size(lists, "physician")
    assert (
        np.asarray(axes.lines[0].get_ydata()).tolist() == lists.loc[lists["arm"] == "today", "mean"].tolist()
    )
    who = who_waits(study)
    assert len(plot_who_waits(who, "intake").lines) == 2


def test_nothing_to_draw_is_said(study: Study) -> None:
    assert "Nobody waits" in plot_waits(wait_table(study).iloc[:0]).texts[0].get_text()
    assert "limited" in plot_utilisation(utilisation(study).iloc[:0]).texts[0].get_text()
    assert "No list" in plot_list_size(list_size(study), "moon").texts[0].get_text()
    assert picture(flow_figure(study))[:4] == b"\x89PNG"
