"""The mark of the last verification is looked for where there can be one, in every kind of test."""

import tomllib
from decimal import Decimal

import msgspec
import pytest

from procedures import catalogue
from procedures.assignment import Assignment
from procedures.errors import ProcedureError
from procedures.point import Activity
from tests.procedures.scales_at_hand import DAY

MARK = "verification_mark"
KINDS = sorted(catalogue.catalogue())


def example(kind: str) -> dict[str, object]:
    return tomllib.loads(catalogue.find(kind).example_case, parse_float=Decimal)


def marks(kind: str, activity: Activity) -> list[str]:
    procedure = catalogue.find(kind)
    content = example(kind)
    uut = {"reference_constant": 100000} | content["uut"] if kind == "energy_meters" else content["uut"]
    order = Assignment(kind=kind, activity=activity, uut=uut, rules=content.get("rules"))
    outline = procedure.outline(order, DAY)
    return [point.label for point in outline.points if point.label.endswith(MARK)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_instrument_is_not_asked_for_the_mark_of_its_last_verification(kind):
    assert marks(kind, Activity.INITIAL_VERIFICATION) == []
    assert marks(kind, Activity.SUBSEQUENT_VERIFICATION) != []


@pytest.mark.parametrize(
    "kind", ["water_meters", "gas_meters", "energy_meters", "flow_meters", "level_gauges"]
)
def test_observations_on_paper_do_not_speak_of_it_either(kind):
    content = example(kind) | {"activity": "initial_verification"}
    for meter in content["meter"]:
        meter["visual"] = {MARK: False}
    with pytest.raises(ProcedureError, match="has no line verification_mark"):
        catalogue.find(kind).compute(content)


def test_a_line_that_no_checklist_has_is_refused_whatever_it_says():
    content = example("water_meters")
    content["meter"][0]["visual"] = {"no_such_line": True}
    with pytest.raises(ProcedureError) as refused:
        catalogue.find("water_meters").compute(content)
    assert refused.value.code == "case.visual_item"


def test_the_mark_counts_at_tera_ulang():
    content = example("capacity_measures")
    again = msgspec.json.decode(msgspec.json.encode(content)) | {"activity": "subsequent_verification"}
    again["visual"] = {**again.get("visual", {}), MARK: False}
    assert f"visual/{MARK}" in catalogue.find("capacity_measures").compute(again).verdict.failing
