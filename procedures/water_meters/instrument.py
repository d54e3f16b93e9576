"""The water meters under test: what is marked on them, and the flows that follow from it.

Meters that are tested in series have the same marks; only their identities differ. Two ways of marking are
in use: Q3 with the ratio R (OIML R 49 since 2006), or Qn with a metrological class that gives Qmin and Qt.
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, Literal

import msgspec

from drivers.errors import UnitError
from drivers.notation import from_builtins
from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.meters.flow_rate import FlowRates, flow_rates
from procedures.paper import refuse_numbers

Marking = Literal["q3", "qn"]
_DOUBLE = 2

_GREATEST: Final = {"volume flow": Quantity(100_000, "m3/h"), "volume": Quantity(1000, "m3")}
"""of any water meter: more was written in another unit (a choice of this program)"""


class Meter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of the meters on the bench."""

    id: str
    """its place on the bench or its tag: `1`; the role `meter/1` reads it"""
    serial: str = ""
    maker: str = ""
    """where it differs from the order's"""
    model: str = ""
    year: str = ""
    owner: str = ""


class MeterMarks(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is marked on all of them."""

    accuracy_class: str = msgspec.field(name="class", default="2")
    """accuracy class of OIML R 49: `1` or `2`"""
    q3: Quantity | None = None
    ratio: Decimal | None = None
    """R = Q3/Q1"""
    qn: Quantity | None = None
    """nominal flow of a meter marked the older way"""
    metrological_class: str | None = None
    """A, B, C or D, of such a meter"""
    qmin: Quantity | None = None
    """in place of the metrological class"""
    qt: Quantity | None = None
    dn: int | None = None
    """nominal diameter in mm"""
    d: Quantity | None = None
    """smallest volume that can be read, on the sub-dial or by half a division"""
    pulse: Quantity | None = None
    """volume of one pulse"""

    @property
    def marking(self) -> Marking:
        """How the flows are marked."""
        return "q3" if self.q3 is not None else "qn"


class WaterMeters(MeterMarks, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The entry `[uut]` of an assignment: the marks, the meters, and how they are tested."""

    method: Literal["volumetric", "gravimetric", "master"] = "volumetric"
    meters: tuple[Meter, ...] = ()
    """empty: one meter, with the identity of the assignment"""
    repeats: int | None = None
    """runs at each flow; None: as many as the rules ask for"""
    air_density: Quantity | None = None
    """for the gravimetric method; None: it is asked for as pressure, temperature and humidity"""


class ClassFlows(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Qmin and Qt of a metrological class as parts of Qn."""

    qmin: Decimal
    qt: Decimal


class OlderClass(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A metrological class."""

    small: ClassFlows
    """below the limit of Qn"""
    large: ClassFlows
    """from it on"""


def read_meters(content: Mapping[str, Any]) -> WaterMeters:
    """Read `[uut]` of an assignment.

    Raises:
        ProcedureError: a mistake, named with its place.
    """
    refuse_numbers(content, "$.uut")
    try:
        found = from_builtins(dict(content), WaterMeters)
    except (msgspec.ValidationError, UnitError) as mistake:
        raise ProcedureError(
            "water_meters.plate",
            "The data of the meter have a mistake: {mistake}.",
            'Correct that entry; flows are written as "2.5 m3/h", volumes as "0.05 L".',
            mistake=str(mistake),
        ) from None
    ids = [meter.id for meter in found.meters]
    if len(set(ids)) < len(ids) or any(not one or "/" in one for one in ids):
        raise ProcedureError(
            "water_meters.ids",
            "The meters {ids} cannot be told apart.",
            "Give each meter an id of its own, without a slash: 1, 2, 3.",
            ids=", ".join(ids),
        )
    check_marks(found)
    return found


def check_marks(marks: MeterMarks) -> None:
    """Refuse marks of another dimension.

    Raises:
        ProcedureError: names the entry.
    """
    if marks.dn is not None and marks.dn <= 0:
        raise ProcedureError(
            "water_meters.mark",
            "{name} = {value} cannot be: it must be a {dimension} above zero.",
            "Read it from the dial again.",
            name="dn",
            value=str(marks.dn),
            dimension="number",
        )
    wanted = {"q3": "volume flow", "qn": "volume flow", "qmin": "volume flow", "qt": "volume flow"}
    for name, dimension in {**wanted, "d": "volume", "pulse": "volume"}.items():
        value = getattr(marks, name)
        if value is not None and (
            value.dimension != dimension or value.value <= 0 or value > _GREATEST[dimension]
        ):
            raise ProcedureError(
                "water_meters.mark",
                "{name} = {value} cannot be: it must be a {dimension} above zero.",
                "Read it from the dial again.",
                name=name,
                value=str(value),
                dimension=dimension,
            )


def flows_of(marks: MeterMarks, classes: Mapping[str, OlderClass], limit: Quantity) -> FlowRates:
    """Q1 to Q4 of a meter, whichever way it is marked; for the older marking Qmin, Qt, Qn and 2 Qn.

    Args:
        marks: of the meter.
        classes: the metrological classes of the rule table.
        limit: the Qn from which the second column of the classes holds.

    Raises:
        ProcedureError: the flows do not follow from the marks, or cannot be.
    """
    if marks.q3 is not None and marks.ratio is not None:
        return flow_rates(marks.q3, marks.ratio)
    if marks.qn is not None and marks.qmin is not None and marks.qt is not None:
        unit = marks.qn.unit
        low, middle, nominal = (
            Fraction(one.value) * _in(one.unit, unit) for one in (marks.qmin, marks.qt, marks.qn)
        )
        if not 0 < low < middle < nominal:
            raise _no_flows(marks)
        return FlowRates(low, middle, nominal, nominal * _DOUBLE, unit)
    of_class = classes.get(marks.metrological_class or "")
    if marks.qn is not None and of_class is not None:
        parts = of_class.small if marks.qn < limit else of_class.large
        nominal = Fraction(marks.qn.value)
        return FlowRates(
            nominal * Fraction(parts.qmin),
            nominal * Fraction(parts.qt),
            nominal,
            nominal * _DOUBLE,
            marks.qn.unit,
        )
    raise _no_flows(marks)


def _in(unit: str, other: str) -> Fraction:
    return Fraction(Quantity(1, unit).to("m3/h").value) / Fraction(Quantity(1, other).to("m3/h").value)


def _no_flows(marks: MeterMarks) -> ProcedureError:
    return ProcedureError(
        "water_meters.flows",
        "The flows of the test do not follow from the marks of the meter ({marks}).",
        "Give q3 and ratio; or qn with metrological_class; or qn, qmin and qt, each smaller than qn.",
        marks=", ".join(
            f"{name} = {value}"
            for name in ("q3", "ratio", "qn", "metrological_class", "qmin", "qt")
            if (value := getattr(marks, name)) is not None
        ),
    )
