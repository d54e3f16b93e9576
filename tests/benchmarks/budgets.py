"""How fast are budgets, verdicts and trials, and how fast are other programs? Both sides in one run.

    python tests/benchmarks/budgets.py

Prints ratios: on a shared machine times say little, ratios of the same minute more. Nothing depends on it.
"""

import importlib
import sys
import time
import warnings
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from procedures.acceptance import GUARDED_THIRD
from procedures.tolerance import Band
from procedures.uncertainty.batch import combine_array
from procedures.uncertainty.budget import Component, combine
from procedures.uncertainty.evaluation import Distribution, Evaluated, arcsine, rectangular
from procedures.uncertainty.monte_carlo import propagate
from procedures.uncertainty.sampling import independent
from procedures.verdict_array import decide_array, limits_at

VALUES = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0)
UNCERTAINTIES = (0.11, 0.07, 0.05, 0.13, 0.02, 0.09)
SENSITIVITIES = (1.0, -2.0, 0.5, 1.5, 3.0, 1.0)
FREEDOMS = (9.0, 19.0, 50.0, 5.0, 12.0, 8.0)
PROBABILITY = 0.95
III = (Band(up_to=500, limit=Decimal("0.5")), Band(up_to=2000, limit=Decimal(1)), Band(limit=Decimal("1.5")))


def seconds(work: Callable[[], Any], calls: int, rounds: int = 5) -> float:
    """The best time of one call."""
    work()
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        for _ in range(calls):
            work()
        best = min(best, (time.perf_counter() - start) / calls)
    return best


def other(name: str) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return importlib.import_module(name)
    except ImportError:
        print(f"{name} is not installed: no ratio")
        return None


def ours_single() -> float:
    parts = [
        Component(name=name, standard=u, sensitivity=c, degrees_of_freedom=freedom)
        for name, u, c, freedom in zip("abcdef", UNCERTAINTIES, SENSITIVITIES, FREEDOMS, strict=True)
    ]
    return combine(parts, probability=PROBABILITY).expanded


def gtc_single(gtc: Any) -> float:
    x = [gtc.ureal(v, u, freedom) for v, u, freedom in zip(VALUES, UNCERTAINTIES, FREEDOMS, strict=True)]
    y = sum(c * one for c, one in zip(SENSITIVITIES, x, strict=True))
    return float(gtc.reporting.k_factor(y.df, 100 * PROBABILITY) * y.u)


def metrolopy_single(metrolopy: Any) -> float:
    x = [
        metrolopy.gummy(v, u, dof=freedom)
        for v, u, freedom in zip(VALUES, UNCERTAINTIES, FREEDOMS, strict=True)
    ]
    y = sum(c * one for c, one in zip(SENSITIVITIES, x, strict=True))
    y.p = PROBABILITY
    return float(y.U)


def budgets() -> None:
    print("Linear budget of six inputs with degrees of freedom and U")
    single = seconds(ours_single, 2000)
    print(f"  one at a time            {single * 1e6:10.2f} µs")
    generator = np.random.default_rng(1)
    per_record = {}
    for records in (1000, 10_000, 100_000, 1_000_000):
        table = np.array(UNCERTAINTIES) * generator.uniform(0.9, 1.1, (records, 6))
        work = partial(combine_array, table, SENSITIVITIES, FREEDOMS, probability=PROBABILITY)
        per_record[records] = seconds(work, 1) / records
        print(f"  a batch of {records:9,d}     {per_record[records] * 1e6:10.4f} µs a record")
    batch = per_record[100_000]
    for name, theirs, calls in (("GTC", gtc_single, 200), ("metrolopy", metrolopy_single, 20)):
        module = other(name)
        if module is not None:
            found, expected = theirs(module), ours_single()
            took = seconds(partial(theirs, module), calls, 3)
            print(f"  {name:24s} {took * 1e6:10.2f} µs  (U {found:.6f}, ours {expected:.6f})")
            print(f"    ratio to one at a time {took / single:10.1f}")
            print(f"    ratio to a batch       {took / batch:10.0f}")


def verdicts() -> None:
    print("Verdicts")
    generator = np.random.default_rng(2)
    for count in (10_000, 100_000, 1_000_000):
        error, load = generator.integers(-2000, 2000, count), generator.integers(0, 10**7, count)
        u, limit = generator.integers(0, 300, count), np.full(count, 1000)

        def with_table(load: Any = load, error: Any = error) -> Any:
            limits = limits_at(load, 1000, III, Decimal(1))
            return decide_array(error, error, -limits, limits)

        def guarded(error: Any = error, limit: Any = limit, u: Any = u) -> Any:
            return decide_array(error, error, -limit, limit, uncertainty=u, rule=GUARDED_THIRD)

        plain = seconds(lambda error=error: decide_array(error, error, -1000, 1000), 1)
        times = (plain, seconds(with_table, 1), seconds(guarded, 1))
        told = ", ".join(
            f"{name} {took * 1e3:.2f} ms"
            for name, took in zip(("plain", "with table", "guarded"), times, strict=True)
        )
        print(f"  {count:9,d}: {told}")


def trials() -> None:
    print("Monte Carlo, six inputs")
    mixed = [Evaluated(0.1), Evaluated(0.1), rectangular(0.1), rectangular(0.2), Evaluated(0.1), arcsine(0.1)]
    student = [Evaluated(0.1, 9, Distribution.STUDENT)] * 6
    for name, inputs in (("mixed", mixed), ("normal", [Evaluated(0.1)] * 6), ("student", student)):
        sampler = independent(VALUES, inputs)
        for count in (100_000, 1_000_000):
            took = seconds(
                lambda sampler=sampler, count=count: propagate(
                    lambda a, b, c, d, e, f: a * b / c + d - e * f,
                    sampler,
                    np.random.default_rng(3),
                    trials=count,
                ),
                1,
                3,
            )
            print(f"  {name:8s} {count:9,d} trials {took * 1e3:8.1f} ms")


if __name__ == "__main__":
    budgets()
    verdicts()
    trials()
