"""What the telegrams of an M-Bus meter hold, record by record: what `tera driver try --explain` prints.

Records that the driver reads are marked, so that a technician sees which other one was meant.
"""

from collections.abc import Iterator, Mapping

from drivers.mbus_driver import MbusDriver
from drivers.protocols import Event, Indicated, Measured, Refused
from drivers.protocols.mbus_link import Frame
from drivers.protocols.mbus_telegram import RefusedError, read_telegram
from drivers.protocols.mbus_writing import frames_in


def explain_meter(driver: MbusDriver, event: Event) -> Iterator[str]:
    """Lines of text about one event: nothing for a reading, the records of its telegrams for a refusal.

    Args:
        driver: the driver that refused.
        event: what its decoder said.
    """
    values: Mapping[str, Event] = event.values if isinstance(event, Measured) else {"": event}
    if all(isinstance(one, Indicated) for one in values.values()) or not isinstance(
        event, Measured | Refused
    ):
        return
    yield f"  bytes {' '.join(f'{byte:02X}' for byte in event.frame)}"
    for frame in frames_in(event.frame):
        if frame.is_response:
            yield from _records(driver, frame)


def _records(driver: MbusDriver, frame: Frame) -> Iterator[str]:
    try:
        telegram = read_telegram(frame)
    except RefusedError as mistake:
        yield f"  >>> {mistake}"
        return
    who = "a meter that does not say who it is" if telegram.identity is None else f"meter {telegram.identity}"
    more = ", more follows" if telegram.more else ""
    yield f"  {who}, address {frame.address}, status {telegram.status:02X}{more}"
    for record in telegram.records:
        read = any(wanted.found([record]) for wanted in driver.records.wanted)
        yield f"  {'-->' if read else '   '} {record}"
