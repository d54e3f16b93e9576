"""The gate for a standard that is one instrument or measure: a vessel, a scale, a master meter.

It passes when it is of the kind that is needed, its certificate is still valid on the day of the test and
covers the point, and its expanded uncertainty is at most the permitted share of the tolerance there. Refusals
name the standard, the limit, and what in the cupboard would do instead.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Final

from drivers.errors import UnitError
from drivers.quantity import Quantity
from procedures.errors import StandardError
from procedures.meters.relative_error import percent_of
from procedures.standard import COVERAGE, Kind, WorkingStandard

_HAVE_ERRORS: Final = frozenset({"length", "mass", "volume"})
"""at these an error may stand as a quantity; at a flow or a current it is a part of what was measured"""


@dataclass(frozen=True, kw_only=True)
class Use:
    """What one standard is needed for."""

    kind: Kind
    at: Quantity
    """the volume, mass or flow at which it is used"""
    limit: Quantity
    """in percent of the measured quantity: the most that its expanded uncertainty may be"""


def choose_standard(
    cupboard: Sequence[WorkingStandard],
    named: Sequence[str],
    use: Use,
    on: date,
    *,
    fits: Callable[[WorkingStandard], bool] = lambda _: True,
) -> WorkingStandard:
    """The standard for one use: of those named, or else the first of the cupboard that will do.

    Args:
        cupboard: all standards at hand.
        named: ids that the assignment names; empty: any.
        use: what it is for.
        on: the day of the test.
        fits: what else must be so, such as the size of a measure.

    Raises:
        StandardError: none will do, or what was named will not; the facts name what would.
    """
    of_kind = [one for one in cupboard if one.kind == use.kind and fits(one)]
    good = [one for one in of_kind if not lacks(one, use, on)]
    wanted = [one for one in of_kind if one.id in named] or of_kind
    chosen = next((one for one in wanted if one in good), None)
    if chosen is not None:
        return chosen
    if not wanted:
        raise StandardError(
            "standard.kind_missing",
            "The laboratory has no {kind} registered that can be used at {at}.",
            'Register it in laboratory.toml: kind = "{kind}", nominal, uncertainty, certificate, due.',
            kind=use.kind,
            standard_kind=use.kind,
            at=str(use.at),
        )
    code, facts = next(iter(lacks(wanted[0], use, on)))
    message, remedy = _SENTENCES[code]
    if good:
        other = ", ".join(one.id for one in good)
        raise StandardError(code, message, "Use {alternative}.", alternative=other, **facts)
    raise StandardError(f"{code}.no_other", message, remedy, **facts)


def lacks(standard: WorkingStandard, use: Use, on: date) -> list[tuple[str, dict[str, str]]]:
    """Why a standard may not be used; empty when it may."""
    return list(_lacks(standard, use, on))


def _lacks(standard: WorkingStandard, use: Use, on: date) -> Iterator[tuple[str, dict[str, str]]]:
    named = {"standard": standard.id}
    if not standard.certificate.strip():
        yield "standard.no_certificate", named
    if standard.due < on:
        yield "standard.overdue", {**named, "due": standard.due.isoformat(), "date": on.isoformat()}
    if fault := _table_fault(standard, use.at):
        yield fault, named | {"at": str(use.at)}
        return
    try:
        if out := _outside(standard, use.at):
            yield "standard.range", named | out
        doubt = relative_uncertainty(standard, use.at)
    except UnitError:
        yield "standard.unit", {**named, "at": str(use.at)}
        return
    if doubt is None or doubt.value <= 0:  # no certificate states none at all
        yield "standard.uncertainty_unknown", {**named, "at": str(use.at)}
    elif doubt > use.limit:
        yield "standard.uncertainty_share", {**named, "doubt": str(doubt), "limit": str(use.limit)}


def relative_uncertainty(standard: WorkingStandard, at: Quantity) -> Quantity | None:
    """Expanded uncertainty (k = 2) in percent of what is measured; None: the certificate does not say it.

    What a measure holds is always its own volume; a scale, a meter or a tape measures `at`, far below what it
    could.

    Raises:
        UnitError: the certificate states it in another kind of quantity.
    """
    whole = at if standard.kind != "vessel" else standard.value or standard.nominal or at
    line = nearest(standard, whole)
    stated = line[1] if line is not None and line[1] is not None else standard.uncertainty
    if stated is None:
        return None
    percent = stated
    if stated.unit != "%":
        percent = percent_of(stated, whole)
    exact = Fraction(percent.value) * Fraction(COVERAGE) / Fraction(standard.coverage_factor)
    steps = -(-(exact * 10**6).numerator // (exact * 10**6).denominator)  # never rounded down
    return Quantity(Decimal(steps).scaleb(-6).normalize() + 0, "%")


def nearest(standard: WorkingStandard, at: Quantity) -> tuple[Quantity, Quantity | None] | None:
    """Error and uncertainty of the table's line at `at`, the worse of the two around it for the uncertainty.

    Between two lines the error is taken on the straight line through both; beyond the ends that of the end.
    """
    lines = [one for one in standard.corrections if one.at.dimension == at.dimension]
    if not lines:
        return None
    if at <= lines[0].at:
        return lines[0].error, lines[0].uncertainty
    for before, after in pairwise(lines):
        if at <= after.at:
            known = [one.uncertainty for one in (before, after) if one.uncertainty is not None]
            return _between(before.at, after.at, before.error, after.error, at), max(known) if known else None
    return lines[-1].error, lines[-1].uncertainty


def error_at(standard: WorkingStandard, at: Quantity) -> Quantity:
    """Indication − true value of a standard by the table of its certificate, 0 % where it has none.

    In % or, of lengths, masses and volumes, in a unit of `at`; the gate has seen that the table is for this.
    """
    line = nearest(standard, at)
    return Quantity(0, "%") if line is None else line[0]


def corrected(standard: WorkingStandard, indication: Quantity) -> Quantity:
    """What a standard measured when it showed this: a load, a length, by the table of its certificate."""
    if not standard.corrections:
        return indication
    error = error_at(standard, indication)
    return indication - (indication * (error.value / 100) if error.unit == "%" else error)


def volume_of(standard: WorkingStandard) -> Quantity | None:
    """What a measure holds at its line, by its certificate; None: nothing but its nominal volume is known."""
    if standard.value is not None or standard.nominal is None or not standard.corrections:
        return standard.value
    return corrected(standard, standard.nominal)


def _table_fault(standard: WorkingStandard, at: Quantity) -> str:
    """Why the table of a certificate says nothing of what is measured; empty: it does, or there is none."""
    lines = standard.corrections
    if any(line.at.dimension != at.dimension for line in lines):
        return "standard.table_quantity"
    if any(after.at <= before.at for before, after in pairwise(lines)):
        return "standard.table_order"
    units = {"%", at.dimension} if at.dimension in _HAVE_ERRORS else {"%"}
    said = {"%" if line.error.unit == "%" else line.error.dimension for line in lines}
    mixed = len(said) > 1
    return "standard.table_error" if mixed or not said <= units else ""


def _outside(standard: WorkingStandard, at: Quantity) -> dict[str, str]:
    """Between which values the certificate holds, when `at` is outside; by its table where none is said.

    A measure is filled to its line however much is poured with it.
    """
    if standard.kind == "vessel" and standard.corrections and standard.nominal is not None:
        at = standard.nominal
    low, high = standard.lowest, standard.highest
    if low is None and standard.corrections:
        low = standard.corrections[0].at
    if high is None and standard.corrections:
        high = standard.corrections[-1].at
    if (low is None or at >= low) and (high is None or at <= high):
        return {}
    bounds = {"lowest": low, "highest": high}
    return {"at": str(at)} | {name: "—" if one is None else str(one) for name, one in bounds.items()}


def _between(start: Quantity, end: Quantity, first: Quantity, last: Quantity, at: Quantity) -> Quantity:
    unit = start.unit
    begin = Fraction(start.value)
    part = (at.fraction_in(unit) - begin) / (end.fraction_in(unit) - begin)
    change = Fraction((last.to(first.unit) - first).value) * part
    steps = round((Fraction(first.value) + change) * 10**6)
    return Quantity(Decimal(steps).scaleb(-6).normalize() + 0, first.unit)


_SENTENCES: Final = {
    "standard.no_certificate": (
        "Standard {standard} has no certificate.",
        "Enter the number of its certificate.",
    ),
    "standard.overdue": (
        "Standard {standard} was due on {due}, before the test on {date}.",
        "Have it verified again before it is used.",
    ),
    "standard.range": (
        "The certificate of standard {standard} holds from {lowest} to {highest}, not at {at}.",
        "Use a standard whose certificate covers it.",
    ),
    "standard.unit": (
        "The figures of standard {standard} are of another kind than {at}.",
        "Correct its units in laboratory.toml.",
    ),
    "standard.table_quantity": (
        "The table of standard {standard} is for another quantity than {at}, at which it is used.",
        "Copy its lines as the certificate has them, each with what it was found at.",
    ),
    "standard.table_order": (
        "The lines of the table of standard {standard} do not rise from one to the next.",
        "Write them in rising order, each once.",
    ),
    "standard.table_error": (
        "The table of standard {standard} gives errors that are none at {at}.",
        "Write all in %, or all in a unit of length, mass or volume where that is what is measured.",
    ),
    "standard.uncertainty_unknown": (
        "The uncertainty of standard {standard} at {at} is not known.",
        "Enter the uncertainty from its certificate.",
    ),
    "standard.uncertainty_share": (
        "The uncertainty of standard {standard} is {doubt}, more than the permitted {limit}.",
        "Use a better standard.",
    ),
}
