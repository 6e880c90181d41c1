"""Value: what care costs and whom, what health it buys, and what that says about a choice.

>>> import spinesim as ss
>>> ss.value(ss.compare(["conservative_first", "early_imaging"], patients=500)).table()  # doctest: +SKIP
"""

from spinesim.study.value.clinic_money import clinic_money
from spinesim.study.value.person import KEYS, person_value
from spinesim.study.value.slot_worth import Slot, SlotWorth, slot_worth, what_a_slot_buys
from spinesim.study.value.slots import extra_slot
from spinesim.study.value.table import Value, value, willingness

__all__ = [
    "KEYS",
    "Slot",
    "SlotWorth",
    "Value",
    "clinic_money",
    "extra_slot",
    "person_value",
    "slot_worth",
    "value",
    "what_a_slot_buys",
    "willingness",
]
