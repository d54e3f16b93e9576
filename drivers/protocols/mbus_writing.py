"""Telegrams in which a meter says an event: an example with other values, read back before it is said."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from drivers.protocols import Event, Indicated, Measured, Refused, State
from drivers.protocols.mbus_link import Frame, long, opened, size_of
from drivers.protocols.mbus_map import MbusMap
from drivers.protocols.mbus_number import no_value
from drivers.protocols.mbus_record import Record
from drivers.protocols.mbus_telegram import RefusedError, read_telegram
from drivers.quantity import Quantity

_STATUS: Final = {State.BUSY: 0x01, State.ERROR: 0x02}


def frames_in(data: bytes) -> Iterator[Frame]:
    """Every whole frame of telegrams that stand one behind the other."""
    while data:
        size = size_of(data) or 1
        frame = opened(data[:size]) if size > 1 else None
        if frame is not None:
            yield frame
        data = data[size:]


def write_telegrams(
    records: MbusMap, templates: Sequence[bytes], event: Measured | Indicated | Refused
) -> bytes | None:
    """The telegrams that say `event`, or None when this meter has no way to say it.

    Args:
        records: what is read of the meter.
        templates: the telegrams of examples, the fullest first.
        event: what shall be said.
    """
    if isinstance(event, Refused) and event.state in records.samples:
        return records.samples[event.state]
    said: list[tuple[int, bytes]] = []
    for template in templates:
        answers = [frame for frame in frames_in(template) if frame.is_response]
        if isinstance(event, Refused) and event.state in _STATUS:
            return _with_status(answers[0], _STATUS[event.state])
        values = event.values if isinstance(event, Measured) else {"": event}
        try:
            written = [_patched(frame, list(_changes(records, values, frame))) for frame in answers]
            raw = b"".join(frame.raw for frame in written)
            back = records.read([read_telegram(frame) for frame in written], raw)
        except (RefusedError, _CannotError):
            continue
        said.append((_likeness(event, back), raw))
    best = max((one for one in said if one[0]), key=lambda one: one[0], default=None)
    return None if best is None else best[1]


class _CannotError(ValueError):
    """A value that this meter cannot show."""


def _changes(
    records: MbusMap, values: Mapping[str, Indicated | Refused], frame: Frame
) -> Iterator[tuple[int, bytes]]:
    for wanted in records.wanted:
        event = values.get(wanted.name)
        if event is None:
            continue
        for record in wanted.found(read_telegram(frame).records):
            data = _data(record, event)
            if data is None:
                raise _CannotError(str(event))
            yield record.field.first, data


def _data(record: Record, event: Indicated | Refused) -> bytes | None:
    if isinstance(event, Indicated):
        return record.raw(event.indication)
    return no_value(record.field) if event.state is State.NO_VALUE else None


def _patched(frame: Frame, changes: list[tuple[int, bytes]]) -> Frame:
    data = bytearray(frame.data)
    for at, part in changes:
        data[at : at + len(part)] = part
    return _again(frame, bytes(data))


def _again(frame: Frame, data: bytes) -> Frame:
    return Frame(frame.control, frame.address, data, long(frame.control, frame.address, data))


def _with_status(frame: Frame, status: int) -> bytes | None:
    at = read_telegram(frame).status_at
    return _patched(frame, [(at, bytes((status,)))]).raw if at else None


def _likeness(event: Event, back: Event) -> int:
    """3: the same to the last digit and word; 2: to the last digit; 1: the same values; 0: something else."""
    for likeness, bare in ((3, _worded), (2, _digits), (1, _values)):
        if bare(event) == bare(back):
            return likeness
    return 0


def _by_name(event: Event) -> dict[str, Indicated | Refused]:
    if isinstance(event, Measured):
        return dict(event.values)
    return {"": event} if isinstance(event, Indicated | Refused) else {}


def _worded(event: Event) -> dict[str, str]:
    return {
        name: str(one.indication) if isinstance(one, Indicated) else one.reason
        for name, one in _by_name(event).items()
    }


def _digits(event: Event) -> dict[str, str]:
    return {
        name: str(one.indication) if isinstance(one, Indicated) else one.state
        for name, one in _by_name(event).items()
    }


def _values(event: Event) -> dict[str, Quantity | State]:
    return {
        name: one.indication if isinstance(one, Indicated) else one.state
        for name, one in _by_name(event).items()
    }
