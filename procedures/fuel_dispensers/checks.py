"""What a dispenser does beside measuring: price, preset, totaliser. All differences are exact."""

from collections.abc import Iterator
from decimal import Decimal

from drivers.quantity import Quantity
from procedures.conformity import decide
from procedures.errors import ProcedureError
from procedures.fuel_dispensers.delivered import Limits, Run
from procedures.fuel_dispensers.observation import Observations, Totalled
from procedures.point import Method, Outcome, Point, Tolerance
from procedures.tolerance import symmetric

RUPIAH = "Rp"
"""unit of prices"""
_COARSE = 20


def price_point(limits: Limits, run: Run) -> Point:
    """Price shown less unit price × volume shown.

    Raises:
        ProcedureError: the unit price is not known, or a price cannot be.
    """
    rules, row = limits.rules.price, run.row
    unit_price = row.unit_price
    if unit_price is None:
        unit_price = limits.marks.nozzle(run.nozzle).unit_price
    shown = row.price or Decimal(0)
    if unit_price is None or unit_price <= 0 or shown < 0:
        raise ProcedureError(
            "fuel_dispensers.unit_price",
            "The price {price} of delivery {point} cannot be checked: its unit price is {unit_price}.",
            "Give unit_price for one litre, above zero, and the price as it is shown.",
            price=str(shown),
            point=run.name,
            unit_price=str(unit_price) if unit_price is not None else "—",
        )
    litres = row.indication.to("L").value
    due = Quantity(litres, RUPIAH) * unit_price
    difference = Quantity(shown, RUPIAH) - due
    interval = limits.marks.price_interval or rules.interval
    tolerance = symmetric(Quantity(interval * rules.intervals, RUPIAH), rules.citation)
    outcome, coarse = _decided(difference, tolerance, due)
    return Point(
        section="price",
        label=f"price/{run.name}",
        subject=run.nozzle,
        nominal=row.indication,
        indication=Quantity(shown, RUPIAH),
        reference=due,
        error=difference,
        tolerance=tolerance,
        method=Method.COMPARISON,
        outcome=outcome,
        reason=coarse or ("" if outcome is Outcome.CONFORMS else "price_wrong"),
        readings=row.readings,
    )


def preset_points(limits: Limits, run: Run) -> Iterator[Point]:
    """What was shown when it stopped by itself, less what it was told to stop at."""
    rules, row = limits.rules.preset, run.row
    told: list[tuple[Quantity, Quantity, Quantity]] = []
    if row.preset is not None:
        told.append((row.indication, row.preset, (limits.marks.d or rules.step) * rules.intervals))
    if row.preset_price is not None and row.price is not None:
        interval = limits.marks.price_interval or limits.rules.price.interval
        limit = Quantity(interval * limits.rules.price.intervals, RUPIAH)
        told.append((Quantity(row.price, RUPIAH), Quantity(row.preset_price, RUPIAH), limit))
    for shown, wanted, limit in told:
        difference = shown - wanted
        tolerance = symmetric(limit, rules.citation)
        outcome, coarse = _decided(difference, tolerance, wanted)
        kind = "/price" if shown.unit == RUPIAH else ""
        yield Point(
            section="preset",
            label=f"preset/{run.name}{kind}",
            subject=run.nozzle,
            nominal=wanted,
            indication=shown,
            reference=wanted,
            error=difference,
            tolerance=tolerance,
            method=Method.COMPARISON,
            outcome=outcome,
            reason=coarse or ("" if outcome is Outcome.CONFORMS else "preset_missed"),
            readings=row.readings,
        )


def totaliser_point(limits: Limits, seen: Observations, row: Totalled) -> Point:
    """What the totaliser counted less what the displays of its nozzles showed.

    Raises:
        ProcedureError: it ran backwards, or counts nozzles of different meters.
    """
    counted = row.after - row.before
    meters = {limits.marks.nozzle(name).behind for name in row.nozzles}
    if counted.dimension != "volume" or counted.value < 0 or len(meters) != 1:
        raise ProcedureError(
            "fuel_dispensers.totaliser",
            "The totaliser of nozzle {nozzles} went from {before} to {after}, which cannot be.",
            "Read it again; give one entry for each meter, with the nozzles that are on it.",
            nozzles=", ".join(row.nozzles) or "—",
            before=str(row.before),
            after=str(row.after),
        )
    sheets = [sheet for sheet in seen.nozzle if sheet.id in row.nozzles]
    shown = sum((one.indication for sheet in sheets for one in sheet.delivery), row.besides).to("L")
    rules = limits.rules.totaliser
    step = limits.marks.totaliser_step or rules.step
    difference = counted - shown
    tolerance = symmetric(step * rules.intervals, rules.citation)
    outcome, coarse = _decided(difference, tolerance, shown)
    return Point(
        section="totaliser",
        label=f"totaliser/{'+'.join(row.nozzles)}",
        subject=row.nozzles[0] if len(row.nozzles) == 1 else "",
        indication=counted,
        reference=shown,
        error=difference,
        tolerance=tolerance,
        method=Method.COMPARISON,
        outcome=outcome,
        reason=coarse or ("" if outcome is Outcome.CONFORMS else "totaliser_differs"),
        readings=row.readings,
    )


def _decided(difference: Quantity, tolerance: Tolerance, counted: Quantity) -> tuple[Outcome, str]:
    """Steps of more than a twentieth of what is counted let nothing pass (a choice of this program)."""
    outcome = decide(difference, difference, tolerance)
    if outcome is Outcome.CONFORMS and tolerance.upper * _COARSE > abs(counted):
        return Outcome.INDETERMINATE, "step_too_coarse"
    return outcome, ""
