"""Ten water meters as twins on one plant, each over its own protocol: from one command to a sealed record."""

import asyncio

import pytest

from bench import demo
from bench.audit import audit
from bench.errors import LaboratoryError
from bench.instruments import Instruments
from bench.labels import Labels
from bench.laboratory import FILE_NAME, Folders, load
from bench.operator import Prompt
from bench.operators.plant_hands import PlantHands
from bench.operators.twin_hands import AutomaticOperator
from bench.workplace import open_workplace, read_assignment
from drivers.clock import PatientClock
from drivers.errors import InstrumentError
from drivers.quantity import Quantity
from drivers.twins.plant import CourseEntry, Plant
from procedures.action import (
    Answer,
    DeliverVolume,
    Done,
    DrainVessel,
    FillVessel,
    Keyed,
    KeyIndication,
    KeyQuantity,
    SetFlow,
    Wait,
)
from procedures.point import Outcome
from results.keys import read_trusted_keys
from results.verification import load_record
from tests.extent import in_the_long_run

PACE = 10
"""so slow that half a second, after which a twin counts as silent, is long on a busy computer"""
METERS, FLOWS, RUNS = range(1, 11), 3, 2


async def carried_through(root):
    laboratory = demo.prepare(root, seed=3, fault="span", procedure="water_meters")
    async with open_workplace(root, Labels(), clock=PatientClock(PACE)) as place:
        run = await place.begin(read_assignment(laboratory.order))
        conclusion = await place.take_up(run, AutomaticOperator(), ()).conduct()
        sealed = place.seal(run, demo.PIN).sealed
        return conclusion, load_record(sealed.record, read_trusted_keys(place.folders.keys))


@in_the_long_run
@pytest.mark.timeout(900)
def test_ten_meters_over_their_own_protocols_give_one_record_and_only_the_bad_one_fails(tmp_path):
    conclusion, verified = asyncio.run(carried_through(tmp_path))
    record = verified.record
    accuracy = [point for point in record.points if point.section == "accuracy"]
    assert len(accuracy) == len(METERS) * FLOWS * RUNS
    outcomes = {one.id: one.outcome for one in conclusion.subjects}
    assert {meter for meter, outcome in outcomes.items() if outcome is not Outcome.CONFORMS} == {"7"}
    assert record.training
    assert {one.role: one.driver for one in record.instruments if one.role.startswith("meter/")} == {
        "meter/1": "mbus-water",
        **{f"meter/{meter}": "adam-4080" for meter in (2, 3)},
        **{f"meter/{meter}": "moxa-e1212" for meter in range(4, 11)},
    }
    (mbus,) = (one for one in record.instruments if one.role == "meter/1")
    assert mbus.told_serial == "11490378"
    wrapped = [float(point.error.value) for point in accuracy if point.label.startswith("accuracy/2/")]
    assert max(map(abs, wrapped)) < 2  # its counter began anew at zero in the test
    found = audit(verified, deep=True)
    assert (found.differences, found.unchecked) == ((), ())


def handed(action, *, flow="0 m3/h", before=()):
    """What a plant holds after an action, and the time that it took."""

    async def obeyed():
        clock = PatientClock(10_000)
        plant = Plant({"flow": CourseEntry(start=Quantity.parse(flow))}, at=0.0)
        hands = PlantHands(plant, clock, AutomaticOperator(), eyes=True)
        for one in (*before, action):
            answer = await hands.answer(Prompt.of("x", one, ""))
        return plant, clock.monotonic(), answer

    return asyncio.run(obeyed())


class Trainee:
    """Keys what it likes, whatever it is told."""

    def __init__(self) -> None:
        self.told = []

    async def answer(self, prompt: Prompt) -> Answer:
        self.told.append(prompt.seen)
        return Keyed(Quantity("7", "mL")) if isinstance(prompt.action, KeyQuantity) else Done()


def test_a_trainee_is_told_what_the_neck_of_a_twin_shows_and_keys_it_alone():
    trainee, neck = Trainee(), {"vessel": "B-20", "volume": "20 L"}

    async def read():
        plant = Plant({"flow": CourseEntry(start=Quantity.parse("0 L/min"))}, at=0.0)
        hands = PlantHands(plant, PatientClock(10_000), trainee)
        await hands.answer(Prompt.of("1", DeliverVolume(volume=Quantity("20.006", "L"), into="B-20"), ""))
        asked = KeyQuantity(question="vessel_reading", unit="mL", step=Quantity("1", "mL"), facts=neck)
        return await hands.answer(Prompt.of("2", asked, ""))

    assert asyncio.run(read()) == Keyed(Quantity("7", "mL"))
    assert trainee.told == [None, Keyed(Quantity("6", "mL"))]


VOLUMES = {
    "much": ("200 L", "12 m3/h"),
    "less than the valve needs to open": ("0.5 L", "3.6 m3/h"),
    "in cubic metres": ("1.25 m3", "1000 L/h"),
}


@pytest.mark.parametrize("case", VOLUMES)
def test_so_much_is_delivered_as_was_asked_for(case):
    volume, flow = map(Quantity.parse, VOLUMES[case])
    plant, now, answer = handed(DeliverVolume(volume=volume, flow=flow, into="T"))
    assert answer == Done()
    for where in ("volume", "tank"):
        assert abs(plant.true(where, at=now) - volume) < Quantity("0.001", "L")
    assert not plant.true("flow", at=now)


@pytest.mark.parametrize("case", VOLUMES)
def test_in_two_halves_as_much_is_delivered_and_the_flow_is_there_to_be_read(case):
    volume, flow = map(Quantity.parse, VOLUMES[case])
    begin, end = DeliverVolume(volume=volume, flow=flow, into="T").halves
    look = KeyIndication(role="flow", step=Quantity("0.1", "L/h"))
    _, _, seen = handed(look, before=(begin,))
    assert seen.quantity.value > 0
    plant, now, answer = handed(end, before=(begin, look))
    assert answer == Done()
    for where in ("volume", "tank"):
        assert abs(plant.true(where, at=now) - volume) < Quantity("0.001", "L")
    assert not plant.true("flow", at=now)


def test_a_delivery_that_is_begun_anew_is_not_delivered_twice():
    begin, end = DeliverVolume(volume=Quantity(200, "L"), flow=Quantity(1, "L/s"), into="T").halves
    plant, now, _ = handed(end, before=(begin, begin))
    assert Quantity(200, "L") <= plant.true("volume", at=now) < Quantity(205, "L")
    assert not plant.true("flow", at=now)


def test_a_drained_tank_is_empty_has_dripped_and_what_flowed_has_flowed():
    deliver = DeliverVolume(volume=Quantity(20, "L"), into="T")
    drain = DrainVessel(vessel="T", drip=Quantity(30, "s"))
    drip = Wait(duration=Quantity(30, "s"), purpose="drip")
    plant, now, _ = handed(drip, before=(SetFlow(flow=Quantity(2, "L/s")), deliver, drain))
    assert not plant.true("tank", at=now)
    assert abs(plant.true("volume", at=now) - Quantity(20, "L")) < Quantity("0.001", "L")
    assert now > 40


def test_a_vessel_is_filled_to_its_mark_and_its_reading_seen():
    fill = FillVessel(vessel="B-20", volume=Quantity(20, "L"))
    seen = KeyQuantity(
        question="vessel_reading",
        unit="mL",
        step=Quantity(2, "mL"),
        facts={"volume": "20 L", "vessel": "B-20"},
    )
    _, _, answer = handed(seen, before=(DeliverVolume(volume=Quantity(5, "L"), into="B-20"), fill))
    assert answer == Keyed(Quantity(0, "mL"))


def test_a_role_of_a_quantity_that_the_instrument_does_not_show_is_refused(tmp_path):
    demo.prepare(tmp_path, seed=1, fault="none", procedure="water_meters")
    file = tmp_path / FILE_NAME
    file.write_text(file.read_text("utf-8").replace("meter/4:count_0", "meter/4:count_9"), "utf-8")

    async def connected():
        await Instruments.connect(load(tmp_path), Folders(tmp_path), PatientClock(1))

    with pytest.raises(InstrumentError) as refused:
        asyncio.run(connected())
    assert refused.value.code == "laboratory.no_channel"


def test_another_instrument_at_the_port_is_refused_before_a_number_is_used(tmp_path):
    laboratory = demo.prepare(tmp_path, seed=1, fault="none", procedure="water_meters")
    file = tmp_path / FILE_NAME
    named = file.read_text("utf-8").replace('driver = "mbus-water"', 'driver = "mbus-water"\nserial = "4711"')
    file.write_text(named, "utf-8")

    async def begun():
        async with open_workplace(tmp_path, Labels(), clock=PatientClock(PACE)) as place:
            with pytest.raises(InstrumentError) as refused:
                await place.begin(read_assignment(laboratory.order))
            return refused.value, place.journal.runs()

    refused, runs = asyncio.run(begun())
    assert refused.code == "instrument.other_serial"
    assert refused.facts["told"] == "11490378"
    assert not runs


def test_a_fault_that_no_twin_of_the_kind_has_is_refused(tmp_path):
    with pytest.raises(LaboratoryError) as refused:
        demo.prepare(tmp_path, seed=1, fault="eccentric", procedure="water_meters")
    assert refused.value.code == "demo.fault"
