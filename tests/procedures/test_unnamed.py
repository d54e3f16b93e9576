"""What a paper would leave open: an order of several instruments names each by itself."""

import pytest

from procedures.assignment import Assignment, Identity, Owner, unnamed
from procedures.point import Activity

SEVERAL = {
    "one without a number": ({}, "", "identity.serial"),
    "one with its number": ({}, "A-1", ""),
    "several, each with its own": (
        {"meters": [{"id": "1", "serial": "A"}, {"id": "2", "serial": "B"}]}, "", ""
    ),
    "several, one without": (
        {"meters": [{"id": "1", "serial": "A"}, {"id": "2"}]}, "", "identity.serial"
    ),
    "several, one of blanks": (
        {"meters": [{"id": "1", "serial": " "}, {"id": "2", "serial": "B"}]}, "", "identity.serial"
    ),
    "a list of other things": ({"intervals": [{"max": "3 kg", "e": "1 g"}]}, "", "identity.serial"),
}  # fmt: skip


@pytest.mark.parametrize("case", SEVERAL)
def test_a_serial_number_is_missing_only_where_an_instrument_has_none(case):
    uut, serial, missing = SEVERAL[case]
    order = Assignment(
        kind="gas_meters",
        activity=Activity.INITIAL_VERIFICATION,
        uut=uut,
        identity=Identity(maker="Merek", serial=serial),
        owner=Owner(name="Pemilik"),
    )
    assert [notice.facts["entries"] for notice in unnamed(order)] == ([missing] if missing else [])
