"""A log of a flow: starting and stopping are left out, gaps and standstill are not."""

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from drivers.quantity import Quantity
from drivers.reading import DriverMark, Origin, Reading, Stability
from procedures.meters.flow_rate import FlowBand
from procedures.run import Watched
from procedures.water_meters.flow_log import flow_log
from procedures.water_meters.rules import choose_rules

RULES = choose_rules("oiml-r49-1-2013", None)[0].flow_log
BAND = FlowBand(Fraction(25), Fraction(55, 2), "L/h")


def reading(at: float, flow: str, unit: str = "L/h") -> Reading:
    return Reading(
        instrument="flow",
        indication=Quantity(flow, unit),
        stability=Stability.NOT_REPORTED,
        origin=Origin.TWIN,
        driver=DriverMark("x", "0" * 64),
        received_at=datetime(2026, 11, 21, tzinfo=UTC),
        elapsed=at,
    )


def watched(*flows: str, every: float = 1.0, unit: str = "L/h") -> Watched:
    during = tuple(reading(number * every, flow, unit) for number, flow in enumerate(flows, 1))
    return Watched(
        start=reading(0.0, "0", unit), during=during, end=reading((len(flows) + 1) * every, "0", unit)
    )


STEADY = ("26",) * 38
LOGS = {
    "opened and closed within the ends": (("0", "13", *STEADY, "14", "0"), "26", True, ()),
    "a peak while it flows": ((*STEADY[:10], "40", *STEADY[10:]), "26.4", False, ()),
    "stopped in between": ((*STEADY[:10], "0", *STEADY[10:]), "25.257", False, ()),
    "too low all the time": (("20",) * 40, "20", False, ()),
    "in other units": (("0.433",) * 40, "0.433", True, ()),
    "never flowed": (("0",) * 40, None, False, ("flow_not_logged",)),
    "nothing heard": ((), None, False, ("flow_not_logged",)),
}


@pytest.mark.parametrize("case", LOGS)
def test_what_a_log_says(case):
    flows, mean, inside, faults = LOGS[case]
    unit = "L/min" if case == "in other units" else "L/h"
    found = flow_log(watched(*flows, unit=unit), BAND, RULES)
    assert found.mean == (None if mean is None else Quantity(mean, unit))
    assert BAND.holds_all(found.steady) is inside
    assert found.faults == faults


def test_a_gap_in_the_log_is_a_fault():
    found = flow_log(watched(*STEADY, every=float(RULES.gap_s) + 1), BAND, RULES)
    assert found.faults == ("flow_log_gap",)


def test_a_meter_of_another_kind_is_no_log():
    assert flow_log(watched(*STEADY, unit="kg"), BAND, RULES).faults == ("flow_not_logged",)


def test_one_keyed_flow_is_a_log():
    found = flow_log(Watched(during=(reading(5.0, "26"),)), BAND, RULES)
    assert (found.mean, found.faults) == (Quantity(26, "L/h"), ())
    assert RULES.ramp_share == Decimal("0.05")
