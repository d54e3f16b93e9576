"""What the log of a flow says: how much flowed on average, and whether the log can be believed.

The log begins before the valve opens and ends after it closed. What is judged is the time of flow without its
two ends, in which the valve opens and closes; those may take a stated part of the time, no more. A gap in the
log is a fault, because a flow that nobody saw proves nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from drivers.errors import UnitError
from drivers.quantity import Quantity
from drivers.reading import Reading
from procedures.meters.flow_rate import FlowBand
from procedures.run import Watched
from procedures.water_meters.rules import FlowLogRules

_HALF = Decimal("0.5")
_PLACE = Decimal("1e-3")


@dataclass(frozen=True)
class FlowLog:
    """One run's flow."""

    mean: Quantity | None
    steady: tuple[Quantity, ...]
    faults: tuple[str, ...] = ()
    """`flow_not_logged`, `flow_log_gap`"""


def flow_log(watched: Watched, band: FlowBand, rules: FlowLogRules) -> FlowLog:
    """Read a log.

    Args:
        watched: what the flow meter showed.
        band: in which the flow is to lie; half of its lower limit tells flow from standstill.
        rules: how much starting and stopping may take.
    """
    flowing = _flowing(watched.during, band)
    if not flowing:
        return FlowLog(mean=None, steady=(), faults=("flow_not_logged",))
    began, ended = flowing[0].elapsed, flowing[-1].elapsed
    ramp = (ended - began) * float(rules.ramp_share)
    inner = [one for one in flowing if began + ramp <= one.elapsed <= ended - ramp] or flowing
    steady = tuple(one.indication for one in inner)
    log = [one for one in (watched.start, *watched.during, watched.end) if one is not None]
    gaps = [later.elapsed - earlier.elapsed for earlier, later in pairwise(log)]
    faults = ("flow_log_gap",) if gaps and max(gaps) > float(rules.gap_s) else ()
    return FlowLog(mean=_mean(steady), steady=steady, faults=faults)


def _flowing(during: Sequence[Reading], band: FlowBand) -> list[Reading]:
    """From the first to the last reading that shows a flow; what stands still in between stays within."""
    try:
        floor = Quantity(_HALF * Decimal(band.lower.numerator) / Decimal(band.lower.denominator), band.unit)
        shown = [abs(one.indication) >= floor for one in during]
    except UnitError:
        return []
    if not any(shown):
        return []
    first, last = shown.index(True), len(shown) - 1 - shown[::-1].index(True)
    return list(during[first : last + 1])


def _mean(flows: Sequence[Quantity]) -> Quantity:
    unit = flows[0].unit
    total = sum((one.to(unit).value for one in flows), Decimal(0))
    return Quantity((total / len(flows)).quantize(_PLACE).normalize() + 0, unit)
