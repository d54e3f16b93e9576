"""Tapes and a level gauge read by eye: from the order to a sealed record that can be audited."""

import asyncio
from decimal import Decimal
from pathlib import Path

import pytest

from bench.audit import audit
from bench.labels import Labels
from bench.laboratory import FILE_NAME
from bench.workplace import open_workplace, read_assignment
from drivers.quantity import Quantity
from procedures.action import Adjust, SetLevel
from procedures.point import Outcome
from results.certificate.rendering import render_certificate
from results.keys import read_trusted_keys
from results.verification import load_record
from tests.bench.keyed_bench import KeyedBench

LABORATORY = """
[bench]
id = "UKUR-01"
training = true
[office]
name = "UPTD Metrologi Legal Kabupaten Contoh"
[[person]]
id = "penera1"
name = "Nama Penera"
roles = ["penera"]
[[standard]]
id = "P-30"
kind = "meter"
nominal = "30 m"
uncertainty = "0.005 %"
corrections = [{ at = "1 m", error = "0.1 mm" }, { at = "30 m", error = "0.1 mm" }]
certificate = "SNSU-1"
due = 2099-12-31
"""
TAPES = """
kind = "length_measures"
activity = "initial_verification"
[uut]
class = "II"
length = "10 m"
meters = [{ id = "1", serial = "B-1" }, { id = "2", serial = "B-2" }]
[identity]
maker = "Merek"
"""
GAUGE = """
kind = "level_gauges"
activity = "subsequent_verification"
[uut]
class = "2"
range = "12 m"
d = "1 mm"
[identity]
maker = "Merek"
serial = "ALG-1"
"""


class Lengths:
    """Measures too long by so many mm; a gauge that lags by so many mm when it falls."""

    def __init__(self, off: dict[str, str], lag: str = "0") -> None:
        self.off = {measure: Decimal(mm) for measure, mm in off.items()}
        self.lag = Decimal(lag)
        self.level = Decimal(0)
        self.falling = False

    def obey(self, action: object) -> None:
        match action:
            case SetLevel(level=level, direction=direction):
                self.level, self.falling = level.to("mm").value, direction == "down"
            case Adjust():
                self.off.clear()
                self.lag = Decimal(0)

    def show(self, role: str) -> Quantity:
        if role.startswith("meter/"):
            return Quantity(self.level + (self.lag if self.falling else 0), "mm")
        return Quantity("20.0", "°C")

    def key(self, question) -> Quantity:
        if question.question == "dip_level":
            return Quantity(self.level + Decimal("0.1"), "mm")
        nominal = Quantity.parse(question.facts["length"]).to("mm").value
        longer = self.off.get(question.facts["meter"], Decimal(0))
        return Quantity(nominal + longer + Decimal("0.1"), "mm")

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
    "two tapes, one too long": (TAPES, Lengths({"2": "3"}), {"1": Outcome.CONFORMS, "2": "no"}),
    "a gauge that is right": (GAUGE, Lengths({}), {"1": Outcome.CONFORMS}),
    "a gauge that lags": (GAUGE, Lengths({}, "3"), {"1": "no"}),
}


@pytest.mark.parametrize("case", BENCHES)
def test_a_complete_test_comes_to_a_sealed_record(tmp_path, case):
    order, lengths, wanted = BENCHES[case]
    conclusion, verified = asyncio.run(run_through(tmp_path, lengths.bench(), order))
    found = {one.id: one.outcome for one in conclusion.subjects}
    assert found == {
        name: Outcome.DOES_NOT_CONFORM if outcome == "no" else outcome for name, outcome in wanted.items()
    }
    assert all(point.uncertainty for point in conclusion.points if point.section == "accuracy")
    assert {use.id for use in verified.record.standards} == {"P-30"}
    assert (audit(verified, deep=True).differences, audit(verified, deep=True).unchecked) == ((), ())
    assert render_certificate(verified).startswith(b"%PDF")


def test_an_adjusted_gauge_is_tested_again(tmp_path):
    conclusion, _ = asyncio.run(run_through(tmp_path, Lengths({}, "3").bench(adjust="adjust"), GAUGE))
    assert conclusion.verdict.outcome is Outcome.CONFORMS
    assert conclusion.as_found.verdict.failing
