"""An instrument that tells its serial number or seal counter is asked before and after the test."""

import asyncio
from dataclasses import replace

import msgspec
import pytest

from bench.conductor import Conductor
from bench.station import Bound, Station, check_told, check_unopened
from bench.taken import Taken
from bench.workplace import says_of_itself
from drivers import catalogue
from drivers.clock import SystemClock
from drivers.device import Device
from drivers.errors import InstrumentError
from drivers.identity import Told
from drivers.reading import Origin
from drivers.settling import SettleRule
from drivers.transports.lines import Lines
from drivers.twins.line import TcpLine
from drivers.twins.playing import play
from drivers.twins.scenario import Scenario
from procedures.edition import Procedure
from procedures.point import Conclusion, Outcome, Verdict
from results.entry import Closed, Concluded
from results.journal import Journal
from tests.bench.toy_run import RUN, KeyingOperator, begun
from tests.drivers.test_inquiry import saying, strange

DRIVER = "mbus-water"
DRIVERS = [DRIVER, "mt-sics", "hart-1502a"]
"""told with each telegram, asked of a scale, asked between two interviews"""
CASES = {
    "the same": (Told("123", "7"), Told("123", "7"), True),
    "the seal was opened": (Told("123", "7"), Told("123", "8"), False),
    "another instrument": (Told("123", "7"), Told("124", "7"), False),
    "it tells nothing any more": (Told("123", "7"), Told("", ""), False),
    "it never told anything": (Told(), Told(), True),
    "it began to tell": (Told(), Told("123", ""), False),
    "only the counter is told": (Told("", "7"), Told("", "7"), True),
}


def bound(device=None):
    return Bound(
        name="meter",
        driver=catalogue.load(DRIVER),
        driver_text="",
        port="COM5",
        serial="",
        origin=Origin.TWIN,
        settle=SettleRule(),
        device=device,
    )


@pytest.mark.parametrize(("then", "now", "same"), CASES.values(), ids=CASES)
def test_what_it_says_at_the_end_is_what_it_said_when_the_run_began(then, now, same):
    if same:
        check_unopened(bound(), then, now)
        return
    with pytest.raises(InstrumentError) as caught:
        check_unopened(bound(), then, now)
    assert caught.value.code == "instrument.seal_opened"


async def script(run, task):
    return Conclusion(points=(), verdict=Verdict(outcome=Outcome.CONFORMS, rule="toy"))


PROCEDURE = Procedure(
    id="toy",
    edition="1",
    task=dict,
    prepare=lambda *_: {},
    script=script,
    plan=lambda _: (),
    standards_used=lambda _: (),
    compute=lambda _: None,
    example_case="",
)


async def conducted(journal, told, driver_id):
    """A test of an instrument on a real line that tells its number; `told` is what stood there at first."""
    clock, driver = SystemClock(), catalogue.load(driver_id)
    twin = play(driver, Scenario(), clock, TcpLine())
    await twin.start()
    device = Device("meter", driver, Lines(clock).line(driver, twin.address), clock, origin=Origin.TWIN)
    await device.start()
    try:
        said = (await device.told()).serial
        facts = {"uut": {"told_serial": said if told is None else told}}
        journal.begin(
            RUN,
            msgspec.structs.replace(begun(), instruments=facts),
            at="2026-11-22T09:00:00+07:00",
            elapsed=0,
        )
        station = Station({"uut": bound(device)})
        conductor = Conductor(
            RUN,
            log=journal,
            history=journal.entries(RUN),
            station=station,
            operator=KeyingOperator(),
            observers=(),
            clock=clock,
            zone="Asia/Jakarta",
            sentence=str,
        )

        def void(reason):
            closed = Closed(how="voided", reason=reason)
            journal.append(RUN, closed, at="2026-11-22T09:01:00+07:00", elapsed=1)

        taken = Taken(
            run=RUN,
            begun=journal.entries(RUN)[0].entry,
            procedure=PROCEDURE,
            task={},
            conductor=conductor,
            station=station,
            void=void,
            clock_state=dict,
        )
        await taken.conduct()
    finally:
        await device.close()
        await twin.close()
    return said


def ending(journal):
    return [kept.entry for kept in journal.entries(RUN) if isinstance(kept.entry, Closed | Concluded)]


@pytest.mark.parametrize("driver_id", DRIVERS)
def test_the_same_instrument_at_both_ends_gives_the_verdict(driver_id, tmp_path):
    with Journal(tmp_path / "journal.db") as journal:
        assert asyncio.run(conducted(journal, None, driver_id))
        assert isinstance(ending(journal)[0], Concluded)


@pytest.mark.parametrize("driver_id", DRIVERS)
def test_an_instrument_that_was_exchanged_during_the_test_voids_it(driver_id, tmp_path):
    with Journal(tmp_path / "journal.db") as journal:
        with pytest.raises(InstrumentError) as caught:
            asyncio.run(conducted(journal, "00000001", driver_id))
        assert caught.value.code == "instrument.seal_opened"
        (closed,) = ending(journal)
        assert (closed.how, closed.reason) == ("voided", "seal_opened")


ASKED = {
    "the right one": (b'I4 A "B-123"\r\n', None),
    "another one": (b'I4 A "Z9"\r\n', "instrument.other_serial"),
    "it does not know the question": (b"ES\r\n", None),
    "it is silent to it": (b"", None),
    "it cannot tell now": (b"I4 I\r\n", "device.command_refused"),
}


@pytest.mark.parametrize("case", ASKED)
def test_a_scale_is_asked_who_it_is_before_a_run_consumes_a_number(case):
    answer, code = ASKED[case]

    async def begin():
        async with strange(saying(answer)) as (device, _, _):
            check_told(replace(bound(), serial="B123"), await says_of_itself(device))

    if code is None:
        asyncio.run(begin())
        return
    with pytest.raises(InstrumentError) as caught:
        asyncio.run(begin())
    assert caught.value.code == code
