"""What a claim changes in a clinic and measures there: by hand, on logs and bundles whose answer is known."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import spinesim as ss
from spinesim.clinic import load_clinic
from spinesim.study.claims import check_claim, load_claim
from spinesim.study.claims_clinic import alike_of_people, changed, of_people
from spinesim.study.claims_table import measurable
from spinesim.study.claims_text import worded
from spinesim.study.flow.mixture import NOTHING, alike

NAN = float("nan")
EVENTS = pd.DataFrame(
    [
        (1, 0.0, "request", "intake", "physician", 5.0), (1, 8.4, "start", "intake", "physician", NAN),
        (1, 8.5, "end", "intake", "physician", NAN), (1, 9.0, "request", "review", "physician", NAN),
        (1, 9.25, "start", "review", "physician", NAN), (1, 9.5, "end", "review", "physician", NAN),
        (2, 3.0, "request", "intake", "physician", NAN), (3, 1.0, "request", "intake", "physician", NAN),
        (3, 4.0, "left", "intake", "physician", 1.0), (9, 0.0, "request", "intake", "physician", NAN),
        (4, 1.0, "start", "cbt", "psychology", NAN),
    ],
    columns=["patient", "day", "event", "step", "resource", "value"],
)  # fmt: skip
PEOPLE = pd.DataFrame({"patient": [1, 2, 3, 4], "entry_day": [0, 3, 1, 1]})
RESULTS = SimpleNamespace(events=EVENTS, patients=PEOPLE, weeks=np.arange(5), series={})


def test_a_wait_runs_from_the_day_wanted_to_service_leaving_or_the_end() -> None:
    """1: wanted from day 5, seen on day 8; 2: never seen, 28 days; 3: left after 3; 4 never asked."""
    assert of_people(RESULTS, "wait@intake").tolist() == [3, 28, 3, 0]
    assert of_people(RESULTS, "wait@review").tolist() == [0, 0, 0, 0]


def test_hours_are_from_start_to_end_and_an_unfinished_slot_counts_nothing() -> None:
    assert of_people(RESULTS, "hours@physician") == pytest.approx([(0.1 + 0.25) * 24, 0, 0, 0])
    assert of_people(RESULTS, "hours@psychology").tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize("nothing_counts", [True, False])
def test_the_mean_over_people_is_the_index(nothing_counts: bool) -> None:
    bundle = pd.Series(["a"] * 3 + ["b"] * 4 + ["c"] + [NOTHING] * 5)
    among = bundle if nothing_counts else bundle[bundle != NOTHING]
    assert alike_of_people(bundle, nothing_counts).mean() == pytest.approx(alike(among), rel=1e-12)


def test_the_spread_over_people_is_that_of_the_index() -> None:
    """4 standard errors of a standard deviation from 400 draws: 14 %."""
    rng = np.random.default_rng(1)
    draws = [pd.Series(rng.choice(["a", "b", NOTHING], 300, p=[0.5, 0.2, 0.3])) for _ in range(400)]
    index = np.std([alike_of_people(one, False).mean() for one in draws], ddof=1)
    said = np.mean([alike_of_people(one, False).std(ddof=1) / np.sqrt(300) for one in draws])
    assert said == pytest.approx(index, rel=4 / np.sqrt(2 * 399))


def test_where_nobody_had_anything_the_index_is_none() -> None:
    assert alike_of_people(pd.Series([NOTHING] * 3), False).tolist() == [0, 0, 0]


def test_dotted_keys_change_a_clinic() -> None:
    made = changed("community", {"resources.physiotherapy.staff": 5, "virtual.share": 0.5})
    assert made.resources.physiotherapy.staff == 5 and made.virtual.share == 0.5
    assert changed("community", {"resources.imaging": {"staff": "ample"}}).resources.imaging.sessions == ()
    assert changed("ample", {}) == load_clinic("ample")


@pytest.mark.parametrize(("changes", "says"), [
    ({"resources.physiotherapy.stuff": 5}, "stuff"),
    ({"virtual.share.half": 0.5}, "below a plain value"),
    ({"virtual.share": 2.0}, "share"),
])  # fmt: skip
def test_a_wrong_change_is_refused(changes: dict, says: str) -> None:
    with pytest.raises(ss.SpinesimError, match=says):
        changed("community", changes)


def test_the_claim_is_named_when_its_change_is_wrong() -> None:
    claim = load_claim("G4").model_copy(update={"clinic_changes": {"joy": 1}})
    with pytest.raises(ss.SpinesimError, match="Claim G4: clinic_changes of clinic 'community'"):
        check_claim(claim)


def test_measures_of_the_clinic_are_checked_and_worded() -> None:
    assert measurable("hours@physician", 1) is None and measurable("wait@imaging", 1) is None
    assert "'joy' is none of physician" in str(measurable("hours@joy", 1))
    assert "care" in str(measurable("alike@joy", 1))
    assert worded("hours@physician") == "hours of physician"
    assert worded("wait@specific_physiotherapy") == "days waited for specific physiotherapy"
