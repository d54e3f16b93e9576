"""The inverse of a register map: an event becomes the data of the answer that says it, for the twin.

What comes out is read again before it is handed over, so a twin never says something else than it means.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_DOWN, Decimal
from typing import Final

from drivers.protocols import Event, Indicated, Measured, Refused, State
from drivers.protocols.address import packed, unpacked
from drivers.protocols.bit_flag import BitField, BitFlag
from drivers.protocols.channel import OK, Channel
from drivers.protocols.register_number import EXACT, Part
from drivers.protocols.registers import Block
from drivers.protocols.word import FLOATS
from drivers.quantity import Quantity
from drivers.reading import Kind, Stability

_NAN: Final = {4: bytes.fromhex("7FC00000"), 8: bytes.fromhex("7FF8000000000000")}
_Chosen = dict[BitField, list[int]]


def write_block(block: Block, event: Event, beside: bytes = b"") -> bytes | None:
    """The data of the answer that says `event`; None when this instrument cannot say it.

    Args:
        block: the request.
        event: what the answer shall say.
        beside: the words of the settings, which stay as they are.
    """
    if isinstance(event, Measured):
        shown: Mapping[str, Indicated | Refused] = event.values
    elif isinstance(event, Indicated | Refused) and len(block.channels) == 1:
        shown = {block.channels[0].name: event}
    else:
        return None
    size = 2 * block.count
    words = bytearray((unpacked(block.table, block.count, block.template) or bytes(size)) + beside)
    for channel in block.channels:
        if channel.name in shown and not _write(channel, shown[channel.name], words, size):
            return block.samples.get(event.state) if isinstance(event, Refused) else None
    if words[size:] != beside:
        return None
    data = packed(block.table, bytes(words[:size]))
    back = block.read(data, beside, b"")
    said = back.values if isinstance(back, Measured) else {block.channels[0].name: back}
    steps = {channel.name: channel.parts[-1].coarseness for channel in block.channels}
    alike = all(_alike(said.get(name), meant, steps[name]) for name, meant in shown.items())
    return data if alike else None


def _alike(said: Event | None, meant: Indicated | Refused, step: Decimal) -> bool:
    """Whether what was read back is what was meant; what this instrument never says is left out."""
    if isinstance(said, Refused) and isinstance(meant, Refused):
        return said.state is meant.state
    if not (isinstance(said, Indicated) and isinstance(meant, Indicated)):
        return False
    # A float may hold the nearest value only; unit and flags are exact.
    allowed = max(step, abs(meant.indication.value).scaleb(-6))
    near = abs(said.indication.value - meant.indication.value) <= allowed
    return (
        near
        and said.indication.unit == meant.indication.unit
        and said.stability in (meant.stability, Stability.NOT_REPORTED)
        and said.kind in (meant.kind, Kind.UNKNOWN)
        and said.high_resolution == meant.high_resolution
    )


def _write(channel: Channel, event: Indicated | Refused, words: bytearray, size: int) -> bool:
    chosen: _Chosen = {}
    if isinstance(event, Refused):
        return _write_refusal(channel, event.state, words, size)
    for flag in channel.conditions:
        if flag.each is not None:
            flag.raise_bits(words, 0)
    flags = [(flag, OK) for flag in channel.conditions if flag.each is None]
    said = (
        (channel.unit, event.indication.unit),
        (channel.stable, event.stability),
        (channel.kind, event.kind),
        (channel.high_resolution, event.high_resolution),
    )
    if not all(_narrow(chosen, flag, word) for flag, word in (*flags, *said)):
        return False
    for bits, values in chosen.items():
        if bits.at >= size and bits.read(words) not in values:
            return False  # a setting is as it is
    return _write_number(channel, event.indication, words, chosen, size)


def _write_refusal(channel: Channel, state: State, words: bytearray, size: int) -> bool:
    for flag in channel.conditions:
        if flag.bits.at >= size:
            continue  # a setting is as it is
        if values := flag.values_for(state):
            if flag.each is None:
                flag.bits.write(words, values[0])
            else:
                flag.raise_bits(words, values[0])
            return True
    first = channel.parts[0]
    if state is State.NO_VALUE and channel.no_value:
        first.write_raw(words, min(channel.no_value))
    elif state is State.NO_VALUE and first.form.type in FLOATS:
        first.write_raw(words, int.from_bytes(_NAN[first.form.size], "big"))
    else:
        return False
    return True


def _narrow(chosen: _Chosen, said: object, word: object) -> bool:
    """Keep the values of a field by which `word` is said; False when there are none."""
    if not isinstance(said, BitFlag):
        return True  # not on the wire; what is read back is compared
    values = said.values_for(word)
    kept = [value for value in chosen.get(said.bits, values) if value in values]
    chosen[said.bits] = kept
    return bool(kept)


def _write_number(channel: Channel, shown: Quantity, words: bytearray, chosen: _Chosen, size: int) -> bool:
    value = EXACT.subtract(shown.value, channel.offset) if channel.offset else shown.value
    if channel.decimals is not None and channel.decimals.at >= size:
        value = value.scaleb(channel.decimal_places(words))
    elif channel.decimals is not None:
        digits = max(-int(value.as_tuple().exponent), 0)
        raw = [said for said, places in channel.places.items() if places == digits]
        value = value.scaleb(digits)
        if channel.places and not raw:
            return False
        chosen[channel.decimals] = raw or [digits]
    for bits, values in chosen.items():
        if bits.at >= size:
            continue
        if values[0] >= 1 << bits.width:
            return False
        bits.write(words, values[0])
    return all(part.write(words, number) for part, number in _shares(channel.parts, value))


def _shares(parts: Sequence[Part], value: Decimal) -> Iterator[tuple[Part, Decimal]]:
    """What each part of a sum shows: whole numbers as much as they can, the last one the rest."""
    for part in parts[:-1]:
        share = value
        if part.form.type not in FLOATS:
            share = (value / part.scale).to_integral_value(ROUND_DOWN) * part.scale
        yield part, share
        value = EXACT.subtract(value, share)
    yield parts[-1], value
