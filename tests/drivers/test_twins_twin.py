import asyncio
import socket
import sys
import time

import pytest

from drivers.catalogue import load, names
from drivers.clock import PacedClock, SystemClock
from drivers.errors import DescriptionError, InstrumentError
from drivers.file_driver import FileDriver
from drivers.protocols import Indicated
from drivers.reading import Stability
from drivers.twins.line import TcpLine, pty_line
from drivers.twins.playing import serve
from drivers.twins.twin import Twin, scenario_of
from tests.drivers.twin_bench import LINES, PACE, RULE, bench, grams, scale

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="only on POSIX there are pseudo-terminals")
WIRED = [name for name in names() if isinstance(load(name), FileDriver) and not load(name).keyed]


@pytest.mark.one_in(4)
@pytest.mark.parametrize("driver_id", WIRED)
def test_every_driver_reads_its_own_twin(driver_id):
    async def story():
        async with bench(driver_id, max=grams(6000), d=grams(2)) as on:
            on.twin.place(grams(1234))
            return await on.device.settled(RULE)

    proof = asyncio.run(story())
    assert proof.reading.indication == grams(1234)
    assert proof.inferred is (proof.reading.stability is Stability.NOT_REPORTED)


async def connected(twin: Twin) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, _, port = twin.address.removeprefix("socket://").partition(":")
    return await asyncio.open_connection(host, int(port))


def test_bytes_take_their_time_on_the_line():
    async def story():
        driver = load("st-gs")
        twin = Twin(driver, scale(), SystemClock(), TcpLine())
        await twin.start()
        reader, writer = await connected(twin)
        frame = await reader.readuntil(b"\r\n")
        began = time.monotonic()
        received = len(await reader.readexactly(3 * len(frame)))
        took = time.monotonic() - began
        writer.close()
        await twin.close()
        return received, took, driver.line.baud

    received, took, baud = asyncio.run(story())
    assert took >= received * 10 / baud


def test_a_second_client_is_turned_away_and_the_first_still_hears():
    async def story():
        twin = Twin(load("st-gs"), scale(), PacedClock(PACE), TcpLine())
        await twin.start()
        first, first_out = await connected(twin)
        await first.readuntil(b"\r\n")
        second, second_out = await connected(twin)
        assert await second.read() == b""
        await first.readuntil(b"\r\n")
        for writer in (first_out, second_out):
            writer.close()
        await asyncio.sleep(0.05)
        third, third_out = await connected(twin)
        await third.readuntil(b"\r\n")
        third_out.close()
        await twin.close()

    asyncio.run(story())


HEARD = {
    "one request, one answer": ([b"SI\r\n"], 1),
    "a request in single bytes": ([b"S", b"I", b"\r", b"\n"], 1),
    "two requests at once": ([b"SI\r\nSI\r\n"], 2),
    "noise before a request": ([b"\x00\x7fXY", b"Z\r\nSI\r\n"], 1),
    "half a request, then a whole one": ([b"SISI\r\n", b"SI\r\n"], 1),
    "the tail of a longer word": ([b"XYZ\r\n"], 0),
    "a word that is not declared": ([b"C3\r\n"], 0),
}


@pytest.mark.parametrize(("pieces", "answers"), HEARD.values(), ids=HEARD.keys())
def test_only_declared_requests_are_answered(pieces, answers):
    async def story():
        twin = Twin(load("mt-sics"), scale(), PacedClock(PACE), TcpLine())
        await twin.start()
        reader, writer = await connected(twin)
        for piece in pieces:
            writer.write(piece)
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)
        await twin.unplug()
        said = await reader.read()
        writer.close()
        await twin.close()
        return said

    assert asyncio.run(story()).count(b"\r\n") == answers


@posix_only
def test_the_link_of_a_pseudo_terminal_goes_and_comes_with_its_plug(tmp_path):
    link = tmp_path / "ttyTWIN"

    async def story():
        twin = Twin(load("st-gs"), scale(), PacedClock(PACE), pty_line(link))
        await twin.start()
        assert twin.address == str(link)
        first = link.resolve(strict=True)
        assert first.is_char_device()
        await twin.unplug()
        assert not link.is_symlink()
        await twin.replug()
        assert link.is_char_device()
        await twin.close()
        await twin.close()
        assert not link.is_symlink()

    asyncio.run(story())


def test_a_twin_whose_port_is_taken_says_so_in_a_sentence():
    async def story():
        with socket.create_server(("127.0.0.1", 0)) as taken:
            line = TcpLine(taken.getsockname()[1])
            with pytest.raises(InstrumentError) as told:
                await Twin(load("st-gs"), scale(), PacedClock(PACE), line).start()
            assert told.value.code == "twin.port_taken"

    asyncio.run(story())


@pytest.mark.parametrize("line", LINES)
def test_a_served_twin_announces_its_address_and_ends_when_cancelled(line, tmp_path):
    where = {"port": 0} if line == "tcp" else {"link": tmp_path / "ttyTWIN"}

    async def story():
        announced = asyncio.get_running_loop().create_future()
        serving = asyncio.create_task(
            serve(
                load("st-gs"), scenario_of(scale()), PacedClock(PACE), announce=announced.set_result, **where
            )
        )
        twin = await announced
        assert twin.address.startswith("socket://") or twin.address == str(where["link"])
        serving.cancel()
        await asyncio.wait([serving])
        assert serving.cancelled()

    asyncio.run(story())


def test_a_twin_on_an_unwilling_format_falls_silent_on_overload():
    async def story():
        async with bench("yaohua-a9", max=grams(6000), d=grams(2)) as on:
            on.twin.place(grams(7000))
            await on.clock.sleep(3)
            with pytest.raises(InstrumentError) as told:
                await on.device.read()
            assert told.value.code == "device.silent"

    asyncio.run(story())


def test_a_scale_too_large_for_its_format_is_refused_at_once():
    with pytest.raises(DescriptionError):
        Twin(load("st-gs"), scale(max=grams(10**9), d=grams("0.001")), PacedClock(PACE), TcpLine())


def test_the_frames_of_a_twin_are_the_same_for_the_same_seed():
    def frames(seed: int) -> list[bytes]:
        from decimal import Decimal

        from drivers.twins.physics import ScaleBody

        driver = load("st-gs")
        body = ScaleBody(scale(seed=seed, noise_d=Decimal(2)), at=0.0)
        body.place(grams(1000), at=1.0)
        said = [body.indicated(at=at / 10) for at in range(50)]
        return [driver.render(each) for each in said if isinstance(each, Indicated)]

    assert frames(7) == frames(7) != frames(8)
