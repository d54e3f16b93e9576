"""What captured bytes look like: where frames begin and end, and what stands in which column.

Guesses only, from what was seen; every one is written into a driver file, where a person can read it and the
examples prove it. What was not seen is refused by that file.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Final

from drivers.explaining_nothing import ENDS
from drivers.protocols.check import WIDTH, Check, Computed, Spelled

_STARTS: Final = (b"\x02", b"\n", b"\x01\x02")
_LEAST_FRAMES: Final = 3
_USUAL: Final = 0.8
"""the share of frames that must have the usual length"""
_MOST_LENGTHS: Final = 4
_IN_A_NUMBER: Final = set(" +-.0123456789")
_TOKEN: Final = re.compile(r"[+-]? *[0-9]+(?:\.[0-9]*)?")

REST: Final[dict[str, bool]] = {
    "ST": True, "US": False, "S": True, "D": False, "U": False, "M": False, "m": False, "?": False,
}  # fmt: skip
STATES: Final[dict[str, str]] = {"OL": "overload", "UL": "underload"}
KINDS: Final[dict[str, str]] = {
    "GS": "gross", "NT": "net", "TR": "tare", "G": "gross", "N": "net", "T": "tare", "g": "gross", "n": "net",
    "GR": "gross", "NET": "net", "B/G": "gross", "ww": "gross", "wn": "net", "wt": "tare",
}  # fmt: skip
UNITS: Final[dict[str, str]] = {
    "kg": "kg", "KG": "kg", "Kg": "kg", "g": "g", "mg": "mg", "t": "t",
    "lb": "lb", "LB": "lb", "oz": "oz", "ct": "ct", "gn": "gn", "GN": "gn",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Framed:
    """How frames are found, and the frames of each length that came again and again."""

    start: bytes
    end: bytes
    fixed: bool
    """only a start mark and the length find a frame"""
    groups: tuple[tuple[bytes, ...], ...]
    """whole frames of one length each, in turn; the usual length first"""

    @property
    def bytes_in_frames(self) -> int:
        """How much of the capture this explains."""
        return sum(len(frame) for group in self.groups for frame in group)


@dataclass(frozen=True, slots=True)
class Span:
    """Some columns of the frames, start and end marks not counted in."""

    first: int
    last: int
    name: str = ""
    """empty: the same characters in every frame"""
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """What stands where between the start and the end mark of frames of one length."""

    spans: tuple[Span, ...]
    frames: tuple[bytes, ...]
    check: Check | None

    def span(self, name: str) -> Span | None:
        """The span of this name."""
        return next((span for span in self.spans if span.name == name), None)


def framed(data: bytes) -> Framed | None:
    """The framing under which most bytes lie in frames of few lengths; None when nothing repeats."""
    marked = next(_by_marks(data), None)
    found = [marked] if marked else list(_by_length(data))
    return max(found, key=lambda one: one.bytes_in_frames, default=None)


def framed_as(frames: Sequence[bytes]) -> Framed | None:
    """The framing of frames whose beginnings and ends are known; None when they have no mark in common."""
    end = next((mark for mark in ENDS if all(frame.endswith(mark) for frame in frames)), b"")
    end = end or _control({frame[-1:] for frame in frames})
    start = next((mark for mark in _STARTS if all(frame.startswith(mark) for frame in frames)), b"")
    start = start or _control({frame[:1] for frame in frames})
    lengths = sorted({len(frame) for frame in frames})
    groups = tuple(tuple(frame for frame in frames if len(frame) == length) for length in lengths)
    return Framed(start, end, fixed=False, groups=groups) if end and frames else None


def _control(bytes_there: AbstractSet[bytes]) -> bytes:
    """The control character that stands at this place of every frame, if one does."""
    mark = min(bytes_there) if len(bytes_there) == 1 else b""
    return mark if mark and mark < b" " else b""


def _by_marks(data: bytes) -> Iterator[Framed]:
    for end in ENDS:
        parts = data.split(end)
        whole = [part + end for part in parts[:-1] if part.strip(b"\r\n")]
        lengths = Counter(map(len, whole))
        usual = [length for length, often in lengths.most_common(_MOST_LENGTHS) if often > 1]
        groups = tuple(tuple(frame for frame in whole if len(frame) == length) for length in usual)
        often = sum(map(len, groups))
        if often < _LEAST_FRAMES or often < _USUAL * len(whole):
            continue
        start = next((mark for mark in _STARTS if all(f.startswith(mark) for g in groups for f in g)), b"")
        yield Framed(start, end, fixed=False, groups=groups)


def _by_length(data: bytes) -> Iterator[Framed]:
    for mark in set(data) - set(b"0123456789 .+-\r\n"):
        at = [place for place, byte in enumerate(data) if byte == mark]
        steps = Counter(later - one for one, later in pairwise(at))
        for length, often in steps.most_common(1):
            frames = tuple(data[one : one + length] for one in at if one + length <= len(data))
            usual = tuple(frame for frame in frames if frame.count(mark) == 1)
            if often >= _USUAL * sum(steps.values()) and len(usual) >= _LEAST_FRAMES:
                yield Framed(bytes((mark,)), b"", fixed=True, groups=(usual,))


def laid_out(found: Framed) -> list[Layout]:
    """What stands in each column, for each length of frames."""
    check = _check(found) if len(found.groups) == 1 else None
    return [_layout(found, group, check) for group in found.groups]


def _layout(found: Framed, frames: Sequence[bytes], check: Check | None) -> Layout:
    inside = [frame[len(found.start) : len(frame) - len(found.end)].decode("latin-1") for frame in frames]
    last = (check.at - len(found.start)) if check else len(inside[0])
    numbers = _numbers([text[:last] for text in inside])
    spans: list[Span] = []
    here = 0
    for at, (first, end) in enumerate(numbers):
        spans += _words(inside, here, first)
        spans.append(Span(first, end, "number" if at == 0 else f"field{at + 1}"))
        here = end
    spans += _words(inside, here, last)
    if check:
        spans.append(Span(last, last + check.width, "check"))
        spans += _words(inside, last + check.width, len(inside[0]))
    return Layout(tuple(_named(spans)), tuple(frames), check)


def _named(spans: Sequence[Span]) -> Iterator[Span]:
    """The spans with names that stand once."""
    used: set[str] = set()
    for span in spans:
        name = span.name
        if name == "flag" or name in used:
            name = next(free for n in range(1, len(spans) + 2) if (free := f"flag{n}") not in used)
        used.add(name or " ")
        yield Span(span.first, span.last, name, span.values)


def _numbers(texts: Sequence[str]) -> list[tuple[int, int]]:
    """The columns of numbers: they end in the same column in every frame that has one.

    A frame without any says why there is none: too much load, no value yet.
    """
    texts = [text for text in texts if _TOKEN.search(text)]
    ends = [{match.end() for match in _TOKEN.finditer(text)} for text in texts]
    common = sorted(set.intersection(*ends)) if ends else []
    spans: list[tuple[int, int]] = []
    for end in common:
        floor = spans[-1][1] if spans else 0
        first = end
        while first > floor and all(text[first - 1] in _IN_A_NUMBER for text in texts):
            first -= 1
        if spans and first == floor:
            first = min(
                match.start() for text in texts for match in _TOKEN.finditer(text) if match.end() == end
            )
        spans.append((first, end))
    return spans


def _words(texts: Sequence[str], first: int, last: int) -> Iterator[Span]:
    """The columns between numbers: runs that are constant, and runs that vary or are a known word."""
    at = first
    while at < last:
        end = at + 1
        same = _constant(texts, at)
        blank = same and texts[0][at] == " "
        while end < last and not blank and _kin(texts, at, end):
            end += 1
        values = tuple(dict.fromkeys(text[at:end] for text in texts))
        yield Span(at, end, _name(values), values)
        at = end


def _constant(texts: Sequence[str], at: int) -> bool:
    return len({text[at] for text in texts}) == 1


def _kin(texts: Sequence[str], at: int, other: int) -> bool:
    """Whether two neighbouring columns belong to one word: both letters, or both varying."""
    letters = all(text[at].isalpha() and text[other].isalpha() for text in texts)
    vary = not _constant(texts, at) and not _constant(texts, other)
    return letters or vary


def _name(values: Sequence[str]) -> str:
    """What a run of columns may be; single letters are believed only where they vary, or as a unit."""
    words = {value.strip(" ") for value in values} - {""}
    vary = len(values) > 1
    for name, known in (("unit", set(UNITS)), ("rest", REST.keys() | STATES.keys()), ("which", set(KINDS))):
        if words and words <= known and (vary or name == "unit" or len(min(words, key=len)) > 1):
            return name
    return "flag" if vary else ""


def _check(found: Framed) -> Check | None:
    """Check characters before the end mark that hold in all frames; several different frames are needed."""
    frames = sorted(set(found.groups[0]))
    if len(frames) < _LEAST_FRAMES:
        return None
    body = len(frames[0]) - len(found.end)
    for computed, spelled, first in product(Computed, Spelled, (0, 1, 2)):
        at = body - WIDTH[spelled]
        if at - first < _LEAST_FRAMES:
            continue
        check = Check(computed, spelled, ((first, at),), at)
        if all(check.holds(frame) for frame in frames) and len({check.of(frame) for frame in frames}) > 1:
            return check
    return None
