"""Time and memory of a probabilistic analysis: draws x people x two arms, and what the parts cost.

.venv/bin/python benchmarks/uncertainty.py                       # 40 draws of 500 people, extrapolated
.venv/bin/python benchmarks/uncertainty.py --draws 1000          # the whole of it
"""

from __future__ import annotations

import argparse
import resource
import time

ARMS = ["conservative_first", "early_imaging"]


def parts() -> None:
    """What one draw costs besides the simulation, in milliseconds."""
    from spinesim.study.compare import study_plans
    from spinesim.study.simulation import finish
    from spinesim.study.uncertainty import make_sampler
    from spinesim.study.uncertainty.measure import columns, job, plans_key

    plans = study_plans(ARMS, patients=500, years=1)
    sampler = make_sampler(plans[0].evidence)
    sampler.sample(2)
    clock = time.perf_counter()
    rows = sampler.sample(1_000)
    print(f"{len(sampler.ids)} parameters x 1,000 draws: {time.perf_counter() - clock:.2f} s")
    base = plans_key(plans)
    for name, work in (
        ("key of a job", lambda: job(base, plans, sampler.ids, rows[0])),
        ("evidence of a draw", lambda: sampler.evidence_of(rows[0])),
        ("its digest", lambda: sampler.evidence_of(rows[0]).digest),
    ):
        clock = time.perf_counter()
        for _ in range(20):
            work()
        print(f"  {name:24} {1000 * (time.perf_counter() - clock) / 20:8.1f} ms")
    for plan in plans:
        finish(plan)
        clock = time.perf_counter()
        results = finish(plan)
        print(f"  {'run ' + plan.arm:24} {1000 * (time.perf_counter() - clock):8.1f} ms")
        clock = time.perf_counter()
        columns(results, plan.evidence)
        print(f"  {'its outcomes':24} {1000 * (time.perf_counter() - clock):8.1f} ms")


def main() -> None:
    """Run the analysis and extrapolate to 1,000 draws."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--draws", type=int, default=40)
    parser.add_argument("--patients", type=int, default=500)
    parser.add_argument("--years", type=float, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--condition", default="lumbar_strain")
    args = parser.parse_args()
    from spinesim.study.executor import make_executor
    from spinesim.study.uncertainty import uncertainty

    parts()
    executor = make_executor(None, args.workers)
    wishes = {"patients": args.patients, "years": args.years, "condition": args.condition, "runs": 2}
    uncertainty(ARMS, draws=2, executor=executor, **wishes)  # starts the workers
    clock = time.perf_counter()
    uncertainty(ARMS, draws=args.draws, executor=executor, **wishes)
    spent = time.perf_counter() - clock
    executor.close()
    each = spent / (args.draws + 2)
    print(
        f"{args.draws} draws x {args.patients} people x {len(ARMS)} arms x {args.years:g} years, "
        f"{args.workers} workers: {spent:.1f} s, {each:.3f} s a draw; "
        f"1,000 draws about {1000 * each / 60:.1f} min"
    )
    here, workers = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    busy = workers.ru_utime / (args.draws + 6)  # with the runs that started them; unlike a clock, it does
    print(f"processor time of the workers: {busy:.2f} s a draw")  # not mind what else the machine does
    print(f"peak memory {here.ru_maxrss / 1024:,.0f} MB here, {workers.ru_maxrss / 1024:,.0f} MB in a worker")


if __name__ == "__main__":
    main()
