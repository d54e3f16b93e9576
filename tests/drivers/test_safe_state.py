"""A technician's `[do.safe]` reaches all outputs in one request; nothing but its answer passes for done."""

import asyncio
import struct
import sys

import pytest

from drivers.assembly import make_driver
from drivers.clock import SystemClock
from drivers.device import Device
from drivers.errors import DescriptionError, InstrumentError
from drivers.protocols.modbus import crc, rtu
from drivers.reading import Origin
from drivers.transports.lines import Lines
from drivers.twins.line import TcpLine, pty_line
from drivers.twins.register_twin import RegisterTwin
from tests.drivers.test_drivers_readme import OTHERS

(TEXT,) = (text for text in OTHERS if "[do.safe]" in text)
CLOSE = bytes.fromhex("0f 0010 0003 01 04")  # coils 16 to 18: off, off, on
LINES = {"tcp": (TcpLine, True), "rtu over tcp": (TcpLine, False)}
if sys.platform != "win32":
    LINES["pty"] = (pty_line, False)


def valves(*changes):
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return make_driver(text.encode(), "pasar-katup.toml")


class Valves(RegisterTwin):
    """The twin, which notes what it was told."""

    def __init__(self, *args, **how):
        super().__init__(*args, **how)
        self.obeyed = []
        self.refuses = False

    def _obey(self, name):
        self.obeyed.append(name)
        return not self.refuses


@pytest.mark.parametrize("line", LINES)
def test_the_command_is_carried_out_by_the_twin_on_every_kind_of_line(line):
    make_line, tcp = LINES[line]

    async def story():
        driver, clock = valves(), SystemClock()
        twin = Valves(driver, clock, make_line(), tcp=tcp)
        await twin.start()
        device = Device("katup", driver, Lines(clock).line(driver, twin.address), clock, origin=Origin.TWIN)
        try:
            await device.start()
            assert (await device.command("safe")).done
            twin.refuses = True
            with pytest.raises(InstrumentError) as caught:
                await device.command("safe")
            assert caught.value.code == "device.command_refused"
            assert str((await device.read()).indication) == "766 pcs"
            return twin.obeyed
        finally:
            await device.close()
            await twin.close()

    assert asyncio.run(story()) == ["safe", "safe"]


class Box:
    """A relay box of somebody else, on Modbus TCP: three coils and a counter."""

    def __init__(self, spoil):
        self.coils, self.writes = [1, 1, 0], []
        self._spoil = spoil

    async def serve(self, reader, writer):
        try:
            while True:
                number, _, length, unit = struct.unpack(">HHHB", await reader.readexactly(7))
                request = await reader.readexactly(length - 1)
                if request[0] == 15:
                    self.writes.append(request)
                    first, count = struct.unpack_from(">HH", request, 1)
                    assert (first, count) == (16, 3)
                    self.coils = [request[6] >> at & 1 for at in range(count)]
                    answer = self._spoil(request[:5])
                else:
                    (count,) = struct.unpack_from(">H", request, 3)
                    answer = bytes((request[0], 2 * count)) + struct.pack(">HH", 0, 766)[: 2 * count]
                if answer:
                    writer.write(struct.pack(">HHHB", number, 0, 1 + len(answer), unit) + answer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


ANSWERS = {
    "done": (lambda head: head, None),
    "refused": (lambda head: bytes((head[0] | 0x80, 4)), "device.command_refused"),
    "silent": (lambda _: b"", "device.command_unanswered"),
    "another number of outputs": (lambda head: head[:3] + b"\x00\x02", "device.command_unanswered"),
    "other outputs": (lambda head: head[:1] + b"\x00\x00" + head[3:], "device.command_unanswered"),
    "the answer to another function": (lambda head: b"\x05" + head[1:], "device.command_unanswered"),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_all_outputs_of_a_strange_box_are_switched_at_once_and_only_its_own_answer_is_done(case):
    spoil, code = ANSWERS[case]

    async def story():
        box = Box(spoil)
        server = await asyncio.start_server(box.serve, "127.0.0.1", 0)
        driver, clock = valves(), SystemClock()
        address = f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        device = Device("katup", driver, Lines(clock).line(driver, address), clock, origin=Origin.INSTRUMENT)
        try:
            await device.start()
            if code is None:
                assert (await device.command("safe")).done
            else:
                with pytest.raises(InstrumentError) as caught:
                    await device.command("safe")
                assert caught.value.code == code
            assert str((await device.read()).indication) == "766 pcs"
            return box
        finally:
            await device.close()
            server.close()

    box = asyncio.run(story())
    assert box.coils == [0, 0, 1]
    assert box.writes == [CLOSE]  # a command is sent once, whatever becomes of it


def test_what_is_sent_is_what_the_standard_prescribes():
    frame = rtu(1, valves().commands["safe"].send)
    assert frame[1:-2] == CLOSE
    assert crc(frame) == 0
    registers = valves(('"coils"', '"holding"'), ('"00017"', '"40017"'), ("[0, 0, 1]", "[7, 65535]"))
    assert registers.commands["safe"].send == bytes.fromhex("10 0010 0002 04 0007 ffff")
    nine = valves(("[0, 0, 1]", "[1, 0, 0, 0, 0, 0, 0, 0, 1]"))
    assert nine.commands["safe"].send == bytes.fromhex("0f 0010 0009 02 01 01")
    one = valves(("[0, 0, 1]", "0"), ('by = "several"', 'by = "single"'))
    assert one.commands["safe"].send == bytes.fromhex("05 0010 0000")


MISTAKES = {
    "several values by the function for one": ('by = "several"', 'by = "single"', "cannot be written in one"),
    "no value": ("[0, 0, 1]", "[]", "cannot be written in one"),
    "a coil that is neither on nor off": ("[0, 0, 1]", "[0, 2, 1]", "2 does not fit"),
    "more than a request holds": ("[0, 0, 1]", str([0] * 124), "cannot be written in one"),
    "a word for a value": ("[0, 0, 1]", '"off"', "do"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_in_it_is_told_with_its_place(case):
    old, new, expected = MISTAKES[case]
    with pytest.raises(DescriptionError) as caught:
        valves((old, new))
    assert expected in str(caught.value)
    assert caught.value.facts["path"].startswith("do")
