"""The gas meters under test, and what the state of the gas makes of a volume.

V(meter) = V(reference) · p(reference)/p(meter) · T(meter)/T(reference): an ideal gas, absolute pressures. A
test is done with air near atmospheric pressure, where compressibility plays no part.
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

import msgspec

from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.point import Reason
from procedures.subjects.sheet import Tested, check_dimensions
from procedures.surroundings import GAS_PRESSURE
from procedures.throughput.task import Method
from procedures.throughput.volumes import State

_KELVIN = Fraction("273.15")


class GasMarks(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is marked on all of them."""

    accuracy_class: str = msgspec.field(name="class", default="1.5")
    qmin: Quantity
    qmax: Quantity
    qt: Quantity | None = None
    """transitional flow; None: by the rules from Qmax and Qmin"""
    d: Quantity | None = None
    pulse: Quantity | None = None


class GasMeters(GasMarks, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The entry `[uut]` of an assignment."""

    method: Method = "master"
    meters: tuple[Tested, ...] = ()
    repeats: int | None = None


def flows_of(marks: GasMarks, ratio_from: Decimal, large: Decimal, small: Decimal) -> Mapping[str, Fraction]:
    """Qmin, Qt and Qmax in m3/h.

    Args:
        marks: of the meter.
        ratio_from: Qmax/Qmin from which on Qmax/Qt is `large`.
        large: Qmax/Qt of such a meter.
        small: of others.

    Raises:
        ProcedureError: the flows do not rise.
    """
    wanted = dict.fromkeys(("qmin", "qmax", "qt"), "volume flow")
    check_dimensions(marks, {**wanted, "d": "volume", "pulse": "volume"})
    low, high = (Fraction(one.to("m3/h").value) for one in (marks.qmin, marks.qmax))
    ratio = large if high >= low * Fraction(ratio_from) else small
    middle = Fraction(marks.qt.to("m3/h").value) if marks.qt is not None else high / Fraction(ratio)
    if not low < middle < high:
        raise ProcedureError(
            "gas_meters.flows",
            "Qmin = {qmin}, Qt and Qmax = {qmax} do not rise.",
            "Read them from the data plate again; Qt may be left out.",
            qmin=str(marks.qmin),
            qmax=str(marks.qmax),
        )
    return {"qmin": low, "qt": middle, "qmax": high}


def carry(there: State, here: State) -> tuple[Fraction, tuple[Reason, ...]]:
    """The factor on a volume of gas from reference to meter.

    Raises:
        ProcedureError: a pressure is not absolute.
    """
    factor = Fraction(1)
    untold = []
    for index, name in enumerate(("temperature", "pressure")):
        reference, meter = there[index], here[index]
        if reference is None or meter is None:
            untold.append(name)
            continue
        if name == "pressure":
            factor *= _absolute(reference) / _absolute(meter)
        else:
            warm, cold = (Fraction(one.to("°C").value) + _KELVIN for one in (meter, reference))
            factor *= warm / cold
    told = (Reason(code="state_not_stated", facts={"states": ", ".join(untold)}),) if untold else ()
    return factor, told


def _absolute(pressure: Quantity) -> Fraction:
    value = Fraction(pressure.to("hPa").value)
    if not GAS_PRESSURE.is_possible(pressure):
        raise ProcedureError(
            "gas_meters.gauge_pressure",
            "{pressure} is no absolute pressure of the air in a test.",
            "Set the gauge to absolute pressure, or add the pressure of the air around it.",
            pressure=str(pressure),
        )
    return value
