"""Notes on a clinic's own numbers: siblings left at the shipped value, prices nothing was charged at."""

import pytest

from spinesim.clinic import load_clinic
from spinesim.clinic.siblings import unset_siblings
from spinesim.errors import SpinesimError
from spinesim.pathway import load_pathway
from spinesim.study import Scenario, run_study, scenario_plans
from spinesim.study.clinic_notes import never_used, notes
from spinesim.study.simulation import shipped_evidence
from spinesim.study.value.slot_worth import what_a_slot_buys


def clinic(**numbers: float):
    own = {key.replace("__", "."): value for key, value in numbers.items()}
    return load_clinic("community").model_copy(update={"numbers": own})


def test_a_visit_priced_without_its_video():
    known = shipped_evidence()
    (said,) = unset_siblings(clinic(visit__price=95.0), known)
    assert "virtual_visit.price still 125" in said and 'set numbers."virtual_visit.price"' in said
    assert unset_siblings(clinic(visit__price=95.0), known, used={"visit"}) == []
    assert unset_siblings(clinic(visit__price=95.0, virtual_visit__price=95.0), known) == []
    assert unset_siblings(clinic(visit__price=125.0), known) == []
    assert unset_siblings(clinic(), known) == []


def test_physiotherapy_is_a_family():
    (said,) = unset_siblings(clinic(physiotherapy__price=70.0), shipped_evidence())
    assert "specific_physiotherapy.price still 86.4" in said and "group_exercise" not in said


def test_a_price_nobody_was_charged():
    (said,) = never_used(clinic(fusion__price=1.0, visit__price=95.0), {"visit"})
    assert "fusion.price" in said and "visit.price" not in said
    assert never_used(clinic(visit__price=95.0), {"visit"}) == []


def test_notes_of_a_study():
    own = Scenario("own", load_pathway("conservative_first"), clinic(visit__price=95.0, traction__price=1.0))
    plans = scenario_plans([own], patients=30, years=0.5, seed=1)
    said = notes(plans, run_study(plans))
    assert any("nobody was charged for traction" in one for one in said)
    assert not any("virtual_visit" in one for one in said), "no review is by video there"


@pytest.mark.parametrize(("asked", "says"), [([], "resources is empty"), ("psychology", "give a list")])
def test_slots_asked_for_wrongly(asked, says):
    today = Scenario("today", load_pathway("conservative_first"), clinic())
    with pytest.raises(SpinesimError, match=says):
        what_a_slot_buys(today, asked)
