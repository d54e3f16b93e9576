"""A character with a wrong parity never becomes a digit: the system marks it, and its frame is refused."""

import asyncio
import os
import sys
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import catalogue
from drivers.file_driver import FileDriver
from drivers.instrument import LineSettings
from drivers.protocols import Event, Indicated, Refused, State
from drivers.protocols.line_signs import SPOILED
from drivers.transports.catching_up import FULL
from drivers.transports.lines import serial_line
from drivers.transports.spoiled import Marks
from tests.drivers.test_fuzz import own_frames
from tests.drivers.test_transports_serial_port import Terminal

DRIVERS = {
    name: driver for name in catalogue.names() if isinstance(driver := catalogue.load(name), FileDriver)
}
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="only POSIX marks characters")


def as_marked(character: int, *, spoiled: bool) -> bytes:
    """What POSIX says of a system with INPCK and PARMRK and without ISTRIP."""
    if spoiled:
        return bytes((0xFF, 0x00, character))
    return bytes((0xFF, 0xFF)) if character == 0xFF else bytes((character,))


@given(
    st.lists(st.tuples(st.sampled_from((0x00, 0x31, 0x0D, 0xFE, 0xFF)), st.booleans())),
    st.lists(st.integers(0, 60)),
)
def test_what_is_marked_is_handed_on_as_spoiled_and_all_else_as_it_came(line, cuts):
    marked = b"".join(as_marked(character, spoiled=spoiled) for character, spoiled in line)
    expected = b"".join(SPOILED if spoiled else bytes((character,)) for character, spoiled in line)
    marks, places = Marks(), [0, *sorted(min(cut, len(marked)) for cut in cuts), len(marked)]
    parts = [marked[first:last] for first, last in pairwise(places)]
    assert b"".join(marks.taken_off(part) for part in parts) == expected


def test_a_mark_that_no_system_makes_is_taken_for_a_spoiled_character():
    assert Marks().taken_off(b"1\xff2") == b"1" + SPOILED + b"2"


@posix_only
def test_an_opened_port_asks_the_system_to_mark_and_loses_no_byte():
    import termios

    sent = (b"\xff" * 3 + b"\x00" + b"9" * (FULL - 5) + b"\xff\x00\xff") * 3

    async def story(terminal):
        port = serial_line(terminal.name, LineSettings(format="7E1"))
        await port.open()
        asked, *_ = termios.tcgetattr(terminal.theirs)
        assert asked & termios.INPCK
        assert asked & termios.PARMRK
        assert not asked & (termios.IGNPAR | termios.ISTRIP | termios.BRKINT)
        os.write(terminal.ours, sent)
        got = b""
        while len(got) < len(sent):
            got += await asyncio.wait_for(port.receive(), 5)
        assert got == sent
        await port.close()

    with Terminal() as terminal:
        asyncio.run(story(terminal))


def events_in(driver: FileDriver, data: bytes) -> list[Event]:
    decoder = driver.decoder()
    decoder.receive(data)
    decoder.end()
    events: list[Event] = []
    while (event := decoder.next_event()) is not None:
        events.append(event)
    return events


def numbers(driver: FileDriver, data: bytes) -> list[Indicated]:
    return [event for event in events_in(driver, data) if isinstance(event, Indicated)]


@pytest.mark.parametrize("name", DRIVERS)
def test_a_frame_with_a_spoiled_character_gives_no_other_number(name):
    """The number may survive only where the spoiled character is one that the driver file ignores."""
    driver = DRIVERS[name]
    for frame in own_frames(driver):
        if not (sound := numbers(driver, frame)):
            continue
        said = (sound[0].indication, sound[0].indication.unit, sound[0].stability, sound[0].kind)
        survived = 0
        for at in range(len(frame)):
            for shown in numbers(driver, frame[:at] + SPOILED + frame[at + 1 :]):
                assert (shown.indication, shown.indication.unit, shown.stability, shown.kind) == said
                survived += 1
        assert survived <= 1, f"{frame!r} is believed although characters that count are spoiled"


def test_a_line_whose_parity_is_set_wrongly_gives_no_number_and_says_so():
    """Eight bits without parity, heard as seven with an even one: half of the characters come spoiled."""
    driver = DRIVERS["and-standard"]
    heard = b"".join(
        SPOILED if character.bit_count() % 2 else bytes((character,))
        for character in b"ST,+001.2346 kg\r\n" * 10
    )
    events = events_in(driver, heard)
    assert not [event for event in events if isinstance(event, Indicated)]
    assert [event for event in events if isinstance(event, Refused)]
    assert {event.state for event in events if isinstance(event, Refused)} == {State.WRONG_LINE_SETTINGS}
