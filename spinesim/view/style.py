"""Colours, dashes, markers and fonts: one place, safe for colour-blind readers and readable when projected.

Colours are Okabe and Ito's. Nothing is told apart by colour alone: arms also differ by dash and by a
label at the line, categories also by the shape of the marker.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILLION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
GREY, INK, PALE = "#8A8A8A", "#222222", "#E4E4E4"

FONT = 13.0
"""Size in points of ordinary text in a figure (a figure 11 inches wide stays readable at half size)."""

RC: Mapping[str, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": FONT,
    "axes.titlesize": FONT + 1,
    "axes.titleweight": "bold",
    "axes.labelsize": FONT,
    "xtick.labelsize": FONT - 1,
    "ytick.labelsize": FONT - 1,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.facecolor": "white",
    "axes.facecolor": "white",
    "savefig.facecolor": "white",
}
"""Matplotlib settings used (in a context, never globally) while a figure is built."""


@dataclass(frozen=True, slots=True)
class ArmStyle:
    """How one arm is drawn: colour, dash and line width (points)."""

    colour: str
    dash: Any
    width: float


ARMS: tuple[ArmStyle, ...] = (
    ArmStyle(BLUE, "-", 3.6),
    ArmStyle(VERMILLION, (0, (3.2, 1.4)), 2.3),
    ArmStyle(GREEN, (0, (1, 1.2)), 2.3),
    ArmStyle(PURPLE, (0, (5, 1.5, 1, 1.5)), 2.3),
    ArmStyle(BLACK, (0, (8, 2)), 1.8),
)


def arm_style(position: int) -> ArmStyle:
    """Style of the arm at `position` (0 is the reference); styles repeat after the fifth arm."""
    return ARMS[position % len(ARMS)]


@dataclass(frozen=True, slots=True)
class IconStyle:
    """How one category of an icon array is drawn: marker shape, fill, edge and size (points)."""

    marker: str
    fill: str
    edge: str
    size: float


ICONS: tuple[IconStyle, ...] = (
    IconStyle("s", BLACK, BLACK, 10.5),
    IconStyle("^", PURPLE, INK, 11.5),
    IconStyle("o", SKY, INK, 9.5),
    IconStyle("o", PALE, GREY, 5.0),
)
"""Worst category first: square, triangle, circle, small pale dot."""


def icon_style(position: int) -> IconStyle:
    """Style of the category at `position` (0 is the worst)."""
    return ICONS[min(position, len(ICONS) - 1)]


@dataclass(frozen=True, slots=True)
class Scale:
    """A weekly outcome as people read it: name, unit, top of the axis and steps of its ticks."""

    name: str
    unit: str
    top: float
    step: float


SCALES: Mapping[str, Scale] = {
    "pain": Scale("Pain", "NRS 0–10", 10.0, 2.0),
    "limb_pain": Scale("Leg or arm pain", "NRS 0–10", 10.0, 2.0),
    "axial_pain": Scale("Back or neck pain", "NRS 0–10", 10.0, 2.0),
    "disability": Scale("Disability", "ODI or NDI 0–100", 100.0, 20.0),
    "rmdq": Scale("Disability", "RMDQ 0–24", 24.0, 4.0),
}
"""Names for people with a back or a neck; `scale` gives those of one region."""

REGIONS = ("lumbar", "cervical")
EITHER: Mapping[str, Mapping[str, str]] = {
    "Leg or arm pain": {"lumbar": "Leg pain", "cervical": "Arm pain"},
    "Back or neck pain": {"lumbar": "Back pain", "cervical": "Neck pain"},
    "ODI or NDI": {"lumbar": "ODI", "cervical": "NDI"},
}
"""What is said for both regions, and for each alone."""


def by_region(text: str, regions: Collection[str] = REGIONS) -> str:
    """`text` with 'ODI or NDI' and the like narrowed to the one region there is, if there is only one.

    >>> by_region("ODI or NDI 0–100", {"cervical"}), by_region("Leg or arm pain")
    ('NDI 0–100', 'Leg or arm pain')
    """
    if len(regions) != 1:
        return text
    (region,) = regions
    for both, single in EITHER.items():
        text = text.replace(both, single.get(region, both))
    return text


def scale(outcome: str, regions: Collection[str] = REGIONS) -> Scale:
    """How to draw a weekly outcome of people with pain in these regions."""
    one = SCALES[outcome]
    return replace(one, name=by_region(one.name, regions), unit=by_region(one.unit, regions))


def regions_of(study: Any) -> frozenset[str]:
    """Regions ("lumbar", "cervical") of the people in a study."""
    runs = next(iter(study.results.values()))
    return frozenset(str(region) for run in runs for region in run.patients["region"].unique())
