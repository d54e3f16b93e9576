"""The digital certificate: valid against PTB's schemas and rules, and it says what the record says."""

import warnings
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as ET

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.errors import UnitError
from drivers.quantity import Quantity
from procedures.assignment import Identity, Owner
from procedures.point import Method, Outcome, Phase, Point, Reason
from procedures.standard import StandardUse
from results.dcc.document import render_dcc
from results.dcc.quantities import unit_of
from results.errors import RecordError
from results.journal import Journal
from results.verification import VerifiedRecord
from tests.results.made_run import seal_with, write_run

NAMES = {"dcc": "https://ptb.de/dcc", "si": "https://ptb.de/si"}


def sealed(folder: Path, end: str = "concluded") -> VerifiedRecord:
    with Journal(folder / "journal.db") as journal:
        write_run(journal, end=end)
        return seal_with(journal, folder, folder).verified


@pytest.fixture(scope="module")
def verified(tmp_path_factory: pytest.TempPathFactory) -> VerifiedRecord:
    return sealed(tmp_path_factory.mktemp("dcc"))


@pytest.fixture(scope="module")
def valid(shared_data: Path):
    """A function that refuses XML which PTB's schema or Schematron rules find wrong."""
    etree = pytest.importorskip("lxml.etree", reason="lxml is in the dependency group foreign")
    judge = pytest.importorskip("dcclib.validation", reason="dcclib is in the dependency group foreign")
    schema = etree.XMLSchema(etree.parse(str(shared_data / "dcc-3.3.0" / "dcc.xsd")))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rules = judge.SchematronValidator.for_dcc()

    def check(content: bytes) -> None:
        tree = etree.fromstring(content)
        schema.assertValid(tree)
        found = rules.validate_tree(tree)
        told = (*found.failed_assertions, *found.successful_reports)
        assert [(one.role, one.text) for one in told if one.role != "information"] == []

    return check


def changed(verified: VerifiedRecord, **facts) -> VerifiedRecord:
    return replace(verified, record=msgspec.structs.replace(verified.record, **facts))


def a_point(**facts) -> Point:
    return Point(
        **{
            "section": "accuracy",
            "label": "accuracy/up/1 kg",
            "method": Method.DIRECT,
            "outcome": Outcome.CONFORMS,
            **facts,
        }
    )


def parsed(content: bytes) -> ET.Element:
    return ET.fromstring(content)  # noqa: S314  # written a moment ago by the code under test


STANDARD = StandardUse(
    id="S-07",
    description="anak timbangan",
    accuracy_class="M1",
    certificate="KAL-2026-17",
    due=date(2027, 1, 1),
    traceability="SNSU-BSN",
)
UNTIDY = "Toko \x00 <&>\u0001 😀 \ufffe"
RECORDS = {
    "as it is": {},
    "training": {"training": True},
    "does not conform": {"points": (a_point(outcome=Outcome.DOES_NOT_CONFORM),)},
    "open": {"points": (a_point(outcome=Outcome.INDETERMINATE, reason="range_undecided"),)},
    "seen by eye only": {
        "points": (a_point(section="visual", label="visual/level", method=Method.INSPECTION),)
    },
    "uncertainty": {
        "points": (
            a_point(
                nominal=Quantity(1, "kg"),
                error=Quantity("0.5", "g"),
                uncertainty=Quantity("0.30", "g"),
                coverage_factor=Decimal("2.05"),
            ),
        )
    },
    "a unit of no system": {"points": (a_point(nominal=Quantity(1, "lb"), error=Quantity("0.1", "oz")),)},
    "bounds": {"points": (a_point(error_bounds=(Quantity(-1, "g"), Quantity(2, "g"))),)},
    "nobody named": {"owner": Owner(), "identity": Identity()},
    "letters that XML cannot carry": {"owner": Owner(UNTIDY, UNTIDY), "order": UNTIDY},
    "standards": {"standards": (STANDARD,)},
    "replaces another": {"supersedes": "BENCH-02:000001"},
    "notices": {
        "notices": (Reason(code="rules_unverified"), Reason(code="never_heard_of", facts={"x": "<y>"}))
    },
}


@pytest.mark.parametrize("case", RECORDS)
def test_every_record_gives_a_valid_certificate(case, verified, valid):
    valid(render_dcc(changed(verified, **RECORDS[case])))


def test_an_adjusted_instrument_has_two_results(verified, valid):
    found = Phase(points=verified.record.points, verdict=verified.record.verdict)
    content = render_dcc(changed(verified, as_found=found))
    valid(content)
    assert len(parsed(content).findall("dcc:measurementResults/dcc:measurementResult", NAMES)) == 2


def test_it_says_what_the_record_says(verified):
    record = verified.record
    tree = parsed(render_dcc(verified))
    assert tree.findtext(".//dcc:uniqueIdentifier", namespaces=NAMES) == record.record_id
    assert verified.digest in [each.text for each in tree.iterfind(".//dcc:value", NAMES)]
    lists = tree.findall(".//dcc:list", NAMES)
    assert [each.findtext("dcc:name/dcc:content", namespaces=NAMES) for each in lists] == [
        point.label for point in record.points
    ]
    for point, each in zip(record.points, lists, strict=True):
        values = {
            one.get("refType"): one.findtext("si:real/si:value", namespaces=NAMES)
            for one in each.iterfind("dcc:quantity", NAMES)
        }
        if point.indication is not None:
            assert Decimal(values["basic_measuredValue"]) == point.indication.value
        if point.error is not None:
            shown = point.corrected_error or point.error
            assert Decimal(values["basic_measurementError"]) == shown.value


def test_the_same_record_gives_the_same_bytes(verified):
    assert render_dcc(verified) == render_dcc(verified)


def test_training_is_said_in_the_identifier_and_in_words(verified):
    content = render_dcc(changed(verified, training=True)).decode()
    assert "TRAINING" in content
    assert f">{verified.record.record_id}<" not in content


def test_a_voided_run_has_no_certificate(tmp_path):
    with pytest.raises(RecordError) as caught:
        render_dcc(sealed(tmp_path, end="voided"))
    assert caught.value.code == "export.no_result"


UNITS = {
    "kg": r"\kilo\gram",
    "mg": r"\milli\gram",
    "mL": r"\milli\litre",
    "hPa": r"\hecto\pascal",
    "min": r"\minute",
    "m": r"\metre",
    "L/min": r"\litre\per\minute",
    "m3/h": r"\metre\tothe{3}\per\hour",
    "kWh": r"\kilo\watt\hour",
    "lb": None,
}


@pytest.mark.parametrize(("unit", "written"), UNITS.items())
def test_units_are_those_of_the_brochure(unit, written):
    assert unit_of(unit) == written


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=12), st.decimals(-(10**9), 10**9, places=6))
def test_any_text_and_any_number_is_well_formed(verified, text, value):
    record = changed(
        verified,
        owner=Owner(text, text),
        points=(a_point(label=text, section=text, nominal=Quantity(value, "g")),),
    )
    tree = parsed(render_dcc(record))
    assert Decimal(tree.findtext(".//si:value", namespaces=NAMES)) == value


def test_a_text_that_is_no_unit_is_none():
    assert unit_of("gram") is None
    with pytest.raises(UnitError):
        Quantity(1, "gram")
