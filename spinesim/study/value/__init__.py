"""Value: what care costs and whom, what health it buys, and what that says about a choice.

>>> import spinesim as ss
>>> ss.value(ss.compare(["conservative_first", "early_imaging"], patients=500)).table()  # doctest: +SKIP
"""

from spinesim.study.value.person import KEYS, person_value
from spinesim.study.value.table import Value, value, willingness

__all__ = ["KEYS", "Value", "person_value", "value", "willingness"]
