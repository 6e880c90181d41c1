"""How people flow through a clinic: waits, use of time, lists; how long to warm up, how often to run."""

from spinesim.study.flow.animation import animate
from spinesim.study.flow.asked import asked, headline, waits, window
from spinesim.study.flow.export import for_pm4py, for_vidigi
from spinesim.study.flow.kept import attendance, left
from spinesim.study.flow.mixture import homogeneity
from spinesim.study.flow.paired import paired_flow
from spinesim.study.flow.precision import runs_needed, runs_sentence
from spinesim.study.flow.steady import mser, warm_up, warm_up_sentence, weekly, welch
from spinesim.study.flow.tables import accounts, list_size, throughput, utilisation, wait_runs, wait_table
from spinesim.study.flow.who import BY, groups, who_benefits, who_waits

__all__ = [
    "BY",
    "accounts",
    "animate",
    "asked",
    "attendance",
    "for_pm4py",
    "for_vidigi",
    "groups",
    "headline",
    "homogeneity",
    "left",
    "list_size",
    "mser",
    "paired_flow",
    "runs_needed",
    "runs_sentence",
    "throughput",
    "utilisation",
    "wait_runs",
    "wait_table",
    "waits",
    "warm_up",
    "warm_up_sentence",
    "weekly",
    "welch",
    "who_benefits",
    "who_waits",
    "window",
]
