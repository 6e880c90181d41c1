"""Published trials re-run in silico: the file, its arms, what is measured, and the scoreboard."""

from spinesim.study.trials.arms import trial_plans
from spinesim.study.trials.file import Trial, read_trial
from spinesim.study.trials.run import COLUMNS, beside, load_trial, run_trial
from spinesim.study.trials.target import Target

__all__ = ["COLUMNS", "Target", "Trial", "beside", "load_trial", "read_trial", "run_trial", "trial_plans"]
