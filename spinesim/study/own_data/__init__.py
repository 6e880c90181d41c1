"""A clinic lead's own data: a table of appointments in, a clinic file out, nothing of any patient kept."""

from spinesim.study.own_data.export import export_referrals, write_referrals
from spinesim.study.own_data.imported import Imported, import_referrals
from spinesim.study.own_data.words import COLUMNS, write_template
from spinesim.study.own_data.write import clinic_toml, write_clinic

__all__ = [
    "COLUMNS",
    "Imported",
    "clinic_toml",
    "export_referrals",
    "import_referrals",
    "write_clinic",
    "write_referrals",
    "write_template",
]
