"""Fails at 846b617: nerve tests are billed as visits; an operation wipes the scan by hidden truth."""

import numpy as np
import pytest

import spinesim as ss
from spinesim.study.simulation import shipped_evidence


@pytest.fixture(scope="module")
def tested(uptakes):
    prices = {"emg.price": 10_000.0}
    evidence = shipped_evidence().change(uptakes(1.0))
    rules = ss.pathway("conservative_first")
    first = rules.rules[-1].model_copy(
        update={"id": "nerve_test", "when": (), "offer": ("emg",), "uptake": None, "times": 1}
    )
    plan = rules.model_copy(update={"rules": (first,)})
    return [
        ss.simulate(plan, condition="disc_herniation", patients=40, years=0.3, evidence=e)
        for e in (evidence, evidence.change(prices))
    ]


def test_a_nerve_test_costs_its_own_price_and_is_no_visit(tested):
    cheap, dear = tested
    tests = cheap.patients["emgs"].to_numpy()
    assert (tests == 1).all()
    gap = 10_000.0 - shipped_evidence().value("emg.price")
    np.testing.assert_allclose(dear.patients["cost"] - cheap.patients["cost"], gap * tests)
    starts = cheap.events[
        (cheap.events["event"] == "start") & cheap.events["step"].isin(["intake", "review"])
    ]
    np.testing.assert_array_equal(
        cheap.patients["visits"], starts.groupby("patient").size().reindex(cheap.patients["patient"])
    )


def test_a_planned_operation_does_not_unmake_the_scan(build, healthy, uptakes):
    """Nobody has serious disease: what the scan said about the disc stays on file."""
    evidence = shipped_evidence().change(healthy | uptakes(1.0))
    clinic = build("early_surgery", "disc_herniation", 150, 26, evidence=evidence)
    list(clinic.run())
    events = clinic.log.table()
    shown = events[(events["event"] == "result") & (events["step"] == "imaging")].groupby("patient")["value"]
    last = shown.last().reindex([p.id for p in clinic.patients], fill_value=0).to_numpy() > 0
    operated = np.array([p.tally["operations"] > 0 for p in clinic.patients])
    assert operated.sum() > 20
    np.testing.assert_array_equal([p.report.finding for p in clinic.patients], last)


def test_the_record_after_an_operation_does_not_depend_on_the_hidden_truth(build, healthy, uptakes):
    """Two clinics that saw the same and did the same hold the same file, whatever lies hidden."""
    files = []
    for hidden in (False, True):
        evidence = shipped_evidence().change(healthy | uptakes(1.0))
        clinic = build("early_surgery", "disc_herniation", 60, 26, evidence=evidence)
        if hidden:  # a cancer that no scan shows, that alarms nobody and that no operation stops
            clinic.body.cohort.serious[:] = 4
            clinic.body.serious_day[:] = 0.0
            clinic.numbers["imaging.serious_sensitivity"] = 0.0
            clinic.body.deficit_pull[:] = 0.0
        list(clinic.run())
        files.append([(p.report, p.red_flag, p.serious_found, p.serious_risk) for p in clinic.patients])
    assert files[0] == files[1]
