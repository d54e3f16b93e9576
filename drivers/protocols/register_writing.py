"""The inverse of a register map: an event becomes the data of the answer that says it, for the twin.

What comes out is read again before it is handed over, so a twin never says something else than it means.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_DOWN, Decimal
from typing import Final

from drivers.protocols import Event, Indicated, Measured, Refused, State
from drivers.protocols.bit_flag import BitField, BitFlag
from drivers.protocols.registers import EXACT, OK, Block, Channel, Part, packed, unpacked
from drivers.protocols.word import FLOATS
from drivers.quantity import Quantity
from drivers.reading import Kind, Stability

_NAN: Final = {4: bytes.fromhex("7FC00000"), 8: bytes.fromhex("7FF8000000000000")}
_Chosen = dict[BitField, list[int]]


def write_block(block: Block, event: Event) -> bytes | None:
    """The data of the answer that says `event`; None when this instrument cannot say it."""
    if isinstance(event, Measured):
        shown: Mapping[str, Indicated | Refused] = event.values
    elif isinstance(event, Indicated | Refused) and len(block.channels) == 1:
        shown = {block.channels[0].name: event}
    else:
        return None
    words = bytearray(unpacked(block.table, block.count, block.template) or bytes(2 * block.count))
    for channel in block.channels:
        if channel.name in shown and not _write(channel, shown[channel.name], words):
            return block.samples.get(event.state) if isinstance(event, Refused) else None
    data = packed(block.table, bytes(words))
    back = block.read(data, b"")
    said = back.values if isinstance(back, Measured) else {block.channels[0].name: back}
    return data if all(_alike(said.get(name), meant) for name, meant in shown.items()) else None


def _alike(said: Event | None, meant: Indicated | Refused) -> bool:
    """Whether what was read back is what was meant; what this instrument never says is left out."""
    if isinstance(said, Refused) and isinstance(meant, Refused):
        return said.state is meant.state
    if not (isinstance(said, Indicated) and isinstance(meant, Indicated)):
        return False
    # A float may hold the nearest value only; unit and flags are exact.
    near = abs(said.indication.value - meant.indication.value) <= abs(meant.indication.value).scaleb(-6)
    return (
        near
        and said.indication.unit == meant.indication.unit
        and said.stability in (meant.stability, Stability.NOT_REPORTED)
        and said.kind in (meant.kind, Kind.UNKNOWN)
        and said.high_resolution == meant.high_resolution
    )


def _write(channel: Channel, event: Indicated | Refused, words: bytearray) -> bool:
    chosen: _Chosen = {}
    if isinstance(event, Refused):
        return _write_refusal(channel, event.state, words)
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
    narrowed = all(_narrow(chosen, flag, word) for flag, word in (*flags, *said))
    return narrowed and _write_number(channel, event.indication, words, chosen)


def _write_refusal(channel: Channel, state: State, words: bytearray) -> bool:
    for flag in channel.conditions:
        if values := flag.values_for(state):
            if flag.each is None:
                flag.bits.write(words, values[0])
            else:
                flag.raise_bits(words, values[0])
            return True
    first = channel.parts[0]
    if state is State.NO_VALUE and channel.no_value:
        raw = first.form.write_raw(min(channel.no_value))
    elif state is State.NO_VALUE and first.form.type in FLOATS:
        raw = first.form.write_raw(int.from_bytes(_NAN[first.form.size], "big"))
    else:
        return False
    words[first.at : first.at + first.form.size] = raw
    return True


def _narrow(chosen: _Chosen, said: object, word: object) -> bool:
    """Keep the values of a field by which `word` is said; False when there are none."""
    if not isinstance(said, BitFlag):
        return True  # not on the wire; what is read back is compared
    values = said.values_for(word)
    kept = [value for value in chosen.get(said.bits, values) if value in values]
    chosen[said.bits] = kept
    return bool(kept)


def _write_number(channel: Channel, shown: Quantity, words: bytearray, chosen: _Chosen) -> bool:
    value = EXACT.subtract(shown.value, channel.offset) if channel.offset else shown.value
    if channel.decimals is not None:
        digits = max(-int(value.as_tuple().exponent), 0)
        raw = [said for said, places in channel.places.items() if places == digits]
        value = value.scaleb(digits)
        if channel.places and not raw:
            return False
        chosen[channel.decimals] = raw or [digits]
    for bits, values in chosen.items():
        if values[0] >= 1 << bits.width:
            return False
        bits.write(words, values[0])
    for part, number in _shares(channel.parts, value):
        data = part.form.write(number)
        if data is None:
            return False
        words[part.at : part.at + part.form.size] = data
    return True


def _shares(parts: Sequence[Part], value: Decimal) -> Iterator[tuple[Part, Decimal]]:
    """What each part of a sum holds: whole numbers as much as they can, the last one the rest."""
    for part in parts[:-1]:
        share = value / part.scale
        if part.form.type not in FLOATS:
            share = share.to_integral_value(ROUND_DOWN)
        yield part, share
        value = EXACT.subtract(value, EXACT.multiply(share, part.scale))
    yield parts[-1], value / parts[-1].scale
