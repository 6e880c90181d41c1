"""One interface for many jobs: the numbers do not depend on where, with how many, or in what order."""

import math
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace

import numpy as np
import pytest
from executor_help import all_same, in_turn, plans

import spinesim as ss
from spinesim.clinic import load_clinic
from spinesim.study.executor import (
    DaskCluster,
    InProcess,
    Job,
    Kept,
    Processes,
    content_key,
    execute,
    make_executor,
    plan_key,
)
from spinesim.study.executor.stream import Stream
from spinesim.study.simulation import Plan, finish_all, plan


@pytest.fixture(scope="module")
def serial():
    return list(finish_all(plans(8)))


@pytest.mark.parametrize("make", [lambda: Processes(1), lambda: Processes(2), lambda: DaskCluster(2)],
                         ids=["one process", "two processes", "dask"])  # fmt: skip
def test_the_numbers_are_the_same_to_the_bit_wherever_it_runs(make, serial):
    with make() as executor:
        assert all_same(serial, list(finish_all(plans(8), executor)))
        backwards = list(finish_all(plans(8)[::-1], executor))  # another order, the same workers again
        assert all_same(serial, backwards[::-1])


def test_jobs_come_out_in_their_order_and_progress_ends_at_one():
    jobs = [Job(content_key("root", n), math.sqrt, float(n)) for n in range(200)]
    told = []
    assert list(execute(jobs, InProcess(), progress=told.append)) == [math.sqrt(n) for n in range(200)]
    assert told == sorted(told) and told[-1] == 1


def test_one_slow_job_holds_the_others_back_rather_than_have_them_pile_up():
    """The first job waits; of the 20,000 behind it only a bounded number is done before it."""
    free = threading.Event()
    jobs = [Job("", free.wait, 60.0)] + [Job("", math.sqrt, float(n)) for n in range(1, 20_001)]
    got = []
    with ThreadPoolExecutor(2) as pool:
        for one in Stream(pool, jobs, 2):
            got.append(one)
            if len(got) == 1:  # the others have begun to pass it
                threading.Timer(1.0, free.set).start()
    before = [i for i, _ in got].index(0)
    assert 0 < before < 16_000 and dict(got) == {0: True} | {n: math.sqrt(n) for n in range(1, 20_001)}


def test_what_fails_is_raised_and_what_came_before_it_is_kept(tmp_path):
    keep = Kept(tmp_path)
    jobs = [Job(content_key("pairs", n), dict, ((("n", n),))) for n in range(3)]
    jobs[2] = Job(content_key("bad"), math.sqrt, -1.0)
    with pytest.raises(ValueError, match="math domain"):
        list(execute(jobs, Processes(2), keep))
    assert [keep.has(job.key) for job in jobs] == [True, True, False]


@pytest.mark.parametrize("make", [Processes, DaskCluster])
def test_what_is_at_work_when_the_first_job_fails_is_finished_and_kept(make, tmp_path, monkeypatch):
    """Job 1 is still at work when the failure of job 0 is noticed; nothing new is begun after it."""
    stop = Stream._stop

    def noticed(stream, failed, wrong):
        stop(stream, failed, wrong)
        (tmp_path / "noticed").touch()

    monkeypatch.setattr(Stream, "_stop", noticed)
    jobs = [Job(content_key("in turn", n), in_turn, (str(tmp_path), n)) for n in range(20)]
    keep = Kept(tmp_path / "kept")
    with make(2) as executor, pytest.raises(ValueError, match=r"^job 0 failed$"):
        list(execute(jobs, executor, keep))
    assert not keep.has(jobs[0].key) and keep.get(jobs[1].key) == {"n": 1}
    begun = {int(path.name.removeprefix("begun ")) for path in tmp_path.glob("begun *")}
    assert {0, 1} <= begun <= {0, 1, 2, 3}  # no more were in flight


def test_of_several_failures_the_earliest_job_s_is_raised_whoever_failed_first(monkeypatch):
    """Job 1 fails while job 0 is at work, then job 0: one after the other, job 0 would be first."""
    second_failed, stop = threading.Event(), Stream._stop

    def noticed(stream, failed, wrong):
        stop(stream, failed, wrong)
        second_failed.set()

    def fail(n):
        if n == 0:
            assert second_failed.wait(30)
        if n < 2:
            raise ValueError(f"job {n} failed")
        return n

    monkeypatch.setattr(Stream, "_stop", noticed)
    with ThreadPoolExecutor(2) as pool, pytest.raises(ValueError, match=r"^job 0 failed$"):
        list(Stream(pool, [Job("", fail, n) for n in range(20)], 2))


# -- keys -----------------------------------------------------------------------------------------------

OTHERS = {
    "pathway": lambda p: ss.pathway("early_imaging"),
    "clinic": lambda p: load_clinic("community"),
    "condition": lambda p: "lumbar_strain",
    "patients": lambda p: p.patients + 1,
    "weeks": lambda p: p.weeks + 1,
    "seed": lambda p: p.seed + 1,
    "run": lambda p: p.run + 1,
    "evidence": lambda p: p.evidence.change({"flare.days": 5.0}),
    "eligibility": lambda p: (("age_at_most", 65.0),),
    "person": lambda p: (("age", 45),),
}


def test_every_field_of_a_plan_but_the_arms_name_changes_its_key():
    one = plans(1)[0]
    assert plan_key(replace(one, arm="another name")) == plan_key(one)
    keys = {plan_key(one)}
    for name, other in OTHERS.items():
        keys.add(plan_key(replace(one, **{name: other(one)})))
    assert len(keys) == 1 + len(OTHERS)
    later = {field.name for field in fields(Plan)} - {"arm", *OTHERS}
    for name in later:  # a field that came later: any other value must change the key
        assert plan_key(replace(one, **{name: (("another", 1.0),)})) not in keys, name


def test_keys_tell_numbers_texts_and_arrays_apart():
    parts = [1, 1.0, True, "1", None, -0.0, 0.0, (1, 2), ((1,), 2), ("1,2",), {"a": 1}, {"a": 2},
             np.arange(3), np.arange(3.0), np.arange(3).reshape(3, 1), b"1"]  # fmt: skip
    assert len({content_key("k", part) for part in parts}) == len(parts)
    assert content_key("k", 1) != content_key("l", 1)
    assert content_key("k", {"a": 1, "b": 2}) == content_key("k", {"b": 2, "a": 1})
    with pytest.raises(TypeError, match="object cannot be part"):
        content_key("k", object())


def test_a_kept_arm_comes_back_under_the_name_asked_for(tmp_path):
    one = plan("conservative_first", patients=20, years=0.1, arm="usual")
    keep = Kept(tmp_path)
    first = next(finish_all([one], keep=keep))
    again = next(finish_all([replace(one, arm="other")], keep=keep))
    assert (first.arm, again.arm, keep.read, keep.written) == ("usual", "other", 1, 1)
    assert all_same([first.rename("other")], [again])


# -- what was asked for ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("wish", "says"), [
    ({"kind": "ray"}, "Unknown executor 'ray'"), ({"workers": 0}, "workers is 0"),
    ({"kind": "processes", "scheduler": "tcp://a:1"}, "goes with executor dask"),
    ({"kind": "process", "workers": 2}, "this process alone"),
])  # fmt: skip
def test_absurd_executors_are_refused(wish, says):
    with pytest.raises(ss.SpinesimError, match=says):
        make_executor(**wish)


def test_executors_are_chosen_by_what_was_said():
    assert isinstance(make_executor(), InProcess) and isinstance(make_executor(workers=2), Processes)
    assert isinstance(make_executor(scheduler="tcp://127.0.0.1:1"), DaskCluster)


def test_a_worker_with_other_code_refuses_and_the_key_says_which_code(monkeypatch):
    from spinesim.study.executor import keys, stream

    values, _, wrong = stream.own_chunk("another digest", [(abs, -1)])
    assert not values and "run the same command again" in str(wrong)
    assert stream.own_chunk(keys.source_digest(), [(abs, -1)])[0] == [1]
    here = content_key("a", 1)
    keys.surroundings.cache_clear()
    monkeypatch.setattr(keys, "_SOURCES", "edited")
    assert content_key("a", 1) != here
    keys.surroundings.cache_clear()
    monkeypatch.undo()
    assert content_key("a", 1) == here
