"""A verified record in the forms that other programs read; quantities stay decimal digits with their unit."""

import csv
import io
from collections.abc import Callable
from typing import Final

from drivers.errors import UnitError
from drivers.quantity import Quantity
from procedures.point import Point
from results.dcc.document import render_dcc
from results.errors import RecordError
from results.verification import VerifiedRecord

_QUANTITIES: Final = (
    "nominal",
    "indication",
    "added",
    "reference",
    "error",
    "corrected_error",
    "tolerance_lower",
    "tolerance_upper",
    "uncertainty",
)
_COLUMNS: Final = (
    "record_id",
    "training",
    "section",
    "label",
    "unit",
    *_QUANTITIES,
    "method",
    "outcome",
    "reason",
)


def export(verified: VerifiedRecord, form: str) -> bytes:
    """Write a record as `json` or `csv`.

    Args:
        verified: the record.
        form: `json` is the signed payload, byte for byte; `csv` has one line a point, with a dot as decimal
            mark.

    Raises:
        RecordError: a form that this version cannot write.
    """
    if writer := _WRITERS.get(form):
        return writer(verified)
    if form in _LATER:
        raise RecordError(
            "export.not_yet",
            "This version does not write {form}.",
            _LATER[form],
            form=form,
        )
    raise RecordError(
        "export.unknown",
        "{form} is not a form of export.",
        "Choose {known}.",
        form=repr(form),
        known=" or ".join(_WRITERS),
    )


def _json(verified: VerifiedRecord) -> bytes:
    return verified.payload


def _csv(verified: VerifiedRecord) -> bytes:
    record = verified.record
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    for point in record.points:
        unit, values = _in_one_unit(point)
        writer.writerow(
            [
                record.record_id,
                str(record.training).lower(),
                _safe(point.section),
                _safe(point.label),
                unit,
                *values,
                point.method.value,
                point.outcome.value,
                _safe(point.reason),
            ]
        )
    return text.getvalue().encode()


def _in_one_unit(point: Point) -> tuple[str, list[str]]:
    tolerance = point.tolerance
    found: list[Quantity | None] = [
        point.nominal,
        point.indication,
        point.added,
        point.reference,
        point.error,
        point.corrected_error,
        tolerance.lower if tolerance else None,
        tolerance.upper if tolerance else None,
        point.uncertainty,
    ]
    unit = next((one.unit for one in found if one is not None), "")
    return unit, ["" if one is None else _digits(one, unit) for one in found]


def _digits(value: Quantity, unit: str) -> str:
    """The digits in the line's unit, or with their own unit where there is no exact conversion."""
    try:
        return value.to(unit).digits
    except UnitError:
        return str(value)


def _safe(text: str) -> str:
    """Keep a spreadsheet from reading a text as a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


_WRITERS: Final[dict[str, Callable[[VerifiedRecord], bytes]]] = {
    "json": _json,
    "csv": _csv,
    "dcc": render_dcc,
}
_LATER: Final = {"xlsx": "Use csv: every spreadsheet opens it."}
