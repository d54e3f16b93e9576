"""Capacity measures and tank trucks read by eye: from order to sealed record, resumed, audited."""

import asyncio
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from bench.attention import RunInterrupted
from bench.audit import audit
from bench.labels import Labels
from bench.laboratory import FILE_NAME
from bench.taken import Taken
from bench.workplace import open_workplace, read_assignment
from drivers.quantity import Quantity
from procedures.action import FillVessel
from procedures.point import Outcome
from results.certificate.rendering import render_certificate
from results.keys import read_trusted_keys
from results.verification import load_record
from tests.bench.vessel_bench import FillingBench

LABORATORY = """
[bench]
id = "VOL-01"
training = true
[office]
name = "UPTD Metrologi Legal Kabupaten Contoh"
[[person]]
id = "penera1"
name = "Nama Penera"
roles = ["penera"]
[[standard]]
id = "B-10"
kind = "vessel"
nominal = "10 L"
value = "10.0000 L"
uncertainty = "1 mL"
reference_temperature = "28 °C"
material = "stainless_steel_304"
certificate = "BSML-1"
due = 2099-12-31
[[standard]]
id = "B-500"
kind = "vessel"
nominal = "500 L"
value = "500.00 L"
uncertainty = "0.02 %"
reference_temperature = "28 °C"
material = "stainless_steel_304"
certificate = "BSML-2"
due = 2099-12-31
[[standard]]
id = "N-60"
kind = "scale"
nominal = "60 kg"
uncertainty = "1 g"
scale_interval = "0.001 kg"
certificate = "BSML-3"
due = 2099-12-31
"""
MEASURE = """
kind = "capacity_measures"
activity = "initial_verification"
order = "0031"
[uut]
nominal = "20 L"
material = "stainless_steel_304"
d = "1 mL"
method = "{method}"
[identity]
maker = "Merek"
serial = "BU-1"
[owner]
name = "Bengkel Contoh"
"""
TRUCK = """
kind = "tank_trucks"
activity = "subsequent_verification"
order = "0032"
[uut]
vehicle = "B 1234 XX"
material = "mild_steel"
permitted = "0.2 %"
permitted_source = "decree in hand"
compartments = [{ id = "1", nominal = "1000 L" }, { id = "2", nominal = "500 L" }]
[identity]
maker = "Karoseri"
serial = "T-9"
[owner]
name = "Angkutan Contoh"
"""


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    (tmp_path / FILE_NAME).write_text(LABORATORY, "utf-8")
    (tmp_path / "orders").mkdir()
    for method in ("volumetric", "gravimetric"):
        (tmp_path / "orders" / f"{method}.toml").write_text(MEASURE.format(method=method), "utf-8")
    (tmp_path / "orders" / "truck.toml").write_text(TRUCK, "utf-8")
    return tmp_path


async def run_through(root: Path, order: str, operator, *, run: str = ""):
    async with open_workplace(root, Labels()) as place:
        run = run or await place.begin(read_assignment(root / "orders" / f"{order}.toml"))
        conclusion = await place.take_up(run, operator, ()).conduct()
        finished = place.seal(run, "")
        verified = load_record(finished.sealed.record, read_trusted_keys(place.folders.keys))
    return conclusion, verified


@pytest.mark.parametrize(("method", "standard"), [("volumetric", "B-10"), ("gravimetric", "N-60")])
def test_a_measure_is_found_alike_by_pouring_and_by_weighing(lab, method, standard):
    bench = FillingBench(beyond={"uut": "4"})
    conclusion, verified = asyncio.run(run_through(lab, method, bench))
    assert conclusion.verdict.outcome is Outcome.CONFORMS
    assert {use.id for use in verified.record.standards} == {standard}
    errors = [point.error for point in conclusion.points if point.section == "accuracy"]
    assert len(errors) == 3
    assert all(abs(error - Quantity(4, "mL")) < Quantity("1.5", "mL") for error in errors)
    assert all(p.uncertainty is not None for p in conclusion.points if p.section == "accuracy")
    found = audit(verified, deep=True)
    assert (found.differences, found.unchecked) == ((), ())
    assert render_certificate(verified).startswith(b"%PDF")


def test_the_table_of_the_scales_certificate_is_taken_off_what_it_shows(lab):
    """Empty 12.5 kg: +1.25 g; filled 32.404 kg: +3.2404 g. So 1.9904 g less water, which is 2.000 mL."""
    plain, _ = asyncio.run(run_through(lab, "gravimetric", FillingBench()))
    file = lab / FILE_NAME
    table = ", ".join(
        f'{{ at = "{at} kg", error = "{error} g" }}' for at, error in ((10, 1), (30, 3), (40, 4))
    )
    text = file.read_text("utf-8")
    file.write_text(text.replace('nominal = "60 kg"', f'nominal = "60 kg"\ncorrections = [{table}]'), "utf-8")
    corrected, _ = asyncio.run(run_through(lab, "gravimetric", FillingBench()))
    before, after = (
        next(point.error for point in one.points if point.section == "accuracy") for one in (plain, corrected)
    )
    assert abs(after - before - Quantity("2.0000", "mL")) < Quantity("0.001", "mL")


WRONG = {
    "grams for kilograms": ("scale", "12500 kg"),
    "a scale that is not read in mass": ("scale", "12.5 L"),
    "a pressure in mmHg": ("air_pressure", "757 Pa"),
    "a humidity above all": ("humidity", "600 %"),
    "a temperature without its dot": ("vessel_temperature", "280 °C"),
}


class Mistyping(FillingBench):
    """Reads one instrument wrongly once, while the measure is full."""

    def __init__(self, role, typed):
        super().__init__()
        self.wrong = {role: Quantity.parse(typed)}

    def indication(self, role):
        if role in self.wrong and (self.full or role != "scale"):
            return self.wrong.pop(role)
        return super().indication(role)


@pytest.mark.parametrize(("role", "typed"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_is_told_and_read_again(lab, role, typed):
    bench = Mistyping(role, typed)
    conclusion, _ = asyncio.run(run_through(lab, "gravimetric", bench))
    assert conclusion.verdict.outcome is Outcome.CONFORMS
    (told,) = [p.text for p in bench.asked if getattr(p.action, "question", "") == "cannot_be"]
    assert "tidak mungkin di sini" in told


def test_a_measure_that_is_adjusted_is_filled_again_and_what_was_found_is_kept(lab):
    bench = FillingBench(beyond={"uut": "-12"}, answers={"adjust": "adjust"})
    conclusion, verified = asyncio.run(run_through(lab, "volumetric", bench))
    assert conclusion.verdict.outcome is Outcome.CONFORMS
    assert set(conclusion.as_found.verdict.failing) == {"accuracy/1", "accuracy/2", "accuracy/3"}
    assert audit(verified, deep=True).differences == ()


def test_a_truck_whose_second_compartment_is_off_fails_and_the_record_says_which(lab):
    bench = FillingBench(beyond={"compartment/2": "1200"})
    conclusion, verified = asyncio.run(run_through(lab, "truck", bench))
    assert conclusion.verdict.failing == ("accuracy/2/1",)
    assert {one.id: one.outcome for one in conclusion.subjects} == {
        "1": Outcome.CONFORMS,
        "2": Outcome.DOES_NOT_CONFORM,
    }
    points = {point.label: point for point in verified.record.points}
    assert points["accuracy/2/1"].error > Quantity(Decimal(1), "L")
    assert len([label for label in points if label.startswith("dimensions/1/")]) == 10
    pours = [
        p for p in bench.asked if isinstance(p.action, FillVessel) and p.action.vessel == "compartment/1"
    ]
    assert len(pours) == 3  # two measures of 500 L, and 10 L for the sensitivity
    assert pours[0].text == "ISI kompartemen 1 dengan 500 L"
    assert audit(verified, deep=True).differences == ()
    assert render_certificate(verified).startswith(b"%PDF")


def test_a_level_that_does_not_rise_leaves_the_verdict_open(lab):
    conclusion, _ = asyncio.run(run_through(lab, "truck", FillingBench(rise="0")))
    assert conclusion.verdict.outcome is Outcome.INDETERMINATE
    assert conclusion.verdict.sections["sensitivity"] is Outcome.INDETERMINATE


class Leaving(FillingBench):
    """Leaves at a prompt."""

    leave_at = 0

    async def answer(self, prompt):
        if len(self.asked) == self.leave_at:
            self.leave_at = -1
            raise RunInterrupted
        return await super().answer(prompt)


@pytest.mark.parametrize(("order", "leave_at"), [("truck", 1), ("truck", 25), ("volumetric", 12)])
def test_a_test_left_in_the_middle_goes_on_where_it_was(lab, order, leave_at):
    bench = Leaving()
    bench.leave_at = leave_at

    async def left_and_resumed():
        async with open_workplace(lab, Labels()) as place:
            run = await place.begin(read_assignment(lab / "orders" / f"{order}.toml"))
            with pytest.raises(RunInterrupted):
                await place.take_up(run, bench, ()).conduct()
        return await run_through(lab, order, bench, run=run)

    conclusion, verified = asyncio.run(left_and_resumed())
    assert conclusion.verdict.outcome is Outcome.CONFORMS
    assert audit(verified, deep=True).differences == ()


@dataclass
class Misread(FillingBench):
    """Keys a rise that was read wrong, and says so at the next prompt."""

    taken: Taken | None = None
    read: int = 0

    async def answer(self, prompt):
        wrong = self.read == 1 and self.rise == "40"
        if wrong:
            self.rise = "4"
            assert self.taken is not None
            assert self.taken.conductor.request_retake("misread")
            await asyncio.sleep(10)  # the run begins again before this is over
        return await super().answer(prompt)

    def key(self, question, action):
        self.read += question == "level_rise"
        return super().key(question, action)


def test_a_keyed_value_that_was_misread_is_taken_again_and_no_compartment_is_filled_anew(lab):
    bench = Misread(rise="40")

    async def whole():
        async with open_workplace(lab, Labels()) as place:
            run = await place.begin(read_assignment(lab / "orders" / "truck.toml"))
            bench.taken = place.take_up(run, bench, ())
            return await bench.taken.conduct()

    conclusion = asyncio.run(whole())
    assert conclusion.verdict.outcome is Outcome.CONFORMS
    assert bench.read == 3  # once wrong, then both compartments
    starts = [one.id for one in bench.asked if one.id.startswith("compartment/1/1") and "choose" in one.id]
    assert len(starts) == 1  # what stood at the line was found once
