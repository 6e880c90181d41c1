"""spinesim: a teaching and simulation suite for back and neck pain care.

>>> import spinesim as ss
>>> usual = ss.pathway("conservative_first")
>>> study = ss.compare({"usual": usual, "early MRI": usual.change(imaging_after_weeks=1)},
...                    condition="lumbar_strain", patients=1_000, years=2, seed=7)
>>> study.differences()

Not for decisions about individual patients.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from spinesim.errors import SpinesimError
from spinesim.evidence import (
    evidence,
)  # hides the package of that name: `from spinesim.evidence import` works
from spinesim.pathway import load_pathway as pathway  # likewise

if TYPE_CHECKING:
    from spinesim.study import (
        Results,
        Scenario,
        Study,
        Twins,
        compare,
        conditions,
        load_trial,
        run_trial,
        simulate,
        simulate_steps,
    )
    from spinesim.study.claims import run_claims as claims
    from spinesim.study.people import cohort
    from spinesim.study.value import value

__version__ = "0.4.0"

__all__ = [
    "Results",
    "Scenario",
    "SpinesimError",
    "Study",
    "Twins",
    "__version__",
    "claims",
    "cohort",
    "compare",
    "conditions",
    "evidence",
    "load_trial",
    "pathway",
    "run_trial",
    "simulate",
    "simulate_steps",
    "value",
]


_ELSEWHERE = {
    "claims": ("spinesim.study.claims", "run_claims"),
    "cohort": ("spinesim.study.people", "cohort"),
    "value": ("spinesim.study.value", "value"),
}


def __getattr__(name: str) -> Any:
    """Import the study room (pandas, SimPy) only when it is first asked for."""
    if name not in __all__:
        raise AttributeError(f"module 'spinesim' has no attribute '{name}'")
    room, there = _ELSEWHERE.get(name, ("spinesim.study", name))
    return getattr(import_module(room), there)
