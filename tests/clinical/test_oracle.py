"""The body against a plain loop over one person's days, which shares no code with it (`plain_life.py`)."""

import numpy as np
import pytest
from plain_life import KINDS, WEEKS, Life, table

from spinesim.clinical import Body, draw_cohort, treat
from spinesim.evidence import Draws, load_evidence

PEOPLE = 12
NEVER = ("imaging", "emg", "medial_branch_block", "discharge")
COLUMNS = {
    "disability": "disability", "sleep": "sleep", "sens": "sensitisation", "fear": "fear", "habits": "habits",
    "fit": "conditioning", "coping": "calm", "deficit": "deficit", "scar": "scar", "context": "context",
}  # fmt: skip


def plan(key, row, step_names):
    """What is done to this person, and when: about two things a month, much of it in courses."""
    rng = np.random.default_rng([row, *key.encode()])
    days = sorted(rng.choice(range(WEEKS * 7 - 30), size=24, replace=False).tolist())
    done = {day: [str(rng.choice(step_names))] for day in days}
    done[int(rng.integers(40))] = list(map(str, rng.choice(step_names, size=4, replace=False)))
    return done


@pytest.mark.parametrize("treated", [False, True], ids=["untreated", "treated"])
@pytest.mark.parametrize("key", list(load_evidence().conditions))
def test_every_day_of_every_person_is_what_a_plain_loop_says(key, treated):
    often = {f"{key}.flare.weekly": 0.05, "epidural.neurological_event": 0.3, "nsaid.gi_event": 0.1}
    shipped = load_evidence()
    often |= {f"{key}.serious.{k}": 0.1 for k in KINDS if f"{key}.serious.{k}" in shipped.parameters}
    evidence, draws = shipped.change(often), Draws(9)
    cohort = draw_cohort(evidence, draws, key, PEOPLE)
    body = Body(evidence, cohort, draws, np.zeros(PEOPLE, dtype=np.int64), WEEKS)
    lives = [Life(evidence, key, cohort, i, draws) for i in range(PEOPLE)]
    names = [name for name in table("treatments") if name not in NEVER]
    plans = [plan(key, row, names) if treated else {} for row in range(PEOPLE)]
    harmed = 0
    for day in range(WEEKS * 7 + 1):
        body.advance(day)
        for life in lives if day else ():
            life.live(day)
        now = [[*life.pain.values(), *(getattr(life, name) for name in COLUMNS)] for life in lives]
        columns = (body.limb, body.axial, *(getattr(body, name) for name in COLUMNS.values()))
        np.testing.assert_allclose(np.stack(columns, axis=1), now, rtol=1e-9, atol=1e-9, err_msg=f"day {day}")
        for row, life in enumerate(lives):
            for k, step in enumerate(plans[row].get(day, ())):

                def u(name, day=day, k=k, who=life.who):
                    return draws.at(name, 100 * day + k, who)

                programme = life.pattern["programme"] if u("fits") < 0.7 else "another"
                harms = treat(body, body.treatments[step], row, u, programme)
                assert harms == life.treated_with(step, day, u, programme), (day, step)
                harmed += len(harms)
    assert body.flares.sum() > PEOPLE / 2 and (body.sensitisation > 0).any()
    assert bool(harmed) == treated
