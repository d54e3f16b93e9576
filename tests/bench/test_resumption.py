"""Taken up again after a break: what is told and checked first, and the safe state at every end."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from bench.attention import RunInterrupted
from bench.events import RunResumed
from bench.replay import Memory
from bench.resumption import check_again, resumption
from bench.safe_state import make_safe
from bench.station import Bound, Station
from drivers import catalogue
from drivers.assembly import make_driver
from drivers.clock import PacedClock
from drivers.device import Device
from drivers.quantity import Quantity
from drivers.reading import Origin
from drivers.settling import SettleRule
from drivers.transports.serial_port import SerialPort
from drivers.twins.line import TcpLine
from drivers.twins.settings import TwinSettings
from drivers.twins.twin import Twin
from procedures.action import Choice, Choose, Done, RemoveLoad, SetZero
from procedures.scales.procedure import SCALES
from results.entry import Abandoned, Begun
from results.errors import StorageError
from tests.bench import toy_run

VALVES = (
    catalogue.load("st-gs").text.replace('"st-gs"', '"valves"')
    + """
[do.safe]
send = 'CLOSE\\r\\n'
done = ['CLOSED']
"""
)


class Valves(Twin):
    closed = 0

    def _do(self, name):
        self.closed += name == "safe"
        return True


def left_at(folder, place):
    with toy_run.journal(folder) as opened:
        with pytest.raises(RunInterrupted):
            asyncio.run(
                toy_run.conductor(opened, toy_run.KeyingOperator(leave_at=place)).conduct(toy_run.toy)
            )
        return opened.entries(toy_run.RUN)


def test_a_break_tells_what_is_lost_what_is_repeated_and_what_is_checked_first(tmp_path):
    history = left_at(tmp_path, 6)  # asked to place the first load of "down"
    found = resumption(history, SCALES, gap_s=14 * 60, idle_s=14 * 60)
    assert found.event() == RunResumed(
        minutes=14, lost=("down/100 g/place_load",), repeated=("down",), rechecks=("zero",)
    )


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [(4, ()), (5, ("zero",)), (29, ("zero",)), (30, ("zero", "warm_up", "environment"))],
)
def test_the_length_of_a_break_decides_what_is_checked_again(tmp_path, minutes, expected):
    history = left_at(tmp_path, 8)
    assert resumption(history, SCALES, gap_s=1.0, idle_s=minutes * 60).rechecks == expected


def test_what_is_checked_again_is_asked_for_and_kept(tmp_path):
    found = resumption(left_at(tmp_path, 8), SCALES, gap_s=1800.0, idle_s=1800.0)
    asked, kept = [], []

    async def ask(path, action):
        asked.append(action)
        return Done()

    asyncio.run(check_again(found, keep=kept.append, ask=ask))
    assert asked[:2] == [RemoveLoad(), SetZero()]
    assert [action.question for action in asked[2:]] == ["after_break_warm_up", "after_break_environment"]
    assert [note.facts["check"] for note in kept] == ["zero", "warm_up", "environment"]
    assert all(note.facts["minutes"] == 30 for note in kept)


@asynccontextmanager
async def valves(name: str, *, plugged: bool = True):
    """Valves on a real line: the twin, and how a station knows them."""
    clock, driver = PacedClock(20), make_driver(VALVES.encode(), "valves.toml")
    twin = Valves(driver, TwinSettings(max=Quantity(6000, "g"), d=Quantity(1, "g")), clock, TcpLine())
    await twin.start()
    device = Device(name, driver, SerialPort(twin.address, driver.line), clock, origin=Origin.TWIN)
    bound = Bound(
        name=name,
        driver=driver,
        driver_text="",
        port=twin.address,
        serial="",
        origin=Origin.TWIN,
        settle=SettleRule(),
        device=device,
    )
    try:
        await device.start()
        if not plugged:
            await twin.unplug()
        yield twin, bound
    finally:
        await device.close()
        await twin.close()


async def with_valves(*, plugged=True, keep=lambda _: None):
    """Send valves into their safe state; how often they closed, what was asked."""
    asked = []

    async def ask(path, action):
        asked.append(action)
        return Choice("done")

    async with valves("katup", plugged=plugged) as (twin, bound):
        station = Station({"uut": bound, "meter/1": bound})
        await make_safe(station, when="ended", keep=keep, ask=ask)
        return twin.closed, asked


def test_a_silent_valve_keeps_no_other_open_until_somebody_has_answered():
    async def work():
        closed = []

        async def ask(path, action):
            closed.append(twin.closed)
            return Choice("done")

        async with valves("bisu", plugged=False) as (_, silent), valves("katup") as (twin, bound):
            station = Station({"silent": silent, "valves": bound})
            await make_safe(station, when="ended", keep=lambda _: None, ask=ask)
        return closed

    assert asyncio.run(work()) == [1]


def test_every_instrument_that_declares_it_is_sent_into_its_safe_state_once():
    kept = []
    closed, asked = asyncio.run(with_valves(keep=kept.append))
    assert closed == 1
    assert asked == []
    assert [note.facts for note in kept] == [{"instrument": "katup", "when": "ended"}]


def test_valves_that_do_not_answer_are_closed_by_hand_and_that_is_kept():
    kept = []
    closed, asked = asyncio.run(with_valves(plugged=False, keep=kept.append))
    assert closed == 0
    assert asked == [Choose(question="make_safe", choices=("done",), facts={"instrument": "katup"})]
    assert kept[0].facts["by_hand"] == "done"
    assert kept[0].facts["fault"]


def test_a_full_disk_keeps_no_valve_open():
    def refuse(_):
        raise StorageError("storage.full", "Full.", "Make room.")

    assert asyncio.run(with_valves(keep=refuse))[0] == 1


def test_what_was_under_way_in_a_step_that_was_done_again_is_not_told_as_lost():
    begun = Begun(path="visual/2/inspect", verb="ask", arguments={})
    memory = Memory([])
    memory.take(begun)
    assert list(memory.in_doubt) == ["visual/2/inspect"]
    memory.take(Abandoned(path="visual/20", reason="retake"))
    assert list(memory.in_doubt) == ["visual/2/inspect"]
    memory.take(Abandoned(path="visual/2", reason="retake"))
    assert memory.in_doubt == {}
