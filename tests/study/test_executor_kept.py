"""Finished work on disk: whole or not at all, checked when read, bounded, and never a pickle."""

import os
import pickle
import shutil
import time
from collections import namedtuple

import numpy as np
import pytest
from executor_help import all_same, plans, same

import spinesim as ss
from spinesim.study.executor import Job, Kept, content_key, execute, plan_key
from spinesim.study.executor import kept as keeping
from spinesim.study.simulation import finish_all

ARRAYS = {"a": np.arange(6.0).reshape(2, 3), "yes": np.array([True]), "name": "Müller", "x": 0.1, "n": 7,
          "words": np.array(["a", "bc"])}  # fmt: skip
KEY = content_key("arrays")


@pytest.fixture(scope="module")
def serial():
    return list(finish_all(plans(3)))


def test_results_and_arrays_come_back_as_they_were(tmp_path, serial):
    keep = Kept(tmp_path)
    keep.begin()
    for wish, results in zip(plans(3), serial, strict=True):
        keep.put(plan_key(wish), results)
        assert same(results, keep.get(plan_key(wish)))
    keep.put(KEY, ARRAYS)
    back = keep.get(KEY)
    assert list(back) == list(ARRAYS) and (back["name"], back["x"], back["n"]) == ("Müller", 0.1, 7)
    assert all(np.array_equal(back[k], v) and back[k].dtype == v.dtype
               for k, v in ARRAYS.items() if isinstance(v, np.ndarray))  # fmt: skip
    with pytest.raises(TypeError, match="cannot be kept"):
        keep.put(KEY, object())
    with pytest.raises(TypeError, match="only plain numbers and texts"):
        keep.put(KEY, {"o": np.array([object()])})


def truncated(path, other):
    path.write_bytes(path.read_bytes()[:-200])


def flipped(path, other):
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 0xFF
    path.write_bytes(raw)


def empty(path, other):
    path.write_bytes(b"")


def garbage(path, other):
    path.write_bytes(os.urandom(5_000))


def pickled(path, other):
    path.write_bytes(pickle.dumps({"head": "x"}))


def another(path, other):
    shutil.copy(other, path)


def older(path, other):
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    arrays["head"] = np.array(str(arrays["head"]).replace('"format": 1', '"format": 0'))
    np.savez(path.open("wb"), **arrays)


@pytest.mark.parametrize("fault", [truncated, flipped, empty, garbage, pickled, another, older])
def test_a_file_that_cannot_be_used_is_computed_again_and_said(tmp_path, serial, fault):
    keys = [plan_key(wish) for wish in plans(3)]
    keep = Kept(tmp_path)
    assert all_same(serial, list(finish_all(plans(3), keep=keep))) and keep.written == 3
    fault(keep.path(keys[1]), keep.path(keys[0]))
    said = []
    keep = Kept(tmp_path, say=said.append)
    assert all_same(serial, list(finish_all(plans(3), keep=keep)))
    assert (keep.read, keep.written) == (2, 1)
    assert said == [f"1 kept file in {tmp_path} could not be read; computed again."]
    assert all_same(serial, list(finish_all(plans(3), keep=Kept(tmp_path, say=pytest.fail))))


def test_a_full_disk_is_said_once_and_the_run_goes_on(tmp_path, serial, monkeypatch):
    def full(file, **arrays):
        file.write(b"PK half a file")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(keeping.np, "savez", full)
    said = []
    keep = Kept(tmp_path, say=said.append)
    assert all_same(serial, list(finish_all(plans(3), keep=keep)))
    assert len(said) == 1 and "No space left on device" in said[0] and keep.written == 0
    assert list(tmp_path.iterdir()) == []


def test_the_last_gigabyte_of_a_disk_is_left_free(tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(keeping.shutil, "disk_usage", lambda _: usage(10**12, 10**12, 10**6))
    said = []
    keep = Kept(tmp_path, say=said.append)
    list(finish_all(plans(2), keep=keep))
    assert len(said) == 1 and "almost full" in said[0] and list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_refused_before_anything_runs(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    jobs = [Job(KEY, pytest.fail, "it ran")]
    with pytest.raises(ss.SpinesimError, match=r"Cannot keep finished work in .*give another folder"):
        list(execute(jobs, keep=Kept(tmp_path / "file" / "deeper")))
    monkeypatch.setenv("SPINESIM_KEEP", str(tmp_path / "file"))  # the default folder is only tried
    said = []
    keep = Kept(say=said.append)
    assert next(execute([Job(KEY, dict, (("n", 1),))], keep=keep)) == {"n": 1}
    assert len(said) == 1 and "going on without" in said[0]


def test_what_was_used_longest_ago_goes_first_and_strangers_files_stay(tmp_path):
    big = {"a": np.zeros(50_000)}  # 400 kB
    keys = [content_key("big", n) for n in range(6)]
    (tmp_path / "letter.npz").write_text("mine")
    for age, key in enumerate(keys[:4]):
        one = Kept(tmp_path, limit=2**21)
        one.begin()
        one.put(key, big)
        os.utime(one.path(key), (1e9 + age, 1e9 + age))
    keep = Kept(tmp_path, limit=2**21)  # five fit
    keep.begin()
    assert keep.get(keys[0]) is not None  # used now: keys[1] is the oldest
    for key in keys[4:]:
        keep.put(key, big)
    left = {key for key in keys if keep.path(key).exists()}
    assert left == {keys[0], *keys[2:]} and (tmp_path / "letter.npz").read_text() == "mine"


def filled(folder, ages, limit=2**40):
    """A folder with a file of 400 kB for each age (seconds after 2001, in the order they were made)."""
    keys = [content_key("aged", n) for n in range(len(ages))]
    one = Kept(folder, limit=limit)
    one.begin()
    for key, age in zip(keys, ages, strict=True):
        assert one.put(key, {"a": np.zeros(50_000)})
        os.utime(one.path(key), (1e9 + age, 1e9 + age))
    return keys


def left(folder, keys):
    """Positions of the keys whose files are still there."""
    return [n for n, key in enumerate(keys) if (folder / f"{key}.npz").exists()]


@pytest.mark.parametrize(("limit", "stay"), [
    (1_300_000, [1, 2, 4]), (900_000, [2, 4]), (2_100_000, [0, 1, 2, 3, 4]), (100_000, []),
])  # fmt: skip
def test_a_new_run_takes_away_what_was_used_longest_ago_and_no_more_than_needed(tmp_path, limit, stay):
    """Five files of 0.4 MB, made in another order than they were used in; the ages say which go."""
    keys = filled(tmp_path, [20, 30, 50, 10, 40])
    Kept(tmp_path, limit=limit).begin()
    assert left(tmp_path, keys) == stay


def test_reading_counts_as_use_for_the_next_run(tmp_path):
    keys = filled(tmp_path, [10, 20, 30])
    reader = Kept(tmp_path)
    reader.begin()
    assert reader.get(keys[0]) is not None  # the oldest, now the newest
    Kept(tmp_path, limit=900_000).begin()
    assert left(tmp_path, keys) == [0, 2]


def test_what_this_run_read_or_wrote_is_never_taken_away(tmp_path):
    """It fills its limit with its own work: older work goes, its own stays however old its files look."""
    keys = filled(tmp_path, [10, 20, 30])
    keep = Kept(tmp_path, limit=1_300_000)  # three fit
    keep.begin()
    assert keep.get(keys[0]) is not None
    mine = content_key("mine")
    keep.put(mine, {"a": np.zeros(50_000)})
    os.utime(keep.path(mine), (1, 1))
    os.utime(keep.path(keys[0]), (2, 2))
    keep.put(content_key("mine too"), {"a": np.zeros(50_000)})
    assert left(tmp_path, keys) == [0] and keep.path(mine).exists()
    assert keep.holds(mine) and keep.holds(keys[0]) and not keep.holds(keys[1])


def test_unfinished_files_go_when_they_are_nobody_s(tmp_path):
    """A day old: left by a run that died. Younger: perhaps being written. Another name: a stranger's."""
    name = f".{KEY}.{{}}.tmp"
    old, young, stranger = (tmp_path / name.format(one) for one in ("0a1b2c3d", "4e5f6071", "notes"))
    for path, age in ((old, keeping.STALE + 60), (young, keeping.STALE - 60), (stranger, 10 * keeping.STALE)):
        path.write_text("half")
        os.utime(path, (time.time() - age,) * 2)
    Kept(tmp_path).begin()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([young.name, stranger.name])


def test_a_run_larger_than_the_limit_stops_keeping_and_says_so(tmp_path):
    said = []
    keep = Kept(tmp_path, limit=2**20, say=said.append)
    jobs = [Job(content_key("big", n), _big, n) for n in range(4)]
    assert [got["n"] for got in execute(jobs, keep=keep)] == [0, 1, 2, 3]
    assert keep.written == 2 and len(said) == 1 and "nothing more is kept" in said[0]


def _big(n):
    return {"n": n, "a": np.zeros(50_000)}


def test_the_same_work_twice_is_done_once(tmp_path):
    keep = Kept(tmp_path)
    jobs = [Job(KEY, dict, (("n", 1),)), Job(KEY, pytest.fail, "again")]
    assert list(execute(jobs, keep=keep)) == [{"n": 1}, {"n": 1}]
