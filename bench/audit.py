"""The audit: derives points and verdict again from what was sealed, and names every difference.

The same script runs, over the sealed entries instead of instruments. A deep audit reads every raw frame again
through the driver file that the evidence carries, so that not even the decoded numbers are taken on trust.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from bench.conductor import Conductor
from bench.operator import Prompt
from bench.replay import DivergenceError, plain
from bench.station import Station
from drivers import notation
from drivers.assembly import make_driver
from drivers.clock import SystemClock
from drivers.errors import PlainError
from drivers.instrument import Driver
from drivers.protocols import Indicated
from drivers.reading import Origin, Reading
from procedures.action import Answer
from procedures.catalogue import find
from procedures.errors import ProcedureError
from results.entry import Concluded, Done, Entry, Kept, RunBegun
from results.verification import VerifiedRecord


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One thing that does not come out as it was sealed."""

    where: str
    """journal path, or the label of a point"""
    sealed: str
    derived: str


class BeyondEvidenceError(ProcedureError):
    """The script asks for something that the evidence does not hold."""

    def __init__(self, path: str) -> None:
        super().__init__(
            "audit.beyond_evidence",
            "The procedure asks for {path}, which the evidence does not hold.",
            "Check which edition of the procedure the record was made with.",
            path=path,
        )


class _NoInstruments:
    """Refuses whatever an audit must never need: a person, an instrument, a new entry."""

    async def answer(self, prompt: Prompt) -> Answer:
        """Refuse."""
        raise BeyondEvidenceError(prompt.id)

    def append(self, run: str, entry: Entry, *, at: str, elapsed: float) -> Kept:  # noqa: ARG002 - the port's
        """Refuse."""
        raise BeyondEvidenceError(getattr(entry, "path", type(entry).__name__))


def audit(record: VerifiedRecord, *, deep: bool = False) -> tuple[Difference, ...]:
    """Derive a verified record again.

    Args:
        record: as `results.verification.load_record` gives it.
        deep: start from the raw frames instead of the decoded readings.

    Returns:
        Every difference; empty when all is as sealed.
    """
    entries: Sequence[Kept] = record.evidence.entries
    begun = entries[0].entry
    if not isinstance(begun, RunBegun):
        return (Difference(where="beginning", sealed="none", derived="a run begins with its beginning"),)
    found: list[Difference] = []
    if deep:
        entries = list(_read_again(entries, begun, found))
    if record.record.state == "concluded":
        found += _derived(record, entries, begun)
    return tuple(found)


def _derived(record: VerifiedRecord, entries: Sequence[Kept], begun: RunBegun) -> Iterator[Difference]:
    procedure = find(begun.procedure)
    nothing = _NoInstruments()
    # The sealed conclusion is left out of the history: it is what the script must arrive at by itself.
    history = [kept for kept in entries if not isinstance(kept.entry, Concluded)]
    replay = Conductor(
        history[0].run,
        log=nothing,
        history=history,
        station=Station({}),
        operator=nothing,
        observers=(),
        clock=SystemClock(),
        zone="UTC",
        sentence=str,
    )
    try:
        task = notation.from_builtins(begun.task, procedure.task)
        conclusion = replay.replay(lambda run: procedure.script(run, task))
    except DivergenceError as divergence:
        yield Difference(
            where=divergence.facts["path"], sealed=divergence.facts["kept"], derived=divergence.facts["asked"]
        )
        return
    except PlainError as error:
        yield Difference(
            where=str(error.facts.get("path", "script")), sealed="concluded", derived=error.message
        )
        return
    sealed = record.record
    for part in ("points", "verdict", "as_found", "valid_until", "notices"):
        yield from _compared(part, getattr(sealed, part), getattr(conclusion, part))


def _compared(part: str, sealed: Any, derived: Any) -> Iterator[Difference]:
    if sealed == derived:
        return
    if part == "points" and [point.label for point in sealed] == [point.label for point in derived]:
        for before, after in zip(sealed, derived, strict=True):
            if before != after:
                yield Difference(where=before.label, sealed=_text(before), derived=_text(after))
        return
    yield Difference(where=part, sealed=_text(sealed), derived=_text(derived))


def _text(value: Any) -> str:
    return notation.to_json(value).decode()


# ---------------------------------------------------------------------- raw frames


def _read_again(entries: Sequence[Kept], begun: RunBegun, found: list[Difference]) -> Iterator[Kept]:
    drivers: dict[str, Driver] = {}
    for kept in entries:
        entry = kept.entry
        if not isinstance(entry, Done) or entry.verb not in {"settled", "read"}:
            yield kept
            continue
        for sample in entry.samples:
            _again(entry.path, sample, begun, drivers, found)
        result = _again(entry.path, entry.result, begun, drivers, found)
        yield msgspec.structs.replace(kept, entry=msgspec.structs.replace(entry, result=result))


def _again(
    path: str, sealed: Any, begun: RunBegun, drivers: dict[str, Driver], found: list[Difference]
) -> dict[str, Any]:
    reading = notation.from_builtins(sealed, Reading)
    if reading.origin is Origin.MANUAL:
        return plain(reading)
    shown = _decoded(reading, begun, drivers)
    if isinstance(shown, str):
        found.append(Difference(where=path, sealed=str(reading.indication), derived=shown))
        return plain(reading)
    derived = msgspec.structs.replace(
        reading,
        indication=shown.indication,
        stability=shown.stability,
        kind=shown.kind,
        high_resolution=shown.high_resolution,
    )
    if plain(derived) != plain(reading):
        found.append(Difference(where=path, sealed=_text(reading), derived=_text(derived)))
    return plain(derived)


def _decoded(reading: Reading, begun: RunBegun, drivers: dict[str, Driver]) -> Indicated | str:
    digest = reading.driver.digest
    if digest not in drivers:
        text = begun.drivers.get(digest)
        if text is None or hashlib.sha256(text.encode()).hexdigest() != digest:
            return f"no driver file with digest {digest} in the evidence"
        drivers[digest] = make_driver(text.encode(), f"evidence:{reading.driver.id}")
    decoder = drivers[digest].decoder()
    decoder.receive(reading.frame)
    event = decoder.next_event()
    if isinstance(event, Indicated):
        return event
    return f"the frame {reading.frame.hex()} gives no reading"
