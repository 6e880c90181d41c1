"""The event log: what is written comes back, packed or not, through arrays and files."""

import io
import math
import pickle

import numpy as np
import pytest

from spinesim.clinic.log import BLOCK, COLUMNS, EventLog
from spinesim.errors import SpinesimError

ROWS = [
    (7, 0.0, "arrival", "", "", math.nan),
    (7, 0.5, "request", "intake", "physician", math.nan),
    (90_000, 0.1 + 0.2, "result", "visit", "", 6.0),
    (7, 1 / 3, "harm", "dural_puncture", "", math.nan),
]


def logged(rows):
    log = EventLog()
    for row in rows:
        log.append(*row)
    return log


def test_rows_come_back_bit_for_bit_before_and_after_packing():
    log = logged(ROWS)
    assert len(log) == 4 and log.rows == ROWS
    log.pack()
    log.append(*ROWS[1])
    assert len(log) == 5 and log.rows == [*ROWS, ROWS[1]]
    assert log.of(7) == [ROWS[0], ROWS[1], ROWS[3], ROWS[1]] and log.of(8) == []


def test_the_table_has_numbers_and_words():
    table = logged(ROWS).table()
    assert list(table) == COLUMNS and table["patient"].dtype == np.int64
    assert table["day"].tolist() == [row[1] for row in ROWS]
    for i, name in enumerate(COLUMNS[2:5], start=2):
        assert table[name].tolist() == [row[i] for row in ROWS]
    assert list(EventLog().table()) == COLUMNS and len(EventLog().table()) == 0


def test_the_quick_way_in_writes_the_same():
    log = EventLog()
    for patient, day, *kind, value in ROWS:
        log.write((patient, day, log.kind(*kind), value))
    assert log.rows == ROWS


@pytest.mark.parametrize("rows", [[], ROWS, [(i, i / 7, "start", "emg", "imaging", 1.0) for i in range(9)]])
def test_arrays_survive_a_file_without_pickle_and_a_process(rows):
    log, file = logged(rows), io.BytesIO()
    np.savez(file, **log.arrays())
    file.seek(0)
    with np.load(file, allow_pickle=False) as kept:
        assert EventLog.from_arrays(dict(kept)).rows == rows
    assert pickle.loads(pickle.dumps(log)).rows == rows


def test_a_long_log_is_packed_as_it_goes_and_stays_small():
    log = EventLog()
    for i in range(2 * BLOCK + 10):
        log.append(i, i / 3, "start", "visit", "physician", math.nan)
    assert len(log._cells) == 4 * 10 and len(log) == 2 * BLOCK + 10
    assert sum(column.nbytes for column in log.columns().values()) == 24 * len(log)
    assert log.rows[-1] == (2 * BLOCK + 9, (2 * BLOCK + 9) / 3, "start", "visit", "physician", math.nan)


def test_arrays_that_are_not_a_log_are_refused():
    good = logged(ROWS).arrays()
    for wrong, says in (
        ({name: column for name, column in good.items() if name != "kind"}, "no column 'kind'"),
        (good | {"day": good["day"][:2]}, "differ in length"),
        (good | {"kind": good["kind"] + 100}, "unknown kind"),
    ):
        with pytest.raises(SpinesimError, match=says):
            EventLog.from_arrays(wrong)
