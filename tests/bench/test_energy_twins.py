"""Energy meters on a comparator's twin: told to measure, read by wire, pulses counted; to a receipt."""

from decimal import Decimal
from pathlib import Path

import pytest

from bench.operator import Prompt
from bench.workplace import read_assignment
from drivers.clock import Clock
from drivers.errors import InstrumentError
from drivers.quantity import Quantity
from drivers.twins.faults import FaultKind
from drivers.twins.plant import Plant, in_unit
from drivers.twins.played import PlayedInstrument
from procedures.action import Answer, CountPulses, Exchange, Keyed, KeyQuantity, SetLoad
from procedures.point import Outcome
from results.entry import Concluded, Done
from tests.bench.twin_lab import Bench, Change, Person
from tests.bench.virtual_time import run
from tests.extent import in_the_long_run

pytestmark = pytest.mark.timeout(240)
SINGLE: Change = {
    # pulses so dense that no load and starting take seconds
    "constant = 3200": "constant = 100000",
    "systems = 3": "systems = 1",
    'class = "1"': 'class = "2"',
    'd = "0.01 kWh"': 'd = "0.01 Wh"',
}
ONE_PHASE: Change = {'[plant.current_2]\nstart = "0 A"\n': "", '[plant.current_3]\nstart = "0 A"\n': ""}
FINE: Change = {
    'pulse = "0.3125 Wh"': 'pulse = "0.01 Wh"',
    'start = "0.00", offset = "12.34"': 'start = "0.00000"',
}


def bench(root: Path, *, fault: str = "none", method: str = "comparator", laboratory: Change | None = None):
    order = SINGLE | {'method = "comparator"': f'method = "{method}"'}
    return Bench(
        root, "energy_meters", fault=fault, order=order, plant=ONE_PHASE, laboratory=FINE | (laboratory or {})
    )


def orders(job) -> list[tuple[str, dict[str, str]]]:
    acts = [one.entry for one in job.entries if isinstance(one.entry, Done) and one.entry.verb == "act"]
    return [(one.arguments["command"], one.arguments.get("numbers", {})) for one in acts]


@pytest.mark.parametrize(
    ("fault", "percent", "outcome"),
    [
        pytest.param("none", "0.30", Outcome.CONFORMS, marks=in_the_long_run),
        ("span", "2.70", Outcome.DOES_NOT_CONFORM),
    ],
)
def test_the_comparator_is_told_to_measure_and_its_errors_decide(tmp_path, fault, percent, outcome):
    told = {'start = "1.70"': f'start = "{percent}"'} if fault == "span" else {}
    job = bench(tmp_path, fault=fault, laboratory=told).job()
    assert job.outcomes() == {"1": outcome}
    errors = job.points("accuracy")
    assert len(errors) == 7
    assert {str(point.indication.to("%").value.normalize()) for point in errors} == {percent.rstrip("0")}
    assert all(point.readings and point.uncertainty is not None for point in errors)
    told = orders(job)
    assert [name for name, _ in told] == ["set_error", "start_error", "stop_error"] * 7
    assert all(one["constant"] == "100000" for name, one in told if name == "set_error")
    (no_load,), (starting,), (register,) = (job.points(name) for name in ("no_load", "starting", "register"))
    assert {no_load.outcome, starting.outcome} == {Outcome.CONFORMS}
    assert no_load.readings
    assert starting.readings
    assert len(register.readings) == 4
    assert "manual_readings" not in {notice.code for notice in job.conclusion.notices}
    job.sound()


@in_the_long_run
def test_a_meter_that_runs_without_load_and_does_not_start_fails_by_its_pulses(tmp_path):
    creeps = {'offset = "4294967290", error = 0.003 }': 'offset = "7", error = -0.9, per_s = "0.02" }'}
    job = bench(tmp_path, laboratory=creeps).job()
    assert job.outcomes() == {"1": Outcome.DOES_NOT_CONFORM}
    assert {point.reason for point in job.points("starting")} == {"does_not_start"}
    assert {point.outcome for point in job.points("accuracy")} == {Outcome.CONFORMS}
    job.sound()


@in_the_long_run
def test_by_dosage_the_energy_of_the_reference_is_begun_and_read(tmp_path):
    job = bench(tmp_path, method="dosage").job()
    assert job.outcomes() == {"1": Outcome.CONFORMS}
    assert [name for name, _ in orders(job)] == ["start_energy", "stop_energy"] * 7
    for point in job.points("accuracy"):
        assert abs(point.error - Quantity("0.3", "%")) < Quantity("0.15", "%")
    job.sound()


@in_the_long_run
def test_by_power_and_time_the_power_comes_by_wire_and_the_time_from_a_person(tmp_path):
    def person(place):
        plant, clock = place.instruments.plant(), place.around.clock

        def eyes(asked: KeyQuantity) -> Keyed:
            assert asked.question == "turn_time"
            watts = in_unit(plant.true("power", at=clock.monotonic()), "W")
            seconds = Decimal(asked.facts["pulses"]) * 36 / watts / Decimal("1.003")
            return Keyed(Quantity(seconds.quantize(Decimal("0.01")), "s"))

        return Person(eyes=eyes)

    job = bench(tmp_path, method="power_time").job(person)
    assert job.outcomes() == {"1": Outcome.CONFORMS}
    for point in job.points("accuracy"):
        assert abs(point.error - Quantity("0.3", "%")) < Quantity("0.1", "%")
    job.sound()


class Careless(Person):
    """Sets four fifths of each current."""

    def __init__(self, plant: Plant, clock: Clock) -> None:
        super().__init__()
        self._plant, self._clock = plant, clock

    async def answer(self, prompt: Prompt) -> Answer:
        if isinstance(prompt.action, SetLoad):
            await self._clock.sleep(0.5)  # the hands have set the whole
            now = self._clock.monotonic()
            for name in ("current_1", "power"):
                self._plant.set(name, self._plant.true(name, at=now) * Decimal("0.8"), at=now)
        return await super().answer(prompt)


@in_the_long_run
def test_another_load_than_was_to_be_set_decides_nothing(tmp_path):
    job = bench(tmp_path).job(lambda place: Careless(place.instruments.plant(), place.around.clock))
    assert {point.reason for point in job.points("accuracy")} == {"load_not_as_planned"}
    assert job.outcomes() == {"1": Outcome.INDETERMINATE}
    job.sound()


FAULTS = {
    "it falls silent": FaultKind.SILENT,
    "it is overloaded": FaultKind.OVERLOAD,
    "it is never ready": FaultKind.BUSY,
    "its cable is pulled": FaultKind.LOST_LINK,
    "its lines are damaged": FaultKind.GARBAGE,
}


class Spoiling(Person):
    """Something goes wrong with an instrument while the third load is measured."""

    def __init__(self, twin: PlayedInstrument, kind: FaultKind) -> None:
        super().__init__({"instrument_trouble": "leave"})
        self._twin, self._kind, self._counts = twin, kind, 0

    async def answer(self, prompt: Prompt) -> Answer:
        self._counts += isinstance(prompt.action, CountPulses)
        if self._counts == 3:
            self._twin.faults.give(self._kind)
        return await super().answer(prompt)


@in_the_long_run
@pytest.mark.parametrize("case", FAULTS)
def test_a_comparator_that_fails_in_the_middle_gives_no_verdict_until_it_is_sound_again(tmp_path, case):
    made = bench(tmp_path, laboratory={"timeout_s = 120.0": "timeout_s = 20.0"})
    order = made.prepared().order

    async def failing_and_mended():
        async with made.open() as place:
            twin = place.instruments.twins["bangku uji meter kWh"]
            begun = await place.begin(read_assignment(order))
            person = Spoiling(twin, FAULTS[case])
            with pytest.raises(InstrumentError):
                await place.take_up(begun, person, ()).conduct()
            assert not any(isinstance(kept.entry, Concluded) for kept in place.journal.entries(begun))
            twin.faults.mend()
            return await place.take_up(begun, Person(), ()).conduct()

    conclusion = run(failing_and_mended())
    assert conclusion.verdict.outcome is Outcome.CONFORMS
    assert len({point.label for point in conclusion.points if point.section == "accuracy"}) == 7


@in_the_long_run
def test_one_comparator_for_two_meters_measures_them_in_turn_and_its_head_is_moved(tmp_path):
    laboratory = {
        '["comparator/1:error", ': '["comparator/1:error", "comparator/2:error", ',
        '["pulses/1:count_0"]': '["pulses/1:count_0", "pulses/2:count_0"]',
    }
    made = bench(tmp_path, laboratory=laboratory)
    made.order |= {'d = "0.01 kWh"': "", 'MK-2601" }': 'MK-2601" }, { id = "2", serial = "MK-2602" }'}
    people = []

    def person(_place):
        people.append(Person())
        return people[0]

    job = made.job(person)
    assert job.outcomes() == {"1": Outcome.CONFORMS, "2": Outcome.CONFORMS}
    moved = [one.action.position for one in people[0].asked if isinstance(one.action, Exchange)]
    assert moved == ["1", "2"] * 7
    job.sound()
