"""Simulation speed and peak memory, each size in a fresh process.

    python benchmarks/throughput.py            # 1,000 and 10,000 patients, two years, one arm

Prints patients per second (median of the repeats) and the process's peak memory. Machines differ and
are noisy: compare two versions side by side in one sitting and quote the ratio.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time

ONE = """
import json, resource, sys, time
import spinesim as ss
patients, repeats, clinic = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
usual, times = ss.pathway("conservative_first"), []
for seed in range(repeats):
    start = time.perf_counter()
    wishes = {"patients": patients, "years": 2, "seed": seed, "clinic": clinic}
    results = ss.simulate(usual, condition="disc_herniation", **wishes)
    times.append(time.perf_counter() - start)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
unit = 1 if sys.platform == "darwin" else 1024
print(json.dumps({"times": times, "peak": peak * unit, "events": len(results.log)}))
"""


def main() -> None:
    """Measure and print a table."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000])
    words.add_argument("--repeats", type=int, default=3)
    words.add_argument("--clinics", nargs="+", default=["ample", "community"])
    args = words.parse_args()
    print(f"{'patients':>9} {'clinic':>10} {'seconds':>8} {'patients/s':>11} {'peak MiB':>9} {'events':>9}")
    for size in args.sizes:
        for clinic in args.clinics:
            start = time.perf_counter()
            run = subprocess.run(
                [sys.executable, "-c", ONE, str(size), str(args.repeats), clinic],
                check=True,
                capture_output=True,
                text=True,
            )
            found = json.loads(run.stdout)
            seconds = statistics.median(found["times"])
            print(
                f"{size:>9,} {clinic:>10} {seconds:>8.2f} {size / seconds:>11,.0f} "
                f"{found['peak'] / 2**20:>9,.0f} {found['events']:>9,}   "
                f"({time.perf_counter() - start:.0f} s in all)"
            )


if __name__ == "__main__":
    main()
