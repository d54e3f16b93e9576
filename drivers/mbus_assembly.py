"""Make a driver from the file of an M-Bus meter; it is proved on the file's own examples.

Every mistake names its place, the reason and a correction.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from drivers.description import refuse
from drivers.example import differences, events_of
from drivers.instrument import Command
from drivers.line_entry import line_mistake
from drivers.mbus_description import MbusDescription, RecordEntry, TelegramExample, read_mbus_description
from drivers.mbus_driver import MbusDriver
from drivers.protocols import Event, Indicated, Measured, Refused, State
from drivers.protocols.mbus_link import ACK, ANYONE, LAST_ADDRESS, SND_UD, long
from drivers.protocols.mbus_map import MbusMap, Wanted
from drivers.protocols.mbus_telegram import MEDIA
from drivers.protocols.mbus_unit import QUANTITIES
from drivers.quantity import known_unit
from drivers.reading import DriverMark
from drivers.register_place import EntryError, numbers

_IGNORABLE: Final = frozenset({2, 4, 5, 6, 7})
_MOST_TELEGRAMS: Final = 16
_STEPS: Final = 3
"""wake, select or reset, and ask: each is answered within the time of the standard"""
_LONGEST: Final = 261
_BITS_PER_BYTE: Final = 11


def make_mbus_driver(data: bytes, file: str) -> MbusDriver:
    """The driver in the file of an M-Bus meter.

    Args:
        data: the file's bytes; their SHA-256 is the driver's digest.
        file: its name, for messages.

    Raises:
        DescriptionError: a mistake in the file, or an example that does not mean what it says.
    """
    said = read_mbus_description(data, file)
    try:
        driver = _driver(said, data)
        return _with_examples(driver, said.example)
    except EntryError as wrong:
        raise refuse(file, wrong.path, wrong.mistake, wrong.correction) from None


def _driver(said: MbusDescription, data: bytes) -> MbusDriver:
    if wrong := line_mistake(said.serial):
        raise EntryError(*wrong)
    address = said.mbus.address
    if not 0 <= address <= LAST_ADDRESS and address != ANYONE:
        raise EntryError(
            "mbus.address", f"there is no address {address}", "Write 0 to 250, or 254 for any meter."
        )
    timeout_ms = said.timeout_ms
    if timeout_ms is None:
        timeout_ms = longest_answer_ms(said.serial.baud, said.mbus.telegrams)
    return MbusDriver(
        mark=DriverMark(id=said.id, digest=hashlib.sha256(data).hexdigest()),
        text=data.decode("utf-8"),
        name=said.name,
        kind=said.kind,
        evidence=said.evidence,
        source=said.source,
        line=said.serial,
        records=_map(said),
        address=address,
        commands={
            name: Command(
                send=long(SND_UD, address, _hex(entry.send, f"do.{name}.send")), done=(bytes((ACK,)),)
            )
            for name, entry in said.do.items()
        },
        interval_s=said.interval_ms / 1000,
        timeout_s=timeout_ms / 1000,
    )


def longest_answer_ms(baud: int, telegrams: int) -> int:
    """The longest time of a reading: 330 bits and 50 ms for each answer (EN 13757-2), and its bytes."""
    answers = _STEPS - 1 + telegrams
    waiting = answers * (50 + 330_000 / baud)
    return round(waiting + telegrams * _LONGEST * _BITS_PER_BYTE * 1000 / baud + 100)


def _map(said: MbusDescription) -> MbusMap:
    meter = said.mbus
    if meter.manufacturer and not re.fullmatch("[A-Z]{3}", meter.manufacturer):
        raise EntryError(
            "mbus.manufacturer", f"{meter.manufacturer!r} is no code of a maker", "Write three capitals."
        )
    codes = {name: code for code, name in MEDIA.items()}
    for medium in meter.medium:
        if medium not in codes:
            raise EntryError(
                "mbus.medium", f"there is no medium {medium!r}", f"Write one of {', '.join(codes)}."
            )
    ignored = _bits(meter.ignore_status, "mbus.ignore_status")
    if ignored - _IGNORABLE:
        mistake = f"bit {min(ignored - _IGNORABLE)} of the status cannot be ignored"
        raise EntryError("mbus.ignore_status", mistake, "Bits 2 and 4 to 7 may be.")
    if not 1 <= meter.telegrams <= _MOST_TELEGRAMS:
        raise EntryError("mbus.telegrams", f"{meter.telegrams} telegrams are not read", "Write 1 to 16.")
    wanted = tuple(_wanted(entry, f"record[{at}]") for at, entry in enumerate(said.record))
    names = [one.name for one in wanted]
    if not names or len(set(names)) < len(names) or ("" in names and len(names) > 1):
        raise EntryError("record", "each [[record]] needs a name of its own", "Write name = 'volume'.")
    return MbusMap(
        wanted=wanted,
        manufacturer=meter.manufacturer,
        versions=frozenset(meter.version),
        media=frozenset(codes[medium] for medium in meter.medium),
        ignored_status=ignored,
        ignored_errors=_bits(meter.ignore_errors, "mbus.ignore_errors"),
        telegrams=meter.telegrams,
    )


def _bits(typed: str, path: str) -> frozenset[int]:
    return frozenset(numbers(typed, path)) if typed else frozenset()


def _wanted(entry: RecordEntry, path: str) -> Wanted:
    if entry.quantity not in QUANTITIES:
        correction = f"Write one of {', '.join(QUANTITIES)}."
        raise EntryError(f"{path}.quantity", f"there is no quantity {entry.quantity!r}", correction)
    if not known_unit(entry.unit):
        raise EntryError(f"{path}.unit", f"{entry.unit!r} is no unit of this program", "Write m3, L, kWh …")
    if min(entry.storage, entry.tariff, entry.subunit) < 0:
        raise EntryError(path, "storage, tariff and subunit count from 0", "Write 0 for the present value.")
    return Wanted(**{name: getattr(entry, name) for name in entry.__struct_fields__})


def _hex(typed: str, path: str) -> bytes:
    if not re.fullmatch(r"\s*(?:[0-9A-Fa-f]{2}\s*)+", typed):
        raise EntryError(path, "it is not hexadecimal", "Write bytes as '68 13 13 68 …'.")
    return bytes.fromhex(typed)


def _with_examples(driver: MbusDriver, examples: Sequence[TelegramExample]) -> MbusDriver:
    """The driver with its examples as the model of what it plays.

    Raises:
        EntryError: one means something else, or the mandatory kinds are not there.
    """
    seen: list[tuple[bytes, Event]] = []
    shown = []
    for at, example in enumerate(examples):
        path = f"example[{at}]"
        data = _hex(example.rx, f"{path}.rx")
        events = events_of(driver, data)
        if len(events) != 1:
            raise EntryError(path, f"it gives {len(events)} events", "Give exactly one reading.")
        for what, meant, got in _differences(example, events[0], path):
            correction = "Correct the example, or the entry that reads it."
            raise EntryError(path, f"it gives {what} {got}, but {meant} is meant", correction)
        seen.append((data, events[0]))
        shown.append((example.rx, data))
    return _complete(replace(driver, examples=tuple(shown)), seen)


def _differences(example: TelegramExample, event: Event, path: str) -> Iterator[tuple[str, object, object]]:
    if (example.meant is None) == (not example.all_meant):
        correction = "Write is = { … }, or are = { volume = { … } } where there are several."
        raise EntryError(path, "an example says what it means, once", correction)
    if example.meant is not None:
        if isinstance(event, Measured):
            correction = f"Write are = {{ {next(iter(event.values))} = {{ … }} }}."
            raise EntryError(path, "it gives several quantities", correction)
        yield from differences(example.meant, event)
        return
    values = event.values if isinstance(event, Measured) else {}
    for name, meant in example.all_meant.items():
        if name not in values:
            known = ", ".join(values) or "only one, without a name"
            raise EntryError(f"{path}.are", f"it gives no quantity {name!r}", f"It gives {known}.")
        yield from ((f"{name}: {what}", want, got) for what, want, got in differences(meant, values[name]))


def _complete(driver: MbusDriver, seen: Sequence[tuple[bytes, Event]]) -> MbusDriver:
    told: list[tuple[int, bytes]] = []
    samples, refused = dict[State, bytes](), False
    for data, event in seen:
        values = event.values.values() if isinstance(event, Measured) else [event]
        count = sum(isinstance(one, Indicated) for one in values)
        refused |= any(isinstance(one, Refused) for one in values)
        if count:
            told.append((count, data))
        if isinstance(event, Refused):
            samples.setdefault(event.state, event.frame)
    missing = [] if told else ["a reading"]
    if not refused:
        missing.append("an answer that gives no number")
    if missing:
        raise EntryError(
            "example", f"no example shows {' and '.join(missing)}", "Add the missing [[example]]."
        )
    told.sort(key=lambda one: -one[0])
    templates = tuple(data for _, data in told)
    return replace(driver, records=replace(driver.records, samples=samples), templates=templates)
