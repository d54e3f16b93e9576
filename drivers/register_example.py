"""The examples of a register map: run each time the driver is loaded, and a model for the twin."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from drivers.example import differences
from drivers.protocols import Event, Indicated, Measured, Refused, State
from drivers.protocols.address import packed
from drivers.protocols.modbus import REFUSAL, answer_size, crc, rtu
from drivers.protocols.registers import Block
from drivers.protocols.word import WordOrder
from drivers.reading import Stability
from drivers.register_description import RegisterExample
from drivers.register_driver import RegisterDriver
from drivers.register_place import EntryError, Place
from drivers.register_setting import held_by

_REQUEST = 8
_MANUAL_DIGITS = 5
_WHERE_CRC = -2


def frame_of(example: RegisterExample, driver: RegisterDriver, path: str) -> bytes:
    """The request and the answer of an example as on an RTU line, the settings before them.

    Raises:
        EntryError: it is no example of one of the requests of this file.
    """
    told = driver.settings_frames(held_by(driver.registers.settings, example.setting, path))
    if example.rx:
        if not re.fullmatch(r"(?:[0-9A-Fa-f]{2}\s*)+", example.rx):
            raise EntryError(
                f"{path}.rx", "it is not hexadecimal", "Write request and answer as '01 03 00 …'."
            )
        return told + bytes.fromhex(example.rx)
    blocks = driver.registers.blocks
    if not 0 <= example.of < len(blocks):
        raise EntryError(f"{path}.of", f"there is no [[read]] {example.of}", "The first [[read]] is 0.")
    block = blocks[example.of]
    if example.exception is not None:
        answer = bytes((block.request[0] | REFUSAL, example.exception & 0xFF))
    else:
        answer = block.request[:1] + _data(example, block, path)
    return told + rtu(driver.unit, block.request) + rtu(driver.unit, answer)


def _data(example: RegisterExample, block: Block, path: str) -> bytes:
    registers = _registers(example, block, f"{path}.registers")
    if not all(0 <= register <= 0xFFFF for register in registers):  # noqa: PLR2004 -- 16 bits
        raise EntryError(f"{path}.registers", "a register holds 0 to 0xFFFF", "Write it as it is sent.")
    words = b"".join(register.to_bytes(2, "big") for register in registers)
    data = packed(block.table, words)
    return bytes((answer_size(block.request),)) + data


def _registers(example: RegisterExample, block: Block, path: str) -> Sequence[int]:
    if not isinstance(example.registers, dict):
        if len(example.registers) != block.count:
            mistake = f"{len(example.registers)} registers are given, and {block.count} are read"
            raise EntryError(path, mistake, f"List the registers of {block}.")
        return example.registers
    registers = [0] * block.count
    place = Place(block.table, block.first, block.count, WordOrder.BIG)
    for typed, held in example.registers.items():
        sent = typed.lower().startswith("0x") or len(typed) < _MANUAL_DIGITS
        try:
            at: int | str = int(typed, 0) if sent else typed
        except ValueError:
            at = typed
        start = place.offset(at, len(held), f"{path}.{typed}") // 2
        registers[start : start + len(held)] = held
    return registers


def run_register_examples(driver: RegisterDriver, examples: Sequence[RegisterExample]) -> list[Event]:
    """Decode each example.

    Raises:
        EntryError: one means something else, or the mandatory kinds are not there.
    """
    seen: list[Event] = []
    for at, example in enumerate(examples):
        path = f"example[{at}]"
        frame = frame_of(example, driver, path)
        decoder = driver.decoder()
        decoder.receive(frame)
        decoder.end()
        events: list[Event] = list(iter(decoder.next_event, None))
        if len(events) != 1 or decoder.skipped:
            mistake = f"it gives {len(events)} events and {decoder.skipped} bytes that belong to no request"
            raise EntryError(path, mistake, "Give one request of this file with its answer and right checks.")
        for what, meant, got in _differences(example, events[0], path):
            correction = "Correct the example, or the entry that reads it."
            raise EntryError(path, f"it gives {what} {got}, but {meant} is meant", correction)
        seen.append(events[0])
    _complete(driver, seen)
    return seen


def _differences(example: RegisterExample, event: Event, path: str) -> Iterator[tuple[str, object, object]]:
    if (example.meant is None) == (not example.all_meant):
        correction = "Write is = { … }, or are = { flow = { … } } where there are several."
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
            raise EntryError(
                f"{path}.are", f"it gives no quantity {name!r}", f"It gives {', '.join(values)}."
            )
        yield from ((f"{name}: {what}", want, got) for what, want, got in differences(meant, values[name]))


def _complete(driver: RegisterDriver, seen: Sequence[Event]) -> None:
    single: list[Indicated | Refused] = []
    for event in seen:
        if isinstance(event, Measured):
            single += event.values.values()
        elif isinstance(event, Indicated | Refused):
            single.append(event)
    rests = {event.stability for event in single if isinstance(event, Indicated)}
    flagged = any(
        not isinstance(channel.stable, Stability)
        for block in driver.registers.blocks
        for channel in block.channels
    )
    missing = [] if rests else ["a reading"]
    if flagged and not {Stability.STABLE, Stability.MOVING} <= rests:
        missing = ["a reading at rest and one in motion"]
    if not any(isinstance(event, Refused) for event in single):
        missing.append("an answer that gives no number (exception = 2 where there is no other)")
    if missing:
        raise EntryError(
            "example", f"no example shows {' and '.join(missing)}", "Add the missing [[example]]."
        )


def with_samples(
    driver: RegisterDriver, examples: Sequence[RegisterExample], seen: Sequence[Event]
) -> RegisterDriver:
    """The driver with its examples as the model of what it does not describe itself."""
    told = len(driver.settings_frames())
    as_played = [
        (frame_of(example, driver, "example")[told:], event)
        for example, event in zip(examples, seen, strict=True)
        if not example.setting
    ]
    blocks = tuple(_sampled(block, as_played) for block in driver.registers.blocks)
    return replace(driver, registers=replace(driver.registers, blocks=blocks))


def _sampled(block: Block, examples: Sequence[tuple[bytes, Event]]) -> Block:
    template, most = b"", 0
    samples: dict[State, bytes] = {}
    for frame, event in examples:
        if frame[1:6] != block.request or frame[_REQUEST + 1] & REFUSAL or crc(frame[_REQUEST:]):
            continue
        data = frame[_REQUEST + 3 : _WHERE_CRC]
        if isinstance(event, Refused):
            samples.setdefault(event.state, data)
        elif isinstance(event, Indicated | Measured):
            values = event.values if isinstance(event, Measured) else {"": event}
            told = sum(isinstance(one, Indicated) for one in values.values())
            if told > most:
                template, most = data, told
    return replace(block, template=template, samples=samples)
