"""Watching instruments while something is done: what is kept, what is replayed, what an audit finds."""

import asyncio
from dataclasses import dataclass, field
from hashlib import sha256

import msgspec
import pytest

from bench.audit_frames import Frames
from bench.conductor import Conductor
from bench.operator import Prompt
from bench.replay import DivergenceError
from bench.session import _described
from bench.station import Bound, Station
from drivers import catalogue
from drivers.clock import PacedClock
from drivers.device import Device
from drivers.quantity import Quantity
from drivers.reading import Origin
from drivers.settling import SettleRule
from drivers.transports.lines import Lines
from drivers.twins.line import TcpLine
from drivers.twins.settings import TwinSettings
from drivers.twins.twin import Twin
from procedures.action import (
    Answer,
    Choice,
    Choose,
    DeliverVolume,
    Done,
    Keyed,
    KeyIndication,
    StopFlow,
    Wait,
)
from procedures.errors import ProcedureError
from procedures.point import Conclusion, Outcome, Verdict
from results.entry import Begun
from results.entry import Done as Kept
from results.gathered import gather, spread
from results.kept_reading import keep_watched, roles_of, watched_of
from tests.bench import toy_run

ACT = DeliverVolume(volume=Quantity(20, "L"))
STEPS = {"temperature": Quantity(1, "°C")}
PACE = 20.0


@dataclass
class Hands:
    """Puts a load on the twin while it is watched, slowly enough to be seen."""

    twin: Twin
    clock: PacedClock
    asked: list[str] = field(default_factory=list)

    async def answer(self, prompt: Prompt) -> Answer:
        self.asked.append(prompt.id)
        match prompt.action:
            case DeliverVolume() | StopFlow():
                await self.clock.sleep(2)
                self.twin.place(Quantity(500, "g"), "centre")
                await self.clock.sleep(4)
                return Done()
            case KeyIndication(step=step):
                return Keyed(Quantity("27.5", step.unit))
            case Choose():
                return Choice("leave")
            case _:
                return Done()


async def watching(run):
    async with run.series("fill"), run.step("1"):
        seen = await run.watched(("uut", "temperature"), ACT, steps=STEPS)
        run.seen, run.seen_path = seen, run.path()
    return Conclusion(points=(), verdict=Verdict(outcome=Outcome.CONFORMS, rule="toy"))


async def conducted(folder, script=watching, *, operator=None):
    clock = PacedClock(PACE)
    driver = catalogue.load("st-gs")
    twin = Twin(driver, TwinSettings(max=Quantity(15, "kg"), e=Quantity(5, "g")), clock, TcpLine())
    await twin.start()
    lines = Lines(clock)
    device = Device("twin", driver, lines.line(driver, twin.address, None), clock, origin=Origin.TWIN)
    await device.start()
    bound = Bound(
        name="twin",
        driver=driver,
        driver_text=driver.text,
        port=twin.address,
        serial="",
        origin=Origin.TWIN,
        settle=SettleRule(duration_s=0.5),
        device=device,
    )
    hands = operator or Hands(twin, clock)
    try:
        with toy_run.journal(folder) as opened:
            conductor = Conductor(
                toy_run.RUN,
                log=opened,
                history=opened.entries(toy_run.RUN),
                station=Station({"uut": bound}),
                operator=hands,
                observers=(),
                clock=clock,
                zone="Asia/Jakarta",
                sentence=str,
            )
            await conductor.conduct(script)
            return conductor, hands, opened.entries(toy_run.RUN), bound
    finally:
        await device.close()
        await twin.close()


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    return asyncio.run(conducted(tmp_path_factory.mktemp("watched")))


def entry_of(entries) -> Kept:
    return next(
        kept.entry for kept in entries if isinstance(kept.entry, Kept) and kept.entry.verb == "watched"
    )


def test_an_instrument_is_read_before_during_and_after(watched):
    conductor, _, _, _ = watched
    seen = conductor.seen["uut"]
    assert seen.start.indication == Quantity(0, "g")
    assert seen.end.indication == Quantity(500, "g")
    shown = [reading.indication for reading in seen.during]
    assert shown[0] == Quantity(0, "g")
    assert shown[-1] == Quantity(500, "g")
    times = [seen.start.elapsed, *(one.elapsed for one in seen.during), seen.end.elapsed]
    assert times == sorted(times)
    assert all(
        after.elapsed - before.elapsed >= 1
        for before, after in zip(seen.during, seen.during[1:], strict=False)
    )


def test_a_role_without_an_instrument_is_read_by_eye_in_the_middle_of_a_delivery(watched):
    conductor, hands, _, _ = watched
    (keyed,) = conductor.seen["temperature"].during
    assert keyed.origin is Origin.MANUAL
    assert keyed.instrument == "temperature"
    assert keyed.indication == Quantity("27.5", "°C")
    assert hands.asked == ["fill/1/watched/begin", "fill/1/watched/temperature", "fill/1/watched"]


async def waiting(run):
    async with run.series("fill"), run.step("1"):
        await run.watched(("temperature",), Wait(duration=Quantity(1, "s")), steps=STEPS)
    return Conclusion(points=(), verdict=Verdict(outcome=Outcome.CONFORMS, rule="toy"))


def test_of_anything_else_it_is_read_by_eye_when_it_is_over(tmp_path):
    _, hands, _, _ = asyncio.run(conducted(tmp_path, waiting))
    assert hands.asked == ["fill/1/watched", "fill/1/watched/temperature"]


def test_it_is_begun_before_it_is_done_and_every_reading_is_kept_with_its_role(watched):
    conductor, _, entries, _ = watched
    kinds = [type(kept.entry) for kept in entries if getattr(kept.entry, "path", "") == "fill/1/watched"]
    assert kinds == [Begun, Kept]
    entry = entry_of(entries)
    assert watched_of(entry) == conductor.seen
    assert keep_watched(conductor.seen) == (entry.result, entry.samples)
    roles = roles_of(entry, entry.samples.count)
    assert roles.count("temperature") == 1
    assert roles.count("uut") == len(conductor.seen["uut"].during) + 2


def test_replayed_it_gives_the_same_and_asks_nobody(watched, tmp_path):
    conductor, _, entries, _ = watched
    again = Conductor(
        toy_run.RUN,
        log=None,
        history=entries,
        station=Station({}),
        operator=None,
        observers=(),
        clock=PacedClock(PACE),
        zone="UTC",
        sentence=str,
    )
    again.replay(watching)
    assert again.seen == conductor.seen
    assert again.seen_path == "fill/1/watched"


async def watching_other(run):
    async with run.series("fill"), run.step("1"):
        await run.watched(("uut",), ACT)


def test_a_script_that_watches_others_diverges(watched):
    _, _, entries, _ = watched
    again = Conductor(
        toy_run.RUN,
        log=None,
        history=entries,
        station=Station({}),
        operator=None,
        observers=(),
        clock=PacedClock(PACE),
        zone="UTC",
        sentence=str,
    )
    with pytest.raises(DivergenceError):
        again.replay(watching_other)


def frames_of(entries, bound, change):
    """The frames read again, after a change to what was watched."""
    begun = msgspec.structs.replace(
        entries[0].entry,
        instruments={"uut": _described(bound)},
        drivers={bound.driver.mark.digest: bound.driver_text},
    )
    frames = Frames(begun)
    changed = [
        msgspec.structs.replace(kept, entry=change(kept.entry))
        if isinstance(kept.entry, Kept) and kept.entry.verb == "watched"
        else kept
        for kept in entries
    ]
    again = list(frames.again(changed))
    return frames, again


def test_a_deep_audit_reads_every_watched_frame_again(watched):
    _, _, entries, bound = watched
    frames, again = frames_of(entries, bound, lambda entry: entry)
    assert frames.found == []
    assert entry_of(again) == entry_of(entries)


def test_a_deep_audit_finds_a_watched_reading_that_its_frame_does_not_give(watched):
    _, _, entries, bound = watched

    def forged(entry):
        before, first, *others = spread(entry.samples)
        first = {**first, "indication": {"value": "250", "unit": "g"}}
        return msgspec.structs.replace(entry, samples=gather([before, first, *others]))

    frames, again = frames_of(entries, bound, forged)
    assert [found.where for found in frames.found] == ["fill/1/watched"]
    assert entry_of(again) == entry_of(entries)


def test_frames_that_a_program_of_another_release_read_are_left_unread_and_that_is_said(watched):
    _, _, entries, bound = watched
    text = "# an older release\ndef driver(): ...\n"
    digest = sha256(text.encode()).hexdigest()
    begun = msgspec.structs.replace(
        entries[0].entry, instruments={"uut": _described(bound)}, drivers={digest: text}
    )
    entry = entry_of(entries)
    samples = [{**one, "driver": {"id": "older", "digest": digest}} for one in spread(entry.samples)]
    kept = [
        msgspec.structs.replace(one, entry=msgspec.structs.replace(entry, samples=gather(samples)))
        for one in entries
        if one.entry == entry
    ]
    frames = Frames(begun)
    assert [one.entry for one in frames.again(kept)] == [one.entry for one in kept]
    assert frames.unread
    assert frames.found == []


class Refusing(Hands):
    async def answer(self, prompt: Prompt) -> Answer:
        return Choice("leave")


def test_an_action_that_was_not_done_is_no_log(tmp_path):
    async def refused():
        with pytest.raises(ProcedureError) as told:
            await conducted(tmp_path, operator=Refusing(None, None))
        assert told.value.code == "operator.answer"

    asyncio.run(refused())
    with toy_run.journal(tmp_path) as opened:
        assert not [kept for kept in opened.entries(toy_run.RUN) if isinstance(kept.entry, Kept)]
