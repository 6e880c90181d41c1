"""Workers and schedulers die, people press Ctrl-C: what was finished stays, and the numbers are the same."""

import asyncio
import gc
import multiprocessing
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from executor_help import all_same, plans

import spinesim as ss
from spinesim.study.executor import DaskCluster, Job, Kept, Processes, cluster, execute, local
from spinesim.study.simulation import finish_all

ROOT = Path(__file__).parents[2]
KILL = signal.SIGTERM if os.name == "nt" else signal.SIGKILL
CLUSTER = """
import sys, time
from distributed import LocalCluster
if __name__ == "__main__":
    cluster = LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=":0", silence_logs=50)
    print(cluster.scheduler_address, flush=True)
    time.sleep(600)
"""
BARE = """
import spinesim as ss
ss.compare(["conservative_first"], runs=4, patients=20, years=0.1, workers=2)
"""


@pytest.fixture(scope="module")
def serial():
    return list(finish_all(plans(12, 300)))


@contextmanager
def scheduler(tmp_path, **env):
    """A scheduler with one worker, in another process; gone afterwards."""
    script = tmp_path / "cluster.py"
    script.write_text(CLUSTER)
    quiet = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
    words = [sys.executable, str(script)]
    with subprocess.Popen(words, cwd=ROOT, env=os.environ | env, **quiet) as process:
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


def pids(executor):
    if isinstance(executor, DaskCluster):
        return [nanny.pid for nanny in executor._cluster.workers.values()]
    return [child.pid for child in multiprocessing.active_children()]


@pytest.mark.slow
@pytest.mark.parametrize("make", [Processes, DaskCluster])
def test_a_worker_killed_by_pid_changes_nothing(make, serial, capfd):
    said, got = [], []
    with make(2, say=said.append) as executor:
        for results in finish_all(plans(12, 300), executor):
            got.append(results)
            if len(got) == 2:
                os.kill(pids(executor)[0], KILL)
    assert all_same(serial, got)
    assert len(said) == (make is Processes) and capfd.readouterr().err == ""
    assert not multiprocessing.active_children()


def test_workers_that_always_die_are_one_clear_sentence(tmp_path):
    done = threading.Event()

    def kill():
        while not done.wait(0.02):
            for child in multiprocessing.active_children():
                with suppress(ProcessLookupError):  # it has gone already
                    os.kill(child.pid, KILL)

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    said = []
    try:
        with pytest.raises(ss.SpinesimError, match=r"A worker process died again and again.*0 of 4 runs"):
            list(finish_all(plans(4), Processes(2, say=said.append), keep=Kept(tmp_path)))
    finally:
        done.set()
        killer.join()
    assert len(said) == 1 and not multiprocessing.active_children()


class Breaking(local._Pool):
    """As Python 3.11's pool: a worker that dies while the pool is asked closes the pipes under the asker."""

    breaks = True

    def _adjust_process_count(self):
        super()._adjust_process_count()
        if type(self).breaks and len(self._processes) == self._max_workers:
            type(self).breaks = False
            self._broken = "a worker died"
            raise OSError("handle is closed")


def test_a_pool_that_breaks_while_it_is_asked_is_replaced_as_any_other(monkeypatch):
    monkeypatch.setattr(local, "_Pool", Breaking)
    said = []
    with Processes(2, say=said.append) as executor:
        got = list(finish_all(plans(4), executor))
    assert all_same(list(finish_all(plans(4))), got)
    assert said == ["A worker process died; 4 of 4 jobs go to fresh ones."]


def test_a_pool_whose_manager_died_is_replaced_not_waited_for(monkeypatch):
    """Python 3.11's manager may stumble over work that is handed in while it counts the dead."""
    alive, said = local._alive, []

    def found_dead_once(pool):
        monkeypatch.setattr(local, "_alive", alive)
        gone = threading.Thread(target=str)
        gone.start()
        gone.join()
        alive(SimpleNamespace(_executor_manager_thread=gone))

    monkeypatch.setattr(local, "_alive", found_dead_once)
    with Processes(2, say=said.append) as executor:
        got = list(finish_all(plans(4), executor))
    assert all_same(list(finish_all(plans(4))), got) and len(said) == 1


def test_a_machine_that_starts_no_process_is_one_sentence(monkeypatch):
    def refuse(pool):
        raise OSError("Cannot allocate memory")

    monkeypatch.setattr(local._Pool, "_adjust_process_count", refuse)
    words = r"^No process could be started \(Cannot allocate memory\); run with fewer workers\."
    with pytest.raises(ss.SpinesimError, match=words):
        list(finish_all(plans(4), Processes(2)))


def test_an_answer_is_taken_whatever_became_of_the_worker_that_gave_it():
    """Dask's own pool looks at the future again when it has the answer, and finds it lost."""

    class Asked:
        status = "lost"

        def __await__(self):
            return iter_of(([1], 0.5, None))

    def iter_of(value):
        return value
        yield

    answer = Future()
    asyncio.run(cluster._carry(Asked(), answer))
    assert answer.result(0) == ([1], 0.5, None)


def test_workers_ended_in_the_middle_of_long_answers_leave_nothing_waiting():
    """Python's exit would wait for ever for a thread that reads half an answer."""
    before = threading.active_count()
    jobs = [Job("", bytes, 60_000_000) for _ in range(8)]
    with Processes(2) as executor:
        work = execute(jobs, executor)
        assert len(next(work)) == 60_000_000
        start = time.monotonic()
        work.close()
    assert time.monotonic() - start < 30 and threading.active_count() <= before
    assert not multiprocessing.active_children()


@pytest.mark.slow
def test_a_lost_scheduler_is_one_sentence_and_the_rest_is_done_later(tmp_path, serial, capfd):
    keep, got = Kept(tmp_path / "kept"), []
    with scheduler(tmp_path) as (cluster, address):
        work = finish_all(plans(12, 300), DaskCluster(scheduler=address), keep=keep)
        with pytest.raises(ss.SpinesimError, match=r"Lost the scheduler at .* of 12 runs are kept") as lost:
            for results in work:
                got.append(results)
                if len(got) == 2:
                    cluster.kill()
                    killed = time.monotonic()
    assert time.monotonic() - killed < 60 and "\n" not in str(lost.value)
    assert f" {keep.written} of 12" in str(lost.value) and 2 <= keep.written < 12
    assert capfd.readouterr().err == ""
    rest = Kept(tmp_path / "kept")
    assert all_same(serial, list(finish_all(plans(12, 300), keep=rest)))
    assert (rest.read, rest.written) == (keep.written, 12 - keep.written)


def test_no_scheduler_is_one_sentence_soon_and_nothing_else(capfd):
    start = time.monotonic()
    with pytest.raises(ss.SpinesimError, match=r"No Dask scheduler answers at tcp://127\.0\.0\.1:1 "):
        list(finish_all(plans(2), DaskCluster(scheduler="tcp://127.0.0.1:1")))
    gc.collect()
    assert time.monotonic() - start < 60 and capfd.readouterr().err == ""


def test_a_server_of_another_kind_is_one_sentence_and_nothing_else(capfd):
    """It takes the call and says nothing Dask understands."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer():
            with suppress(OSError):
                while True:
                    caller, _ = server.accept()
                    caller.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")
                    caller.close()

        threading.Thread(target=answer, daemon=True).start()
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(ss.SpinesimError, match=f"No Dask scheduler answers at {address}"):
            list(finish_all(plans(2), DaskCluster(scheduler=address)))
    gc.collect()
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    "address",
    [
        "nowhere",
        "",
        "http://127.0.0.1:1",
        "tcp://a",
        "tcp://a:b",
        "tcp://a:0",
        "tcp://a:99999",
        "tcp://:1",
        "a:8786",
    ],
)
def test_what_is_no_address_is_refused_before_anything_is_begun(address):
    start = time.monotonic()
    with pytest.raises(ss.SpinesimError, match=f"'{address}' is no address of a Dask scheduler"):
        DaskCluster(scheduler=address)
    assert time.monotonic() - start < 5  # nobody was asked: an answer is waited for 8 s


@pytest.mark.parametrize("address", ["tcp://10.0.0.1:8786", "tls://host.example:1", "tcp://[::1]:65535"])
def test_addresses_are_known(address):
    assert DaskCluster(scheduler=address).scheduler == address


@pytest.mark.slow
def test_a_scheduler_with_other_code_or_data_is_refused(tmp_path):
    """The same code, but a data folder with one number changed."""
    shutil.copytree(ROOT / "data", tmp_path / "data")
    other = tmp_path / "data" / "conditions.toml"
    other.write_text(other.read_text() + "\n# another file\n")
    with scheduler(tmp_path, SPINESIM_DATA=str(tmp_path / "data")) as (_, address):
        with pytest.raises(ss.SpinesimError, match="has another spinesim, data folder, Python or libraries"):
            list(finish_all(plans(2), DaskCluster(scheduler=address)))


def command(kept, *more):
    words = ["compare", "conservative_first", "early_imaging", "--patients", "300", "--years", "0.5"]
    words += ["--runs", "20", "--quiet", "--keep", str(kept), *more]
    return [sys.executable, "-m", "spinesim", *words]


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals are sent otherwise on Windows")
@pytest.mark.parametrize("where", [["--workers", "2"], ["--executor", "dask", "--workers", "2"]])
def test_ctrl_c_ends_every_process_and_says_what_is_kept(tmp_path, where):
    kept = tmp_path / "kept"
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command(kept, *where), cwd=ROOT, start_new_session=True, **pipes) as process:
        end = time.monotonic() + 120
        while len(list(kept.glob("*.npz")) if kept.exists() else []) < 2 and time.monotonic() < end:
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to everyone
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130 and out == "" and "Traceback" not in err
    have = len(list(kept.glob("*.npz")))
    assert f"{have} of 40 runs are kept in {kept}: the same command goes on from there." in err
    assert err.strip().count("\n") == 0 and 2 <= have < 40
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    pytest.fail("a process outlived Ctrl-C")


def test_a_script_without_a_guard_is_told_so(tmp_path):
    script = tmp_path / "bare.py"
    script.write_text(BARE)
    words = [sys.executable, str(script)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode != 0 and "a script of your own must start under 'if __name__" in done.stderr


def test_many_runs_go_on_where_they_were_stopped(tmp_path):
    keep = Kept(tmp_path)
    first = finish_all(plans(6), keep=keep)
    for _ in range(4):
        next(first)
    first.close()
    rest = Kept(tmp_path)
    again = [replace(wish, arm="again") for wish in plans(6)]
    assert len(list(finish_all(again, keep=rest))) == 6 and (rest.read, rest.written) == (4, 2)
