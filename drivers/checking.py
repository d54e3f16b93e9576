"""Prove a driver file, and try a driver on captured bytes: what `tera driver check` and `try` do.

A driver file passes when no cut, joined, split or damaged form of its own examples gives another number.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from drivers.catalogue import load_file
from drivers.description import read_description
from drivers.errors import DescriptionError
from drivers.example import events_of
from drivers.file_driver import FileDriver
from drivers.instrument import Driver
from drivers.protocols import Acknowledged, Decoder, Event, Indicated, Refused
from drivers.protocols.escape import typed_to_bytes

_NOISE: Final = (b"\x00\x00\x7f\x7f", b"\xff", b"\r\n", b"\x11")


@dataclass(frozen=True, slots=True)
class Report:
    """What checking a driver file found."""

    file: str
    passed: tuple[str, ...]
    """what was tried and held"""
    findings: tuple[str, ...]
    """what is wrong; empty when all is well"""

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
    event: Indicated


def check(path: Path) -> Report:
    """Run a driver file's examples and the generic tests on them.

    Raises:
        InstrumentError: the file cannot be read.
    """
    try:
        driver = load_file(path)
    except DescriptionError as mistake:
        where = _line_of(path.read_text("utf-8", "replace"), str(mistake.facts.get("path", "")))
        return Report(str(path), (), (f"{where}{mistake.message} {mistake.remedy}",))
    if driver.keyed:
        return Report(str(path), ("nothing on a wire: a person keys the reading",), ())
    samples = _samples(driver)
    passed, findings = ["every example means what it says"], []
    for title, test in _TESTS.items():
        if test is _damage and driver.frames.check is None:
            continue  # a wire without check characters cannot be proved this way
        wrong = [f"{sample.where}: {finding}" for sample in samples for finding in test(driver, sample)]
        findings += wrong
        if not wrong:
            passed.append(title)
    return Report(str(path), tuple(passed), tuple(findings))


def _samples(driver: FileDriver) -> list[_Sample]:
    samples = []
    examples = read_description(driver.text.encode("utf-8"), driver.mark.id).example
    for at, example in enumerate(examples):
        frame = typed_to_bytes(example.rx)
        (event,) = events_of(driver, frame)
        if isinstance(event, Indicated):
            where = f"{_line_of(driver.text, f'example[{at}]')}{example.rx}"
            samples.append(_Sample(where, frame, event))
    return samples


def _line_of(text: str, path: str) -> str:
    """`line 12, ` for the entry `example[0].rx` of a file; empty when the path names no entry of a list."""
    table, bracket, rest = path.partition("[")
    if not bracket:
        return ""
    wanted, heading = int(rest.partition("]")[0]), f"[[{table}]]"
    at = [number for number, line in enumerate(text.splitlines(), 1) if line.startswith(heading)]
    return f"line {at[wanted]}, " if wanted < len(at) else ""


def _round_trip(driver: FileDriver, sample: _Sample) -> Iterator[str]:
    try:
        (back,) = events_of(driver, driver.render(sample.event))
    except DescriptionError:
        yield "the twin cannot say this"
        return
    if _without_frame(sample.event) != _without_frame(back):
        yield f"the twin says {back} instead"


def _without_frame(event: Event) -> Event:
    bare: Event = msgspec.structs.replace(event, frame=b"")
    return bare


def _splits(driver: FileDriver, sample: _Sample) -> Iterator[str]:
    whole = [sample.event, sample.event]
    data = sample.frame * 2
    ways = [[data[:at], data[at:]] for at in range(1, len(data))]
    ways.append([bytes([byte]) for byte in data])
    for parts in ways:
        if _in_parts(driver, parts) != whole:
            yield f"split as {parts[0].hex()}… it gives something else"
            return


def _in_parts(driver: Driver, parts: Sequence[bytes]) -> list[Event]:
    decoder = driver.decoder()
    events: list[Event] = []
    for part in parts:
        decoder.receive(part)
        events += iter(decoder.next_event, None)
    decoder.end()
    events += iter(decoder.next_event, None)
    return events


def _noise(driver: FileDriver, sample: _Sample) -> Iterator[str]:
    for noise in _NOISE:
        if _numbers(driver, noise + sample.frame * 2 + noise) != {_number(sample.event)}:
            yield f"with the noise {noise.hex()} around it, it gives another number or none"


def _fragments(driver: FileDriver, sample: _Sample) -> Iterator[str]:
    expected = {_number(sample.event)}
    for at in range(1, len(sample.frame)):
        head, tail = sample.frame[:at], sample.frame[at:]
        for title, data in {
            "cut after": head,
            "joined in the middle after": tail + sample.frame,
            "broken off and sent again after": head + sample.frame,
        }.items():
            if other := _numbers(driver, data) - expected:
                yield f"{title} {at} bytes it gives {min(other)}"


def _damage(driver: FileDriver, sample: _Sample) -> Iterator[str]:
    rule = driver.frames.check
    if rule is None:
        return
    frame = sample.frame
    if rule.optional and len(frame) == rule.at:
        frame += rule.of(frame)
    for at in range(len(frame)):
        for byte in range(256):
            data = frame[:at] + bytes([byte]) + frame[at + 1 :]
            if other := _numbers(driver, data) - {_number(sample.event)}:
                yield f"with byte {at + 1} changed to {byte:02X} it gives {min(other)}"


def _numbers(driver: Driver, data: bytes) -> set[str]:
    return {_number(event) for event in events_of(driver, data) if isinstance(event, Indicated)}


def _number(event: Indicated) -> str:
    return str(event.indication)


_TESTS: Final[dict[str, Callable[[FileDriver, _Sample], Iterator[str]]]] = {
    "the twin says every example": _round_trip,
    "any split of the bytes gives the same readings": _splits,
    "noise before and after changes no reading": _noise,
    "no cut or joined frame gives another number": _fragments,
    "no single damaged byte gets past the check characters": _damage,
}


def try_capture(driver: Driver, data: bytes) -> Iterator[dict[str, Any]]:
    """What a driver makes of captured bytes: an object for each event, then the summary."""
    decoder: Decoder = driver.decoder()
    decoder.receive(data)
    decoder.end()
    readings = refused = 0
    while (event := decoder.next_event()) is not None:
        readings += isinstance(event, Indicated)
        refused += isinstance(event, Refused)
        yield event_to_json(event)
    yield {"summary": {"readings": readings, "refused": refused, "skipped_bytes": decoder.skipped}}


def event_to_json(event: Event) -> dict[str, Any]:
    """The public JSON shape of an event; numbers are decimal strings."""
    frame = event.frame.hex()
    match event:
        case Indicated():
            reading: dict[str, Any] = {
                "value": f"{event.indication.value:f}",
                "unit": event.indication.unit,
                "stability": event.stability.value,
                "kind": event.kind.value,
                "high_resolution": event.high_resolution,
            }
            if event.tare is not None:
                reading["tare"] = {"value": f"{event.tare.value:f}", "unit": event.tare.unit}
            return {"reading": reading, "frame": frame}
        case Refused():
            return {"refused": event.reason, "state": event.state.value, "frame": frame}
        case Acknowledged():
            return {"acknowledged": event.command, "done": event.done, "final": event.final, "frame": frame}


def as_text(line: dict[str, Any]) -> str:
    """One line of `try_capture` for a terminal."""
    match line:
        case {"reading": reading, "frame": frame}:
            finer = "  x10" if reading["high_resolution"] else ""
            shown = f"{reading['value']} {reading['unit']}"
            return f"{shown:>16}  {reading['stability']:<12} {reading['kind']:<7}{finer}  {frame}"
        case {"refused": reason, "state": state, "frame": frame}:
            return f"{'-':>16}  {state:<12} {reason}  {frame}"
        case {"summary": counts}:
            return "  ".join(f"{name} {count}" for name, count in counts.items())
        case _:
            return f"{'-':>16}  {line}"
