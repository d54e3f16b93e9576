"""The raw frames of a run, read again through the driver files of the evidence, and judged for rest.

Not even the decoded numbers are taken on trust, nor that the instrument was at rest when they were taken.
"""

import hashlib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from msgspec.structs import replace

from bench.difference import Difference, difference
from drivers.assembly import make_driver
from drivers.errors import PlainError
from drivers.instrument import Driver, wraps_at
from drivers.notation import from_builtins, to_plain
from drivers.protocols import Indicated, Measured
from drivers.quantity import Quantity
from drivers.reading import Origin, Reading
from drivers.settling import Settled, SettleRule, Window
from results.entry import Done, Kept, RunBegun
from results.gathered import gather, spread
from results.kept_reading import READING_VERBS


@lru_cache(maxsize=64)
def _driver(data: bytes, file: str) -> Driver:
    """A driver never changes, and the records of a year name the same few."""
    return make_driver(data, file)


_Said = tuple[object, ...]
"""what a frame says, digit by digit"""


class _Shown(NamedTuple):
    """What one frame of a channel gives now."""

    event: Indicated
    wraps_at: Quantity | None
    said: _Said


class Frames:
    """Reads a run's frames again and notes what differs."""

    def __init__(self, begun: RunBegun) -> None:
        """Take the drivers and the rules of rest that the run was begun with."""
        self._begun = begun
        self._drivers: dict[str, Driver] = {}
        self._read: dict[tuple[str, str, bytes], _Shown | str | None] = {}
        self.found: list[Difference] = []
        self.unread = False
        """True: a frame was read by a driver that is a program of another release, which is not run"""
        self.rest_unknown = False
        """True: a reading was taken under a rule of rest that the evidence does not name"""

    def again(self, entries: Sequence[Kept]) -> Iterator[Kept]:
        """The entries with each reading as its frame gives it now."""
        for kept in entries:
            if isinstance(kept.entry, Done) and kept.entry.verb in READING_VERBS:
                entry = self._entry(kept.entry)
                yield kept if entry is kept.entry else replace(kept, entry=entry)
            else:
                yield kept

    def _entry(self, entry: Done) -> Done:
        """The entry with its readings as their frames give them: the same one when all say the same."""
        sealed = from_builtins(spread(entry.samples), tuple[Reading, ...])
        samples = tuple(self._again(entry.path, one) for one in sealed)
        if any(one is not other for one, other in zip(samples, sealed, strict=True)):
            entry = replace(entry, samples=gather([to_plain(one) for one in samples]))
        if entry.verb == "settled":
            taken = from_builtins(entry.result, Reading)
            result = self._again(entry.path, taken)
            self._judge_rest(entry, samples, result)
            if result is not taken:
                entry = replace(entry, result=to_plain(result))
        return entry

    def _again(self, path: str, reading: Reading) -> Reading:
        """The reading as its frame gives it: the same one when that says the same."""
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
        if shown.said == _said(reading, reading.wraps_at):
            return reading
        derived = replace(
            reading,
            indication=shown.event.indication,
            stability=shown.event.stability,
            kind=shown.event.kind,
            high_resolution=shown.event.high_resolution,
            wraps_at=shown.wraps_at,
        )
        self.found.append(difference(path, reading, derived))
        return derived

    def _decoded(self, reading: Reading) -> "_Shown | str | None":
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
        driver = self._drivers[digest]
        decoder = driver.decoder()
        decoder.receive(reading.frame)
        event = decoder.next_event()
        if isinstance(event, Measured):
            event = event.values.get(reading.channel)
        if isinstance(event, Indicated):
            wraps = wraps_at(driver, reading.channel)
            return _Shown(event, wraps, _said(event, wraps))
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
        elif proof.reading != result or str(proof.reading.indication) != str(result.indication):
            self.found.append(difference(entry.path, result, proof.reading))


def _said(shown: Reading | Indicated, wraps_at: Quantity | None) -> _Said:
    return (
        str(shown.indication),
        shown.stability,
        shown.kind,
        shown.high_resolution,
        None if wraps_at is None else str(wraps_at),
    )
