"""Many jobs: in this process, in several, or on several machines, with finished work kept on disk.

The numbers do not depend on where a job ran, on how many workers there were, or on their order.
"""

from spinesim.study.executor.cluster import DaskCluster
from spinesim.study.executor.job import Executor, Job, Progress
from spinesim.study.executor.kept import Kept
from spinesim.study.executor.keys import content_key, plan_key
from spinesim.study.executor.local import InProcess, Processes
from spinesim.study.executor.run import execute, make_executor, running_on

__all__ = [
    "DaskCluster",
    "Executor",
    "InProcess",
    "Job",
    "Kept",
    "Processes",
    "Progress",
    "content_key",
    "execute",
    "make_executor",
    "plan_key",
    "running_on",
]
