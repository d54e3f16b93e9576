"""A dispenser read by eye: from the order to a sealed record, left and resumed, adjusted, audited."""

import asyncio
import dataclasses
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec import structs

from bench.__main__ import main
from bench.attention import RunInterrupted
from bench.audit import audit
from bench.events import MISTYPED
from bench.front_desk import FrontDesk
from bench.labels import Labels
from bench.laboratory import FILE_NAME
from bench.taken import Taken
from bench.workplace import open_workplace, read_assignment
from drivers.quantity import Quantity
from procedures.action import DeliverVolume, DrainVessel, FillVessel, Keyed, KeyIndication, KeyQuantity, Wait
from procedures.heading import Heading
from procedures.point import Outcome
from results.certificate.content import certificate_content
from results.certificate.rendering import render_certificate
from results.entry import Done
from results.keys import read_trusted_keys
from results.verification import load_record
from tests.bench.vessel_bench import VesselBench

LABORATORY = """
[bench]
id = "BBM-01"
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
id = "B-5"
kind = "vessel"
nominal = "5 L"
uncertainty = "1 mL"
scale_interval = "1 mL"
certificate = "BSML-2"
due = 2099-12-31
"""
ORDER = """
kind = "fuel_dispensers"
activity = "subsequent_verification"
order = "0019"
{rules}
[uut]
class = "0.5"
max_flow = "40 L/min"
mmq = "5 L"
d = "0.01 L"
price_interval = 1
totaliser_step = "0.01 L"
nozzles = [{{ id = "1", meter = "IC", liquid = "petrol" }}, {{ id = "2", meter = "IC", liquid = "petrol" }}]
[identity]
maker = "Merek"
serial = "PU-7"
[owner]
name = "SPBU Contoh"
"""


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    (tmp_path / FILE_NAME).write_text(LABORATORY, "utf-8")
    (tmp_path / "orders").mkdir()
    write_order(tmp_path)
    return tmp_path


def write_order(lab: Path, rules: str = "") -> None:
    (lab / "orders" / "bbm.toml").write_text(ORDER.format(rules=rules), "utf-8")


async def run_through(root: Path, operator, *, run: str = ""):
    async with open_workplace(root, Labels()) as place:
        run = run or await place.begin(read_assignment(root / "orders" / "bbm.toml"))
        conclusion = await place.take_up(run, operator, ()).conduct()
        finished = place.seal(run, "")
        verified = load_record(finished.sealed.record, read_trusted_keys(place.folders.keys))
    return conclusion, verified


def outcomes(conclusion) -> dict[str, Outcome]:
    return {one.id: one.outcome for one in conclusion.subjects}


def test_a_nozzle_beyond_the_limit_fails_alone_and_the_record_is_sealed_and_audited(lab):
    conclusion, verified = asyncio.run(run_through(lab, VesselBench(short={"2": "120"})))
    assert outcomes(conclusion) == {"1": Outcome.CONFORMS, "2": Outcome.DOES_NOT_CONFORM}
    points = {point.label: point for point in verified.record.points}
    assert points["accuracy/2/fast/1"].error.value == Decimal("0.6")
    assert points["accuracy/2/fast/1"].uncertainty is not None
    assert {use.id for use in verified.record.standards} == {"B-20"}
    codes = {notice.code for notice in conclusion.notices}
    assert {"unverified_rules", "manual_readings", "liquid_used", "meter_shared"} <= codes
    found = audit(verified, deep=True)
    assert (found.differences, found.unchecked) == ((), ())
    assert render_certificate(verified).startswith(b"%PDF")


def test_where_nozzles_differ_paper_list_of_jobs_and_command_send_the_reader_to_the_list(lab, capsys):
    _, verified = asyncio.run(run_through(lab, VesselBench(short={"2": "120"})))
    paper = certificate_content(verified)
    assert (paper["form"], paper["verdict"][0]) == ("mixed", "Lihat daftar")
    official = dataclasses.replace(verified, record=structs.replace(verified.record, training=False))
    assert certificate_content(official)["statement"].startswith("1 dari 2 nozel disahkan")

    async def shown() -> Heading | None:
        async with open_workplace(lab, Labels()) as place:
            return FrontDesk(place).jobs()[0].outcome

    assert asyncio.run(shown()) is Heading.MIXED
    file = next((lab / "data").rglob("*.tera.json"))
    assert main(["record", "show", str(file), "--lab", str(lab)]) == 0
    assert "Hasil: ▲ LIHAT DAFTAR\n  alat 1: ✔ SAH\n  alat 2: ✘ BATAL\n" in capsys.readouterr().out


@pytest.mark.parametrize("rules", ["oiml-r117-1-2019", "kepdirjen-pktn-121-2020"])
def test_the_same_dispenser_under_other_rules(lab, rules):
    write_order(lab, f'rules = "{rules}"')
    bench = FlowOfPlan()
    conclusion, verified = asyncio.run(run_through(lab, bench))
    assert conclusion.verdict.outcome is Outcome.CONFORMS
    assert audit(verified, deep=True).differences == ()
    flows = {point.label.split("/")[2] for point in conclusion.points if point.section == "accuracy"}
    assert flows == ({"fast", "slow", "mmq"} if "oiml" in rules else {"fast", "medium", "slow"})


class FlowOfPlan(VesselBench):
    """Takes as long as the flow that was aimed at."""

    def deliver(self, action):
        super().deliver(action)
        if action.flow is not None:
            self.seconds = str(round(action.volume.to("L").value * 60 / action.flow.to("L/min").value, 2))


def test_a_flow_outside_its_band_decides_nothing(lab):
    write_order(lab, 'rules = "kepdirjen-pktn-121-2020"')
    conclusion, _ = asyncio.run(run_through(lab, VesselBench(seconds="20")))
    assert conclusion.verdict.outcome is Outcome.INDETERMINATE
    assert {p.reason for p in conclusion.points if p.section == "accuracy"} == {"flow_outside_band"}


def test_an_adjusted_dispenser_is_tested_again_and_what_was_found_is_kept(lab):
    bench = VesselBench(short={"1": "170"}, answers={"adjust": "adjust"})
    conclusion, verified = asyncio.run(run_through(lab, bench))
    assert conclusion.verdict.outcome is Outcome.CONFORMS
    assert "accuracy/1/fast/1" in conclusion.as_found.verdict.failing
    assert audit(verified, deep=True).differences == ()


def test_a_totaliser_that_counts_too_much_asks_what_was_not_recorded(lab):
    conclusion, _ = asyncio.run(run_through(lab, VesselBench(counted_besides=Decimal("0.5"))))
    assert {"totaliser/1", "totaliser/2"} == set(conclusion.verdict.failing)


def test_a_wrong_price_fails_by_its_own_point(lab):
    conclusion, _ = asyncio.run(run_through(lab, VesselBench(price_off=-2)))
    assert set(conclusion.verdict.failing) == {"price/1/fast/1", "price/2/fast/1"}


def test_a_dispenser_without_preset_needs_none(lab):
    conclusion, _ = asyncio.run(run_through(lab, VesselBench(answers={"preset_set": "not_fitted"})))
    assert conclusion.verdict.outcome is Outcome.CONFORMS
    assert "preset" not in conclusion.verdict.sections


class Mistyping(VesselBench):
    """Keys each of these once before what is right."""

    def __init__(self, **wrong: str) -> None:
        super().__init__(short={"1": "30", "2": "30"})
        self.wrong = wrong

    async def answer(self, prompt):
        role = getattr(prompt.action, "role", getattr(prompt.action, "question", "")).partition("/")[0]
        if isinstance(prompt.action, KeyIndication | KeyQuantity) and role in self.wrong:
            self.asked.append(prompt)
            return Keyed(Quantity.parse(self.wrong.pop(role)))
        return await super().answer(prompt)


WRONG = {
    "a digit of the volume": ("nozzle", "2.00 L", "2,00 L", "16,0 L sampai 24,0 L"),
    "a mass for the volume": ("nozzle", "20 kg", "20 kg", "16,0 L sampai 24,0 L"),
    "a temperature without its dot": ("vessel_temperature", "280 °C", "280 °C", "−40 °C sampai 100 °C"),
    "a sign on the neck": ("vessel_below", "-30 mL", "−30 mL", "0 L sampai 2,0 L"),
    "a neck that no measure has": ("vessel_below", "3 L", "3 L", "0 L sampai 2,0 L"),
    "a price of nothing": ("unit_price", "0 Rp", "0 Rp", "0,01 Rp sampai —"),
}


@pytest.mark.parametrize(("role", "typed", "said", "bounds"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_is_told_and_read_again(lab, role, typed, said, bounds):
    bench = Mistyping(**{role: typed})
    conclusion, _ = asyncio.run(run_through(lab, bench))
    assert conclusion.verdict.outcome is Outcome.CONFORMS
    (told,) = [p.text for p in bench.asked if getattr(p.action, "question", "") == "cannot_be"]
    assert told.startswith(f"{said} tidak mungkin di sini")
    assert bounds in told


def test_no_delivery_goes_into_a_measure_that_is_not_empty(lab):
    bench = VesselBench()
    asyncio.run(run_through(lab, bench))
    full: set[str] = set()
    deliveries = 0
    actions = [prompt.action for prompt in bench.asked]
    for action, following in zip(actions, [*actions[1:], None], strict=True):
        match action:
            case FillVessel(vessel=vessel):
                full.add(vessel)
            case DrainVessel(vessel=vessel, drip=drip):
                assert drip == Quantity(10, "s")
                assert following == Wait(duration=drip, purpose="drip")  # counted down on the screen
                full.discard(vessel)
            case DeliverVolume(into=vessel):
                deliveries += 1
                assert vessel not in full
                full.add(vessel)
            case _:
                pass
    assert deliveries == 6


@dataclasses.dataclass
class SlipOfTheFinger(VesselBench):
    """Keys 90 mL for 20 mL once, and says so when the measure is to be emptied."""

    taken: Taken | None = None
    slips: int = 1
    possible: list[bool] = dataclasses.field(default_factory=list)

    async def answer(self, prompt):
        if self.slips == 0 and isinstance(prompt.action, DrainVessel):
            self.slips -= 1
            self.possible.append(self.taken.conductor.request_retake(MISTYPED, by="Penera"))
            await asyncio.sleep(10)  # the run begins again before this is over
        return await super().answer(prompt)

    def key(self, question, action):
        if question == "vessel_below" and self.slips > 0:
            self.slips -= 1
            return Quantity(90, "mL")
        return super().key(question, action)


def test_a_neck_that_was_mistyped_is_keyed_again_without_another_delivery(lab):
    sound = VesselBench(short={"1": "20", "2": "20"})
    expected, _ = asyncio.run(run_through(lab, sound))
    bench = SlipOfTheFinger(short={"1": "20", "2": "20"})

    async def whole():
        async with open_workplace(lab, Labels()) as place:
            run = await place.begin(read_assignment(lab / "orders" / "bbm.toml"))
            bench.taken = place.take_up(run, bench, ())
            conclusion = await bench.taken.conduct()
            history = place.journal.entries(run)
            finished = place.seal(run, "")
            verified = load_record(finished.sealed.record, read_trusted_keys(place.folders.keys))
        return conclusion, verified, history

    conclusion, verified, history = asyncio.run(whole())
    assert bench.possible == [True]
    assert bench.deliveries == sound.deliveries
    assert [point.error for point in conclusion.points] == [point.error for point in expected.points]
    (again,) = verified.record.breaks
    assert (again["kind"], again["reason"], again["by"]) == ("retake", "mistyped", "Penera")
    keyed = [kept.entry for kept in history if isinstance(kept.entry, Done)]
    asked = [one for one in keyed if one.path.partition("~")[0] == again["path"]]
    assert [one.result["quantity"]["value"] for one in asked] == ["90", "20"]  # both are kept
    found = audit(verified, deep=True)
    assert (found.differences, found.unchecked) == ((), ())
    assert render_certificate(verified).startswith(b"%PDF")


class Leaving(VesselBench):
    """Leaves at a prompt."""

    leave_at = 0

    async def answer(self, prompt):
        if len(self.asked) == self.leave_at:
            self.leave_at = -1
            raise RunInterrupted
        return await super().answer(prompt)


@pytest.mark.parametrize("leave_at", [1, 15, 30])
def test_a_test_left_in_the_middle_goes_on_and_its_totaliser_counts_nothing_twice(lab, leave_at):
    bench = Leaving()
    bench.leave_at = leave_at

    async def left_and_resumed():
        async with open_workplace(lab, Labels()) as place:
            run = await place.begin(read_assignment(lab / "orders" / "bbm.toml"))
            with pytest.raises(RunInterrupted):
                await place.take_up(run, bench, ()).conduct()
        return await run_through(lab, bench, run=run)

    conclusion, verified = asyncio.run(left_and_resumed())
    assert conclusion.verdict.outcome is Outcome.CONFORMS
    assert audit(verified, deep=True).differences == ()
