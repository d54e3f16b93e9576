"""Measures, tanks and nozzles of a scenario: what each holds up to its line, and what stands in it now.

A person reads them by eye, so no twin shows them; what stands on the scale of the plant is its load. Warmth
is left out, as in the plant: whoever needs it writes the volume at the temperature of the day.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

import msgspec

from drivers.errors import DescriptionError
from drivers.quantity import Quantity
from drivers.twins.plant import in_unit

_NOTHING = Quantity(0, "L")


class VesselEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[vessel.NAME]`: a measure, or a compartment of a tank, by the name that an instruction gives it."""

    nominal: Quantity
    holds: Quantity | None = None
    """up to its line; None: its nominal volume"""
    stands: Quantity = Quantity(0, "mL")
    """how far above its line it is filled, for no hand meets it"""
    empty: Quantity | None = None
    """its mass without liquid; it then stands on the scale of the plant"""
    rise: Quantity = Quantity("0.4", "mm")
    """how far the level rises for one litre"""
    dimensions: dict[str, Quantity] = {}
    """what a person measures on it"""
    under_test: bool = False
    """an adjustment makes it hold its nominal volume"""


class NozzleEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[nozzle.NAME]`: a nozzle of a dispenser, and the display above it."""

    error: Decimal = Decimal(0)
    """relative error of the volume shown: 0.006 shows 20.00 L when 19.88 L came out"""
    meter: str = ""
    """the meter behind it, whose totaliser counts; empty: one of its own"""
    total: Quantity = Quantity(1000, "L")
    """what the totaliser of that meter shows at the beginning"""
    unit_price: Decimal = Decimal(10000)


@dataclass
class Vessels:
    """What people fill, drain and read by eye."""

    entries: Mapping[str, VesselEntry]
    nozzles: Mapping[str, NozzleEntry] = field(default_factory=dict)
    shown: dict[str, Quantity] = field(default_factory=dict)
    """the display of each nozzle, once it has delivered"""
    _content: dict[str, Quantity] = field(default_factory=dict)
    _full: str = ""
    """filled to its line, and not emptied since: a vessel under test is filled from it"""
    _sound: bool = False
    """what is under test was adjusted"""

    def __post_init__(self) -> None:
        """Let the totalisers stand where they begin."""
        self.totals = {self.behind(name): one.total for name, one in self.nozzles.items()}

    def holds(self, name: str) -> Quantity:
        """What a vessel holds up to its line.

        Raises:
            DescriptionError: the scenario has no such vessel.
        """
        entry = self._entry(name)
        return entry.nominal if entry.holds is None or (self._sound and entry.under_test) else entry.holds

    def content(self, name: str) -> Quantity:
        """What stands in a vessel."""
        return self._content.get(name, _NOTHING)

    def above_line(self, name: str) -> Quantity:
        """How much more it holds than up to its line; below zero: how much is missing."""
        return (self.content(name) - self.holds(name)).to("mL")

    def fill(self, name: str, volume: Quantity | None = None) -> None:
        """Fill one under test from the measure that stands full; else to its line, or with so much more."""
        entry = self._entry(name)
        if self._full and entry.under_test:
            self.pour(name, self._content.pop(self._full, _NOTHING))
            self._full = ""
        elif volume is None or volume == entry.nominal:
            self._content[name] = self.holds(name) + entry.stands
            self._full = "" if entry.under_test else name
        else:
            self.pour(name, volume)

    def pour(self, name: str, volume: Quantity) -> None:
        """Let so much more into a vessel."""
        self._content[name] = self.content(name) + volume

    def drain(self, name: str) -> None:
        """Empty a vessel."""
        self._content.pop(name, None)
        if self._full == name:
            self._full = ""

    def deliver(self, nozzle: str, volume: Quantity) -> Quantity:
        """Let a nozzle deliver until its display shows a volume; what really came out."""
        self.shown[nozzle] = volume
        self.totals[self.behind(nozzle)] += volume
        error = Decimal(0) if self._sound else self.nozzles[nozzle].error
        return Quantity(in_unit(volume, "L") / (1 + error), "L")

    def behind(self, nozzle: str) -> str:
        """The meter behind a nozzle."""
        return self.nozzles[nozzle].meter or nozzle

    def adjust(self) -> None:
        """What is under test is made to hold and to deliver what it says."""
        self._sound = True

    def on_scale(self, density: Quantity) -> Quantity | None:
        """The mass of what stands on the scale; None: nothing of all this does."""
        masses = [
            in_unit(entry.empty, "kg") + in_unit(self.content(name), "L") * in_unit(density, "kg/m3") / 1000
            for name, entry in self.entries.items()
            if entry.empty is not None
        ]
        return Quantity(sum(masses, Decimal(0)), "kg") if masses else None

    def _entry(self, name: str) -> VesselEntry:
        try:
            return self.entries[name]
        except KeyError:
            raise DescriptionError(
                "twin.vessel",
                "The scenario has no vessel {vessel}; it has {known}.",
                "Add [vessel.{vessel}] to the scenario.",
                vessel=name,
                known=", ".join(self.entries) or "—",
            ) from None
