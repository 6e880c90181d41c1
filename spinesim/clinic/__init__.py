"""The clinic: arrivals, waiting lists, staff and rooms, and one event table (SimPy)."""

from spinesim.clinic.accounts import ACCOUNT_COLUMNS, Accounts
from spinesim.clinic.arrivals import entry_days, opening_day
from spinesim.clinic.bills import BILL_COLUMNS, Bills
from spinesim.clinic.check import own_numbers
from spinesim.clinic.clinic import Clinic
from spinesim.clinic.log import COLUMNS, EventLog
from spinesim.clinic.setting import ClinicSetting, load_clinic

__all__ = [
    "ACCOUNT_COLUMNS",
    "BILL_COLUMNS",
    "COLUMNS",
    "Accounts",
    "Bills",
    "Clinic",
    "ClinicSetting",
    "EventLog",
    "entry_days",
    "load_clinic",
    "opening_day",
    "own_numbers",
]
