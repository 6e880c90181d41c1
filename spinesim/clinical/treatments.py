"""What a treatment does to one person's body.

Each function takes the body, the person's row and, where chance enters, uniforms in (0, 1); it
changes that row and returns the harms it caused (names, often none). Effects are net of the natural
course. Every number is a parameter whose id begins with the treatment's name.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from scipy import special

from spinesim.clinical.body import Body, daily

Chance = Callable[[str], float]
"""Gives the person's uniform for a named decision."""

Harms = tuple[str, ...]
NONE: Harms = ()


def education(body: Body, row: int, chance: Chance) -> Harms:
    """Explain: lowers fear, raises adherence a little."""
    v = body.numbers
    removed = v["education.fear"] * body.fear_rest[row]
    body.fear_rest[row] -= removed
    body.fear[row] = max(body.fear[row] - removed, 0.0)
    body.adherence[row] = min(body.adherence[row] + v["education.adherence"], 1.0)
    return NONE


def _tablets(drug: str, body: Body, row: int) -> None:
    """Start a course; a stronger drug already running goes on instead."""
    v = body.numbers
    axial, limb = v[f"{drug}.axial_relief"], v[f"{drug}.limb_relief"]
    if axial + limb >= body.drug_axial[row] + body.drug_limb[row]:
        body.drug_axial[row], body.drug_limb[row] = axial, limb
        body.drug_until[row] = body.day + v[f"{drug}.days"]


def nsaid(body: Body, row: int, chance: Chance) -> Harms:
    """One course of an anti-inflammatory; a rare serious gastrointestinal event."""
    _tablets("nsaid", body, row)
    return ("gi_event",) if chance("nsaid.gi_event") < body.numbers["nsaid.gi_event"] else NONE


def paracetamol(body: Body, row: int, chance: Chance) -> Harms:
    """One course of paracetamol."""
    _tablets("paracetamol", body, row)
    return NONE


def physiotherapy(body: Body, row: int, chance: Chance) -> Harms:
    """One session attended: benefit saturates with sessions; conditioning rises."""
    v = body.numbers
    step = 1 - math.exp(-1 / v["physiotherapy.sessions_scale"])
    body.physio[row] += step * (1 - body.physio[row])
    gain = v["physiotherapy.conditioning"] * body.adherence[row]
    body.conditioning[row] += gain * (1 - body.conditioning[row])
    return NONE


def epidural(body: Body, row: int, chance: Chance) -> Harms:
    """Epidural steroid: leg pain relief in those who respond, fading over weeks."""
    v = body.numbers
    if body.compressed(row) and chance("epidural.responds") < v["epidural.responders"]:
        body.epidural[row] = max(body.epidural[row], v["epidural.limb_relief"] / v["epidural.responders"])
    return ("injection_reaction",) if chance("epidural.harm") < v["epidural.minor_harm"] else NONE


def ablation(body: Body, row: int, chance: Chance) -> Harms:
    """Radiofrequency ablation: works only on a true facet source, until the nerve regrows."""
    v = body.numbers
    if body.cohort.facet_source[row] and chance("ablation.works") < v["ablation.success"]:
        spread = math.exp(v["ablation.regrowth_spread"] * float(special.ndtri(chance("ablation.regrowth"))))
        body.ablation[row] = v["ablation.relief"]
        body.regrown_day[row] = body.day + v["ablation.regrowth_months"] * spread * 365.25 / 12
    return ("neuritis",) if chance("ablation.harm") < v["ablation.minor_harm"] else NONE


def microdiscectomy(body: Body, row: int, chance: Chance) -> Harms:
    """Remove the herniation: relief comes sooner; nothing is gained where nothing is compressed."""
    v = body.numbers
    harms = []
    body.wound[row] += v["microdiscectomy.wound"]
    if body.compressed(row) and chance("microdiscectomy.works") < v["microdiscectomy.success"]:
        limb = body.limb_passing[row] + body.limb_lasting[row]
        left = min(v["microdiscectomy.limb_left"] * body.cohort.limb_start[row], limb)
        body.limb_lasting[row] = left
        body.limb_passing[row] = (limb - left) * (1 - v["microdiscectomy.at_once"])
        body.limb_keep[row] = min(body.limb_keep[row], daily(v["microdiscectomy.limb_days"]))
        body.axial_keep[row] = min(body.axial_keep[row], daily(v["microdiscectomy.axial_days"]))
        body.compression[row] = 0.0
    body.decompressed[row] = 1.0
    if chance("microdiscectomy.durotomy") < v["microdiscectomy.durotomy"]:
        harms.append("durotomy")
    if chance("microdiscectomy.deficit") < v["microdiscectomy.deficit"]:
        harms.append("new_deficit")
        body.deficit[row] = max(body.deficit[row], v["microdiscectomy.deficit_size"])
    return tuple(harms)


TREATMENTS: dict[str, Callable[[Body, int, Chance], Harms]] = {
    f.__name__: f for f in (education, nsaid, paracetamol, physiotherapy, epidural, ablation, microdiscectomy)
}
