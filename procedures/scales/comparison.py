"""Points that compare two indications with one another: repeatability and discrimination."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from drivers.quantity import Quantity
from procedures.conformity import decide
from procedures.point import Method, Outcome, Point, Tolerance
from procedures.scales.basis import Basis
from procedures.scales.observation import Discriminated, Weighing


class Loaded(Protocol):
    """A row of a load."""

    @property
    def load(self) -> Quantity:
        """What stood on the receptor."""


L = TypeVar("L", bound=Loaded)


def same_loads(rows: Sequence[L]) -> tuple[tuple[L, ...], ...]:
    """The weighings of each load, in the order in which the loads first come."""
    series: dict[Quantity, list[L]] = {}
    for row in rows:
        series.setdefault(row.load, []).append(row)
    return tuple(tuple(same) for same in series.values())


def range_point(basis: Basis, rows: Sequence[Weighing], label: str) -> Point:
    """Largest result less smallest within the permitted error; E0 is in all of them and falls out.

    A single weighing has no range; nobody asks for its point.

    Args:
        basis: scale, rules, activity.
        rows: the weighings of one load, two or more.
        label: of the point.

    Source: OIML R 76-1:2006, 3.6.1.
    """
    load = rows[0].load
    errors = [basis.found(row, row.load) for row in rows]
    nothing = Quantity(0, basis.scale.unit)
    pairs = [(a, b) for i, a in enumerate(errors) for j, b in enumerate(errors) if i != j]
    lowest = max([nothing, *(a.lowest - b.highest for a, b in pairs)])
    highest = max([nothing, *(a.highest - b.lowest for a, b in pairs)])
    tolerance = Tolerance(
        lower=nothing,
        upper=basis.permitted(load, basis.part(load, rows[0].range, load)),
        citation=basis.rules.repeatability.citation,
    )
    outcome = decide(lowest, highest, tolerance)
    reasons = {Outcome.DOES_NOT_CONFORM: "range_exceeded", Outcome.INDETERMINATE: "range_undecided"}
    exact = lowest == highest
    return Point(
        section="repeatability",
        label=label,
        nominal=load,
        error=lowest if exact else None,
        error_bounds=None if exact else (lowest, highest),
        tolerance=tolerance,
        method=Method.COMPARISON,
        outcome=outcome,
        reason=reasons.get(outcome, ""),
        readings=tuple(path for row in rows for path in row.readings),
    )


def discrimination_point(basis: Basis, row: Discriminated, label: str) -> Point:
    """An extra load of 1.4 d must raise the indication by one step at least.

    d is the step by which the indication rises next: at the end of a partial range that of the next one,
    because nothing in between can be shown.

    A heavier one that is noticed proves nothing, nor does a lighter one that is not. Where the edge of the
    step was looked for and the indication never fell, being noticed proves nothing either: it may stick.

    The point's reference is the least indication that shows the change, its error what is above that.

    Source: OIML R 76-1:2006, 3.8 and A.4.8.
    """
    unit = basis.scale.unit
    step = basis.scale.rise_at(row.indication, row.range).to(unit)
    due = step * basis.rules.discrimination.extra_d
    extra = due if row.extra is None else row.extra.to(unit)
    least = row.indication.to(unit) + step
    after = row.after.to(unit)
    outcome, reason = Outcome.CONFORMS, ""
    if after < least:
        outcome, reason = Outcome.DOES_NOT_CONFORM, "not_discriminated"
        if extra < due:
            outcome, reason = Outcome.INDETERMINATE, "extra_load_too_small"
    elif extra > due:
        outcome, reason = Outcome.INDETERMINATE, "extra_load_too_large"
    elif not extra:  # it rose by itself
        outcome, reason = Outcome.INDETERMINATE, "extra_load_too_small"
    elif row.edge is False:
        outcome, reason = Outcome.INDETERMINATE, "edge_not_found"
    return Point(
        section="discrimination",
        label=label,
        nominal=row.load,
        indication=row.after,
        added=extra,
        reference=least,
        error=after - least,
        method=Method.COMPARISON,
        outcome=outcome,
        reason=reason,
        readings=row.readings,
    )
