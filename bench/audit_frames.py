"""The raw frames of a run, read again through the driver files of the evidence, and judged for rest.

Not even the decoded numbers are taken on trust, nor that the instrument was at rest when they were taken.
"""

import hashlib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from bench.difference import Difference, difference
from drivers.assembly import make_driver
from drivers.errors import PlainError
from drivers.instrument import Driver, wraps_at
from drivers.notation import from_builtins, to_json, to_plain
from drivers.protocols import Indicated, Measured
from drivers.quantity import Quantity
from drivers.reading import Origin, Reading
from drivers.settling import Settled, SettleRule, Window
from results.entry import Done, Kept, RunBegun
from results.gathered import gather, spread


@lru_cache(maxsize=64)
def _driver(data: bytes, file: str) -> Driver:
    """A driver never changes, and the records of a year name the same few."""
    return make_driver(data, file)


class Frames:
    """Reads a run's frames again and notes what differs."""

    def __init__(self, begun: RunBegun) -> None:
        """Take the drivers and the rules of rest that the run was begun with."""
        self._begun = begun
        self._drivers: dict[str, Driver] = {}
        self._wraps: dict[tuple[str, str], Quantity | None] = {}
        self._read: dict[tuple[str, str, bytes], Indicated | str | None] = {}
        self.found: list[Difference] = []
        self.unread = False
        """True: a frame was read by a driver that is a program of another release, which is not run"""
        self.rest_unknown = False
        """True: a reading was taken under a rule of rest that the evidence does not name"""

    def again(self, entries: Sequence[Kept]) -> Iterator[Kept]:
        """The entries with each reading as its frame gives it now."""
        for kept in entries:
            entry = kept.entry
            if isinstance(entry, Done) and entry.verb == "settled":
                samples = [self._again(entry.path, sample) for sample in spread(entry.samples)]
                result = self._again(entry.path, entry.result)
                self._judge_rest(entry, samples, result)
                yield msgspec.structs.replace(
                    kept, entry=msgspec.structs.replace(entry, result=to_plain(result))
                )
            elif isinstance(entry, Done) and entry.verb == "watched":
                seen = gather([to_plain(self._again(entry.path, one)) for one in spread(entry.samples)])
                yield msgspec.structs.replace(kept, entry=msgspec.structs.replace(entry, samples=seen))
            else:
                yield kept

    def _again(self, path: str, sealed: Any) -> Reading:
        reading = from_builtins(sealed, Reading)
        if reading.origin is Origin.MANUAL:
            return reading
        frame = reading.driver.digest, reading.channel, reading.frame
        if frame not in self._read:  # at rest, hundreds of frames are the same
            self._read[frame] = self._decoded(reading)
        shown = self._read[frame]
        if shown is None:
            self.unread = True
            return reading
        if isinstance(shown, str):
            self.found.append(difference(path, str(reading.indication), shown))
            return reading
        wraps = self._wraps_at(reading)
        if _said(shown, wraps) == _said(reading, reading.wraps_at):
            return reading
        derived = msgspec.structs.replace(
            reading,
            indication=shown.indication,
            stability=shown.stability,
            kind=shown.kind,
            high_resolution=shown.high_resolution,
            wraps_at=wraps,
        )
        self.found.append(difference(path, reading, derived))
        return derived

    def _wraps_at(self, reading: Reading) -> Quantity | None:
        key = reading.driver.digest, reading.channel
        if key not in self._wraps:
            self._wraps[key] = wraps_at(self._drivers[reading.driver.digest], reading.channel)
        return self._wraps[key]

    def _decoded(self, reading: Reading) -> Indicated | str | None:
        """What its frame shows, or why it shows nothing; None: nobody here can read it."""
        digest = reading.driver.digest
        if digest not in self._drivers:
            text = self._begun.drivers.get(digest)
            if text is None or hashlib.sha256(text.encode()).hexdigest() != digest:
                return f"no driver file with digest {digest} in the evidence"
            try:
                self._drivers[digest] = _driver(text.encode(), f"evidence:{reading.driver.id}")
            except PlainError as mistake:
                return None if mistake.code == "driver.other_release" else mistake.message
        decoder = self._drivers[digest].decoder()
        decoder.receive(reading.frame)
        event = decoder.next_event()
        if isinstance(event, Measured):
            event = event.values.get(reading.channel)
        if isinstance(event, Indicated):
            return event
        return f"the frame {reading.frame.hex()} gives no reading"

    def _judge_rest(self, entry: Done, samples: Sequence[Reading], result: Reading) -> None:
        if result.origin is Origin.MANUAL:
            return
        rule = self._begun.instruments[entry.arguments["role"]].get("settle")
        if rule is None:
            self.rest_unknown = True
            return
        window = Window(
            from_builtins(rule, SettleRule), high_resolution=bool(entry.arguments["high_resolution"])
        )
        proof: Settled | None = None
        for sample in samples:
            proof = window.take(sample)
        if proof is None:
            why = f"rest cannot be shown by its {len(samples)} samples: {window.unrest.value}"
            self.found.append(difference(entry.path, "at rest", why))
        elif to_json(proof.reading) != to_json(result):
            self.found.append(difference(entry.path, result, proof.reading))


def _said(shown: Reading | Indicated, wraps_at: Quantity | None) -> tuple[object, ...]:
    """What a frame says, digit by digit."""
    return (
        str(shown.indication),
        shown.stability,
        shown.kind,
        shown.high_resolution,
        None if wraps_at is None else str(wraps_at),
    )
