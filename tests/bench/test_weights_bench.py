"""A set of weights on a comparator that is a twin: from the order to a sealed record, resumed, audited."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bench.attention import RunInterrupted
from bench.audit import audit
from bench.labels import Labels
from bench.laboratory import FILE_NAME
from bench.operator import Prompt
from bench.operators.twin_hands import AutomaticOperator
from bench.workplace import open_workplace, read_assignment
from drivers.clock import PatientClock
from drivers.quantity import Quantity
from procedures.action import (
    Choice,
    Choose,
    Done,
    Inspect,
    Keyed,
    KeyIndication,
    PlaceWeight,
)
from procedures.errors import StandardError
from procedures.point import Outcome
from results.certificate.rendering import render_certificate
from results.keys import read_trusted_keys
from results.verification import load_record

PACE = 50
LABORATORY = """
[bench]
id = "MASSA-01"
training = true
[office]
name = "UPTD Metrologi Legal Kabupaten Contoh"
[[person]]
id = "penera1"
name = "Nama Penera"
roles = ["penera"]
[[instrument]]
name = "pembanding 220 g"
driver = "sartorius-sbi"
roles = ["comparator"]
settle = { duration_s = 0.1, span_steps = 2 }
[instrument.twin]
max = "220 g"
d = "0.01 mg"
seed = 7
settling_s = "0.005"
steady_s = "0.1"
steady_span_d = "3"
noise_d = "0.2"
drift_d_per_s = "0.05"
answer_delay_s = "0.001"
weights = { "S-E2 100 g" = "0.05 mg", "100 g" = "0.19 mg", "20 g" = "-0.10 mg", "20 g*" = "WRONG" }
[[standard]]
id = "S-E2"
kind = "weights"
accuracy_class = "E2"
material = "stainless_steel"
certificate = "BSML-7"
due = 2099-12-31
weights = [
    { nominal = "100 g", uncertainty = "0.05 mg", error = "0.05 mg" },
    { nominal = "20 g", uncertainty = "0.025 mg" },
]
[[standard]]
id = "S-F1"
kind = "weights"
accuracy_class = "F1"
certificate = "BSML-8"
due = 2099-12-31
weights = [{ nominal = "100 g" }, { nominal = "20 g" }]
"""
ORDER = """
kind = "weights"
activity = "subsequent_verification"
order = "0012"
[uut]
class = "F1"
weights = ["100 g", "20 g", "20 g*"]
material = "brass"
cycle = "CYCLE"
[uut.balance]
repeatability = "0.02 mg"
[identity]
maker = "Merek"
serial = "AT-1"
"""
AIR = {"ambient_temperature": "26.5 °C", "air_pressure": "1008.0 hPa", "humidity": "58 %"}


@dataclass
class Penera:
    """Keys the air, agrees with the rest; the hands of the twin put the weights on the pan."""

    answers: dict[str, str] = field(default_factory=dict)
    leave_at: int = -1
    asked: list[Prompt] = field(default_factory=list)

    async def answer(self, prompt: Prompt):
        self.asked.append(prompt)
        if len(self.asked) == self.leave_at:
            raise RunInterrupted
        match prompt.action:
            case KeyIndication(role=role):
                return Keyed(Quantity.parse(AIR[role]))
            case Inspect(subject=subject):
                return Choice(self.answers.get(f"inspect {subject}".strip(), "conforms"))
            case Choose(question=question, choices=choices):
                return Choice(self.answers.get(question, choices[-1]))
            case _:
                return Done()


def lab_in(root: Path, *, wrong: str = "0.03 mg", cycle: str = "ABBA", order: str = "") -> Path:
    (root / FILE_NAME).write_text(LABORATORY.replace("WRONG", wrong), "utf-8")
    (root / "order.toml").write_text((order or ORDER).replace("CYCLE", cycle), "utf-8")
    return root


async def run_through(root: Path, operator, *, run: str = ""):
    async with open_workplace(root, Labels(), clock=PatientClock(PACE)) as place:
        run = run or await place.begin(read_assignment(root / "order.toml"))
        conclusion = await place.take_up(run, operator, ()).conduct()
        finished = place.seal(run, "")
        return conclusion, load_record(finished.sealed.record, read_trusted_keys(place.folders.keys))


@pytest.mark.parametrize("cycle", ["ABBA", "AB1...BnA"])
def test_a_set_on_a_comparator_that_drifts_to_a_sealed_record(tmp_path, cycle):
    penera = Penera()
    conclusion, verified = asyncio.run(run_through(lab_in(tmp_path, cycle=cycle), penera))
    record = verified.record
    assert conclusion.verdict.outcome is Outcome.CONFORMS
    assert record.training
    errors = {p.subject: p for p in record.points if p.section == "accuracy"}
    for weight, put in {"100 g": "0.19", "20 g": "-0.10", "20 g*": "0.03"}.items():
        # the twin knows no buoyancy: what the air does to brass against steel is corrected all the same
        assert (
            abs(errors[weight].error.to("mg").value - Quantity(put, "mg").value)
            < Quantity("0.08", "mg").value
        )
        assert errors[weight].uncertainty is not None
        assert len(errors[weight].readings) == {"ABBA": 4}.get(cycle, 6 if weight == "100 g" else 8)
    assert [one.id for one in record.subjects] == ["100 g", "20 g", "20 g*"]
    assert {use.id for use in record.standards} == {"S-E2"}
    found = audit(verified, deep=True)
    assert (found.differences, found.unchecked) == ((), ())
    assert render_certificate(verified).startswith(b"%PDF")


STATION = """
[[instrument]]
name = "udara"
driver = "xy-md02"
roles = ["ambient_temperature:temperature", "humidity:humidity"]
settle = { duration_s = 0.1, span_steps = 1 }
[instrument.twin]
quantity.temperature = { start = "26.5" }
quantity.humidity = { start = "58.0" }
[[instrument]]
name = "barometer"
driver = "druck-dpi740"
roles = ["air_pressure"]
settle = { duration_s = 0.1, span_steps = 1 }
[instrument.twin]
quantity."" = { start = "1008.00" }
"""


def test_with_a_port_for_the_air_too_nothing_is_keyed(tmp_path):
    lab_in(tmp_path)
    file = tmp_path / FILE_NAME
    file.write_text(file.read_text("utf-8") + STATION, "utf-8")
    conclusion, verified = asyncio.run(run_through(tmp_path, AutomaticOperator()))
    assert conclusion.verdict.outcome is Outcome.CONFORMS
    told = {notice.code: notice.facts for notice in conclusion.notices}
    assert "manual_readings" not in told
    assert Quantity.parse(told["air_conditions"]["temperature"]) == Quantity.parse("26.5 °C")
    assert audit(verified, deep=True).differences == ()


def test_only_the_weight_that_failed_is_adjusted_and_compared_again(tmp_path):
    penera = Penera(answers={"adjust": "adjust"})
    conclusion, verified = asyncio.run(run_through(lab_in(tmp_path, wrong="0.9 mg"), penera))
    assert conclusion.as_found.verdict.failing == ("accuracy/20 g*",)
    assert conclusion.verdict.outcome is Outcome.CONFORMS
    placed = [p for p in penera.asked if isinstance(p.action, PlaceWeight) and p.id.startswith("as_left/")]
    assert {p.action.weight for p in placed} == {"S-E2", "20 g*"}
    before, after = (
        {p.label: p.error for p in phase.points if p.error is not None}
        for phase in (conclusion.as_found, conclusion)
    )
    assert before.pop("accuracy/20 g*") > after.pop("accuracy/20 g*")
    assert before == after
    assert audit(verified, deep=True).differences == ()


def test_a_failing_weight_fails_alone_and_its_lower_class_is_only_told(tmp_path):
    conclusion, verified = asyncio.run(run_through(lab_in(tmp_path, wrong="0.5 mg"), Penera()))
    assert conclusion.verdict.outcome is Outcome.DOES_NOT_CONFORM
    assert {one.id: one.outcome for one in conclusion.subjects}["100 g"] is Outcome.CONFORMS
    told = {notice.code: notice.facts for notice in conclusion.notices}
    assert told["lower_class"] == {"weights": "20 g*: F2"}
    assert render_certificate(verified).startswith(b"%PDF")


def test_a_line_of_the_checklist_that_fails_is_looked_for_weight_by_weight(tmp_path):
    penera = Penera(answers={"inspect": "weight_markings", "inspect 20 g": "weight_markings"})
    conclusion, _ = asyncio.run(run_through(lab_in(tmp_path), penera))
    assert conclusion.verdict.failing == ("visual/20 g/weight_markings",)
    outcomes = {one.id: one.outcome for one in conclusion.subjects}
    assert outcomes == {
        "100 g": Outcome.CONFORMS,
        "20 g": Outcome.DOES_NOT_CONFORM,
        "20 g*": Outcome.CONFORMS,
    }


@pytest.mark.parametrize("leave_at", [2, 9, 14])
def test_a_session_left_in_the_middle_goes_on_where_it_was(tmp_path, leave_at):
    lab_in(tmp_path)

    async def left_and_resumed():
        async with open_workplace(tmp_path, Labels(), clock=PatientClock(PACE)) as place:
            run = await place.begin(read_assignment(tmp_path / "order.toml"))
            with pytest.raises(RunInterrupted):
                await place.take_up(run, Penera(leave_at=leave_at), ()).conduct()
        return await run_through(tmp_path, Penera(), run=run)

    conclusion, verified = asyncio.run(left_and_resumed())
    assert conclusion.verdict.outcome is Outcome.CONFORMS
    assert audit(verified, deep=True).differences == ()


def test_a_sensitivity_weight_tells_what_a_difference_is_worth(tmp_path):
    order = ORDER.replace('material = "brass"', 'material = "brass"\nsensitivity_weight = "10 mg"')
    penera = Penera()
    conclusion, _ = asyncio.run(run_through(lab_in(tmp_path, order=order), penera))
    assert conclusion.verdict.outcome is Outcome.CONFORMS
    placed = [prompt.action for prompt in penera.asked if isinstance(prompt.action, PlaceWeight)]
    assert [str(one.small) for one in placed if one.small] == ["10 mg"] * 3


LACKS = {
    "a reference of the same class": ('accuracy_class = "E2"', 'accuracy_class = "F1"', "standard.class"),
    "overdue": ("due = 2099-12-31", "due = 2020-01-01", "standard.overdue"),
    "too uncertain": ('uncertainty = "0.05 mg"', 'uncertainty = "0.2 mg"', "standard.uncertainty"),
    "a mass that it lacks": ('{ nominal = "20 g", uncertainty = "0.025 mg" },', "", "standard.load"),
}


@pytest.mark.parametrize("case", LACKS)
def test_a_reference_that_will_not_do_stops_the_test_before_a_number_is_used(tmp_path, case):
    before, after, code = LACKS[case]
    lab_in(tmp_path)
    file = tmp_path / FILE_NAME
    file.write_text(file.read_text("utf-8").replace(before, after), "utf-8")

    async def refused():
        async with open_workplace(tmp_path, Labels(), clock=PatientClock(PACE)) as place:
            with pytest.raises(StandardError) as refusal:
                await place.begin(read_assignment(tmp_path / "order.toml"))
            return refusal.value.code, list(place.journal.runs())

    told, runs = asyncio.run(refused())
    assert told.removesuffix(".no_other") == code
    assert runs == []
