"""Exports: the signed bytes, and a table that a spreadsheet cannot misread."""

import csv
import io
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from drivers.quantity import Quantity
from procedures.point import Method, Outcome, Point
from results.errors import RecordError
from results.export import export
from results.journal import Journal
from results.verification import VerifiedRecord
from tests.results.made_run import seal_with, write_run


@pytest.fixture(scope="module")
def verified(tmp_path_factory: pytest.TempPathFactory) -> VerifiedRecord:
    folder: Path = tmp_path_factory.mktemp("export")
    with Journal(folder / "journal.db") as journal:
        write_run(journal, end="concluded")
        return seal_with(journal, folder, folder).verified


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def test_json_is_what_was_signed(verified: VerifiedRecord):
    assert export(verified, "json") == verified.payload


def test_csv_has_a_line_a_point_with_decimals_as_they_are(verified: VerifiedRecord):
    found = rows(export(verified, "csv"))
    assert [row["label"] for row in found] == [point.label for point in verified.record.points]
    assert (found[5]["nominal"], found[5]["unit"], found[5]["outcome"]) == ("6000", "g", "conforms")
    assert Decimal(found[5]["error"]) == Decimal("1.5")


def with_point(verified: VerifiedRecord, point: Point) -> VerifiedRecord:
    return replace(verified, record=msgspec.structs.replace(verified.record, points=(point,)))


def test_a_text_that_looks_like_a_formula_stays_a_text(verified: VerifiedRecord):
    point = Point(section="=1+1", label="@x", method=Method.INSPECTION, outcome=Outcome.CONFORMS)
    (row,) = rows(export(with_point(verified, point), "csv"))
    assert (row["section"], row["label"]) == ("'=1+1", "'@x")


def test_a_quantity_without_an_exact_conversion_keeps_its_own_unit(verified: VerifiedRecord):
    point = Point(
        section="accuracy",
        label="accuracy/1 lb",
        nominal=Quantity(1, "lb"),
        added=Quantity("0.5", "g"),
        method=Method.DIRECT,
        outcome=Outcome.CONFORMS,
    )
    (row,) = rows(export(with_point(verified, point), "csv"))
    assert (row["unit"], row["nominal"], row["added"]) == ("lb", "1", "0.5 g")


@pytest.mark.parametrize(("form", "code"), [("xlsx", "export.not_yet"), ("doc", "export.unknown")])
def test_a_form_that_is_not_written_is_told_plainly(verified: VerifiedRecord, form: str, code: str):
    with pytest.raises(RecordError) as refused:
        export(verified, form)
    assert refused.value.code == code
