"""The flow meters under test, and what the temperature of the liquid makes of a volume.

V(meter) = V(reference) [1 + β (t(meter) − t(reference))], β the cubic expansion of the liquid.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

import msgspec

from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.point import Reason
from procedures.subjects.sheet import Tested, check_dimensions
from procedures.throughput.task import Method
from procedures.throughput.volumes import State


class FlowMarks(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is marked on all of them."""

    accuracy_class: str = msgspec.field(name="class", default="0.5")
    qmin: Quantity
    qmax: Quantity
    mmq: Quantity | None = None
    """minimum measured quantity"""
    part: Literal["system", "meter"] = "system"
    """a complete measuring system (line A), or the meter alone (line B)"""
    liquid: str = ""
    """what it measures; decides nothing"""
    liquid_expansion: Decimal | None = None
    """β, cubic, 1/°C, of the liquid of the test"""
    d: Quantity | None = None
    pulse: Quantity | None = None


class FlowMeters(FlowMarks, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The entry `[uut]` of an assignment."""

    method: Method = "master"
    meters: tuple[Tested, ...] = ()
    repeats: int | None = None


def flows_of(marks: FlowMarks) -> Mapping[str, Fraction]:
    """Qmin and Qmax in m3/h.

    Raises:
        ProcedureError: they do not rise.
    """
    check_dimensions(marks, dict.fromkeys(("qmin", "qmax"), "volume flow"))
    check_dimensions(marks, dict.fromkeys(("mmq", "d", "pulse"), "volume"))
    low, high = (Fraction(one.to("m3/h").value) for one in (marks.qmin, marks.qmax))
    if low >= high:
        raise ProcedureError(
            "flow_meters.flows",
            "Qmin = {qmin} and Qmax = {qmax} do not rise.",
            "Read them from the data plate again.",
            qmin=str(marks.qmin),
            qmax=str(marks.qmax),
        )
    return {"qmin": low, "qmax": high}


@dataclass(frozen=True)
class Liquid:
    """What carries a volume from reference to meter."""

    expansion: Decimal | None

    def carry(self, there: State, here: State) -> tuple[Fraction, tuple[Reason, ...]]:
        """The factor on a volume."""
        if there[0] is None or here[0] is None:
            return Fraction(1), (Reason(code="state_not_stated", facts={"states": "temperature"}),)
        warmer = Fraction(here[0].to("°C").value) - Fraction(there[0].to("°C").value)
        if not warmer:
            return Fraction(1), ()
        if self.expansion is None:
            return Fraction(1), (Reason(code="liquid_expansion_unknown"),)
        return 1 + Fraction(self.expansion) * warmer, ()
