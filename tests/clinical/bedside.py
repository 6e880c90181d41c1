"""Bodies to treat and to leave alone, and chance as the test wishes it."""

import numpy as np

from spinesim.clinical import Body, draw_cohort, treat
from spinesim.evidence import Draws, load_evidence

SERIOUS = ("cauda_equina", "weakness", "cord_compression", "cancer", "infection", "fracture")


def always(u):
    """The same uniform for every decision."""
    return lambda name: u


def chances(u, **named):
    """One uniform for every decision but the named ones (dots written as two underscores)."""
    apart = {name.replace("__", "."): value for name, value in named.items()}
    return lambda name: apart.get(name, u)


def a_body(evidence, key="disc_herniation", n=200, weeks=52, seed=3):
    """A body whose people all enter on day 0."""
    draws = Draws(seed)
    cohort = draw_cohort(evidence, draws, key, n)
    return Body(evidence, cohort, draws, np.zeros(n, dtype=np.int64), weeks)


def bodies(evidence, key, n=300, weeks=52, seed=11):
    """Two identical bodies: one to treat, one to leave alone."""
    return [a_body(evidence, key, n, weeks, seed) for _ in range(2)]


def give(body, step, row, chance=None, programme=""):
    """One occurrence of a treatment to one person; by default they respond to it and are not harmed."""
    return treat(body, body.treatments[step], row, chance or responds, programme)


def responds(name):
    """Chance that lets everything work and nothing harm."""
    return 1e-9 if name.rpartition(".")[2] in ("responds", "works") else 1 - 1e-9


def treat_all(body, step, u=1e-9, programme="", **named):
    """The same occurrence of a treatment to everybody."""
    for row in range(len(body.cohort)):
        give(body, step, row, chances(u, **named), programme)


def amount(body, step, channel="limb"):
    """Relief that a treatment gives everybody today: points, or a share of pain."""
    relief = body.reliefs[step]
    return getattr(relief, channel) * relief.acting(slice(None))


def together(bodies, until):
    """Bring several bodies to a day."""
    for body in bodies:
        body.advance(until)


def without(*kinds, of=SERIOUS, keys=None, shipped=None):
    """Changes of evidence by which nobody has these serious diseases (default: any)."""
    shipped = shipped or load_evidence()
    ids = [f"{key}.serious.{kind}" for key in (keys or shipped.conditions) for kind in (kinds or of)]
    return {id: 0.0 for id in ids if id in shipped.parameters}
