r"""A scale that prints a label of fourteen lines (JIK6CAB): the job, `^KJIK000` to `~P1`, is one reading.

Fail closed: every line must be as in the recorded jobs, the net weight must stand there twice, and gross less
tare must be net. Whether the load was at rest is not printed. Facts: three recorded jobs of
chumpon-asaneerat/NSerialCommTools; what the lines mean is that repository's reading of them. Nothing in a job
says which scale printed it, and nothing is known that it could be asked.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from drivers.errors import UnitError
from drivers.instrument import Evidence, LineSettings
from drivers.protocols import Decoder, Event, Indicated, Refused, State
from drivers.quantity import Quantity
from drivers.reading import Kind, Stability
from drivers.written.source import Written

_START: Final = b"^KJIK000\r\n"
_END: Final = b"~P1\r\n"
_LONGEST: Final = 400
_WEIGHT: Final = rb"( *-?[0-9]+(?:\.[0-9]*)?) (kg|g)\r\n"
_JOB: Final = re.compile(
    re.escape(_START) + rb"[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}\r\n[0-9]{2}:[0-9]{2}:[0-9]{2}\r\n"
    + _WEIGHT * 2 + rb"0\r\n0\r\n" + _WEIGHT * 2 + rb" *0 pcs\r\n(?: \r\n){2}E\r\n" + _END
)  # fmt: skip


class JobDecoder:
    """Collects whole jobs; what stands between them is noise."""

    def __init__(self) -> None:
        """Begin with an empty line."""
        self._buffer = bytearray()
        self._ended = False
        self._skipped = 0

    @property
    def skipped(self) -> int:
        """Bytes that belong to no job."""
        return self._skipped

    def receive(self, data: bytes) -> None:
        """Take bytes as they came."""
        self._buffer += data

    def end(self) -> None:
        """No byte will follow."""
        self._ended = True

    def next_event(self) -> Event | None:
        """The next event, or None when more bytes are needed."""
        while True:
            start = self._buffer.find(_START)
            if start < 0:
                self._skip(len(self._buffer) - (0 if self._ended else len(_START) - 1))
                return None
            self._skip(start)
            end, again = self._buffer.find(_END), self._buffer.find(_START, 1)
            if again > 0 and (end < 0 or again < end):
                self._skip(again)  # the job broke off and began anew
            elif end >= 0:
                job = bytes(self._buffer[: end + len(_END)])
                del self._buffer[: len(job)]
                return _event(job)
            elif self._ended or len(self._buffer) > _LONGEST:
                self._skip(1)
            else:
                return None

    def _skip(self, count: int) -> None:
        count = max(count, 0)
        del self._buffer[:count]
        self._skipped += count


def _event(job: bytes) -> Event:
    found = _JOB.fullmatch(job)
    if found is None:
        return _refused("a line of the label is not as in the recorded ones", State.MALFORMED, job)
    texts = [part.decode("ascii").strip() for part in found.groups()]
    try:
        tare, gross, net, again = (Quantity(texts[at], texts[at + 1]) for at in range(0, 8, 2))
        if net != again or gross - tare != net:
            return _refused("gross, tare and net on the label contradict each other", State.ERROR, job)
    except UnitError as mistake:
        return _refused(str(mistake), State.NO_VALUE, job)
    return Indicated(
        indication=gross, stability=Stability.NOT_REPORTED, kind=Kind.GROSS, tare=tare, frame=job
    )


def _refused(reason: str, state: State, frame: bytes) -> Refused:
    return Refused(reason=reason, state=state, frame=frame)


@dataclass(frozen=True, kw_only=True)
class PrintJob(Written):
    """A scale whose label printer is the bench."""

    def request(self, *, high_resolution: bool = False) -> None:
        """It prints when its key is pressed."""
        if high_resolution:
            raise self.no_finer_display()

    def decoder(self) -> Decoder:
        """A fresh decoder."""
        return JobDecoder()

    def render(self, event: Event) -> bytes:
        """The label by which the scale says `event`."""
        if (
            not isinstance(event, Indicated)
            or event.high_resolution
            or event.indication.unit not in ("kg", "g")
        ):
            raise self.cannot_say(event)
        gross = event.indication
        tare = event.tare if event.tare is not None else gross - gross
        try:
            weights = [f"{one.to(gross.unit).value:6f} {gross.unit}" for one in (tare, gross, gross - tare)]
        except UnitError:
            raise self.cannot_say(event) from None
        lines = [
            "2023-11-07",
            "17:19:26",
            *weights[:2],
            "0",
            "0",
            weights[2],
            weights[2],
            "    0 pcs",
            " ",
            " ",
            "E",
        ]
        return _START + "".join(f"{line}\r\n" for line in lines).encode("ascii") + _END


def driver() -> PrintJob:
    """The driver, as the catalogue asks for it."""
    return PrintJob(
        id="jik6cab",
        name="JIK6CAB, label of fourteen lines",
        evidence=Evidence.CAPTURED,
        source="three jobs recorded by chumpon-asaneerat/NSerialCommTools",
        file=Path(__file__),
        line=LineSettings(baud=9600, format="8N1"),
        interval_s=2.0,
        timeout_s=60.0,
    )
