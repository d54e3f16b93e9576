"""Three energy meters on a bench read by eye: from the order to a sealed record, resumed and audited."""

import asyncio
from decimal import Decimal
from pathlib import Path

import pytest

from bench.attention import RunInterrupted
from bench.audit import audit
from bench.labels import Labels
from bench.laboratory import FILE_NAME
from bench.workplace import open_workplace, read_assignment
from drivers.quantity import Quantity
from procedures.action import Adjust, CountPulses, SetLoad, Wait
from procedures.errors import StandardError
from procedures.point import Outcome
from results.certificate.rendering import render_certificate
from results.keys import read_trusted_keys
from results.verification import load_record
from tests.bench.keyed_bench import KeyedBench

LABORATORY = """
[bench]
id = "KWH-01"
training = true
[office]
name = "UPTD Metrologi Legal Kabupaten Contoh"
[[person]]
id = "penera1"
name = "Nama Penera"
roles = ["penera"]
[[standard]]
id = "L-1"
kind = "meter"
nominal = "1 m"
uncertainty = "0.001 %"
certificate = "a length, which is no energy"
due = 2099-12-31
[[standard]]
id = "RM-1"
kind = "meter"
uncertainty = "0.1 %"
lowest = "0.005 A"
highest = "100 A"
corrections = [{ at = "0.1 A", error = "0.05 %" }, { at = "100 A", error = "0.05 %" }]
certificate = "SNSU-1"
due = 2099-12-31
"""
REFERENCE = 1_000_000
"""pulses per kWh"""
STEP = {"pulses": "0.01", "comparator": "0.01", "power_time": "0.01", "dosage": "0.001"}
"""of the registers, kWh: by dosage a coarser one would take days at the smallest load"""


def order(method: str) -> str:
    return f"""
kind = "energy_meters"
activity = "initial_verification"
[uut]
class = "1"
constant = 1600
voltage = "230 V"
ib = "5 A"
imax = "60 A"
d = "{STEP[method]} kWh"
method = "{method}"
reference_constant = {REFERENCE}
meters = [{{ id = "1", serial = "A-1" }}, {{ id = "2", serial = "A-2" }}, {{ id = "3", serial = "A-3" }}]
[identity]
maker = "Merek"
"""


class Physics:
    """Loads run through meters with errors in %; the reference shows 0.05 % too much."""

    def __init__(self, errors: dict[str, str], step: str = "0.01") -> None:
        self.step = Decimal(step)
        """of the registers, kWh"""
        self.errors = {meter: Decimal(error) for meter, error in errors.items()}
        self.power = Decimal(0)
        self.energy = Decimal(0)
        self.last = Decimal(0)
        """Wh of the last wait"""

    def obey(self, action: object) -> None:
        match action:
            case SetLoad():
                factor = Decimal(action.power_factor.split()[0])
                self.power = action.voltage.value * action.current.to("A").value * factor
            case Wait():
                self.last = self.power * action.duration.to("s").value / 3600
                self.energy += self.last
            case CountPulses(pulses=pulses):
                self.last = Decimal(pulses) * 1000 / 1600
                self.energy += self.last
            case Adjust():
                self.errors.clear()

    def error(self, meter: str) -> Decimal:
        return self.errors.get(meter, Decimal(0)) / 100

    def show(self, role: str) -> Quantity:
        kind, _, meter = role.partition("/")
        match kind:
            case "counter":
                pulses = self.pulses() * 1000 / Decimal(1600) / (1 + self.error(meter))
                return Quantity((pulses * REFERENCE / 1000 * Decimal("1.0005")).quantize(Decimal(1)), "pcs")
            case "comparator":
                shown = ((1 + self.error(meter)) / Decimal("1.0005") - 1) * 100
                return Quantity(shown.quantize(Decimal("0.001")), "%")
            case "power":
                return Quantity((self.power * Decimal("1.0005")).quantize(Decimal("0.001")), "W")
            case "reference":
                return Quantity((self.energy * Decimal("1.0005")).quantize(Decimal("0.001")), "Wh")
            case "meter":
                shown = self.energy * (1 + self.error(meter)) / 1000
                return Quantity(shown.quantize(self.step), "kWh")
        return Quantity("25.0", "°C")

    def pulses(self) -> Decimal:
        return (self.last * 1600 / 1000).quantize(Decimal(1))

    def key(self, question) -> Quantity:
        match question.question:
            case "no_load_pulses":
                return Quantity(0, "pcs")
            case "starting_interval":
                return Quantity("300", "s")
            case "turn_time":
                energy = Decimal(question.facts["pulses"]) * 1000 / 1600
                seconds = energy * 3600 / self.power / (1 + self.error(question.facts["meter"]))
                return Quantity(seconds.quantize(Decimal("0.01")), "s")
            case "register_pulses":
                meter = question.facts["meter"]
                return Quantity((self.pulses() * (1 + self.error(meter))).quantize(Decimal(1)), "pcs")
        raise AssertionError(question)

    def bench(self, **more: object) -> KeyedBench:
        return KeyedBench(show=self.show, key=self.key, obey=self.obey, **more)


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    (tmp_path / FILE_NAME).write_text(LABORATORY, "utf-8")
    (tmp_path / "orders").mkdir()
    return tmp_path


async def run_through(root: Path, bench: KeyedBench, *, run: str = ""):
    async with open_workplace(root, Labels()) as place:
        run = run or await place.begin(read_assignment(root / "orders" / "kwh.toml"))
        conclusion = await place.take_up(run, bench, ()).conduct()
        finished = place.seal(run, "")
        return conclusion, load_record(finished.sealed.record, read_trusted_keys(place.folders.keys))


@pytest.mark.parametrize("method", ["pulses", "comparator", "power_time", "dosage"])
def test_three_meters_by_each_method_to_a_sealed_record(lab, method):
    (lab / "orders" / "kwh.toml").write_text(order(method), "utf-8")
    conclusion, verified = asyncio.run(
        run_through(lab, Physics({"2": "1.4", "3": "-0.3"}, STEP[method]).bench())
    )
    outcomes = {one.id: one.outcome for one in conclusion.subjects}
    assert outcomes == {"1": Outcome.CONFORMS, "2": Outcome.DOES_NOT_CONFORM, "3": Outcome.CONFORMS}
    errors = {point.label: point for point in conclusion.points if point.section == "accuracy"}
    assert abs(float(errors["accuracy/3/Ib/1"].error.value) + 0.3) < 0.12
    assert all(point.uncertainty is not None and point.readings for point in errors.values())
    assert {use.id for use in verified.record.standards} == {"RM-1"}
    assert verified.record.training
    assert "validity_unknown" in {notice.code for notice in conclusion.notices}
    found = audit(verified, deep=True)
    assert (found.differences, found.unchecked) == ((), ())
    assert render_certificate(verified).startswith(b"%PDF")


@pytest.mark.parametrize("leave_at", [2, 12, 30])
def test_a_bench_left_in_the_middle_goes_on_where_it_was(lab, leave_at):
    (lab / "orders" / "kwh.toml").write_text(order("pulses"), "utf-8")
    bench = Physics({}).bench(leave_at=leave_at)

    async def left_and_resumed():
        async with open_workplace(lab, Labels()) as place:
            run = await place.begin(read_assignment(lab / "orders" / "kwh.toml"))
            with pytest.raises(RunInterrupted):
                await place.take_up(run, bench, ()).conduct()
        return await run_through(lab, bench, run=run)

    conclusion, verified = asyncio.run(left_and_resumed())
    assert conclusion.verdict.outcome is Outcome.CONFORMS
    assert audit(verified, deep=True).differences == ()


def test_adjusted_meters_are_tested_again_and_what_was_found_is_kept(lab):
    (lab / "orders" / "kwh.toml").write_text(order("comparator"), "utf-8")
    bench = Physics({"2": "1.4"}).bench(answers={"adjust": "adjust"})
    conclusion, verified = asyncio.run(run_through(lab, bench))
    assert conclusion.verdict.outcome is Outcome.CONFORMS
    assert "accuracy/2/Ib/1" in conclusion.as_found.verdict.failing
    assert audit(verified, deep=True).differences == ()


def test_an_error_that_nobody_believes_is_asked_about(lab):
    (lab / "orders" / "kwh.toml").write_text(order("comparator"), "utf-8")
    bench = Physics({"2": "47"}).bench()
    asyncio.run(run_through(lab, bench))
    asked = [prompt.action for prompt in bench.asked]
    wild = [one for one in asked if getattr(one, "question", "") == "implausible_error"]
    assert wild
    assert wild[0].facts["meters"] == "2"


def test_a_standard_that_is_not_good_enough_stops_the_test(lab):
    text = LABORATORY.replace('uncertainty = "0.1 %"', 'uncertainty = "0.4 %"')
    (lab / FILE_NAME).write_text(text, "utf-8")
    (lab / "orders" / "kwh.toml").write_text(order("pulses"), "utf-8")
    with pytest.raises(StandardError, match=r"0\.4"):
        asyncio.run(run_through(lab, Physics({}).bench()))
