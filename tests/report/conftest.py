"""One small scenario study, its folder and its report."""

import datetime

import pytest

from spinesim.clinic import load_clinic
from spinesim.pathway import load_pathway
from spinesim.study.compare import run_study
from spinesim.study.scenario import Scenario, scenario_plans
from spinesim.study.scenario_folder import clinic_of, clinic_plain, read, write
from spinesim.view.report import render

HOSTILE = "=<script>alert(1)</script>"
TODAY = datetime.date(2026, 1, 5)


@pytest.fixture(scope="session")
def plans():
    community, pathway = load_clinic("community"), load_pathway("conservative_first")
    plain = clinic_plain(community)
    plain["resources"]["physiotherapy"]["booked_ahead_days"] = 7
    plain["numbers"] = {"visit.price": 150.0}
    other = Scenario(HOSTILE, pathway.change(imaging_after_weeks=1), clinic_of(plain))
    arms = [Scenario("today", pathway, community), other]
    return scenario_plans(arms, runs=3, patients=80, years=1, seed=3, warm_up=1)


@pytest.fixture(scope="session")
def study(plans):
    return run_study(plans)


@pytest.fixture(scope="session")
def folder(study, plans, tmp_path_factory):
    out = tmp_path_factory.mktemp("study") / "results"
    return write(
        study, plans, out, question='Is <b>"this"</b> enough?', title="Monday's <i>title</i>", seconds=61.0
    )


@pytest.fixture(scope="session")
def page(folder):
    return render(read(folder), today=TODAY)
