"""Prove a driver file, and try a driver on captured bytes: what `tera driver check` and `try` do.

A driver file passes when no cut, joined, split or damaged form of its own examples gives another number.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

import msgspec

from drivers.assembly import AnyFileDriver
from drivers.catalogue import load_file
from drivers.description import read_description
from drivers.errors import DescriptionError
from drivers.example import events_of
from drivers.explaining import explain
from drivers.explaining_meter import explain_meter
from drivers.explaining_nothing import explain_nothing
from drivers.file_driver import FileDriver
from drivers.file_place import line_of
from drivers.instrument import Driver, inquiries_of
from drivers.mbus_driver import MbusDriver
from drivers.protocols import Acknowledged, Decoder, Event, Indicated, Measured, Refused
from drivers.protocols.escape import bytes_to_typed, typed_to_bytes
from drivers.protocols.inquiry import Inquiry
from drivers.query_driver import QueryDriver
from drivers.register_description import read_register_description
from drivers.register_driver import RegisterDriver
from drivers.register_example import frame_of

_MOST_FINDINGS: Final = 3
"""how many findings of one kind at one example are told"""
_SHORT_FRAME: Final = 40
"""bytes of a frame in which every byte is tried at every place; in longer ones every flipped bit"""
_NOISE: Final = (b"\x00\x00\x7f\x7f", b"\xff", b"\r\n", b"\x11")


@dataclass(frozen=True, slots=True)
class Report:
    """What checking a driver file found."""

    file: str
    passed: tuple[str, ...]
    """what was tried and held"""
    findings: tuple[str, ...]
    """what is wrong; empty when all is well"""
    mistake: DescriptionError | None = None
    """why there is no driver to be proved; its sentences are the finding"""

    @property
    def ok(self) -> bool:
        """Whether the driver may be used."""
        return not self.findings

    def lines(self) -> Iterator[str]:
        """The report as lines of text."""
        yield self.file
        yield from (f"  ok    {sentence}" for sentence in self.passed)
        yield from (f"  WRONG {sentence}" for sentence in self.findings)


@dataclass(frozen=True, slots=True)
class _Sample:
    """An example of the file that carries a reading."""

    where: str
    frame: bytes
    event: Indicated | Measured


def check(path: Path) -> Report:
    """Run a driver file's examples and the generic tests on them.

    Raises:
        InstrumentError: the file cannot be read.
    """
    try:
        driver = load_file(path)
    except DescriptionError as mistake:
        return Report(str(path), (), (f"{mistake.message} {mistake.remedy}",), mistake)
    if driver.keyed:
        return Report(str(path), ("nothing on a wire: a person keys the reading",), ())
    samples = _samples(driver)
    passed, findings = ["every example means what it says"], []
    for title, test in _TESTS.items():
        if test is _damage and isinstance(driver, FileDriver) and driver.frames.check is None:
            continue  # a wire without check characters cannot be proved this way
        if test is _damage and isinstance(driver, QueryDriver) and not driver.interview.checked:
            continue
        wrong = [
            f"{sample.where}: {finding}"
            for sample in samples
            for finding in islice(test(driver, sample), _MOST_FINDINGS)
        ]
        findings += wrong
        if not wrong:
            passed.append(title)
    for inquiry in inquiries_of(driver):
        wrong = list(_telling(driver, inquiry))
        findings += wrong
        if not wrong:
            passed.append(f"its answer tells the {inquiry.tells.replace('_', ' ')}, however it is split")
    return Report(str(path), tuple(passed), tuple(findings))


def _samples(driver: AnyFileDriver) -> list[_Sample]:
    samples = []
    for at, (shown, frame) in enumerate(examples_of(driver)):
        (event,) = events_of(driver, frame)
        if isinstance(event, Indicated | Measured) and _readings(event):
            line = line_of(driver.text, f"example[{at}]")
            where = f"line {line}, {shown}" if line else shown
            samples.append(_Sample(where, frame, event))
    return samples


def examples_of(driver: AnyFileDriver) -> Iterator[tuple[str, bytes]]:
    """Each example as it is written and as it is on the wire."""
    text = driver.text.encode("utf-8")
    if isinstance(driver, MbusDriver):
        yield from driver.examples
        return
    if isinstance(driver, QueryDriver):
        for shown in driver.examples:
            frame = driver.render(shown.event)
            yield bytes_to_typed(frame), frame
        return
    if isinstance(driver, FileDriver):
        for example in read_description(text, driver.mark.id).example:
            yield example.rx, typed_to_bytes(example.rx)
        return
    for at, registers in enumerate(read_register_description(text, driver.mark.id).example):
        frame = frame_of(registers, driver, f"example[{at}]")
        yield registers.rx or f"registers {', '.join(map(str, [*registers.registers][:6]))} …", frame


def _round_trip(driver: Driver, sample: _Sample) -> Iterator[str]:
    if isinstance(driver, RegisterDriver) and not sample.frame.startswith(driver.settings_frames()):
        return  # an example of other settings than the twin's
    try:
        (back,) = events_of(driver, driver.render(sample.event))
    except DescriptionError:
        yield "the twin cannot say this"
        return
    if _without_frame(sample.event) != _without_frame(back):
        yield f"the twin says {back} instead"


def _without_frame(event: Event) -> Event:
    if isinstance(event, Measured):
        bare = {name: msgspec.structs.replace(one, frame=b"") for name, one in event.values.items()}
        return Measured(values=bare, frame=b"")
    stripped: Event = msgspec.structs.replace(event, frame=b"")
    return stripped


def _splits(driver: Driver, sample: _Sample) -> Iterator[str]:
    whole = [sample.event, sample.event]
    data = sample.frame * 2
    ways = [[data[:at], data[at:]] for at in range(1, len(data))]
    ways.append([bytes([byte]) for byte in data])
    for parts in ways:
        if _in_parts(driver, parts) != whole:
            yield f"split as {parts[0].hex()}… it gives something else"
            return


def _telling(driver: Driver, inquiry: Inquiry) -> Iterator[str]:
    """Whether nothing but the whole answer tells, and no part of it is a reading."""
    answer = inquiry.answer(inquiry.played)
    for at in range(len(answer) + 1):
        if isinstance(driver, QueryDriver):
            continue  # an interview takes whole lines
        events = _in_parts(driver, [answer[:at], answer[at:]])
        if [inquiry.told(event.frame) for event in events] != [inquiry.played]:
            yield f"{inquiry.name}: split after {at} bytes its answer tells something else"
        if at < len(answer) and any(map(_readings, events_of(driver, answer[:at]))):
            yield f"{inquiry.name}: cut after {at} bytes its answer is a reading"


def _in_parts(driver: Driver, parts: Sequence[bytes]) -> list[Event]:
    decoder = driver.decoder()
    events: list[Event] = []
    for part in parts:
        decoder.receive(part)
        events += iter(decoder.next_event, None)
    decoder.end()
    events += iter(decoder.next_event, None)
    return events


def _noise(driver: Driver, sample: _Sample) -> Iterator[str]:
    for noise in _NOISE:
        if _numbers(driver, noise + sample.frame * 2 + noise) != _readings(sample.event):
            yield f"with the noise {noise.hex()} around it, it gives another number or none"


def _fragments(driver: Driver, sample: _Sample) -> Iterator[str]:
    expected = _readings(sample.event)
    for at in range(1, len(sample.frame)):
        head, tail = sample.frame[:at], sample.frame[at:]
        for title, data in {
            "cut after": head,
            "joined in the middle after": tail + sample.frame,
            "broken off and sent again after": head + sample.frame,
        }.items():
            if other := _numbers(driver, data) - expected:
                yield f"{title} {at} bytes it gives {min(other)}"


def _damage(driver: Driver, sample: _Sample) -> Iterator[str]:
    frame = sample.frame
    rule = driver.frames.check if isinstance(driver, FileDriver) else None
    if rule is not None and rule.optional and len(frame) == rule.at:
        frame += rule.of(frame)
    for at in range(len(frame)):
        flipped = [frame[at] ^ 1 << bit for bit in range(8)]
        for byte in range(256) if len(frame) <= _SHORT_FRAME else flipped:
            data = frame[:at] + bytes([byte]) + frame[at + 1 :]
            if other := _numbers(driver, data) - _readings(sample.event):
                yield f"with byte {at + 1} changed to {byte:02X} it gives {min(other)}"


def _numbers(driver: Driver, data: bytes) -> set[str]:
    return {number for event in events_of(driver, data) for number in _readings(event)}


def _readings(event: Event) -> set[str]:
    """Every number that an event gives, with its unit and the name of its quantity."""
    if isinstance(event, Indicated):
        return {str(event.indication)}
    values = event.values if isinstance(event, Measured) else {}
    return {f"{name} {one.indication}" for name, one in values.items() if isinstance(one, Indicated)}


_TESTS: Final[dict[str, Callable[[Driver, _Sample], Iterator[str]]]] = {
    "the twin says every example": _round_trip,
    "any split of the bytes gives the same readings": _splits,
    "noise before and after changes no reading": _noise,
    "no cut or joined frame gives another number": _fragments,
    "no single damaged byte gets past the check characters": _damage,
}


def try_capture(
    driver: Driver, data: bytes, *, why: bool = False, write: Callable[[str], str] = str
) -> Iterator[dict[str, Any]]:
    """What a driver makes of captured bytes: an object for each event, then the summary.

    Args:
        driver: any driver.
        data: the bytes, as one connection.
        why: tell of each refused frame, part by part, why it was refused; where no frame was found, what
            was seen instead.
        write: puts what is told of the parts into the reader's language.
    """
    decoder: Decoder = driver.decoder()
    decoder.receive(data)
    decoder.end()
    readings = refused = acknowledged = 0
    while (event := decoder.next_event()) is not None:
        parts = _parts(driver, event, write) if why else []
        for line in event_to_json(event):
            readings += "reading" in line
            refused += "refused" in line
            acknowledged += "acknowledged" in line
            if parts and "refused" in line:
                line["why"], parts = parts, []
            yield line
    answers = {"acknowledged": acknowledged} if acknowledged else {}
    summary: dict[str, Any] = {
        "summary": {"readings": readings, "refused": refused} | answers | {"skipped_bytes": decoder.skipped}
    }
    if why and not (readings or refused or acknowledged):
        summary["why"] = [f"  {write(clause)}" for clause in explain_nothing(driver, data)]
    yield summary


def _parts(driver: Driver, event: Event, write: Callable[[str], str]) -> list[str]:
    if isinstance(driver, FileDriver):
        return list(explain(driver, event, write))
    return list(explain_meter(driver, event)) if isinstance(driver, MbusDriver) else []


def event_to_json(event: Event) -> Iterator[dict[str, Any]]:
    """The public JSON shape of an event, an object for each quantity; numbers are decimal strings."""
    frame = event.frame.hex()
    match event:
        case Indicated():
            reading: dict[str, Any] = {
                "value": event.indication.digits,
                "unit": event.indication.unit,
                "stability": event.stability.value,
                "kind": event.kind.value,
                "high_resolution": event.high_resolution,
            }
            if event.tare is not None:
                reading["tare"] = {"value": event.tare.digits, "unit": event.tare.unit}
            yield {"reading": reading, "frame": frame}
        case Measured():
            for name, one in event.values.items():
                for line in event_to_json(one):
                    yield {"channel": name} | line
        case Refused():
            yield {"refused": event.reason, "state": event.state.value, "frame": frame}
        case Acknowledged():
            yield {"acknowledged": event.command, "done": event.done, "final": event.final, "frame": frame}
