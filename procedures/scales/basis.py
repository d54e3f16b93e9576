"""What each row of an observation sheet is judged by: the range in use, the permitted error, E0."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Final

import msgspec

from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.point import Activity, Point
from procedures.scales.indication_error import ErrorFound, error_of_indication, plain
from procedures.scales.instrument import Scale, WeighingRange
from procedures.scales.observation import Accuracy, Discriminated, Observations, Tared, Weighing
from procedures.scales.rules import ScaleRules
from procedures.tolerance import limit_at

BEYOND_MAX_E: Final = 9
"""no indication above Max + 9 e (OIML R 76-1:2006, 4.2.3, from memory, unverified)"""
MOST_SMALL_WEIGHTS: Final = 12
"""small weights of 0.1 e: ten make one e, two more for a reading that came late"""


@dataclass(frozen=True)
class Known:
    """What was computed of rows before: of one scale, one table, one activity, whose rows never change.

    A row is known again by being the same object, so nothing is compared and nothing can be mistaken.
    """

    errors: dict[int, tuple[Weighing, Quantity, ErrorFound]] = field(default_factory=dict)
    """by the row's identity: the row, the gross load, its error"""
    points: dict[str, tuple[Weighing, ErrorFound | None, Point]] = field(default_factory=dict)
    """by label: the row, the E0 that it was corrected by, its point"""
    labels: dict[int, tuple[Weighing | Discriminated, str]] = field(default_factory=dict)
    """by the row's identity: the row, what it is called"""
    limits: dict[tuple[Decimal, str, int], Quantity] = field(default_factory=dict)
    """permitted errors by the load and the identity of its range, which lives as long as the scale"""


class Basis(msgspec.Struct, frozen=True, dict=True, eq=False):
    """One scale, one table, one activity, one sheet."""

    scale: Scale
    rules: ScaleRules
    activity: Activity
    seen: Observations
    known: Known = msgspec.field(default_factory=Known)

    def of(self, seen: Observations) -> "Basis":
        """The same scale, table and activity with a later sheet; what is known of its rows stays known."""
        return Basis(self.scale, self.rules, self.activity, seen, self.known)

    def permitted(self, load: Quantity, part: WeighingRange) -> Quantity:
        """The permitted error at a load, gross or net, without sign."""
        which = (load.value, load.unit, id(part))
        limit = self.known.limits.get(which)
        if limit is None:
            bands = self.rules.classes[self.scale.accuracy_class].bands
            factor = self.rules.tolerance.factor[self.activity]
            limit = plain(limit_at(load, part.e, bands, factor).to(self.scale.unit))
            self.known.limits[which] = limit
        return limit

    def setting(self, share_of_e: Decimal, part: WeighingRange) -> Quantity:
        """A limit that is a share of e: zero-setting, tare-setting."""
        return plain((part.e * share_of_e).to(self.scale.unit))

    def most_added(self, row: Weighing, gross: Quantity) -> Quantity:
        """The most that the small weights ΔL of a changeover can weigh at an indication."""
        step = self.scale.rise_at(row.indication, self.number(row, gross)).to(self.scale.unit)
        return plain(step * self.rules.standards.small_step_e * MOST_SMALL_WEIGHTS)

    def part(self, mass: Quantity, row_range: int | None, gross: Quantity) -> WeighingRange:
        """The range in force at a load or indication while `gross` stands on the receptor."""
        return self.scale.part_at(mass, self._number(row_range, gross))

    def number(self, row: Weighing, gross: Quantity) -> int | None:
        """The range in use of a multiple range instrument; None: of any other."""
        return self._number(row.range, gross)

    def _number(self, row_range: int | None, gross: Quantity) -> int | None:
        return self.scale.range_of(gross) if row_range is None else row_range

    def shown_in(self, row: Weighing, gross: Quantity) -> WeighingRange:
        """The range in whose step the indication of a row is shown."""
        return self.scale.shown_in(row.indication, self.number(row, gross))

    def found(self, row: Weighing, gross: Quantity) -> ErrorFound:
        """The error of a row, not corrected."""
        known = self.known.errors.get(id(row))
        if known is None or known[0] is not row or known[1] != gross:
            known = self.known.errors[id(row)] = (row, gross, self._found(row, gross))
        return known[2]

    def _found(self, row: Weighing, gross: Quantity) -> ErrorFound:
        shown = self.shown_in(row, gross)
        return error_of_indication(
            load=row.load.to(self.scale.unit),
            indication=row.indication,
            step=shown.resolution,
            rise=row.rise or self.scale.rise_at(row.indication, self.number(row, gross)),
            added=row.added,
            fine=shown.fine or (row.high_resolution and row.indication.last_digit * 5 <= shown.e),
            without_added=self.rules.tolerance.without_added,
        )

    def zero_row(self) -> Weighing | None:
        """The row that gives E0: the first of the zero section, then of the weighing test without load."""
        return self._zero[0]

    def zero_error(self) -> ErrorFound | None:
        """E0, or the bounds within which it lies."""
        return self._zero[1]

    @cached_property
    def _zero(self) -> tuple[Weighing | None, ErrorFound | None]:
        """Asked for at every row; a sheet does not change, so it is looked for once."""
        seen = self.seen
        for row in seen.zero[:1]:  # nearly always it
            found = self.found(row, row.load)
            if found.takes_zero_error and found.exact is not None:
                return row, found
        rows = (*seen.zero, *(row for row in seen.accuracy if not row.load))
        return self._giving((row, self.found(row, row.load)) for row in rows)

    def tare_zero_error(self, row: Tared) -> ErrorFound | None:
        """The net E0 after the same tare was set, or its bounds."""
        same = (other for other in self.seen.tare if other.tare == row.tare and not other.load)
        return self._giving((other, self.found(other, other.tare)) for other in same)[1]

    @staticmethod
    def _giving(rows: Iterable[tuple[Weighing, ErrorFound]]) -> tuple[Weighing | None, ErrorFound | None]:
        """The first row whose method finds E0, or else the first that bounds it."""
        bounds: tuple[Weighing | None, ErrorFound | None] = (None, None)
        for row, found in rows:
            if found.takes_zero_error and found.exact is not None:
                return row, found
            if found.takes_zero_error and bounds[0] is None:
                bounds = row, found
        return bounds

    def check_row(self, row: Weighing) -> None:
        """Refuse a row whose load the scale cannot weigh; ballast is rarely exactly what it stands for.

        Raises:
            ProcedureError: less than nothing, beyond Max, or beyond Max of the range in use.
        """
        gross = row.load + row.tare if isinstance(row, Tared) else row.load
        load = row.load
        if isinstance(row, Accuracy) and row.substitutions:
            most = self.scale.capacity + self.scale.part_at(gross).e * BEYOND_MAX_E
            if gross <= most:
                load = gross = min(gross, self.scale.capacity)
        self.check_load(load, gross, row.range)

    def check_load(self, load: Quantity, gross: Quantity, number: int | None) -> None:
        """Refuse a load that the scale, or its range in use, cannot weigh.

        Raises:
            ProcedureError: less than nothing, beyond Max, or beyond Max of the range in use.
        """
        if load.value < 0 or gross < load or gross > self.scale.capacity:
            raise ProcedureError(
                "case.load_outside",
                "A load of {load} is outside the range of the scale, 0 to {max}.",
                "Correct the load, or Max.",
                load=str(gross),
                max=str(self.scale.capacity),
            )
        if number is None:
            return  # of any range there is one that takes it
        part = self.scale.part_at(gross, number)
        if gross > part.max:
            raise ProcedureError(
                "case.load_beyond_range",
                "A load of {load} is beyond range {range} of the scale, which ends at {max}.",
                "Correct `range`, the load, or Max of that range.",
                load=str(gross),
                range=str(number),
                max=str(part.max),
            )
