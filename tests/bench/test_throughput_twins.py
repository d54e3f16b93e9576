"""Gas and flow meters in series on twins: the reference read by wire, its pulses counted on; to a receipt."""

from decimal import Decimal

import pytest

from drivers.quantity import Quantity
from procedures.action import DeliverVolume, Keyed, KeyIndication
from procedures.errors import ProcedureError
from procedures.point import Outcome
from tests.bench.twin_lab import Bench, Person
from tests.extent import in_the_long_run

pytestmark = pytest.mark.timeout(240)


def drivers(job) -> dict[str, str]:
    return {one.role: one.driver for one in job.verified.record.instruments}


def near(job, subject: str, percent: str, within: str) -> None:
    """Each error of a meter at flows where its pulses are fine."""
    of_it = [point for point in job.points("accuracy") if point.subject == subject]
    points = [point for point in of_it if "Qmin" not in point.label]
    assert points
    for point in points:
        assert abs(point.error - Quantity(percent, "%")) <= Quantity(within, "%"), point


@pytest.mark.parametrize(
    ("fault", "third"), [pytest.param("none", "0.6", marks=in_the_long_run), ("span", "2.1")]
)
def test_gas_meters_against_the_pulses_of_a_reference_in_another_state(tmp_path, fault, third):
    """The reference counts across the end of its counter, 4 hPa above the meters and 0.3 °C colder."""
    job = Bench(tmp_path, "gas_meters", fault=fault).job()
    failing = Outcome.CONFORMS if fault == "none" else Outcome.DOES_NOT_CONFORM
    assert job.outcomes() == {"1": Outcome.CONFORMS, "2": Outcome.CONFORMS, "3": failing}
    for meter, error in (("1", "0.4"), ("2", "-0.3"), ("3", third)):
        near(job, meter, error, "0.06")
    assert drivers(job)["master"] == "adam-4080"
    assert {drivers(job)[f"{at}pressure"] for at in ("", "reference_")} == {"keller-30"}
    assert "manual_readings" not in {notice.code for notice in job.conclusion.notices}
    assert all(len(point.readings) == 3 for point in job.points("accuracy"))
    job.sound()


@in_the_long_run
def test_a_meter_read_by_eye_against_a_reference_on_the_wire(tmp_path):
    """The dials of the meters under test have no port: a person reads them off the plant."""

    def person(place):
        plant, clock = place.instruments.plant(), place.around.clock

        def eyes(asked: KeyIndication) -> Keyed:
            assert asked.role.startswith("meter/")
            through = plant.true("volume", at=clock.monotonic()).to("L").value * Decimal("1.002")
            return Keyed(Quantity(through.quantize(Decimal("0.1")) + 4711, "L"))

        return Person(eyes=eyes)

    no_port = {'roles = ["meter/1:count_0", "meter/2:count_1", "meter/3:count_2"]': "roles = []"}
    job = Bench(tmp_path, "gas_meters", laboratory=no_port).job(person)
    assert set(job.outcomes().values()) == {Outcome.CONFORMS}
    near(job, "2", "0.2", "0.06")
    assert "manual_readings" in {notice.code for notice in job.conclusion.notices}
    job.sound()


def test_pressures_above_that_of_the_air_stop_the_test_before_a_verdict(tmp_path):
    """Somebody set both transmitters to show overpressure: what they say would cancel out unseen."""
    gauge = {'start = "1008.0 hPa"': 'start = "2.0 hPa"', 'start = "1012.0 hPa"': 'start = "6.0 hPa"'}
    with pytest.raises(ProcedureError) as refused:
        Bench(tmp_path, "gas_meters", plant=gauge).job()
    assert refused.value.code == "surroundings.impossible"
    assert refused.value.facts["role"] == "pressure"


@pytest.mark.parametrize(
    ("fault", "second"), [pytest.param("none", "-0.2", marks=in_the_long_run), ("span", "-0.7")]
)
def test_flow_meters_against_the_totaliser_of_a_master_meter_that_is_colder(tmp_path, fault, second):
    job = Bench(tmp_path, "flow_meters", fault=fault, order={'mmq = "200 L"': 'mmq = "100 L"'}).job()
    failing = Outcome.CONFORMS if fault == "none" else Outcome.DOES_NOT_CONFORM
    assert job.outcomes() == {"1": Outcome.CONFORMS, "2": failing}
    near(job, "1", "0.1", "0.04")
    near(job, "2", second, "0.04")
    assert {drivers(job)[role] for role in ("master", "flow", "reference_temperature")} == {"micro-motion"}
    assert len(job.points("repeatability")) == 4
    assert "manual_readings" not in {notice.code for notice in job.conclusion.notices}
    job.sound()


class Throttled(Person):
    """Opens the valve too far at the largest flow, and records it so."""

    def __init__(self, plant, clock):
        super().__init__({"flow_outside_band": "record"})
        self._plant, self._clock = plant, clock

    async def answer(self, prompt):
        if isinstance(prompt.action, DeliverVolume) and "/Qmax/" in prompt.id:
            for flow, seconds in ((None, 20), (120, 10), (0, 5)):
                if flow is not None:
                    self._plant.set("flow", Quantity(flow, "m3/h"), at=self._clock.monotonic())
                await self._clock.sleep(seconds)
        return await super().answer(prompt)


@in_the_long_run
def test_a_flow_that_the_wire_saw_outside_its_band_decides_nothing(tmp_path):
    def person(place):
        return Throttled(place.instruments.plant(), place.around.clock)

    job = Bench(tmp_path, "gas_meters").job(person)
    assert set(job.outcomes().values()) == {Outcome.INDETERMINATE}
    wide = [point for point in job.points("accuracy") if "/Qmax/" in point.label]
    assert {point.reason for point in wide} == {"flow_outside_band"}
    job.sound()
