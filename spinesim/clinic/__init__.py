"""The clinic: arrivals, waiting lists, staff and rooms, and one event table (SimPy)."""

from spinesim.clinic.bills import BILL_COLUMNS, Bills
from spinesim.clinic.clinic import Clinic, entry_days
from spinesim.clinic.log import COLUMNS, EventLog
from spinesim.clinic.setting import ClinicSetting, load_clinic

__all__ = [
    "BILL_COLUMNS",
    "COLUMNS",
    "Bills",
    "Clinic",
    "ClinicSetting",
    "EventLog",
    "entry_days",
    "load_clinic",
]
