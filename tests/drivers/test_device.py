import asyncio
import os
import sys
from decimal import Decimal

import pytest

from drivers.assembly import make_driver
from drivers.clock import PacedClock
from drivers.device import Device
from drivers.errors import InstrumentError, LinkLostError, NotSettledError
from drivers.protocols import Refused, State
from drivers.reading import Origin, Reading, Stability
from drivers.settling import SettleRule
from drivers.transports.serial_port import SerialPort
from tests.drivers.twin_bench import LINES, PACE, RULE, bench, driver_named, grams

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="only on POSIX there are pseudo-terminals")
ASKED, STREAMING = "mt-sics", "st-gs"
BOTH = pytest.mark.parametrize("driver_id", [ASKED, STREAMING])


@BOTH
@pytest.mark.parametrize("line", LINES)
def test_a_reading_carries_everything_needed_to_believe_it_later(driver_id, line):
    async def story():
        async with bench(driver_id, line) as on:
            on.twin.place(grams(1000))
            await on.clock.sleep(4)
            return await on.device.read(), driver_named(driver_id)

    reading, driver = asyncio.run(story())
    assert reading.instrument == "uut"
    assert str(reading.indication) == "1000 g"
    assert reading.stability is Stability.STABLE
    assert reading.origin is Origin.TWIN
    assert reading.driver == driver.mark
    decoder = driver.decoder()
    decoder.receive(reading.frame)
    assert decoder.next_event().indication == reading.indication


@BOTH
def test_a_reading_was_never_on_its_way_before_it_was_asked_for(driver_id):
    async def story():
        async with bench(driver_id) as on:
            for load in range(1, 8):
                on.twin.place(grams(load * 100))
                await on.clock.sleep(3)
                asked = on.clock.monotonic()
                reading = await on.device.read()
                assert reading.elapsed > asked
                assert reading.indication == grams(load * 100)

    asyncio.run(story())


@BOTH
def test_a_settled_reading_is_proved_by_a_window_of_readings_taken_after_the_call(driver_id):
    async def story():
        async with bench(driver_id) as on:
            on.twin.place(grams(1000))
            called = on.clock.monotonic()
            return called, await on.device.settled(RULE)

    called, proof = asyncio.run(story())
    assert proof.reading.indication == grams(1000)
    assert proof.reading is proof.samples[-1]
    assert proof.samples[0].elapsed > called
    assert proof.samples[-1].elapsed - proof.samples[0].elapsed >= RULE.duration_s
    assert {sample.stability for sample in proof.samples} == {Stability.STABLE}
    assert not proof.inferred


NEVER_SETTLES = {
    "it reports motion": ({"noise_d": Decimal(8)}, "unsettled.moving"),
    "it walks under a stable flag": (
        {"drift_d_per_s": Decimal(3), "steady_span_d": Decimal(50)},
        "unsettled.span",
    ),
}


@BOTH
@pytest.mark.parametrize(("fault", "code"), NEVER_SETTLES.values(), ids=NEVER_SETTLES.keys())
def test_a_scale_that_never_rests_is_told_with_the_reason(driver_id, fault, code):
    async def story():
        async with bench(driver_id, **fault) as on:
            on.twin.place(grams(1000))
            with pytest.raises(NotSettledError) as told:
                await on.device.settled(SettleRule(duration_s=1.0, timeout_s=5.0, span=grams(1)))
            return told.value

    error = asyncio.run(story())
    assert error.code == code
    assert error.facts["last"].endswith(" g")
    assert "{" not in error.message + error.remedy


@BOTH
def test_an_overload_gives_no_reading_although_the_scale_is_at_rest(driver_id):
    async def story():
        async with bench(driver_id) as on:
            on.twin.place(grams(7000))
            await on.clock.sleep(3)
            with pytest.raises(NotSettledError) as unsettled:
                await on.device.settled(SettleRule(duration_s=1.0, timeout_s=4.0))
            with pytest.raises(InstrumentError) as unread:
                await on.device.read()
            assert isinstance(on.device.latest.value, Refused)
            on.twin.place(grams(6000))
            proof = await on.device.settled(RULE)
            return unsettled.value, unread.value, proof

    unsettled, unread, proof = asyncio.run(story())
    assert unsettled.facts["state"] == unread.facts["state"] == State.OVERLOAD
    assert unread.code == "device.no_indication"
    assert proof.reading.indication == grams(6000)


@BOTH
def test_an_instrument_that_says_nothing_does_not_answer(driver_id):
    async def story():
        async with bench(driver_id) as on:
            await on.device.read()
            on.twin.deaf = True
            await on.clock.sleep(0.3)
            for call in (on.device.read, on.device.settled):
                with pytest.raises(InstrumentError) as told:
                    await call()
                assert told.value.code == "device.silent"
            on.twin.deaf = False
            return await on.device.read()

    assert isinstance(asyncio.run(story()), Reading)


@BOTH
@pytest.mark.parametrize("line", LINES)
def test_a_lost_link_is_told_and_later_calls_work_again_when_it_returns(driver_id, line, tmp_path):
    async def story():
        async with bench(driver_id, line, tmp_path / "ttyTWIN") as on:
            on.twin.place(grams(500))
            settling = asyncio.create_task(on.device.settled(SettleRule(duration_s=60, timeout_s=200)))
            await on.clock.sleep(2)
            await on.twin.unplug()
            with pytest.raises(LinkLostError):
                await asyncio.wait_for(settling, 5)
            assert on.device.lost is not None
            with pytest.raises(LinkLostError):
                await asyncio.wait_for(on.device.read(), 5)
            await on.twin.replug()
            reading = await asyncio.wait_for(on.device.read(), 5)
            assert on.device.lost is None
            return reading

    assert asyncio.run(story()).indication == grams(500)


def test_a_link_that_returns_is_taken_up_without_anybody_asking():
    async def story():
        async with bench(STREAMING, "tcp") as on:
            await on.twin.unplug()
            await asyncio.sleep(0.6)
            assert on.device.lost is not None
            await on.twin.replug()
            heard = asyncio.Queue()
            on.device.subscribe(heard.put_nowait)
            await asyncio.wait_for(heard.get(), 5)
            assert on.device.lost is None

    asyncio.run(story())


def test_a_port_that_is_not_there_is_told_to_whoever_asks_for_a_reading():
    async def story():
        port = SerialPort("socket://127.0.0.1:1")
        device = Device("uut", driver_named(ASKED), port, PacedClock(PACE), origin=Origin.TWIN)
        await device.start()
        assert device.lost is not None
        for call in (device.read, device.settled, lambda: device.command("zero")):
            with pytest.raises(LinkLostError) as told:
                await call()
            assert told.value.code == "link.unreachable"
        await device.close()

    asyncio.run(story())


@posix_only
def test_a_second_device_on_the_same_port_is_turned_away():
    async def story():
        async with bench(ASKED, "pty") as on:
            port = SerialPort(on.twin.address)
            second = Device("other", driver_named(ASKED), port, on.clock, origin=Origin.TWIN)
            await second.start()
            with pytest.raises(LinkLostError) as told:
                await second.read()
            assert told.value.code == "link.in_use"
            await second.close()
            assert isinstance(await on.device.read(), Reading)

    asyncio.run(story())


def test_a_command_is_acknowledged_and_done():
    async def story():
        async with bench(ASKED, zero_offset=grams(4)) as on:
            assert (await on.device.settled(RULE)).reading.indication == grams(4)
            answer = await on.device.command("zero")
            assert (answer.command, answer.done) == ("zero", True)
            assert (await on.device.read()).indication == grams(0)

    asyncio.run(story())


def test_a_refused_command_is_an_error_and_the_scale_can_still_be_read():
    async def story():
        async with bench(ASKED) as on:
            on.twin.place(grams(3000))
            await on.device.settled(RULE)
            with pytest.raises(InstrumentError) as told:
                await on.device.command("zero")
            assert told.value.code == "device.command_refused"
            assert (await on.device.read()).indication == grams(3000)

    asyncio.run(story())


def test_a_command_to_a_deaf_instrument_is_not_answered():
    async def story():
        async with bench(ASKED) as on:
            on.twin.deaf = True
            with pytest.raises(InstrumentError) as told:
                await on.device.command("zero")
            assert told.value.code == "device.command_unanswered"

    asyncio.run(story())


def test_only_declared_commands_can_be_sent():
    async def story():
        async with bench(ASKED) as on:
            with pytest.raises(InstrumentError) as told:
                await on.device.command("calibrate")
            assert told.value.code == "device.no_command"
            assert "zero" in told.value.facts["declared"]

    asyncio.run(story())


def test_the_extended_display_is_asked_for_and_nothing_else_is_accepted():
    async def story():
        async with bench("sma", gain_error=Decimal("0.0003")) as on:
            on.twin.place(grams(1000))
            fine = await on.device.settled(RULE, high_resolution=True)
            coarse = await on.device.settled(RULE)
            return fine, coarse

    fine, coarse = asyncio.run(story())
    assert str(fine.reading.indication) == "1000.3 g"
    assert {sample.high_resolution for sample in fine.samples} == {True}
    assert str(coarse.reading.indication) == "1000 g"
    assert {sample.high_resolution for sample in coarse.samples} == {False}


def test_an_extended_display_that_cannot_be_asked_for_is_said_at_once():
    async def story():
        async with bench(STREAMING) as on:
            with pytest.raises(InstrumentError) as told:
                await on.device.settled(RULE, high_resolution=True)
            assert told.value.code == "device.no_high_resolution"

    asyncio.run(story())


@BOTH
def test_a_subscriber_is_told_every_reading_until_it_leaves(driver_id):
    async def story():
        async with bench(driver_id) as on:
            told = []
            leave = on.device.subscribe(told.append)
            await on.clock.sleep(3)
            leave()
            count = len(told)
            assert count >= 5
            assert all(isinstance(each, Reading | Refused) for each in told)
            latest = on.device.latest
            assert latest is not None
            assert 0 <= latest.age_s < 2
            await on.clock.sleep(2)
            assert len(told) == count

    asyncio.run(story())


def test_a_subscriber_that_fails_does_not_stop_the_readings():
    async def story():
        async with bench(STREAMING) as on:
            complaints = []
            asyncio.get_running_loop().set_exception_handler(lambda _, what: complaints.append(what))
            leave = on.device.subscribe(lambda _: 1 / 0)
            assert isinstance(await on.device.read(), Reading)
            await on.clock.sleep(1)
            assert isinstance(await on.device.read(), Reading)
            leave()
            await asyncio.sleep(0)
            assert isinstance(complaints[0]["exception"], ZeroDivisionError)

    asyncio.run(story())


def test_calls_are_served_in_turn():
    async def story():
        async with bench(ASKED) as on:
            on.twin.place(grams(200))
            proof, reading, answer = await asyncio.gather(
                on.device.settled(RULE), on.device.read(), on.device.command("clear_tare")
            )
            assert proof.reading.elapsed < reading.elapsed
            assert answer.done

    asyncio.run(story())


def test_a_closed_device_says_so_and_wakes_whoever_waits():
    async def story():
        async with bench(STREAMING) as on:
            waiting = asyncio.create_task(on.device.settled(SettleRule(duration_s=100, timeout_s=200)))
            await on.clock.sleep(2)
            await on.device.close()
            with pytest.raises(InstrumentError) as told:
                await asyncio.wait_for(waiting, 2)
            assert told.value.code == "device.closed"
            with pytest.raises(InstrumentError):
                await on.device.read()
            await on.device.start()
            assert isinstance(await on.device.read(), Reading)

    asyncio.run(story())


@posix_only
class TestAgainstAScriptedInstrument:
    """The far end is played byte by byte, for what no healthy instrument does."""

    def run(self, script, story, driver_id=ASKED):
        import tty

        async def both():
            ours, theirs = os.openpty()
            tty.setraw(theirs)
            clock = PacedClock(PACE)
            device = Device(
                "uut", driver_named(driver_id), SerialPort(os.ttyname(theirs)), clock, origin=Origin.TWIN
            )
            requests: asyncio.Queue[bytes] = asyncio.Queue()
            os.set_blocking(ours, False)
            loop = asyncio.get_running_loop()
            loop.add_reader(ours, lambda: requests.put_nowait(os.read(ours, 100)))
            await device.start()
            playing = asyncio.create_task(script(requests, lambda data: os.write(ours, data), clock))
            try:
                return await story(device, clock)
            finally:
                playing.cancel()
                await asyncio.gather(playing, return_exceptions=True)
                await device.close()
                loop.remove_reader(ours)
                os.close(ours)
                os.close(theirs)

        return asyncio.run(both())

    def test_an_answer_that_comes_after_its_time_out_is_never_taken_for_a_later_one(self):
        timeout_s = driver_named(ASKED).timeout_s

        async def script(requests, write, clock):
            await requests.get()
            await clock.sleep(timeout_s + 0.4)  # late: the drain or the probe must swallow it
            write(b"S S     999.99 g\r\n")
            while True:
                await requests.get()
                write(b"S S       1.00 g\r\n")

        async def story(device, clock):
            heard = []
            device.subscribe(heard.append)
            await clock.sleep(timeout_s + 4)
            return heard

        heard = self.run(script, story)
        assert len(heard) > 3
        assert {str(each.indication) for each in heard} == {"1.00 g"}

    def test_a_frame_that_began_before_the_call_is_not_handed_out(self):
        async def script(requests, write, clock):
            while True:
                for piece in (b"ST,GS,  ", b"   7.6 g", b"\r\n"):
                    write(piece)
                    await clock.sleep(0.3)

        async def story(device, clock):
            for _ in range(4):
                called = clock.monotonic()
                reading = await device.read()
                assert reading.elapsed - called > 0.55  # from its first to its last byte a frame takes 0.6 s
                await clock.sleep(0.3)

        self.run(script, story, STREAMING)

    def test_any_split_of_the_bytes_gives_the_same_readings(self):
        frames = b"".join(b"ST,GS,%8.1f g\r\n" % (number / 10) for number in range(40))

        async def script(requests, write, clock):
            await clock.sleep(0.5)
            at, size = 0, 1
            while at < len(frames):
                write(frames[at : at + size])
                at, size = at + size, size % 23 + 1
                await clock.sleep(0.02)

        async def story(device, clock):
            heard = []
            device.subscribe(heard.append)
            async with asyncio.timeout(10):
                while len(heard) < 40:
                    await clock.sleep(0.2)
            return heard

        heard = self.run(script, story, STREAMING)
        assert [str(each.indication) for each in heard] == [f"{number / 10:.1f} g" for number in range(40)]

    def test_a_stream_that_repeats_each_value_three_times_is_not_at_rest(self):
        async def script(requests, write, clock):
            for number in range(1000):
                for _ in range(3):
                    write(b"ST,GS,%8.1f g\r\n" % (100 + number / 5))
                    await clock.sleep(0.1)

        async def story(device, clock):
            with pytest.raises(NotSettledError) as told:
                await device.settled(SettleRule(duration_s=1.0, timeout_s=6.0))
            return told.value

        assert self.run(script, story, STREAMING).code == "unsettled.span"

    def test_bytes_without_a_frame_point_to_the_line_settings(self):
        async def script(requests, write, clock):
            while True:
                write(b"#")
                await clock.sleep(0.2)

        async def story(device, clock):
            with pytest.raises(InstrumentError) as told:
                await device.read()
            return told.value

        assert self.run(script, story, STREAMING).code in ("device.unreadable", "device.no_indication")

    def test_noise_before_the_first_frame_is_counted_and_gives_no_reading(self):
        async def script(requests, write, clock):
            await clock.sleep(0.5)
            write(b"\x00\x00\x7f\x7fST,GS,   100.0 g\r\n")

        async def story(device, clock):
            reading = await device.read()
            return reading, device.skipped

        reading, skipped = self.run(script, story, STREAMING)
        assert reading.frame == b"ST,GS,   100.0 g\r\n"
        assert skipped == 4

    def test_a_bad_frame_inside_the_window_restarts_it(self):
        async def script(requests, write, clock):
            while True:
                for _ in range(4):
                    write(b"ST,GS,   100.0 g\r\n")
                    await clock.sleep(0.1)
                write(b"XX,GS,   100.0 g\r\n")
                await clock.sleep(0.1)

        async def story(device, clock):
            with pytest.raises(NotSettledError) as told:
                await device.settled(SettleRule(duration_s=1.0, timeout_s=5.0))
            return told.value

        error = self.run(script, story, STREAMING)
        assert error.code == "unsettled.refused"
        assert error.facts["state"] in (State.MALFORMED, State.UNKNOWN_FLAG)

    @pytest.mark.parametrize("capture", ["tscale-qhw.bin", "tscale-nhb.bin"])
    def test_a_recorded_session_comes_out_as_it_is_decoded_in_one_piece(self, capture, shared_data):
        session = (shared_data / "captures" / capture).read_bytes()
        decoder = driver_named(STREAMING).decoder()
        decoder.receive(session)
        expected = list(iter(decoder.next_event, None))

        async def script(requests, write, clock):
            await asyncio.sleep(0.2)
            for at in range(0, len(session), 60):
                write(session[at : at + 60])
                await asyncio.sleep(0.002)

        async def story(device, clock):
            heard: asyncio.Queue[Reading | Refused] = asyncio.Queue()
            device.subscribe(heard.put_nowait)
            async with asyncio.timeout(20):
                return [await heard.get() for _ in expected]

        heard = self.run(script, story, STREAMING)
        assert len(heard) > 400
        assert [each.frame for each in heard] == [event.frame for event in expected]


def test_a_scale_that_shows_overload_all_the_time_cannot_hold_up_a_command_for_ever():
    """A bench goes into its safe state by commands: one that waits without end would keep a valve open."""
    text = driver_named(STREAMING).text.replace(
        "[[reply]]", "[do]\nzero = { send = 'Z', done = ['OK'] }\n\n[[reply]]", 1
    )

    async def printing(reader, writer):
        try:
            while True:
                writer.write(b"OL,GS,   999.9 g\r\n")
                await writer.drain()
                await asyncio.sleep(0.02)
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def story():
        server = await asyncio.start_server(printing, "127.0.0.1", 0)
        driver, clock = make_driver(text.encode(), "pasar.toml"), PacedClock(PACE)
        address = f"socket://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        device = Device("uut", driver, SerialPort(address, driver.line), clock, origin=Origin.INSTRUMENT)
        try:
            await device.start()
            with pytest.raises(InstrumentError) as told:
                await asyncio.wait_for(device.command("zero"), 20)
            return told.value.code
        finally:
            await device.close()
            server.close()

    assert asyncio.run(story()) == "device.command_unanswered"
