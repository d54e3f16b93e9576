import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from drivers.errors import DescriptionError, LinkLostError
from drivers.instrument import LineSettings
from drivers.transports.lines import serial_line
from drivers.transports.serial_port import SerialPort
from drivers.transports.wires import TcpWire

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="only on POSIX there are pseudo-terminals")


class Terminal:
    """The far end of a pseudo-terminal, as an instrument's plug."""

    def __init__(self) -> None:
        import tty

        self.ours, self.theirs = os.openpty()
        tty.setraw(self.theirs)
        self.name = os.ttyname(self.theirs)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.pull()

    def pull(self) -> None:
        for end in (self.ours, self.theirs):
            if end >= 0:
                os.close(end)
        self.ours = self.theirs = -1


async def receive_all(port: SerialPort, length: int) -> bytes:
    got = b""
    while len(got) < length:
        got += await asyncio.wait_for(port.receive(), 5)
    return got


@pytest.fixture(params=["by a thread", "by the event loop"])
def port_at(request):
    """Both ways to read the same line."""
    if request.param == "by a thread":
        return SerialPort
    return lambda address: serial_line(address, LineSettings())


def reading_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("reads ")]


@posix_only
def test_bytes_pass_unchanged_in_both_directions(port_at):
    async def story(terminal):
        port = port_at(terminal.name)
        await port.open()
        every_byte = bytes(range(256))
        os.write(terminal.ours, every_byte)
        assert await receive_all(port, 256) == every_byte
        await port.send(every_byte)
        assert await asyncio.to_thread(os.read, terminal.ours, 1000) == every_byte
        await port.close()

    with Terminal() as terminal:
        asyncio.run(story(terminal))


@posix_only
@pytest.mark.parametrize("form", ["8N1", "7E1", "7O1", "7E2", "8N2"])
def test_a_pseudo_terminal_opens_with_every_format_a_driver_may_ask_for(form):
    async def story(terminal):
        port = SerialPort(terminal.name, LineSettings(format=form, baud=2400))
        await port.open()
        os.write(terminal.ours, b"ST,GS\r\n")
        assert await receive_all(port, 7) == b"ST,GS\r\n"
        await port.close()

    with Terminal() as terminal:
        asyncio.run(story(terminal))


@posix_only
def test_a_second_owner_of_a_port_is_turned_away_in_one_sentence(port_at):
    async def story(terminal):
        first, second = port_at(terminal.name), port_at(terminal.name)
        await first.open()
        with pytest.raises(LinkLostError) as told:
            await second.open()
        assert told.value.code == "link.in_use"
        assert told.value.message == f"{terminal.name} is in use by another program."
        await second.close()
        await first.close()
        await second.open()
        await second.close()

    with Terminal() as terminal:
        asyncio.run(story(terminal))


@posix_only
def test_a_pulled_plug_is_a_lost_link_and_what_came_before_is_still_handed_out(port_at):
    async def story(terminal):
        port = port_at(terminal.name)
        await port.open()
        os.write(terminal.ours, b"before")
        await asyncio.sleep(0.1)
        terminal.pull()
        await asyncio.sleep(0.1)
        assert await port.receive() == b"before"
        with pytest.raises(LinkLostError) as told:
            await asyncio.wait_for(port.receive(), 5)
        assert told.value.code == "link.lost"
        await port.close()

    with Terminal() as terminal:
        asyncio.run(story(terminal))


@posix_only
def test_a_line_can_be_opened_again_after_it_was_lost(port_at, tmp_path):
    link = tmp_path / "ttyTWIN"

    async def story():
        port = port_at(str(link))
        with Terminal() as terminal:
            link.symlink_to(terminal.name)
            await port.open()
            terminal.pull()
            with pytest.raises(LinkLostError):
                await asyncio.wait_for(port.receive(), 5)
        with Terminal() as terminal:
            link.unlink()
            link.symlink_to(terminal.name)
            await port.open()
            os.write(terminal.ours, b"again")
            assert await receive_all(port, 5) == b"again"
            await port.close()

    asyncio.run(story())


@posix_only
def test_closing_leaves_no_thread_and_wakes_whoever_waits():
    async def story(terminal):
        port = SerialPort(terminal.name)
        await port.open()
        assert len(reading_threads()) == 1
        waiting = asyncio.create_task(port.receive())
        await asyncio.sleep(0.05)
        await port.close()
        await port.close()
        with pytest.raises(LinkLostError):
            await asyncio.wait_for(waiting, 1)
        with pytest.raises(LinkLostError):
            await port.send(b"x")
        assert reading_threads() == []

    with Terminal() as terminal:
        asyncio.run(story(terminal))


@posix_only
def test_an_opening_that_is_cancelled_gives_the_port_back():
    async def story(terminal):
        port, other = SerialPort(terminal.name), SerialPort(terminal.name)
        opening = asyncio.create_task(port.open())
        await asyncio.sleep(0)
        opening.cancel()
        await asyncio.gather(opening, return_exceptions=True)
        await port.close()
        await other.open()
        await other.close()
        assert reading_threads() == []

    with Terminal() as terminal:
        asyncio.run(story(terminal))


NOT_THERE = {
    "a port that is not plugged in": ("/dev/ttyNOSUCH7", "link.missing"),
    "a file that is no port": (__file__, "link.refused"),
    "nobody listens at the address": ("socket://127.0.0.1:1", "link.unreachable"),
    "no port number": ("socket://127.0.0.1", "link.address"),
    "nobody listens, RFC 2217": ("rfc2217://127.0.0.1:1", "link.unreachable"),
    "an address of unknown kind": ("gopher://127.0.0.1:70", "link.address"),
}


@posix_only
@pytest.mark.parametrize(("address", "code"), NOT_THERE.values(), ids=NOT_THERE.keys())
def test_what_cannot_be_opened_is_told_in_a_sentence_with_a_remedy(port_at, address, code):
    async def story():
        port = port_at(address)
        with pytest.raises(LinkLostError) as told:
            await port.open()
        await port.close()
        return told.value

    error = asyncio.run(story())
    assert error.code == code
    assert error.facts["port"] == address
    assert error.remedy.endswith(".")


@pytest.mark.parametrize(
    "line",
    [
        LineSettings(format="8X1"),
        LineSettings(format="9N1"),
        LineSettings(format=""),
        LineSettings(flow="smoke"),
        LineSettings(baud=0),
    ],
    ids=str,
)
def test_settings_that_describe_no_line_are_refused_before_anything_is_opened(line):
    with pytest.raises(DescriptionError) as told:
        SerialPort("COM3", line)
    assert told.value.code == "line.settings"


NO_HOST = {"a name with two dots": "tcp://a..b:502", "a port that none can have": "tcp://127.0.0.1:99999"}


@pytest.mark.parametrize("address", NO_HOST.values(), ids=NO_HOST)
def test_what_is_no_host_or_no_port_is_told_before_anybody_is_looked_for(address):
    host, _, port = address.removeprefix("tcp://").partition(":")
    with pytest.raises(LinkLostError) as told:
        asyncio.run(TcpWire(address, host, int(port)).open(print, print))
    assert told.value.code == "link.address"


def test_a_peer_that_hangs_up_at_once_is_a_lost_link():
    """Many a device server takes a second client only to drop it."""

    async def hang_up(_, writer):
        writer.transport.abort()

    async def opened_and_heard(port):
        await port.open()
        return await port.receive()

    async def story():

        server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
        for _ in range(50):
            port = serial_line(f"socket://127.0.0.1:{server.sockets[0].getsockname()[1]}", LineSettings())
            with pytest.raises(LinkLostError):
                await asyncio.wait_for(opened_and_heard(port), 5)
            await port.close()
        server.close()

    asyncio.run(story())


@pytest.mark.parametrize("resets", [False, True], ids=["closes in order", "resets the connection"])
def test_a_network_peer_that_leaves_is_a_lost_link(port_at, resets):
    async def story():
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = port_at(f"socket://127.0.0.1:{server.getsockname()[1]}")
            await port.open()
            peer, _ = server.accept()
            peer.sendall(b"hello")
            assert await receive_all(port, 5) == b"hello"
            await port.send(b"unread")
            await asyncio.sleep(0.05)
            if resets:  # closing over unread bytes resets; in order, they are read first
                peer.close()
            else:
                peer.recv(100)
                peer.close()
            with pytest.raises(LinkLostError) as told:
                await asyncio.wait_for(port.receive(), 5)
            assert told.value.code == "link.lost"
            await port.close()
        assert reading_threads() == []

    asyncio.run(story())


@posix_only
def test_a_line_behind_socat_carries_bytes_both_ways(port_at, free_port, program):
    number = free_port
    peer = subprocess.Popen([program("socat"), f"TCP-LISTEN:{number},reuseaddr,bind=127.0.0.1", "EXEC:cat"])

    async def story():
        port = port_at(f"socket://127.0.0.1:{number}")
        await opened(port)
        await port.send(b"there and back")
        assert await receive_all(port, 14) == b"there and back"
        await port.close()

    try:
        asyncio.run(story())
    finally:
        stop(peer)


@posix_only
@pytest.mark.filterwarnings("ignore:set(Daemon|Name)")  # pyserial 3.5 still names its threads the old way
def test_a_port_behind_an_rfc_2217_server_carries_bytes_both_ways(tmp_path, free_port, program):
    number = free_port

    async def story(terminal):
        port = SerialPort(f"rfc2217://127.0.0.1:{number}", LineSettings(baud=19200))
        await opened(port)
        os.write(terminal.ours, b"ST,GS,\xff 1.5 kg\r\n")  # 255 is the telnet escape and must survive
        assert await receive_all(port, 16) == b"ST,GS,\xff 1.5 kg\r\n"
        await port.send(b"SI\xff\r\n")
        assert await asyncio.to_thread(os.read, terminal.ours, 100) == b"SI\xff\r\n"
        await port.close()
        assert reading_threads() == []

    with Terminal() as terminal:
        settings = tmp_path / "ser2net.yaml"
        settings.write_text(
            f"connection: &scale\n  accepter: telnet(rfc2217),tcp,127.0.0.1,{number}\n"
            f"  connector: serialdev,{terminal.name},9600n81,local\n"
        )
        server = subprocess.Popen(
            [program("ser2net"), "-n", "-u", "-c", str(settings), "-P", str(tmp_path / "pid")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            asyncio.run(story(terminal))
        finally:
            stop(server)


async def opened(port: SerialPort) -> None:
    deadline = time.monotonic() + 5
    while True:
        try:
            return await port.open()
        except LinkLostError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.05)


def stop(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGTERM)
    process.wait(5)


def test_importing_the_device_brings_in_no_heavy_library():
    heavy = {"numpy", "scipy", "pymodbus"}
    check = f"import sys, drivers.device, drivers.twins.twin; print({heavy} & set(sys.modules))"
    project = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", check], capture_output=True, text=True, cwd=project, check=True
    )
    assert done.stdout.strip() == "set()"
