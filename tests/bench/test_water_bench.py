"""Ten water meters in series, read by eye: from the order to a sealed record, resumed, retaken, audited."""

import asyncio
import json
from pathlib import Path

import pytest

from bench.attention import RunInterrupted
from bench.audit import audit
from bench.events import MISTYPED
from bench.labels import Labels
from bench.laboratory import FILE_NAME
from bench.workplace import open_workplace, read_assignment
from drivers.notation import to_plain
from drivers.quantity import Quantity
from procedures.action import Keyed, StartFlow
from procedures.errors import StandardError
from procedures.point import Outcome
from results.certificate.rendering import render_certificate
from results.keys import read_trusted_keys
from results.verification import load_record
from tests.bench.water_bench import WaterBench

LABORATORY = """
[bench]
id = "AIR-01"
training = true
[office]
name = "UPTD Metrologi Legal Kabupaten Contoh"
[[person]]
id = "penera1"
name = "Nama Penera"
roles = ["penera"]
[[standard]]
id = "B-20"
kind = "vessel"
nominal = "20 L"
value = "20.000 L"
uncertainty = "4 mL"
reference_temperature = "28 °C"
material = "stainless_steel_304"
scale_interval = "2 mL"
certificate = "BSML-1"
due = 2099-12-31
[[standard]]
id = "B-100"
kind = "vessel"
nominal = "100 L"
uncertainty = "0.05 %"
material = "mild_steel"
scale_interval = "10 mL"
certificate = "BSML-2"
due = 2099-12-31
"""
OTHERS = """
[[standard]]
id = "T-150"
kind = "scale"
nominal = "150 kg"
uncertainty = "0.02 kg"
scale_interval = "0.005 kg"
certificate = "BSML-3"
due = 2099-12-31
[[standard]]
id = "MM-1"
kind = "master_meter"
uncertainty = "0.1 %"
scale_interval = "0.01 L"
lowest = "10 L/h"
highest = "3 m3/h"
certificate = "BSML-4"
due = 2099-12-31
corrections = [{ at = "30 L/h", error = "0.2 %" }, { at = "2000 L/h", error = "0.2 %" }]
"""
METERS = 10
FLOWS, RUNS = 3, 2


def order(repeats: int = RUNS, **marks: str) -> str:
    lines = [f'{{ id = "{number}", serial = "A-{number:04d}" }},' for number in range(1, METERS + 1)]
    more = "\n".join(f"{name} = {value}" for name, value in marks.items())
    return "\n".join(
        [
            'kind = "water_meters"',
            'activity = "initial_verification"',
            'order = "0007"',
            "[uut]",
            'class = "2"',
            'q3 = "1.6 m3/h"',
            "ratio = 50",
            "dn = 15",
            'd = "0.05 L"',
            f"repeats = {repeats}",
            more,
            "meters = [",
            *lines,
            "]",
            "[identity]",
            'maker = "Merek"',
        ]
    )


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    (tmp_path / FILE_NAME).write_text(LABORATORY + OTHERS, "utf-8")
    (tmp_path / "orders").mkdir()
    (tmp_path / "orders" / "air.toml").write_text(order(), "utf-8")
    return tmp_path


async def run_through(root: Path, operator, *, run: str = ""):
    async with open_workplace(root, Labels()) as place:
        run = run or await place.begin(read_assignment(root / "orders" / "air.toml"))
        conclusion = await place.take_up(run, operator, ()).conduct()
        finished = place.seal(run, "")
        verified = load_record(finished.sealed.record, read_trusted_keys(place.folders.keys))
    return conclusion, verified


def test_ten_meters_at_three_flows_twice_in_one_run_to_a_sealed_record(lab):
    bench = WaterBench(errors={"3": {"1520": "2.5"}, "7": {"33": "-5.2"}})
    conclusion, verified = asyncio.run(run_through(lab, bench))
    record = verified.record
    accuracy = [point for point in record.points if point.section == "accuracy"]
    assert len(accuracy) == METERS * FLOWS * RUNS
    assert {point.label for point in accuracy if point.outcome is Outcome.DOES_NOT_CONFORM} == {
        *("accuracy/3/Q3/1", "accuracy/3/Q3/2", "accuracy/7/Q1/1", "accuracy/7/Q1/2")
    }
    outcomes = {one.id: one.outcome for one in record.subjects}
    assert {meter for meter, outcome in outcomes.items() if outcome is not Outcome.CONFORMS} == {"3", "7"}
    assert record.verdict.outcome is Outcome.DOES_NOT_CONFORM
    assert all((one.valid_until is not None) is (one.outcome is Outcome.CONFORMS) for one in record.subjects)
    assert record.training
    assert all(point.uncertainty is not None and point.readings for point in accuracy)
    assert conclusion.subjects == record.subjects
    assert {use.id for use in record.standards} == {"B-20", "B-100"}
    found = audit(verified, deep=True)
    assert (found.differences, found.unchecked) == ((), ())
    assert render_certificate(verified).startswith(b"%PDF")


class Leaving(WaterBench):
    """Leaves at a prompt."""

    leave_at = 0

    async def answer(self, prompt):
        if len(self.asked) == self.leave_at:
            self.leave_at = -1
            raise RunInterrupted
        return await super().answer(prompt)


@pytest.mark.parametrize("leave_at", [1, 20, 40, 90])
def test_a_bench_left_in_the_middle_goes_on_where_it_was(lab, leave_at):
    bench = Leaving()
    bench.leave_at = leave_at

    async def left_and_resumed():
        async with open_workplace(lab, Labels()) as place:
            run = await place.begin(read_assignment(lab / "orders" / "air.toml"))
            with pytest.raises(RunInterrupted):
                await place.take_up(run, bench, ()).conduct()
        return await run_through(lab, bench, run=run)

    conclusion, verified = asyncio.run(left_and_resumed())
    assert conclusion.verdict.outcome is Outcome.CONFORMS
    assert audit(verified, deep=True).differences == ()


class SlipOfTheFinger(WaterBench):
    """Keys a litre too much for the last meter, and says so at the next question, the measure still full."""

    taken, slipped, said = None, False, False

    async def answer(self, prompt):
        end = prompt.id == "accuracy/Q1/1/settled#20"  # ten registers before the run, ten after it
        if self.slipped and not self.said:
            self.said = self.taken.conductor.request_retake(MISTYPED)
            await asyncio.sleep(10)  # the run begins again before this is over
        answer = await super().answer(prompt)
        if end:
            self.slipped = True
            return Keyed(answer.quantity + Quantity(1, "L"))
        return answer


def test_a_register_that_was_mistyped_is_keyed_again_without_another_run(lab):
    bench, sound = SlipOfTheFinger(), WaterBench()
    expected, _ = asyncio.run(run_through(lab, sound))

    async def whole():
        async with open_workplace(lab, Labels()) as place:
            run = await place.begin(read_assignment(lab / "orders" / "air.toml"))
            bench.taken = place.take_up(run, bench, ())
            return await bench.taken.conduct()

    conclusion = asyncio.run(whole())
    assert bench.said
    assert [point.error for point in conclusion.points] == [point.error for point in expected.points]
    runs = [[one for one in each.asked if isinstance(one.action, StartFlow)] for each in (bench, sound)]
    assert len(runs[0]) == len(runs[1]) == FLOWS * RUNS


def test_a_flow_without_an_instrument_is_asked_for_while_the_water_flows(lab):
    bench = WaterBench()
    asyncio.run(run_through(lab, bench))
    asked = [prompt.id for prompt in bench.asked if "/Q1/1/watched" in prompt.id]
    here = "accuracy/Q1/1/watched"
    assert asked == [f"{here}/begin", f"{here}/flow", f"{here}/water_temperature", here]
    said = {prompt.id: prompt.text for prompt in bench.asked}
    assert said[f"{here}/begin"].startswith("ALIRKAN")
    assert "selagi mengalir" in said[f"{here}/flow"]
    assert said[here].startswith("HENTIKAN aliran sesudah")


def test_a_flow_outside_its_band_decides_nothing_and_may_be_run_again(lab):
    again = WaterBench(flow_off={1: "1.2"}, answers={"flow_outside_band": "measure_again"})
    conclusion, _ = asyncio.run(run_through(lab, again))
    assert conclusion.verdict.outcome is Outcome.CONFORMS
    assert again.deliveries == FLOWS * RUNS + 1


def test_a_flow_outside_its_band_that_is_recorded_leaves_the_verdict_open(lab):
    bench = WaterBench(flow_off={1: "1.2"}, answers={"flow_outside_band": "record"})
    conclusion, _ = asyncio.run(run_through(lab, bench))
    assert conclusion.verdict.outcome is Outcome.INDETERMINATE
    assert {point.reason for point in conclusion.points if point.outcome is Outcome.INDETERMINATE} == {
        "flow_outside_band"
    }


def test_adjusted_meters_are_all_tested_again_and_what_was_found_is_kept(lab):
    bench = WaterBench(errors={"3": {"1520": "2.5"}}, answers={"adjust": "adjust"})
    conclusion, verified = asyncio.run(run_through(lab, bench))
    assert conclusion.verdict.outcome is Outcome.CONFORMS
    assert "accuracy/3/Q3/1" in conclusion.as_found.verdict.failing
    assert audit(verified, deep=True).differences == ()


def test_a_record_of_many_meters_is_plain_json(lab):
    _, verified = asyncio.run(run_through(lab, WaterBench()))
    assert json.dumps(to_plain(verified.record))


@pytest.mark.parametrize(("method", "standard"), [("gravimetric", "T-150"), ("master", "MM-1")])
def test_the_same_meters_have_the_same_errors_by_weighing_and_by_a_master_meter(lab, method, standard):
    (lab / "orders" / "air.toml").write_text(order(1, method=f'"{method}"'), "utf-8")
    bench = WaterBench(errors={"3": {"1520": "2.5"}})
    conclusion, verified = asyncio.run(run_through(lab, bench))
    assert {use.id for use in verified.record.standards} == {standard}
    assert {one.id for one in conclusion.subjects if one.outcome is not Outcome.CONFORMS} == {"3"}
    errors = {point.label: float(point.error.value) for point in conclusion.points if point.error is not None}
    assert abs(errors["accuracy/3/Q3/1"] - 2.5) < 0.3
    assert abs(errors["accuracy/1/Q3/1"]) < 0.3
    assert audit(verified, deep=True).differences == ()


LACKS = {
    "no measure at all": ("B-", "X-", "standard.kind_missing"),
    "overdue": ("due = 2099-12-31", "due = 2020-01-01", "standard.overdue.no_other"),
    "no uncertainty": ('uncertainty = "0.05 %"', "", "standard.uncertainty_unknown"),
    "too uncertain": ('uncertainty = "0.05 %"', 'uncertainty = "0.9 %"', "standard.uncertainty_share"),
}


@pytest.mark.parametrize("case", LACKS)
def test_a_standard_that_will_not_do_stops_the_test_before_a_number_is_used(lab, case):
    before, after, code = LACKS[case]
    text = LABORATORY.replace('kind = "vessel"', 'kind = "thermometer"') if before == "B-" else LABORATORY
    text = text.replace('uncertainty = "4 mL"', 'uncertainty = "0.05 %"').replace(before, after)
    (lab / FILE_NAME).write_text(text, "utf-8")
    with pytest.raises(StandardError) as refused:
        asyncio.run(run_through(lab, WaterBench()))
    assert refused.value.code.removesuffix(".no_other") == code.removesuffix(".no_other")

    async def numbers():
        async with open_workplace(lab, Labels()) as place:
            return place.journal.runs()

    assert not list(asyncio.run(numbers()))
