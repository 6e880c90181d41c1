"""Compare engines on the reference workload spine-ref: first that they agree, then how fast they are.

    python -m benchmarks.spine_ref.run            # from the top of the project; some minutes

Agreement: ours and SimPy as health modellers write it give the same rows from the same uniforms (times and
pain within 1e-9); every engine's key figures lie within 3 standard errors of the expected values on its own
random numbers. Then all engines are timed in turn, in one sitting: quote the ratios, not the seconds.
What is timed: random numbers + simulation + log + key figures; not the imports. ciw and salabim are optional
(``pip install .[bench]``).
"""

from __future__ import annotations

import argparse
import importlib
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from benchmarks.spine_ref import idiomatic_simpy, ours
from benchmarks.spine_ref import reference as ref

Run = Callable[[int, int], ref.Ran]
LIMIT = 3.0  # standard errors
GROWTH = {
    "long": "One clinic for more years (as many people under way at a time):",
    "wide": "A clinic of more servers (as many more people under way at a time):",
}

ONE = """
import json, resource, sys, time
from benchmarks.spine_ref import ours, reference as ref
patients, repeats, long = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "long"
ref.key_figures(ours.run(100, 0))
before, times = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, []
for seed in range(repeats):
    start = time.perf_counter()
    ref.key_figures(ours.run(patients, seed, long=long))
    times.append(time.perf_counter() - start)
unit = 1 if sys.platform == "darwin" else 1024
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"times": times, "before": before * unit, "peak": peak * unit}))
"""


def engines() -> dict[str, Run]:
    """Every engine that is installed, by name."""
    found: dict[str, Run] = {"ours": ours.run, "SimPy": idiomatic_simpy.run}
    for name in ("ciw", "salabim"):
        try:
            found[name] = importlib.import_module(f"benchmarks.spine_ref.with_{name}").run
        except ModuleNotFoundError as missing:
            if missing.name != name:
                raise
            print(f"{name} is not installed and is left out (pip install .[bench] to compare with it).")
    return found


def agree(found: dict[str, Run], replications: int) -> bool:
    """Print whether everyone computes the same thing."""
    good = True
    for seed in range(3):
        differs = ref.differ(
            ours.run(1_000, seed, exact=True), idiomatic_simpy.run(1_000, seed, exact=True), tolerance=1e-9
        )
        good &= not differs
        print(f"same uniforms, seed {seed}: ours and SimPy {differs or 'give the same rows (1e-9)'}")
    for name, run in found.items():
        z = ref.z_scores([ref.key_figures(run(1_000, 1_000 + seed)) for seed in range(replications)])
        worst = max(z, key=lambda key: abs(z[key]))
        good &= abs(z[worst]) < LIMIT
        print(
            f"own random numbers, {replications} runs of 1,000: {name:8} largest of {len(z)} |z| "
            f"{abs(z[worst]):.2f} ({worst})"
        )
    return good


def race(found: dict[str, Run], patients: int, rounds: int, slow_rounds: int) -> None:
    """Time all engines in turn, and print patients per second and paired ratios."""
    times: dict[str, list[float]] = {name: [] for name in found}
    for seed in range(rounds):
        for name, run in found.items():
            if name in ("ciw", "salabim") and seed >= slow_rounds:
                continue
            start = time.perf_counter()
            ref.key_figures(run(patients, seed))
            times[name].append(time.perf_counter() - start)
    print(f"\n{'engine':8} {'patients/s':>11}  ours is so many times as fast (median of pairs; least, most)")
    for name, took in times.items():
        ratios = [slow / fast for slow, fast in zip(took, times["ours"], strict=False)]
        print(
            f"{name:8} {patients / statistics.median(took):>11,.0f}  {statistics.median(ratios):.2f} "
            f"({min(ratios):.2f}, {max(ratios):.2f}; {len(ratios)} pairs)"
        )


def grow(sizes: list[int], repeats: int, way: str) -> None:
    """Print cost per patient and peak memory of ours by size, each size in a fresh process, in turn."""
    took: dict[int, list[float]] = {size: [] for size in sizes}
    memory: dict[int, tuple[float, float]] = {}
    for _ in range(repeats):
        for size in sizes:
            each = max(1, min(10, 10_000 // size))
            run = subprocess.run(
                [sys.executable, "-c", ONE, str(size), str(each), way],
                check=True,
                capture_output=True,
                text=True,
            )
            found = json.loads(run.stdout)
            took[size].append(statistics.median(found["times"]) / size * 1e6)
            memory[size] = (found["peak"] / 2**20, (found["peak"] - found["before"]) / 2**20)
    print(f"\n{GROWTH[way]}")
    print(f"{'patients':>9} {'µs/patient':>11} {'× smallest':>11} {'peak MiB':>9} {'of it the run':>14}")
    for size in sizes:
        ratios = [big / small for big, small in zip(took[size], took[sizes[0]], strict=True)]
        peak, own = memory[size]
        print(
            f"{size:>9,} {statistics.median(took[size]):>11.1f} {statistics.median(ratios):>11.2f} "
            f"{peak:>9,.0f} {own:>14,.0f}"
        )


def main() -> int:
    """Agree, then race, then grow."""
    words = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    words.add_argument("--patients", type=int, default=1_000)
    words.add_argument("--rounds", type=int, default=15, help="paired timings of ours and SimPy")
    words.add_argument("--slow-rounds", type=int, default=5, help="paired timings of ciw and salabim")
    words.add_argument("--replications", type=int, default=20, help="runs behind each z score")
    words.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    words.add_argument("--repeats", type=int, default=3, help="fresh processes a size")
    args = words.parse_args()
    found = engines()
    if not agree(found, args.replications):
        print("The engines do not agree; nothing is timed.")
        return 1
    race(found, args.patients, args.rounds, args.slow_rounds)
    for way in GROWTH:
        grow(args.sizes, args.repeats, way)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
