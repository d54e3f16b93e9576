"""From one length beside its reference to a point: fractions of mm, compared before anything is rounded."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.point import Method, Outcome, Point, Tolerance
from procedures.subjects.judging import C, I, Judged, N, decided, stated
from procedures.subjects.sheet import Row
from procedures.uncertainty.budget import Component, component
from procedures.uncertainty.evaluation import Evaluated, rectangular

_NANO = Decimal("1e-9")


class Found(NamedTuple):
    """What a row comes to, in mm."""

    subject: str
    label: str
    nominal: Quantity
    indication: Quantity
    true: Fraction
    """by the reference"""
    error: Fraction


class Permitted(NamedTuple):
    """What it is compared with."""

    limit: Fraction
    """mm, without sign, exactly"""
    tolerance: Tolerance
    """the same as a point states it"""
    least_ratio: Decimal


class Read(NamedTuple):
    """How the reference was read."""

    step: Quantity
    """that the eye can tell apart"""
    source: str
    model: str


def compared(
    found: Found, permitted: Permitted, read: Read, row: Row, more: tuple[Component, ...] = ()
) -> Judged:
    """The point of one row, and what its uncertainty consists of.

    Args:
        found: error and true length.
        permitted: the limits.
        read: how the reference was read.
        row: with the uncertainty of the reference, and what makes it decide nothing.
        more: parts of the uncertainty that this kind of instrument brings.
    """
    doubt = None if row.uncertainty is None else doubt_mm(row.uncertainty, mm(found.nominal))
    error = stated(found.error, "mm")
    outcome, reason = decided(error, permitted.tolerance, doubt, permitted.least_ratio, row.faults)
    if outcome is not I:
        outcome = _exactly(found.error, permitted.limit)
    return Judged(
        point=Point(
            section="accuracy",
            label=found.label,
            subject=found.subject,
            nominal=found.nominal,
            indication=found.indication,
            reference=stated(found.true, "mm", 6),
            error=error,
            tolerance=permitted.tolerance,
            method=Method.DIRECT,
            outcome=outcome,
            reason=reason,
            readings=row.readings,
        ),
        parts=() if doubt is None else (*_parts(doubt, read), *more),
        model=read.model,
        group=found.label.split("/")[2],
    )


def _exactly(error: Fraction, limit: Fraction) -> Outcome:
    return C if abs(error) <= limit else N


def _parts(doubt: Quantity, read: Read) -> Iterator[Component]:
    certificate = Evaluated(float(doubt.value) / 2)
    yield component("certificate", certificate, unit="mm", source="certificate of the standard")
    yield component("reading", rectangular(float(mm(read.step)) / 2), unit="mm", source=read.source)


def doubt_mm(uncertainty: Quantity, whole: Fraction) -> Quantity:
    """An uncertainty, a length or % of one, in mm, never rounded down.

    >>> print(doubt_mm(Quantity("0.005", "%"), Fraction(10_000)))
    0.500000000 mm
    """
    exact = mm(uncertainty) if uncertainty.unit != "%" else Fraction(uncertainty.value) * whole / 100
    return Quantity(-(-(exact * 10**9).numerator // (exact * 10**9).denominator), "mm") * _NANO


def mm(length: Quantity) -> Fraction:
    """A length in mm, exactly."""
    return Fraction(length.to("mm").value)


def warmed(
    length: Fraction, expansion: Decimal | None, temperature: Quantity | None, at: Quantity
) -> Fraction:
    """A length at a temperature, of something that is so long at temperature `at`; α linear, 1/°C."""
    if expansion is None or temperature is None:
        return length
    warmer = Fraction(temperature.to("°C").value) - Fraction(at.to("°C").value)
    return length * (1 + Fraction(expansion) * warmer)


def impossible_row(path: str, why: str) -> ProcedureError:
    """What is said of a row that cannot be judged."""
    return ProcedureError(
        "compared_lengths.row_impossible",
        "The row `{path}` cannot be right: {why}.",
        "Compare it with the observation sheet.",
        path=path,
        why=why,
    )
