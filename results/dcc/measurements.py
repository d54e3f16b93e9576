"""The measured part of a digital certificate: a result for each section, a list for each point."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Final
from xml.etree.ElementTree import Element

from procedures.point import Outcome, Point
from results.certificate.words import day, gloss, word
from results.dcc.administration import software
from results.dcc.element import dcc, spoken
from results.dcc.quantities import quantity
from results.record import Record

_CONFORMITY: Final = {
    Outcome.CONFORMS: "pass",
    Outcome.DOES_NOT_CONFORM: "fail",
    Outcome.INDETERMINATE: "noPass",
}


def measurement_results(record: Record) -> Element:
    """The deciding test, and the one before an adjustment where there was one."""
    tests = [_test(record, "Hasil pengujian", "Test result", record.points)]
    if record.as_found is not None:
        before = _test(record, "Sebelum penyetelan", "Before adjustment", record.as_found.points)
        tests.insert(0, before)
    return dcc("measurementResults", *tests)


def _test(record: Record, indonesian: str, english: str, points: Sequence[Point]) -> Element:
    standards = [
        _standard(use.id, use.certificate, f"{use.accuracy_class}, {day(use.due)}")
        for use in record.standards
    ]
    return dcc(
        "measurementResult",
        spoken("name", indonesian, english),
        dcc("usedMethods", _method(record)),
        dcc("usedSoftware", software(record)),
        dcc("measuringEquipments", *standards) if standards else None,
        dcc("influenceConditions", dcc("influenceCondition", *_conditions())),
        dcc("results", *_sections(points)),
    )


def _conditions() -> Iterator[Element]:
    """The rules want conditions; where a procedure measures none, that is said rather than invented."""
    yield spoken("name", "Kondisi lingkungan", "Ambient conditions")
    told = "Sebagaimana tercatat pada titik uji; selain itu tidak diukur"
    yield dcc("data", spoken("text", told, "As recorded with the points; not measured otherwise"))


def _method(record: Record) -> Element:
    rule = record.rule or {}
    edition = f"{record.kind} {record.procedure_edition}, {record.procedure_digest}"
    norm = str(rule.get("regulation") or rule.get("id") or "")
    return dcc(
        "usedMethod",
        spoken("name", f"Prosedur {edition}", f"Procedure {edition}"),
        dcc("norm", norm) if norm else None,
        refType="basic_methodMeasurementUncertainty"
        if _has_uncertainty(record.points)
        else "basic_measurementMethod",
    )


def _has_uncertainty(points: Sequence[Point]) -> bool:
    return any(point.uncertainty is not None for point in points)


def _standard(name: str, certificate: str, facts: str) -> Element:
    return dcc(
        "measuringEquipment",
        spoken("name", name),
        spoken("description", f"{facts}; {certificate}"),
        dcc(
            "identifications",
            dcc(
                "identification",
                dcc("issuer", "calibrationLaboratory"),
                dcc("value", certificate or name),
                spoken("name", "Sertifikat", "Certificate"),
            ),
        ),
    )


def _sections(points: Sequence[Point]) -> Iterator[Element]:
    for section, group in groupby(points, key=lambda point: point.section):
        yield dcc(
            "result",
            spoken("name", word("section", section), gloss("section", section) or section.replace("_", " ")),
            dcc("data", *(_point(point) for point in group)),
        )


def _point(point: Point) -> Element:
    return dcc(
        "list",
        spoken("name", point.label),
        *(list(_quantities(point)) or [_seen(point)]),
        dcc("measurementMetaData", _conformity(point)),
    )


def _quantities(point: Point) -> Iterator[Element]:
    error = point.corrected_error if point.corrected_error is not None else point.error
    if point.nominal is not None:
        yield quantity(("Nominal", "Nominal value"), point.nominal, kind="basic_nominalValue")
    if point.reference is not None:
        yield quantity(("Acuan", "Reference value"), point.reference, kind="basic_referenceValue")
    if point.indication is not None:
        yield quantity(("Penunjukan", "Indication"), point.indication, kind="basic_measuredValue")
    if point.added is not None:
        yield quantity(("ΔL", "ΔL"), point.added)
    if error is not None:
        yield quantity(
            ("Kesalahan", "Error"),
            error,
            kind="basic_measurementError",
            expanded=point.uncertainty,
            factor=point.coverage_factor or Decimal(2),
        )
    if point.error_bounds is not None:
        low, high = point.error_bounds
        yield quantity(("Kesalahan, batas bawah", "Error, lower bound"), low)
        yield quantity(("Kesalahan, batas atas", "Error, upper bound"), high)
    if point.tolerance is not None:
        yield quantity(
            ("BKD bawah", "Lower tolerance limit"), point.tolerance.lower, kind="basic_acceptanceLimitLower"
        )
        yield quantity(
            ("BKD atas", "Upper tolerance limit"), point.tolerance.upper, kind="basic_acceptanceLimitUpper"
        )


def _seen(point: Point) -> Element:
    outcome = word("outcome", point.outcome)
    return dcc("quantity", spoken("name", point.label), spoken("noQuantity", outcome, point.outcome.value))


def _conformity(point: Point) -> Element:
    citation = point.tolerance.citation if point.tolerance is not None else ""
    return dcc(
        "metaData",
        dcc("norm", citation) if citation else None,
        dcc("conformity", _CONFORMITY[point.outcome]),
        refType="basic_conformity",
    )
