"""Many replications on one process, on several, and on Dask: the same numbers? how fast?

    python benchmarks/scale.py                                 # 200 replications, 2 workers
    python benchmarks/scale.py --runs 20 --patients 200        # a small one
    python benchmarks/scale.py --kill worker                   # a worker is killed by pid mid-run
    python benchmarks/scale.py --kill scheduler                # the scheduler is; then the rest is run

Efficiency is the speed-up over this process alone, divided by the number of workers, start-up left out.
Machines differ and are noisy: all executors run in one sitting.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time

from spinesim.errors import SpinesimError
from spinesim.study.executor import DaskCluster, Executor, Kept, Processes
from spinesim.study.results import Results
from spinesim.study.simulation import Plan, finish_all, plan, replications

CLUSTER = """
import sys, time
from distributed import LocalCluster
if __name__ == "__main__":
    workers = int(sys.argv[1])
    cluster = LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=":0", silence_logs=50)
    print(cluster.scheduler_address, flush=True)
    time.sleep(3600)
"""


def digest(results: Results) -> str:
    """SHA-256 of every number and event of a run."""
    content = hashlib.sha256()
    for name, values in results.series.items():
        content.update(name.encode() + values.tobytes())
    content.update(results.patients.to_csv().encode())
    for name, values in results.log.arrays().items():
        content.update(name.encode() + values.tobytes())
    return content.hexdigest()


def timed(plans: list[Plan], executor: Executor | None, keep: Kept | None = None) -> tuple[float, list[str]]:
    """Seconds and digests of all runs, none of which is held."""
    start = time.perf_counter()
    found = [digest(results) for results in finish_all(plans, executor, keep=keep)]
    return time.perf_counter() - start, found


def ready(executor: Executor, one: Plan) -> float:
    """Seconds until the workers have answered once."""
    start = time.perf_counter()
    list(finish_all(replications(one, 2 * executor.workers), executor))
    return time.perf_counter() - start


def compare(plans: list[Plan], workers: int) -> None:
    """Print a line per executor."""
    tiny = plan("conservative_first", patients=2, years=0.02)
    alone, expected = timed(plans, None)
    print(f"{'executor':>14} {'start-up s':>10} {'seconds':>8} {'speed-up':>8} {'efficiency':>10}  identical")
    print(f"{'this process':>14} {0:>10.1f} {alone:>8.1f} {1:>8.2f} {1:>10.0%}  (reference)")
    for name, make in (("processes", Processes), ("dask", DaskCluster)):
        with make(workers) as executor:
            start = ready(executor, tiny)
            seconds, found = timed(plans, executor)
        gain = alone / seconds
        same = "yes" if found == expected else "NO"
        print(f"{name:>14} {start:>10.1f} {seconds:>8.1f} {gain:>8.2f} {gain / workers:>10.0%}  {same}")
    if sys.platform != "win32":
        unit = 1 if sys.platform == "darwin" else 1024
        print(
            f"peak memory here: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20:,.0f} MiB"
        )


def kill_worker(plans: list[Plan], workers: int) -> None:
    """A worker is killed by pid once a tenth is done."""
    _, expected = timed(plans, None)
    for make in (Processes, DaskCluster):
        with make(workers, say=lambda text: print(f"  said: {text}")) as executor:
            found = []
            for results in finish_all(plans, executor):
                found.append(digest(results))
                if len(found) == max(1, len(plans) // 10):
                    if isinstance(executor, DaskCluster):
                        pid = next(iter(executor._cluster.workers.values())).pid
                    else:
                        pid = multiprocessing.active_children()[0].pid
                    os.kill(pid, signal.SIGKILL)
                    print(f"{make.__name__}: killed worker {pid} after {len(found)} of {len(plans)}")
        print(f"{make.__name__}: {len(found)} of {len(plans)} finished, identical: {found == expected}")


def kill_scheduler(plans: list[Plan], workers: int) -> None:
    """The scheduler is killed once a tenth is done; then the rest is computed."""
    with tempfile.TemporaryDirectory() as folder:
        script = os.path.join(folder, "cluster.py")
        with open(script, "w", encoding="utf-8") as file:
            file.write(CLUSTER)
        words = [sys.executable, script, str(workers)]
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as cluster:
            assert cluster.stdout is not None
            address, got, keep = cluster.stdout.readline().strip(), 0, Kept(os.path.join(folder, "kept"))
            try:
                for _ in finish_all(plans, DaskCluster(scheduler=address), keep=keep):
                    got += 1
                    if got == max(1, len(plans) // 10):
                        killed = time.perf_counter()
                        cluster.kill()
            except SpinesimError as lost:
                print(f"after {time.perf_counter() - killed:.1f} s: {lost}")
        rest = Kept(keep.folder)
        _, found = timed(plans, None, rest)
        print(f"again: {rest.read} read from disk, {rest.written} computed")
        _, expected = timed(plans, None)
        print(f"identical: {found == expected}")


def main() -> None:
    """Measure and print."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--runs", type=int, default=200)
    words.add_argument("--patients", type=int, default=500)
    words.add_argument("--years", type=float, default=1.0)
    words.add_argument("--workers", type=int, default=2)
    words.add_argument("--kill", choices=("worker", "scheduler"))
    args = words.parse_args()
    one = plan(
        "conservative_first",
        condition="disc_herniation",
        clinic="community",
        patients=args.patients,
        years=args.years,
    )
    does = {None: compare, "worker": kill_worker, "scheduler": kill_scheduler}[args.kill]
    does(replications(one, args.runs), args.workers)


if __name__ == "__main__":
    main()
