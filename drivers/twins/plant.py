"""What several simulated instruments feel together: one flow through all of them, one room, one load.

The seam between a twin and what is simulated is `Source`: the true value of a named quantity at a time. Each
instrument adds its own errors to it. Time is an argument: the same plant shows the same digits again.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final, Protocol

import msgspec

from drivers.errors import DescriptionError, UnitError
from drivers.quantity import Quantity
from drivers.twins.course import Course, passed

FLOW: Final = "flow"
VOLUME: Final = "volume"
TANK: Final = "tank"
MASS: Final = "mass"
LOAD: Final = "load"
DENSITY: Final = "density"
DIVERTER: Final = "diverter"
POWER: Final = "power"
ENERGY: Final = "energy"
_OPEN: Final = Course(Decimal(1))
_KELVIN: Final = Decimal("273.15")
_BASIS: Final = {
    FLOW: Quantity(0, "L/s"),
    LOAD: Quantity(0, "kg"),
    DENSITY: Quantity(1000, "kg/m3"),
    DIVERTER: Quantity(0, "1"),
    POWER: Quantity(0, "W"),
}
"""what is there unless a scenario says otherwise: nothing flows, nothing stands anywhere, water of 1 kg/L"""
_FOLLOWING: Final = (VOLUME, TANK, MASS, ENERGY)
_HOUR_S: Final = 3600


class Source(Protocol):
    """The true value of each quantity at a time: all that a twin needs to know about the world."""

    def true(self, quantity: str, *, at: float) -> Quantity:
        """What is true of a quantity, in whatever unit.

        Raises:
            DescriptionError: there is no such quantity.
        """


class StepEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`step`: at this time the quantity goes to that value."""

    at_s: float
    to: str
    over_s: float = 0.0
    """how long it takes; 0: it jumps"""


class CourseEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[plant.NAME]`: how a quantity of the plant goes on, in the unit of its start."""

    start: Quantity
    step: tuple[StepEntry, ...] = ()


class Plant:
    """One physics for several twins.

    Any quantity by its name. Four belong together: `flow`; `volume`, all that has flowed; `tank`, what flowed
    while `diverter` was 1, since it was emptied; and `mass`, the `load` with the content of the tank, by
    `density`. So do `power` and `energy`, all that has gone through. Buoyancy and expansion are left out:
    whoever needs them puts the true value there.
    """

    def __init__(self, entries: Mapping[str, CourseEntry] | None = None, *, at: float) -> None:
        """Begin at time `at`, in s of the twins' clock.

        Raises:
            DescriptionError: a step in another unit, or one of what follows from the others.
        """
        self._began = at
        self._units = {name: quantity.unit for name, quantity in _BASIS.items()}
        self._courses = {name: Course(quantity.value) for name, quantity in _BASIS.items()}
        self._emptied: list[float] = []
        """when the tank was emptied"""
        self._summed: dict[tuple[str, str, float], tuple[float, Decimal]] = {}
        """what had gone through a gate since a time, at the last bend before which all was added up"""
        for name, entry in (entries or {}).items():
            self.set(name, entry.start, at=at)
            self._courses[name].start = self._courses[name].at(at)
            for step in entry.step:
                value = _parsed(step.to, name)
                self.set(name, value, at=at + step.at_s, over_s=step.over_s)

    @property
    def names(self) -> tuple[str, ...]:
        """The quantities that it knows."""
        return tuple(sorted({*self._courses, *_FOLLOWING}))

    def set(self, name: str, value: Quantity, *, at: float, over_s: float = 0.0) -> None:
        """Let a quantity go to a value: a valve, a heater, a load, a diverter (1 into the tank, 0 past it).

        Raises:
            DescriptionError: it follows from others, or the value is of another dimension.
        """
        if name in _FOLLOWING:
            of = POWER if name == ENERGY else "flow, diverter, density and load"
            raise _wrong(name, f"follows from {of}", "Set what it follows from.")
        self._summed.clear()
        unit = self._units.setdefault(name, value.unit)
        try:
            number = in_unit(value, unit)
        except UnitError as mistake:
            raise _wrong(name, str(mistake), f"Write it in {unit}.") from None
        self._courses.setdefault(name, Course(number)).go(number, at=at, over_s=over_s)

    def empty(self, *, at: float) -> None:
        """Open the drain of the tank: what it holds at that moment is gone."""
        self._emptied.append(at)

    def true(self, quantity: str, *, at: float) -> Quantity:
        """What is true of a quantity at time `at`.

        Raises:
            DescriptionError: there is no such quantity.
        """
        match quantity:
            case "volume":
                return self._flowed("", self._began, at)
            case "tank":
                since = max((time for time in self._emptied if time <= at), default=self._began)
                return self._flowed(DIVERTER, since, at)
            case "energy":
                watts = in_unit(Quantity(1, self._units[POWER]), "W")
                return Quantity(watts * self._passed(POWER, "", self._began, at) / _HOUR_S, "Wh")
            case "mass":
                litres = self.true(TANK, at=at).value
                density = in_unit(self.true(DENSITY, at=at), "kg/m3")
                load = in_unit(self.true(LOAD, at=at), "kg")
                return Quantity(load + litres * density / 1000, "kg")
            case name if name in self._courses:
                return Quantity(self._courses[name].at(at), self._units[name])
            case _:
                raise _wrong(quantity, "is no quantity of this plant", f"It has {', '.join(self.names)}.")

    def _flowed(self, gate: str, since: float, at: float) -> Quantity:
        litres = in_unit(Quantity(1, self._units[FLOW]), "L/s")
        return Quantity(litres * self._passed(FLOW, gate, since, at), "L")

    def _passed(self, of: str, gate_name: str, since: float, at: float) -> Decimal:
        """The integral of a quantity over the seconds in which a gate was open."""
        flow, gate = self._courses[of], self._courses.get(gate_name, _OPEN)
        known, seconds = self._summed.get((of, gate_name, since), (since, Decimal(0)))
        if known > at:
            known, seconds = since, Decimal(0)
        bend = max((time for course in (flow, gate) for time in course.bends() if time <= at), default=since)
        if bend > known:
            seconds += passed(flow, gate, since=known, until=bend)
            known = bend
            self._summed[of, gate_name, since] = known, seconds
        return seconds + passed(flow, gate, since=known, until=at)


def in_unit(quantity: Quantity, unit: str) -> Decimal:
    """The number in another unit, rounded to 28 digits where it has no exact decimal.

    Raises:
        UnitError: another dimension.
    """
    if (quantity.unit, unit) == ("°C", "K"):
        return quantity.value + _KELVIN
    if (quantity.unit, unit) == ("K", "°C"):
        return quantity.value - _KELVIN
    try:
        return quantity.to(unit).value
    except UnitError:
        return quantity.value / Quantity(1, unit).to(quantity.unit).value


def _parsed(text: str, name: str) -> Quantity:
    try:
        return Quantity.parse(text)
    except UnitError as mistake:
        raise _wrong(name, str(mistake), "Write number and unit, as in '1.5 m3/h'.") from None


def _wrong(name: str, mistake: str, correction: str) -> DescriptionError:
    return DescriptionError(
        "twin.plant",
        "In the plant, {quantity}: {mistake}.",
        "{correction}",
        quantity=name,
        mistake=mistake,
        correction=correction,
    )
