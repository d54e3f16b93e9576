"""Answers by which an instrument says a reading: the inverse of reading an interview, for the twin.

The answers of the file's examples are the pattern: numbers, units and flags are put into them. What is
written is read back before it is said.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product

import msgspec

from drivers.protocols import Event, Indicated, Measured, Refused, State
from drivers.protocols.answer_line import AnswerLine
from drivers.protocols.digits import Digits, hex_text, hex_value
from drivers.protocols.interview import Interview
from drivers.protocols.measurand import Measurand
from drivers.protocols.query import Query, Refusal
from drivers.protocols.questions import Answer, Question
from drivers.quantity import Quantity

_MOST_TRIES = 256


@dataclass(frozen=True)
class Shown:
    """An example: all answers by question, and what they mean."""

    answers: Mapping[bytes, Answer]
    event: Event


def by_channel(event: Event) -> dict[str, Indicated | Refused]:
    """The quantities in an event by their names."""
    match event:
        case Measured():
            return dict(event.values)
        case Indicated() | Refused():
            return {"": event}
        case _:
            return {}


def written(interview: Interview, examples: Sequence[Shown], event: Event) -> dict[bytes, Answer] | None:
    """The answers that say `event`; None when there are none."""
    wanted = _as_floats_have_it(interview, by_channel(event))
    for example in examples:
        if _same(by_channel(example.event), wanted):
            return dict(example.answers)
    if not examples or wanted.keys() != by_channel(examples[0].event).keys():
        return _whole_refusal(examples, event)
    for answers in _proposals(interview, examples, wanted):
        if _same(by_channel(meaning(interview, answers, examples[0].answers)), wanted):
            return answers
    return _whole_refusal(examples, event)


def _as_floats_have_it(
    interview: Interview, wanted: dict[str, Indicated | Refused]
) -> dict[str, Indicated | Refused]:
    """A float on the wire has no zeros at its end and no more digits than it holds: 28.0 is said as 28."""
    for one in interview.measurands:
        shown = wanted.get(one.name)
        if one.digits is Digits.HEX_FLOAT and isinstance(shown, Indicated):
            value = hex_value(hex_text(shown.indication.value, one.digits, 0), one.digits)
            if value is not None:
                told = Quantity(value, shown.indication.unit)
                wanted[one.name] = msgspec.structs.replace(shown, indication=told)
    return wanted


def _whole_refusal(examples: Sequence[Shown], event: Event) -> dict[bytes, Answer] | None:
    """An example in which the instrument refuses everything for the same reason."""
    states = {one.state for one in by_channel(event).values() if isinstance(one, Refused)}
    if len(states) != 1 or any(isinstance(one, Indicated) for one in by_channel(event).values()):
        return None
    (state,) = states
    for example in examples:
        values = by_channel(example.event).values()
        if all(isinstance(one, Refused) and one.state is state for one in values):
            return dict(example.answers)
    return None


def held(
    interview: Interview, said: Mapping[bytes, Answer], usual: Mapping[bytes, Answer]
) -> list[tuple[Question, Answer]]:
    """A whole interview in which this is said; an error queue gives its entry once, then what is `usual`."""
    taken: list[tuple[Question, Answer]] = []
    errors = interview.errors.query.question if interview.errors else None
    while (question := interview.ask(tuple(answer for _, answer in taken))) is not None:
        source = usual if question is errors and taken and taken[-1][0] is errors else said
        taken.append((question, source.get(question.send, ())))
    return taken


def meaning(
    interview: Interview, said: Mapping[bytes, Answer], usual: Mapping[bytes, Answer], frame: bytes = b""
) -> Event:
    """What the instrument shows when this is said."""
    return interview.event(tuple(answer for _, answer in held(interview, said, usual)), frame)


def _same(one: Mapping[str, Indicated | Refused], other: Mapping[str, Indicated | Refused]) -> bool:
    return one.keys() == other.keys() and all(_alike(one[name], other[name]) for name in one)


def _alike(one: Indicated | Refused, other: Indicated | Refused) -> bool:
    if isinstance(one, Indicated) and isinstance(other, Indicated):
        same_digits = (
            one.indication.unit == other.indication.unit
            and one.indication.value == other.indication.value
            and one.indication.resolution == other.indication.resolution
        )
        return same_digits and msgspec.structs.replace(one, frame=b"", indication=other.indication) == (
            msgspec.structs.replace(other, frame=b"")
        )
    return isinstance(one, Refused) and isinstance(other, Refused) and one.state is other.state


def _proposals(
    interview: Interview, examples: Sequence[Shown], wanted: Mapping[str, Indicated | Refused]
) -> Iterator[dict[bytes, Answer]]:
    """Answers in which each quantity is put into the pattern of the first example."""
    holes = _holes(interview, examples[0])
    if holes is None:
        return
    if not all(_put(interview, examples, holes, one, wanted[one.name]) for one in interview.measurands):
        return
    flags = sorted(
        {
            (one.query, name)
            for one in interview.measurands
            for name in (*one.stable.names(), *one.state.names())
        }
    )
    choices = [_values(interview, query, name) for query, name in flags]
    for tries, values in enumerate(product(*choices)):
        if tries >= _MOST_TRIES:
            return
        for (query, name), value_of in zip(flags, values, strict=True):
            if name in holes[query]:
                holes[query][name] = value_of
        yield _said(interview, examples[0], holes)


def _put(
    interview: Interview,
    examples: Sequence[Shown],
    holes: Sequence[dict[str, str]],
    measurand: Measurand,
    value: Indicated | Refused,
) -> bool:
    """Put one quantity into its holes; False when its unit has no spelling."""
    own = holes[measurand.query]
    if isinstance(value, Refused):
        own.update(_refused_text(interview, examples, measurand, value.state))
        return True
    own[measurand.number] = _spelled(measurand, own.get(measurand.number, ""), value.indication.value)
    if measurand.unit is None:
        spelled = [wire for wire, ours in measurand.units.items() if ours == value.indication.unit]
        if not spelled:
            return False
        holes[measurand.unit_query][measurand.unit_hole] = spelled[0]
    return True


def _holes(interview: Interview, example: Shown) -> list[dict[str, str]] | None:
    holes = []
    for query in interview.queries:
        read = query.read(example.answers.get(query.question.send, ()))
        if isinstance(read, Refusal):
            return None
        holes.append(dict(read))
    return holes


def _refused_text(
    interview: Interview, examples: Sequence[Shown], measurand: Measurand, state: State
) -> dict[str, str]:
    """What stands in its holes when this quantity alone is refused."""
    for example in examples:
        value = by_channel(example.event).get(measurand.name)
        if isinstance(value, Refused) and value.state is state:
            query = interview.queries[measurand.query]
            read = query.read(example.answers.get(query.question.send, ()))
            if not isinstance(read, Refusal):
                own = {measurand.number, *measurand.stable.names(), *measurand.state.names()}
                return {name: text for name, text in read.items() if name in own}
    return {}


def _values(interview: Interview, query: int, name: str) -> tuple[str, ...]:
    """What a flag may be: the closed set of its hole, or what the quantities that look at it list."""
    drawn = next((values for form in interview.queries[query].forms if (values := form.values_of(name))), ())
    asking = [one for one in interview.measurands if one.query == query]
    listed = [value for one in asking for flag in (one.stable, one.state) for value in flag.values_of(name)]
    return drawn or tuple(dict.fromkeys(listed)) or ("",)


def _said(interview: Interview, example: Shown, held: Sequence[Mapping[str, str]]) -> dict[bytes, Answer]:
    answers = dict(example.answers)
    for query, own in zip(interview.queries, held, strict=True):
        pattern = "\n".join(example.answers.get(query.question.send, ()))
        form = next((form for form in query.forms if form.read(pattern) is not None), None)
        if form is not None:
            answers[query.question.send] = tuple(_filled(query, form, own, pattern).split("\n"))
    return answers


def _filled(query: Query, form: AnswerLine, held: Mapping[str, str], pattern: str) -> str:
    text = form.write(held, pattern)
    if query.check is not None:
        right = query.check.of(form.before(query.check.hole, text))
        text = form.write({**held, query.check.hole: right}, pattern)
    return text


def _spelled(measurand: Measurand, pattern: str, value: Decimal) -> str:
    if measurand.digits is Digits.DECIMAL:
        return number_like(pattern, value)
    return hex_text(value, measurand.digits, len(pattern))


def number_like(pattern: str, value: Decimal) -> str:
    """A number written as another one is: with an exponent, a plus sign, the same width.

    >>> number_like("+1.01325000E+03", Decimal("998.25"))
    '+9.9825E+02'
    """
    bare = pattern.strip()
    width = len(pattern) if pattern.startswith(" ") else 0
    sign = "+" if bare.startswith("+") and not value.is_signed() else ""
    if "E" not in bare.upper():
        return f"{sign}{value:f}".rjust(width)
    exponent = int(value.as_tuple().exponent)
    places = max((value.adjusted() if value else 0) - exponent, 0)
    mantissa, _, power = f"{value:.{places}E}".partition("E")
    digits = len(bare.upper().partition("E")[2].lstrip("+-"))
    return f"{sign}{mantissa}E{power[0]}{power[1:].rjust(digits, '0')}".rjust(width)
