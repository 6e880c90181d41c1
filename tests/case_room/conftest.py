"""Plays for the tests: seeded random decisions that the clinic allows."""

import numpy as np
import pytest

from spinesim.pathway import STEPS
from spinesim.study import case as room


def random_choice(played, rng):
    """A decision that is not refused: some questions, up to four orders."""
    keys = [key for key, _ in room.questions(played.case.condition)]
    asked = [str(key) for key in rng.choice(keys, size=6, replace=False)]
    wanted = [step for step in STEPS if step != "discharge" or len(played.visits) > 4]
    orders = [str(step) for step in rng.choice(wanted, size=rng.integers(0, 5), replace=False)]
    again = int(rng.integers(1, 9))
    while True:
        if "discharge" in orders:
            orders = [*(one for one in orders if one != "discharge"), "discharge"]
        choice = room.Choice(asked=asked, orders=orders, again_weeks=again)
        if not played.refused(choice):
            return choice
        asked, orders = asked[:-1], orders[:-1]


def play_through(name, seed=1, clinic="ample", most=8):
    """A case played to its end by chance; returns the finished play."""
    rng = np.random.default_rng(seed)
    played = room.play(room.start(name, clinic=clinic))
    while not played.over:
        if len(played.visits) > most:
            return played.decide(room.Choice(orders=["discharge"]))
        played = played.decide(random_choice(played, rng))
    return played


@pytest.fixture(scope="session")
def through():
    return play_through
