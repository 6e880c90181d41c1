"""The lab's pictures: drawn when their page is looked at, each with its words."""

from __future__ import annotations

from functools import partial
from typing import Any

from spinesim.study import flow
from spinesim.view import plots, style
from spinesim.view.clinic_lab.section import SAID, Picture
from spinesim.view.flow import plot_list_size, plot_utilisation, plot_waits


def wait_picture(study: Any) -> Picture:
    """Median and ninetieth centile of each step."""
    words = "Waits of the steps asked for most, by scenario: the numbers are in the table above."
    return Picture(partial(plot_waits, flow.wait_table(study)), words)


def use_picture(study: Any) -> Picture:
    """Utilisation of each resource."""
    words = "Share of each resource's time that is used: the numbers are in the table above."
    return Picture(partial(plot_utilisation, flow.utilisation(study)), words)


def lists(study: Any, resources: list[str]) -> list[Picture]:
    """People waiting, week by week, one picture for each list."""
    known = flow.list_size(study)
    made = []
    for resource in resources:
        mine = known.loc[known["resource"] == resource].groupby("arm", sort=False)["mean"]
        ends = [f"{arm}: {one.iloc[-1]:.0f} at the end, {one.max():.0f} at most" for arm, one in mine]
        words = f"{SAID.get(resource, resource)}, people waiting. {'; '.join(ends)}."
        made.append(Picture(partial(plot_list_size, known, resource), words))
    return made


def fans(study: Any) -> list[Picture]:
    """Pain and disability week by week."""
    regions = style.regions_of(study)
    made = []
    for outcome in ("pain", "disability"):
        table = study.fan(outcome)
        name = style.scale(outcome, regions).name
        ends = [f"{arm} {one['mean'].iloc[-1]:.1f}" for arm, one in table.groupby("arm", sort=False)]
        words = f"{name} week by week; mean at the end: {', '.join(ends)}."
        made.append(Picture(partial(plots.plot_fan, table, outcome, regions=regions), words))
    return made
