"""A driver file written from guesses: entries, picture, meanings and examples, as a technician types them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from drivers.description import ExampleEntry
from drivers.guessing import KINDS, REST, STATES, UNITS, Framed, Layout, Span
from drivers.instrument import Evidence, LineSettings
from drivers.protocols import Indicated, Refused, State
from drivers.protocols.escape import bytes_to_typed, typed_to_bytes
from drivers.protocols.number import read_number
from drivers.reading import Stability


class Answers(msgspec.Struct, frozen=True, kw_only=True):
    """What the bytes cannot tell."""

    id: str
    name: str
    source: str
    line: LineSettings = LineSettings()
    ask: bytes = b""
    """the request, when the instrument answers instead of streaming"""
    unit: str = "kg"
    """the unit, when it is not on the wire"""
    interval_s: float | None = None
    """the usual time between frames, where it was recorded"""


def like(
    family: str, events: Iterable[Indicated | Refused], answers: Answers, its_own: Sequence[ExampleEntry]
) -> str:
    """The file of an instrument that speaks as `family` does, with its own frames as examples.

    Args:
        family: the driver's id.
        events: what it read in the bytes.
        answers: what the bytes cannot tell.
        its_own: the family's examples, for what was not captured: a refused frame, and a promise.
    """
    lines = [*_head(answers, family=family)]
    shown: set[object] = set()
    for event in events:
        about: object = event.stability if isinstance(event, Indicated) else event.state
        if about is Stability.NOT_REPORTED and about in shown:
            about = "a second one"
        if about not in shown:
            shown.add(about)
            lines += example_of(event)
    refused = [one for one in its_own if one.meant.state] if not shown & set(State) else []
    for one in (*refused[:1], *(one for one in its_own if one.meant.then)):
        meant = f'state = "{one.meant.state}"' if one.meant.state else 'then = "wait"'
        lines += _example(typed_to_bytes(one.rx), meant, "not seen: as the family's file has it")
    return "\n".join(lines) + "\n"


def example_of(event: Indicated | Refused, note: str = "") -> list[str]:
    """The lines of the example that says `event`, with a remark behind its heading."""
    if isinstance(event, Refused):
        return _example(event.frame, f'state = "{event.state.value}"', note)
    rest = {Stability.STABLE: "true", Stability.MOVING: "false", Stability.NOT_REPORTED: '"unknown"'}
    said = f'value = "{event.indication.digits}", unit = "{event.indication.unit}"'
    return _example(event.frame, f"{said}, stable = {rest[event.stability]}", note)


def drawn(found: Framed, layouts: Sequence[Layout], answers: Answers) -> str:
    """The file of an instrument that speaks like no known one."""
    shown = [value.strip(" ") for one in layouts if (unit := one.span("unit")) for value in unit.values]
    lines = [
        *_head(answers, units={value: UNITS[value] for value in shown if value}),
        *_frame(found, layouts),
    ]
    for layout in layouts:
        lines += ["[[reply]]", f"match = '{_picture(layout.spans)}'", *_meanings(layout, answers), ""]
    for layout in layouts:
        lines += _examples(found, layout, answers)
    return "\n".join(lines) + "\n"


def _head(answers: Answers, *, family: str = "", units: Mapping[str, str] | None = None) -> Iterator[str]:
    yield f"id = {_text(answers.id)}"
    yield f"name = {_text(answers.name)}"
    if not family:
        yield 'kind = "scale"'
    yield f'evidence = "{Evidence.UNCONFIRMED.value}"               # captured, once the display agrees'
    yield f"source = {_text(answers.source)}"
    if family:
        yield f"like = {_text(family)}"
    if answers.interval_s:
        yield f"interval_ms = {round(answers.interval_s * 1000)}"
    if units:
        yield f"units = {_table(units)}"
    yield from ("", "[serial]", f"baud = {answers.line.baud}", f'format = "{answers.line.format}"', "")
    if answers.ask:
        yield from ("[ask]", f"send = {_wire(answers.ask)}", "")


def _frame(found: Framed, layouts: Sequence[Layout]) -> Iterator[str]:
    yield "[frame]"
    if found.start:
        yield f"start = {_wire(found.start)}"
    if found.end:
        yield f"end = {_wire(found.end)}"
    if found.start and len(layouts) == 1:
        yield f"length = {len(layouts[0].frames[0])}"
    if check := layouts[0].check:
        first, last = check.over[0]
        at = f"{check.at + 1}" if check.width == 1 else f"{check.at + 1}-{check.at + check.width}"
        entries = {"kind": check.computed.value, "over": f"{first + 1}-{last}", "at": at}
        yield f"check = {_table(entries | {'as': check.spelled.value})}"
    yield ""


def _picture(spans: Sequence[Span]) -> str:
    parts = []
    for span in spans:
        if not span.name:
            parts.append(_drawable(span.values[0]))
        elif span.values and span.name != "unit":
            parts.append(f"{{{span.name}={'|'.join(map(_drawable, span.values))}}}")
        else:
            parts.append(f"{{{span.name}:{span.last - span.first}}}")
    return "".join(parts)


def _meanings(layout: Layout, answers: Answers) -> Iterator[str]:
    rest, which, unit = layout.span("rest"), layout.span("which"), layout.span("unit")
    if rest:
        states = {value: STATES[value.strip(" ")] for value in rest.values if value.strip(" ") in STATES}
        words = {value: _at_rest(value) for value in rest.values if value not in states}
        yield f"stable = {{ rest = {_table(words)} }}"
        if states:
            yield f"state = {{ rest = {_table(states)} }}"
    elif unit and _left_blank(unit):
        yield 'stable = "unit-shown"'
        yield f"blank_unit = {_text(_ours(unit, answers))}"
    else:
        yield 'stable = "unknown"                     # no column was seen to say it'
    if which:
        yield f"kind = {{ which = {_table({value: KINDS[value.strip(' ')] for value in which.values})} }}"
    if not unit:
        yield f"unit = {_text(answers.unit)}                            # not on the wire"
    if ignored := [span.name for span in layout.spans if span.name.startswith("field")]:
        yield f"ignore = [{', '.join(map(_text, ignored))}]"


def _at_rest(word: str) -> bool:
    return REST.get(word.strip(" "), not word.strip(" "))


def _left_blank(unit: Span) -> bool:
    return any(not value.strip(" ") for value in unit.values)


def _ours(unit: Span | None, answers: Answers) -> str:
    named = [UNITS[shown] for value in (unit.values if unit else ()) if (shown := value.strip(" "))]
    return named[0] if named else answers.unit


def _examples(found: Framed, layout: Layout, answers: Answers) -> Iterator[str]:
    number, unit, at = layout.span("number"), layout.span("unit"), len(found.start)
    if number is None:
        return
    seen: Counter[str] = Counter()
    for frame in dict.fromkeys(layout.frames):
        text = frame[at : len(frame) - len(found.end)].decode("latin-1")
        value, rest = read_number(text[number.first : number.last]), _rest(text, layout)
        if value is None or rest is None or seen[rest] >= (2 if rest == '"unknown"' else 1):
            continue
        seen[rest] += 1
        shown = text[unit.first : unit.last].strip(" ") if unit else ""
        ours = UNITS[shown] if shown else _ours(unit, answers)
        said = f'value = "{value:f}", unit = "{ours}", stable = {rest}'
        yield from _example(frame, said, "compare with what the display showed")
    frame = layout.frames[0]
    dashes = frame[: at + number.first] + b"-" * (number.last - number.first) + frame[at + number.last :]
    yield from _example(dashes, 'state = "no_value"', "not seen: dashes in the number's place")


def _rest(text: str, layout: Layout) -> str | None:
    """How an example says rest; None for a frame that is no reading."""
    rest, unit = layout.span("rest"), layout.span("unit")
    if rest:
        word = text[rest.first : rest.last]
        return None if word.strip(" ") in STATES else str(_at_rest(word)).lower()
    if unit and _left_blank(unit):
        return str(bool(text[unit.first : unit.last].strip(" "))).lower()
    return '"unknown"'


def _example(frame: bytes, meant: str, note: str = "") -> list[str]:
    return [
        f"[[example]]{note and f'                            # {note}'}",
        f"rx = {_wire(frame)}",
        f"is = {{ {meant} }}",
    ]


def _table(entries: Mapping[str, str | bool]) -> str:
    def value(one: str | bool) -> str:
        return str(one).lower() if isinstance(one, bool) else _text(one)

    return "{ " + ", ".join(f"{_key(name)} = {value(one)}" for name, one in entries.items()) + " }"


def _key(text: str) -> str:
    return text if text.isalnum() and text.isascii() else _wire(text.encode("latin-1"))


def _text(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _wire(data: bytes) -> str:
    return "'" + bytes_to_typed(data).replace("'", r"\x27") + "'"


def _drawable(text: str) -> str:
    typed = bytes_to_typed(text.encode("latin-1"))
    for sign in "{}|'":
        typed = typed.replace(sign, f"\\x{ord(sign):02X}")
    return typed
