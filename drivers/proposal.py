"""A driver file proposed from captured bytes or from frames typed off a manual; a person corrects it.

Only what was seen goes into its closed lists. What was not seen, a load in motion for one, is named as
missing. Until its readings were compared with a display, the file says that it is unconfirmed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from drivers.assembly import make_file_driver
from drivers.catalogue import joined
from drivers.description import read_description
from drivers.drafting import Answers, drawn, like
from drivers.errors import DescriptionError
from drivers.example import events_of
from drivers.explaining_nothing import NOTHING
from drivers.guessing import Framed, Layout, framed, framed_as, laid_out
from drivers.instrument import Driver
from drivers.protocols import Indicated, Refused
from drivers.protocols.line_signs import wrong_line
from drivers.reading import Stability

_WORTH: Final = 0.8
"""the share of the bytes that a known driver must read to be taken for the family"""


_LOOKED_AT: Final = 1 << 16
"""bytes at the beginning of a capture that are looked at: thousands of frames, in seconds"""
_NO_REPEAT: Final = "No frame repeats in these bytes: capture at least five frames, with several loads."
_NO_FRAME: Final = "The frames do not end alike: type each one whole, with its line end."
_UNSEEN: Final = {
    (True, False): "No frame with the load in motion was captured: capture while you put a load on.",
    (False, True): "No frame with the load at rest was captured: capture again and wait for rest.",
    (False, False): "Only one value was captured: capture again with another load.",
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A driver file and what is still to be done."""

    text: str
    missing: tuple[str, ...]
    """sentences; empty when the file passes its own examples"""
    told: tuple[str, ...]
    """what was found, and what a person must confirm"""


def propose_typed(frames: Sequence[bytes], answers: Answers, families: Mapping[str, Driver]) -> Proposal:
    """The same from whole frames as a manual prints them."""
    return _proposed(b"".join(frames), framed_as(frames), answers, families, typed=True)


def propose(data: bytes, answers: Answers, families: Mapping[str, Driver]) -> Proposal:
    """The file of the family that reads the bytes, or else one drawn from the bytes themselves.

    Args:
        data: captured bytes; of a long capture only the beginning is looked at, and that is told.
        answers: what the bytes cannot tell.
        families: the drivers that a file can be like.
    """
    if not data:
        return Proposal("", (NOTHING,), ())
    used = data[:_LOOKED_AT]
    told = (f"only the first {len(used)} of {len(data)} bytes were looked at",) if used != data else ()
    if sign := wrong_line(used):
        return Proposal("", (f"{sign}. Set the line and capture again.",), told)
    proposal = _proposed(used, framed(used), answers, families)
    return replace(proposal, told=(*told, *proposal.told))


def _proposed(
    data: bytes,
    found: Framed | None,
    answers: Answers,
    families: Mapping[str, Driver],
    *,
    typed: bool = False,
) -> Proposal:
    readers = _readers(data, families)
    if len({_numbers(families[name], data) for name in readers}) == 1:
        return _as_family(readers, families, data, answers)
    told = tuple(f"`{name}` reads it with numbers of its own: load a known weight" for name in readers)
    if found is None:
        return Proposal("", (_NO_FRAME if typed else _NO_REPEAT,), told)
    layouts = laid_out(found)
    if not any(layout.span("number") for layout in layouts):
        return Proposal("", ("No number was found in the frames: is this what the instrument sends?",), told)
    layouts = [layout for layout in layouts if layout.span("number")]
    doubts = dict.fromkeys(doubt for layout in layouts for doubt in _doubts(found, layout))
    return _proved(drawn(found, layouts, answers), answers, data, (*told, *doubts))


def _as_family(
    readers: Sequence[str], families: Mapping[str, Driver], data: bytes, answers: Answers
) -> Proposal:
    first = families[readers[0]]
    said = [event for event in events_of(first, data) if isinstance(event, Indicated | Refused)]
    examples = read_description(first.text.encode("utf-8"), readers[0]).example
    told = (f"the bytes are read as `{readers[0]}` reads them", *_also(readers[1:]))
    return _proved(like(readers[0], said, answers, examples), answers, data, told)


def _doubts(found: Framed, layout: Layout) -> Iterator[str]:
    """What the bytes leave open; a person must decide it."""
    at = len(found.start)
    for span in layout.spans:
        first, last = span.first + at + 1, span.last + at
        where = f"columns {first} to {last}" if last > first else f"column {first}"
        if span.name.startswith("flag"):
            values = ", ".join(f"'{value}'" for value in span.values)
            yield f"{where}: {values}; say under stable, kind or state what that means, if anything"
        elif span.name.startswith("field"):
            yield f"{where}: a second number, which is ignored; is it the tare?"
        elif span.name == "number":
            seen = {frame[at + span.first : at + span.last] for frame in layout.frames}
            if not any(b"." in one for one in seen):
                yield f"{where}: never a point; does one of them count the decimals? see decimals"
            if found.fixed:
                yield f"{where}: may be sent last digit first; load a known weight; see reverse"


def _also(names: Sequence[str]) -> tuple[str, ...]:
    return (f"so do {', '.join(f'`{name}`' for name in names)}",) if names else ()


def _readers(data: bytes, families: Mapping[str, Driver]) -> list[str]:
    """The drivers that read most of the bytes; the one that says most about rest comes first."""
    scores: dict[str, tuple[int, bool, str]] = {}
    for name, driver in families.items():
        readings = [event for event in events_of(driver, data) if isinstance(event, Indicated)]
        if sum(len(event.frame) for event in readings) >= _WORTH * len(data):
            silent = sum(event.stability is Stability.NOT_REPORTED for event in readings)
            scores[name] = (silent, "\nlike = " in driver.text, name)
    return sorted(scores, key=lambda name: scores[name])


def _numbers(driver: Driver, data: bytes) -> tuple[str, ...]:
    return tuple(str(event.indication) for event in events_of(driver, data) if isinstance(event, Indicated))


def _proved(text: str, answers: Answers, data: bytes, told: tuple[str, ...]) -> Proposal:
    file = f"{answers.id}.toml"
    try:
        driver = make_file_driver(joined(text.encode("utf-8"), file), file)
    except DescriptionError as mistake:
        seen = "stable = true" in text, "stable = false" in text
        missing = _UNSEEN.get(seen) if mistake.facts.get("path") == "example" else None
        return Proposal(text, (missing or f"{mistake.message} {mistake.remedy}",), told)
    events = events_of(driver, data)
    readings, refused = (sum(isinstance(event, kind) for event in events) for kind in (Indicated, Refused))
    return Proposal(text, (), (*told, f"{readings} readings and {refused} refusals in these bytes"))
