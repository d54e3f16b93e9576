"""Comparing two weights on one balance: cycles that take the drift of the balance away.

All values in one unit. The last axis of an array is the order of weighing, all other axes are cycles.
Source: OIML R 111-1:2004, C.4 and C.6.1, from memory and unverified.
"""

from math import sqrt
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from procedures.physics.computed import Floats

MOST_TESTED: Final = 5
"""n of a cycle AB1...BnA; unverified"""


def abba(indications: ArrayLike) -> Floats:
    """Test less reference, from reference, test, test, reference; shape (…, 4) to (…).

    >>> float(abba([0.0, 1.01, 1.02, 0.03]))
    1.0
    """
    r1, t1, t2, r2 = _readings(indications, 4)
    return np.asarray((t1 - r1 - r2 + t2) / 2)


def aba(indications: ArrayLike) -> Floats:
    """Test less reference, from reference, test, reference; shape (…, 3) to (…).

    >>> float(aba([0.0, 1.01, 0.02]))
    1.0
    """
    r1, t1, r2 = _readings(indications, 3)
    return np.asarray(t1 - (r1 + r2) / 2)


def ab_to_bna(indications: ArrayLike) -> Floats:
    """Each test weight less the reference, interpolated to its moment; shape (…, n + 2) to (…, n).

    Source: OIML R 111-1:2004, C.4 (the weighings are evenly spaced in time).

    >>> ab_to_bna([0.0, 1.01, 2.02, 0.03]).round(12).tolist()
    [1.0, 2.0]
    """
    readings = np.asarray(indications, dtype=np.float64)
    tested = readings.shape[-1] - 2
    if not 1 <= tested <= MOST_TESTED:
        raise ValueError(
            f"a cycle has one to {MOST_TESTED} test weights between two references, not {tested}"
        )
    share = np.arange(1, tested + 1) / (tested + 1)
    first, last = readings[..., :1], readings[..., -1:]
    return np.asarray(readings[..., 1:-1] - (first + (last - first) * share))


def drift(indications: ArrayLike) -> Floats:
    """Change of the reference from its first to its last weighing; shape (…, n) to (…)."""
    readings = np.asarray(indications, dtype=np.float64)
    return np.asarray(readings[..., -1] - readings[..., 0])


def deviation_of_few(differences: ArrayLike) -> float:
    """Standard uncertainty from three or more differences of classes F and M: range/(2 √3) (C.6.1.2)."""
    found = np.asarray(differences, dtype=np.float64)
    if found.size < 3:  # noqa: PLR2004 - the clause asks for three cycles
        raise ValueError(f"{found.size} differences are too few for their range")
    return float(np.ptp(found)) / (2 * sqrt(3))


def _readings(indications: ArrayLike, count: int) -> tuple[Floats, ...]:
    readings = np.asarray(indications, dtype=np.float64)
    if readings.shape[-1] != count:
        raise ValueError(f"a cycle of {count} weighings cannot be made from {readings.shape[-1]}")
    return tuple(readings[..., place] for place in range(count))
