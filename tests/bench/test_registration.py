"""What is typed at the front desk becomes an order that its procedure takes, and nothing is guessed."""

import datetime as dt

import msgspec
import pytest

from bench.catalogue import catalogue as messages
from bench.errors import LaboratoryError
from bench.labels import Labels
from bench.registration import Field, answers_of, assignment_of, fields, kinds, read, write_order
from bench.titles import title_of
from bench.workplace import read_assignment
from procedures.catalogue import catalogue, find
from procedures.point import Activity
from results.errors import StorageError

TODAY = dt.date(2026, 11, 22)
OTHER_MARKING = {"energy_meters": {"itr", "imin", "ist"}, "water_meters": {"qn", "metrological_class"}}
"""what a plate does not have that has the other marks"""


def as_shown(kind: str) -> dict[str, str]:
    """Every line answered as its example shows."""
    left_out = {f"uut.{name}" for name in OTHER_MARKING.get(kind, ())}
    return {
        one.name: one.like or one.given or next(iter(one.choices), "x")
        for one in fields(kind)
        if one.name not in left_out
    }


def test_every_kind_of_the_catalogue_can_be_registered():
    assert set(kinds()) == set(catalogue())


@pytest.mark.parametrize("kind", kinds())
def test_answers_like_the_examples_are_an_order_that_the_procedure_takes(kind, tmp_path):
    order = assignment_of(kind, as_shown(kind))
    outline = find(kind).outline
    assert outline is not None
    assert outline(order, TODAY)
    file = write_order(tmp_path, "order", order, {}.__setitem__)
    assert read_assignment(file) == order


@pytest.mark.parametrize("kind", kinds())
def test_an_order_gives_the_answers_back_that_make_it_again(kind):
    order = assignment_of(kind, as_shown(kind))
    answers = answers_of(order)
    assert answers.keys() == {one.name for one in fields(kind)}
    assert assignment_of(kind, answers) == order


def test_a_decimal_comes_back_with_the_countrys_comma_and_nozzles_as_they_were_typed():
    order = assignment_of("fuel_dispensers", as_shown("fuel_dispensers"))
    answers = answers_of(order)
    assert (answers["uut.d"], answers["uut.nozzles"]) == ("0,01 L", "1+2, 3")
    assert answers["uut.nozzles.liquid"] == "petrol"


SAYS_MORE = {
    "a rule table": {"rules": "x"},
    "another plate": {"uut": {"nozzles": [{"id": "1", "liquid": "petrol"}, {"id": "2", "liquid": "diesel"}]}},
    "a list of something else": {"uut": {"nozzles": ["1", "2"]}},
    "one in place of a list": {"uut": {"nozzles": 1}},
}


@pytest.mark.parametrize("said", SAYS_MORE.values(), ids=SAYS_MORE)
def test_what_nobody_is_asked_is_never_lost_by_a_correction(said):
    order = assignment_of("fuel_dispensers", as_shown("fuel_dispensers"))
    with pytest.raises(LaboratoryError) as refused:
        answers_of(msgspec.structs.replace(order, **said))
    assert refused.value.code == "registration.says_more"


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("kind", kinds())
def test_every_line_has_its_words(kind, language):
    names = {f"plate.{one.name.removeprefix('uut.')}" for one in fields(kind)}
    assert names - messages(language).keys() == set()


def quantity(like: str) -> Field:
    return Field(name="x", form="quantity", like=like)


READ = {
    "a bare number takes the unit of the example": (quantity("40 L/min"), "40", "40 L/min"),
    "a comma is a decimal mark": (quantity("0.01 L"), "0,01", "0.01 L"),
    "a unit of one's own is kept": (quantity("15 kg"), "500 g", "500 g"),
    "a unit in capitals": (quantity("15 kg"), "15 KG", "15 kg"),
    "a unit without a space": (quantity("15 kg"), "15kg", "15 kg"),
    "a litre in small letters": (quantity("40 L/min"), "40 l/min", "40 L/min"),
    "millilitres in small letters": (quantity("20 mL"), "20 ml", "20 mL"),
    "kilowatt hours in any case": (quantity("0.01 kWh"), "0,01 KWH", "0.01 kWh"),
    "a cubic metre as it is printed": (quantity("6 m3/h"), "6 m³/h", "6 m3/h"),
    "a small number with three decimals": (quantity("1 L"), "0,001", "0.001 L"),
    "weights between commas, one with a comma": (
        Field(name="x", form="list"),
        "1 kg, 0,5 g,200 g*",
        ["1 kg", "0.5 g", "200 g*"],
    ),
    "serial numbers": (
        Field(name="x", form="serials"),
        "A-1, A-2",
        [{"id": "1", "serial": "A-1"}, {"id": "2", "serial": "A-2"}],
    ),
    "volumes of compartments without a space": (
        Field(name="x", form="volumes"),
        "8000,8000 L",
        [{"id": "1", "nominal": "8000 L"}, {"id": "2", "nominal": "8000 L"}],
    ),
    "nozzles of which two share a meter": (
        Field(name="x", form="nozzles"),
        "1+2, 3",
        [{"id": "1", "meter": "M1"}, {"id": "2", "meter": "M1"}, {"id": "3"}],
    ),
    "nothing": (quantity("1 L"), "  ", None),
}


@pytest.mark.parametrize("case", READ)
def test_what_is_typed_is_read(case):
    field, typed, wanted = READ[case]
    assert read(field, typed) == wanted


REFUSED = {
    "a thousand, or one with three decimals": (quantity("1 L"), "1.000"),
    "the same with a comma": (quantity("1 L"), "8,000 L"),
    "a unit that there is not": (quantity("40 L/min"), "40 liter"),
    "a word": (quantity("1 L"), "banyak"),
    "two decimal marks": (quantity("1 L"), "1.000,5"),
    "braces": (quantity("1 L"), "{0}"),
    "a unit where a number is asked for": (Field(name="x", form="number"), "1600 imp"),
    "a part of a whole": (Field(name="x", form="whole"), "1,5"),
    "digits of another script": (Field(name="x", form="number"), "١٦"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_read_or_in_two_ways_is_refused(case):
    field, typed = REFUSED[case]
    with pytest.raises(LaboratoryError) as refused:
        read(field, typed)
    assert refused.value.code in {"registration.unreadable", "registration.grouped"}


def test_a_line_that_must_be_filled_in_is_named():
    with pytest.raises(LaboratoryError) as refused:
        assignment_of("scales", as_shown("scales") | {"uut.max": " "})
    assert (refused.value.code, refused.value.facts["entry"]) == ("registration.needed", "uut.max")


def test_a_character_that_no_paper_can_show_is_refused():
    with pytest.raises(LaboratoryError) as refused:
        assignment_of("scales", as_shown("scales") | {"identity.serial": "A\x01B"})
    assert (refused.value.code, refused.value.facts["entry"]) == ("text.illegible", "identity.serial")


def test_a_line_that_cannot_be_read_is_named():
    with pytest.raises(LaboratoryError) as refused:
        assignment_of("scales", as_shown("scales") | {"uut.max": "15 buah"})
    assert refused.value.facts["entry"] == "uut.max"


def test_the_fuel_is_that_of_every_nozzle():
    order = assignment_of("fuel_dispensers", as_shown("fuel_dispensers"))
    assert [one["liquid"] for one in order.uut["nozzles"]] == ["petrol"] * 3


def test_an_order_is_never_written_over(tmp_path):
    order = assignment_of("scales", as_shown("scales"))
    files = [write_order(tmp_path, "20261122-scales", order, {}.__setitem__) for _ in range(3)]
    assert len(set(files)) == 3
    assert order.activity is Activity.SUBSEQUENT_VERIFICATION


def test_a_job_is_named_by_what_tells_its_instrument_from_others():
    order = assignment_of("gas_meters", as_shown("gas_meters"))
    title = title_of(Labels("id"), order)
    assert title.startswith("Meter gas kelas 1,5 6 m3/h")
    truck = title_of(Labels("id"), assignment_of("tank_trucks", as_shown("tank_trucks")))
    assert "B 1234 XX" in truck


def test_an_order_whose_registration_cannot_be_noted_is_not_written(tmp_path):
    def full(_name, _content):
        raise StorageError("storage.full", "The disk is full.", "Make room.")

    with pytest.raises(StorageError):
        write_order(tmp_path / "orders", "20261122-scales", assignment_of("scales", as_shown("scales")), full)
    assert not list((tmp_path / "orders").iterdir())


def test_an_order_is_never_written_over_and_what_was_noted_is_what_is_written(tmp_path):
    order = assignment_of("scales", as_shown("scales"))
    told = {}
    for count in (1, 2):
        file = write_order(tmp_path, "20261122-scales", order, told.__setitem__)
        assert file.stem == f"20261122-scales-{count:03d}"
        assert told[file.stem] == file.read_bytes()
