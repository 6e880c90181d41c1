"""The event table in vidigi and in pm4py."""

from __future__ import annotations

import datetime
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import spinesim as ss
from spinesim.errors import SpinesimError
from spinesim.study import Results
from spinesim.study.flow import animate, for_pm4py, for_vidigi
from spinesim.study.flow.export import servers, services


@pytest.fixture(scope="module")
def run() -> Results:
    return ss.simulate("conservative_first", clinic="community", patients=60, years=0.5, seed=2)


def test_servers_are_the_lowest_free() -> None:
    begins, ends = np.array([0.0, 1, 2, 2, 5]), np.array([4.0, 2, 6, 3, 6])
    assert servers(begins, ends).tolist() == [1, 2, 2, 3, 1]


def test_nobody_shares_a_server(run: Results) -> None:
    table = services(run)
    assert len(table) == (run.events["event"] == "start").sum()
    for _, mine in table.groupby(["resource", "server"]):
        assert (mine["begin"].to_numpy()[1:] >= mine["end"].to_numpy()[:-1]).all()


def test_the_log_is_what_vidigi_wants(run: Results) -> None:
    logging = pytest.importorskip("vidigi.logging")
    table = for_vidigi(run)
    for row in table.head(300).to_dict("records"):
        row["resource_id"] = None if pd.isna(row["resource_id"]) else int(row["resource_id"])
        logging.BaseEvent(**row)
    both = table.loc[table["event_type"] == "arrival_departure"].groupby("entity_id")["event"].agg(list)
    assert set(map(tuple, both)) == {("arrival", "depart")}
    first_last = table.groupby("entity_id")["event"].agg(["first", "last"])
    assert set(first_last["first"]) == {"arrival"} and set(first_last["last"]) == {"depart"}
    used = table.loc[table["event_type"].str.startswith("resource_use")]
    assert used["resource_id"].notna().all() and (used["resource_id"] >= 1).all()


def test_the_animation_is_a_file_that_opens_offline(run: Results, tmp_path: Path) -> None:
    pytest.importorskip("vidigi")
    path = tmp_path / "clinic.html"
    figure = animate(run, path, days=14)
    assert len(figure.frames) == 15
    page = path.read_text(encoding="utf-8")
    assert "Plotly" in page and '<script src="http' not in page and "Waiting: physician" in page
    assert len(animate(run, every="hour", first=15, days=1).frames) == 25


def test_the_animation_says_what_is_wrong(run: Results, monkeypatch: pytest.MonkeyPatch) -> None:
    for wish, says in (
        ({"every": "week"}, "day or hour"),
        ({"days": 4000}, "pictures"),
        ({"first": 9e4}, "Nobody"),
    ):
        with pytest.raises(SpinesimError, match=says):
            animate(run, **wish)
    monkeypatch.setitem(sys.modules, "vidigi.animation", None)
    with pytest.raises(SpinesimError, match=r"needs vidigi.*spinesim\[animation\]"):
        animate(run)


def test_pm4py_reads_it_as_it_is(run: Results) -> None:
    pm4py = pytest.importorskip("pm4py")
    table = for_pm4py(run, datetime.date(2026, 3, 2))
    assert len(table) == len(run.events)
    assert table["time:timestamp"].min() == pd.Timestamp("2026-03-02", tz="UTC")
    assert set(pm4py.get_start_activities(table)) == {"arrival"}
    assert sum(pm4py.get_start_activities(table).values()) == run.events["patient"].nunique()
    done = table.loc[(table["lifecycle:transition"] == "complete") & (table["event"] == "end")]
    graph, starts, _ = pm4py.discover_dfg(done)
    assert graph["intake", "review"] > 0 and set(starts) == {"intake"}
    with pytest.raises(SpinesimError, match="first_day"):
        for_pm4py(run, "tomorrow")  # type: ignore[arg-type]
