"""A study of many runs leaves them on disk, and says the same."""

import sys

import pandas as pd
import pytest

import spinesim as ss
from spinesim.study import run_study, study_plans
from spinesim.study.executor import Kept
from spinesim.study.kept_runs import KeptRuns

comparing = sys.modules["spinesim.study.compare"]  # the package's `compare` is the function


@pytest.fixture
def plans():
    return study_plans(["conservative_first", "early_imaging"], runs=3, patients=40, years=1.1)


def test_a_study_on_disk_says_what_one_in_memory_says(plans, tmp_path, monkeypatch):
    memory = run_study(plans, keep=Kept(tmp_path))
    monkeypatch.setattr(comparing, "IN_MEMORY", 0)
    disk = run_study(plans, keep=Kept(tmp_path))
    assert all(isinstance(runs, KeptRuns) for runs in disk.results.values()) and disk.runs == 3
    for table in ("summary", "differences", "events", "icons", "harms"):
        pd.testing.assert_frame_equal(getattr(memory, table)(), getattr(disk, table)(), check_exact=True)
    pd.testing.assert_frame_equal(memory.fan("pain"), disk.fan("pain"), check_exact=True)
    pd.testing.assert_frame_equal(memory.twins().changed(), disk.twins().changed(), check_exact=True)
    assert [run.arm for run in disk.results["early_imaging"][1:]] == ["early_imaging"] * 2


def test_a_run_that_has_gone_is_one_sentence(plans, tmp_path, monkeypatch):
    monkeypatch.setattr(comparing, "IN_MEMORY", 0)
    study = run_study(plans, keep=Kept(tmp_path))
    for path in tmp_path.glob("*.npz"):
        path.unlink()
    with pytest.raises(ss.SpinesimError, match="has gone from"):
        study.summary()
