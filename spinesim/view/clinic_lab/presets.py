"""The three questions a clinic lead asks most, as ready-made alternatives to today's clinic."""

from __future__ import annotations

from collections.abc import Callable

from spinesim.clinic import ClinicSetting
from spinesim.errors import SpinesimError
from spinesim.pathway import Pathway
from spinesim.view.clinic_lab.changes import Changes, ResourceChange

THERAPIST = "One more physiotherapist"
SCANS = "Scan later, severe first"
VIDEO = "Half of the reviews by video"

Preset = Callable[[ClinicSetting, Pathway], Changes]


def one_more_physiotherapist(clinic: ClinicSetting, pathway: Pathway) -> Changes:
    """One more therapist, with a room where rooms are what limits."""
    now = clinic.resources.physiotherapy
    if now.staff == "ample":
        raise SpinesimError(
            f"Nobody waits for physiotherapy in '{clinic.title}', so one more changes nothing: choose a "
            "clinic with a timetable, such as community."
        )
    rooms = now.rooms + 1 if now.rooms is not None and now.rooms <= now.staff else None
    return Changes(
        name=THERAPIST, resources={"physiotherapy": ResourceChange(staff=now.staff + 1, rooms=rooms)}
    )


def scan_later(clinic: ClinicSetting, pathway: Pathway) -> Changes:
    """Twice the weeks before a routine scan, and the severe are seen first."""
    week = pathway.settings.imaging_after_weeks
    if not isinstance(week, int | float) or week <= 0:
        raise SpinesimError(
            f"'{pathway.title}' has no week of the routine scan to move: choose another pathway, such as "
            "conservative_first, or set the scan yourself under 'Pathway'."
        )
    triage = True if clinic.booked and not clinic.behaviour.triage else None
    return Changes(name=SCANS, dials={"imaging_after_weeks": 2 * week}, triage=triage)


def half_by_video(clinic: ClinicSetting, pathway: Pathway) -> Changes:
    """Every second person has their reviews by video."""
    half = 0.5
    if clinic.virtual.share == half:
        raise SpinesimError(f"Half of the reviews in '{clinic.title}' are by video already.")
    return Changes(name=VIDEO, video_share=half)


PRESETS: dict[str, Preset] = {
    THERAPIST: one_more_physiotherapist,
    SCANS: scan_later,
    VIDEO: half_by_video,
}
