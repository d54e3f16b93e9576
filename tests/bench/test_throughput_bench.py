"""Gas and flow meters in series with a master meter, read by eye: to a sealed record that can be audited."""

import asyncio
from decimal import Decimal
from pathlib import Path

import pytest

from bench.audit import audit
from bench.labels import Labels
from bench.laboratory import FILE_NAME
from bench.workplace import open_workplace, read_assignment
from drivers.quantity import Quantity
from procedures.action import Adjust, DeliverVolume, SetFlow, StartFlow, StopFlow
from procedures.point import Outcome
from results.certificate.rendering import render_certificate
from results.keys import read_trusted_keys
from results.verification import load_record
from tests.bench.keyed_bench import KeyedBench

LABORATORY = """
[bench]
id = "ALIR-01"
training = true
[office]
name = "UPTD Metrologi Legal Kabupaten Contoh"
[[person]]
id = "penera1"
name = "Nama Penera"
roles = ["penera"]
[[standard]]
id = "MM-1"
kind = "master_meter"
uncertainty = "0.08 %"
scale_interval = "0.001 L"
lowest = "0.01 m3/h"
highest = "100 m3/h"
corrections = [{ at = "0.01 m3/h", error = "0.2 %" }, { at = "100 m3/h", error = "0.2 %" }]
certificate = "SNSU-1"
due = 2099-12-31
[[standard]]
id = "B-1000"
kind = "vessel"
nominal = "1000 L"
uncertainty = "0.05 %"
material = "mild_steel"
reference_temperature = "28 °C"
scale_interval = "0.1 L"
certificate = "BSML-1"
due = 2099-12-31
"""
METERS = """meters = [{ id = "1", serial = "A-1" }, { id = "2", serial = "A-2" }]
[identity]
maker = "Merek"
"""
GAS = f"""
kind = "gas_meters"
activity = "initial_verification"
[uut]
class = "1.5"
qmin = "0.04 m3/h"
qmax = "6 m3/h"
d = "0.02 L"
{METERS}"""
FLOW = f"""
kind = "flow_meters"
activity = "subsequent_verification"
[uut]
class = "0.5"
qmin = "2 m3/h"
qmax = "20 m3/h"
mmq = "100 L"
d = "0.1 L"
liquid_expansion = 0.00084
method = "METHOD"
{METERS}"""


class Pipe:
    """Meters with errors in %, at 28 °C and 1010 hPa; the master has its own state and shows 0.2 % much."""

    def __init__(self, errors: dict[str, str], *, gas: bool) -> None:
        self.errors = {meter: Decimal(error) for meter, error in errors.items()}
        self.gas = gas
        self.flow = Quantity(0, "m3/h")
        self.through = Decimal(0)
        self.deviation = Decimal(0)
        self.off = Decimal(1)
        self.flowing = False

    def obey(self, action: object) -> None:
        match action:
            case SetFlow(flow=flow):
                self.flow = Quantity(flow.value * self.off, flow.unit)
            case DeliverVolume(volume=Quantity() as volume) | StartFlow(volume=Quantity() as volume):
                self.flowing = isinstance(action, StartFlow)
                self.through += volume.to("L").value
            case StopFlow():
                self.flowing = False
            case Adjust():
                self.errors.clear()

    def show(self, role: str) -> Quantity:  # noqa: PLR0911 - one instrument a return
        kind, _, meter = role.partition("/")
        match kind:
            case "meter":
                shown = self.through * (1 + self.errors.get(meter, Decimal(0)) / 100)
                return Quantity(shown.quantize(Decimal("0.01")), "L")
            case "master":
                there = self.through * Decimal("1.002")
                there *= Decimal(1010) / 1030 if self.gas else 1 / (1 + Decimal("0.00084") * 2)
                return Quantity(there.quantize(Decimal("0.001")), "L")
            case "flow":
                return self.flow if self.flowing else self.flow * 0
            case "pressure":
                return Quantity("1010.0", "hPa")
            case "reference_pressure":
                return Quantity("1030.0", "hPa")
            case "reference_temperature":
                return Quantity("28.0" if self.gas else "26.0", "°C")
        return Quantity("28.0", "°C")

    def key(self, question) -> Quantity:
        assert question.question == "vessel_reading"
        return Quantity(self.deviation, "mL")

    def bench(self, **answers: str) -> KeyedBench:
        return KeyedBench(show=self.show, key=self.key, obey=self.obey, answers=answers)


async def run_through(root: Path, bench: KeyedBench, order: str):
    (root / FILE_NAME).write_text(LABORATORY, "utf-8")
    (root / "order.toml").write_text(order, "utf-8")
    async with open_workplace(root, Labels()) as place:
        run = await place.begin(read_assignment(root / "order.toml"))
        conclusion = await place.take_up(run, bench, ()).conduct()
        finished = place.seal(run, "")
        return conclusion, load_record(finished.sealed.record, read_trusted_keys(place.folders.keys))


BENCHES = {
    "gas by master meter, at another pressure": (GAS, {"2": "2.0"}, True, "MM-1"),
    "liquid by master meter, at another temperature": (
        FLOW.replace("METHOD", "master"), {"2": "0.7"}, False, "MM-1"
    ),
    "liquid into a measure": (FLOW.replace("METHOD", "volumetric"), {"2": "0.7"}, False, "B-1000"),
}  # fmt: skip


@pytest.mark.parametrize("case", BENCHES)
def test_two_meters_in_series_to_a_sealed_record(tmp_path, case):
    order, errors, gas, standard = BENCHES[case]
    conclusion, verified = asyncio.run(run_through(tmp_path, Pipe(errors, gas=gas).bench(), order))
    outcomes = {one.id: one.outcome for one in conclusion.subjects}
    assert outcomes == {"1": Outcome.CONFORMS, "2": Outcome.DOES_NOT_CONFORM}
    accuracy = [point for point in conclusion.points if point.section == "accuracy"]
    assert all(abs(point.error.value) < Decimal("0.05") for point in accuracy if point.subject == "1")
    assert all(point.uncertainty is not None and point.readings for point in accuracy)
    assert {use.id for use in verified.record.standards} == {standard}
    found = audit(verified, deep=True)
    assert (found.differences, found.unchecked) == ((), ())
    assert render_certificate(verified).startswith(b"%PDF")


def test_an_adjusted_meter_is_tested_again_and_what_was_found_is_kept(tmp_path):
    bench = Pipe({"2": "2.0"}, gas=True).bench(adjust="adjust")
    conclusion, _ = asyncio.run(run_through(tmp_path, bench, GAS))
    assert conclusion.verdict.outcome is Outcome.CONFORMS
    assert "accuracy/2/Qmax/1" in conclusion.as_found.verdict.failing


def test_a_flow_outside_its_band_leaves_the_verdict_open(tmp_path):
    pipe = Pipe({}, gas=True)
    pipe.off = Decimal("1.2")
    conclusion, _ = asyncio.run(run_through(tmp_path, pipe.bench(flow_outside_band="record"), GAS))
    assert conclusion.verdict.outcome is Outcome.INDETERMINATE
    assert {point.reason for point in conclusion.points if point.section == "accuracy"} == {
        "flow_outside_band"
    }


class Mistyping(Pipe):
    """A person who keys one state wrongly the first time it is asked for."""

    def __init__(self, role: str, typed: str, *, gas: bool) -> None:
        super().__init__({}, gas=gas)
        self.wrong = {role: Quantity.parse(typed)}

    def show(self, role: str) -> Quantity:
        return self.wrong.pop(role, None) or super().show(role)


TYPED = {
    "a gas as hot as an oven": (GAS, True, "temperature", "250 °C", "cannot_be"),
    "a gas with a sign too many": (GAS, True, "reference_temperature", "-20.5 °C", "unusual_state"),
    "a gauge in place of absolute pressure": (GAS, True, "pressure", "20 hPa", "cannot_be"),
    "a liquid as hot as an oven": (
        FLOW.replace("METHOD", "volumetric"), False, "vessel_temperature", "250 °C", "cannot_be"
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", TYPED)
def test_a_state_that_was_mistyped_is_asked_for_again_and_decides_nothing(tmp_path, case):
    order, gas, role, typed, question = TYPED[case]
    bench = Mistyping(role, typed, gas=gas).bench(unusual_state="measure_again")
    conclusion, verified = asyncio.run(run_through(tmp_path, bench, order))
    assert conclusion.verdict.outcome is Outcome.CONFORMS
    assert question in [getattr(prompt.action, "question", "") for prompt in bench.asked]
    assert audit(verified, deep=True).differences == ()
