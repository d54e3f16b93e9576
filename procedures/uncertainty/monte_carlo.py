"""Propagation of distributions: trials instead of derivatives, for models that are not linear enough.

Source: JCGM 101:2008, 5.9 (the method), 7.7 (coverage intervals), 7.9 (how many trials), 8 (validation of a
budget). Chance comes in as a generator of the caller; a generator of the same seed gives the same result.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from procedures.uncertainty.sampling import Floats, Sampler

Interval = Literal["shortest", "symmetric"]
"""`symmetric`: as much probability below as above, not the same distance"""
ArrayModel = Callable[..., NDArray[np.float64]]
"""from one array for each input to an array of results"""

_BLOCK: Final = 10_000
"""trials of one step of the adaptive stop, at least (JCGM 101:2008, 7.9.4)"""
_AT_ONCE: Final = 100_000
"""trials at a time: few calls, and arrays that stay in a processor's cache"""
_MOST_TRIALS: Final = 10_000_000


@dataclass(frozen=True)
class Propagated:
    """What the trials came to."""

    estimate: float
    standard: float
    lower: float
    upper: float
    trials: int
    converged: bool = True
    """False: the adaptive stop did not come before the largest number of trials"""


class _Summary(NamedTuple):
    estimate: float
    standard: float
    lower: float
    upper: float


def propagate(
    model: ArrayModel,
    sampler: Sampler,
    generator: np.random.Generator,
    *,
    trials: int = 1_000_000,
    probability: float = 0.95,
    interval: Interval = "shortest",
) -> Propagated:
    """Run a fixed number of trials.

    Args:
        model: works on arrays, one element a trial.
        sampler: what draws the inputs (`independent`, `gaussian`).
        generator: seeded by the caller.
        trials: at least 10/(1 − p); 10⁴/(1 − p) and more give two digits (JCGM 101:2008, 7.2.2).
        probability: of the coverage interval.
        interval: which of the many intervals of that probability.
    """
    results = np.empty(trials)
    for start in range(0, trials, _AT_ONCE):
        part = results[start : start + _AT_ONCE]
        part[:] = model(*sampler(generator, part.size))
    return Propagated(*_summary(results, probability, interval), trials=trials)


def propagate_adaptively(
    model: ArrayModel,
    sampler: Sampler,
    generator: np.random.Generator,
    *,
    digits: int = 2,
    share: float = 1.0,
    probability: float = 0.95,
    interval: Interval = "shortest",
    most_trials: int = _MOST_TRIALS,
) -> Propagated:
    """Run blocks of trials until estimate, uncertainty and both ends stand still (JCGM 101:2008, 7.9.4).

    Args:
        model: works on arrays, one element a trial.
        sampler: what draws the inputs.
        generator: seeded by the caller.
        digits: significant digits of the standard uncertainty that shall hold.
        share: part of the numerical tolerance to reach; 0.2 when a budget is to be validated (8.2).
        probability: of the coverage interval.
        interval: which of the many intervals of that probability.
        most_trials: the end in any case; then `converged` is false.
    """
    block = max(ceil(100 / (1 - probability)), _BLOCK)
    results: list[Floats] = []
    summaries = np.empty((max(most_trials // block, 2), len(_Summary._fields)))
    converged = False
    while not converged and len(results) < len(summaries):
        results.append(np.broadcast_to(model(*sampler(generator, block)), (block,)))
        summaries[len(results) - 1] = _summary(results[-1], probability, interval)
        if len(results) > 1:
            # Blocks are of one size, so their means make the mean of all, and their spreads add up likewise.
            table = summaries[: len(results)]
            variance = np.mean(table[:, 1] ** 2) + np.var(table[:, 0], ddof=1)
            wobble = 2 * table.std(axis=0, ddof=1) / np.sqrt(len(results))
            converged = bool((wobble <= share * numerical_tolerance(float(np.sqrt(variance)), digits)).all())
    whole = np.concatenate(results)
    return Propagated(*_summary(whole, probability, interval), trials=whole.size, converged=converged)


def numerical_tolerance(standard: float, digits: int = 2) -> float:
    """δ: half a unit of the last significant digit of an uncertainty (JCGM 101:2008, 7.9.2).

    >>> numerical_tolerance(0.35, 2), numerical_tolerance(0.35, 1)
    (0.005, 0.05)
    """
    if not standard:
        return 0.0
    return float(f"5e{floor(log10(float(f'{standard:.{digits - 1}e}'))) - digits}")


def validates(found: Propagated, lower: float, upper: float, *, digits: int = 1) -> bool:
    """Say whether trials confirm the interval of a budget (JCGM 101:2008, 8.1)."""
    tolerance = numerical_tolerance(found.standard, digits)
    return abs(lower - found.lower) <= tolerance and abs(upper - found.upper) <= tolerance


def coverage_interval(sorted_results: Floats, probability: float, interval: Interval) -> tuple[float, float]:
    """An interval that holds a share of sorted results (JCGM 101:2008, 7.7.2).

    Raises:
        ValueError: too few results for so great a probability.
    """
    trials = sorted_results.size
    inside = floor(probability * trials + 0.5)
    if not 0 < inside < trials:
        raise ValueError(f"{trials} results have no interval of probability {probability}")
    if interval == "symmetric":
        start = (trials - inside) // 2
    else:
        start = int(np.argmin(sorted_results[inside:] - sorted_results[:-inside]))
    return float(sorted_results[start]), float(sorted_results[start + inside])


def _summary(results: Floats, probability: float, interval: Interval) -> _Summary:
    mean, deviation = float(results.mean()), float(results.std(ddof=1))
    return _Summary(
        mean, deviation, *coverage_interval(_tails_sorted(results, probability), probability, interval)
    )


def _tails_sorted(results: Floats, probability: float) -> Floats:
    """A copy in which all that can be an end of a coverage interval stands in its place of the order."""
    ordered = np.array(results)
    outside = ordered.size - floor(probability * ordered.size + 0.5)
    if 0 < outside < ordered.size // 2:
        ordered.partition(ordered.size - outside)
        ordered[:-outside].partition(outside)
        ordered[:outside].sort()
        ordered[-outside:].sort()
    else:
        ordered.sort()
    return ordered
