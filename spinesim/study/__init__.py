"""Studies: run, compare, twins, trials."""

from spinesim.study.compare import Study, compare, interval, run_study, study_plans
from spinesim.study.outcomes import OUTCOMES
from spinesim.study.results import SERIES, Results
from spinesim.study.scenario import Scenario, scenario_plans
from spinesim.study.simulation import (
    Plan,
    conditions,
    finish,
    finish_all,
    plan,
    replications,
    simulate,
    simulate_steps,
)
from spinesim.study.trials import Trial, beside, load_trial, run_trial, trial_plans
from spinesim.study.twins import Story, Twins

__all__ = [
    "OUTCOMES",
    "SERIES",
    "Plan",
    "Results",
    "Scenario",
    "Story",
    "Study",
    "Trial",
    "Twins",
    "beside",
    "compare",
    "conditions",
    "finish",
    "finish_all",
    "interval",
    "load_trial",
    "plan",
    "replications",
    "run_study",
    "run_trial",
    "scenario_plans",
    "simulate",
    "simulate_steps",
    "study_plans",
    "trial_plans",
]
