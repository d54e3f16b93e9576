"""Make a driver from a file with `[[query]]`: questions, answers, quantities; proved on its examples.

What is found here is a mistake of the file, so a driver that exists has read its examples as they are meant.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Final, NoReturn

from drivers.description import REST, refuse
from drivers.errors import UnitError
from drivers.inquiry_assembly import asked_of_itself
from drivers.instrument import Command
from drivers.line_entry import line_mistake
from drivers.protocols import State
from drivers.protocols.answer_check import WIDTH, AnswerCheck
from drivers.protocols.answer_line import AnswerLine, instead_of_number
from drivers.protocols.escape import typed_to_bytes
from drivers.protocols.interview import Interview
from drivers.protocols.meaning import Meaning
from drivers.protocols.measurand import Measurand
from drivers.protocols.picture import PictureError
from drivers.protocols.preparation import Preparation
from drivers.protocols.query import ErrorQueue, Query
from drivers.protocols.questions import Manner, Question
from drivers.quantity import Quantity, known_unit
from drivers.query_description import (
    QuantityEntry,
    QueryDescription,
    QueryEntry,
    StepEntry,
    read_query_description,
)
from drivers.query_driver import QueryDriver
from drivers.query_example import shown_examples
from drivers.reading import DriverMark, Stability

_CHECK: Final = "check"
_CODE: Final = "code"
_README: Final = "See 'asked in several questions' in drivers/README.md."
_NOT_IN_A_PROMPT: Final = set("0123456789.+-")


def make_query_driver(data: bytes, file: str) -> QueryDriver:
    """The driver in a driver file with `[[query]]`.

    Raises:
        DescriptionError: a mistake in the file, or an example that does not mean what it says.
    """
    said = read_query_description(data, file)
    return _Assembly(said, file).driver(data)


@dataclass(frozen=True)
class _Assembly:
    said: QueryDescription
    file: str

    def driver(self, data: bytes) -> QueryDriver:
        said = self.said
        if wrong := line_mistake(said.serial):
            self._wrong(*wrong)
        if not said.query or not said.quantity:
            self._wrong("query", "nothing is asked", "Write at least one [[query]] and one [[quantity]].")
        names = [one.name for one in said.quantity]
        if len(set(names)) < len(names) or ("" in names and len(names) > 1):
            self._wrong("quantity", "two quantities have one name", "Give each its own name.")
        errors = self._errors()
        interview = Interview(self._manner, self._queries, self._measurands(), errors)
        steps = [*self._steps("setup", said.setup), *self._steps("prove", said.prove)]
        return QueryDriver(
            mark=DriverMark(id=said.id, digest=hashlib.sha256(data).hexdigest()),
            text=data.decode("utf-8"),
            name=said.name,
            kind=said.kind,
            evidence=said.evidence,
            source=said.source,
            line=said.serial,
            commands={
                name: Command(send=self._send(entry.send, f"do.{name}")) for name, entry in said.do.items()
            },
            interval_s=said.interval_ms / 1000,
            timeout_s=said.timeout_ms / 1000,
            gap_s=said.talk.gap_ms / 1000,
            greeting=Preparation(self._manner, tuple(steps), errors) if steps or errors else None,
            interview=interview,
            orders=self._orders(errors),
            examples=shown_examples(interview, said.example, self.file),
            counters=dict(self._counters()),
            inquiries=asked_of_itself(said, self.file, interview, self._send),
        )

    def _counters(self) -> Iterator[tuple[str, Quantity]]:
        for at, entry in enumerate(self.said.quantity):
            path = f"quantity[{at}].wraps_at"
            if entry.wraps_at is not None and entry.unit is not None:
                modulus = self._decimal(entry.wraps_at, path)
                if not (modulus.is_finite() and modulus > 0):
                    self._wrong(path, f"no counter holds {modulus}", "Write one more than it can show.")
                yield entry.name, Quantity(modulus, entry.unit)
            elif entry.wraps_at is not None or (self.said.kind == "pulse_counter" and entry.unit == "pcs"):
                sentence = "Write unit = 'pcs' and wraps_at = '4294967296' for a counter of 32 bits."
                self._wrong(path, "where the counter begins anew is not said", sentence)

    @cached_property
    def _manner(self) -> Manner:
        talk = self.said.talk
        end = self._bytes(talk.answer_end, "talk.answer_end")
        if not end or not self._bytes(talk.end, "talk.end"):
            self._wrong("talk", "a line needs an end", r"Write end = '\r' and answer_end = '\r\n'.")
        prompt = self._bytes(talk.prompt, "talk.prompt")
        if _NOT_IN_A_PROMPT & set(prompt.decode("latin-1")):
            self._wrong("talk.prompt", f"{talk.prompt!r} could be part of a number", _README)
        return Manner(end=end, echo=talk.echo, prompt=prompt, longest=talk.longest)

    @cached_property
    def _queries(self) -> tuple[Query, ...]:
        queries = [self._query(at, entry) for at, entry in enumerate(self.said.query)]
        sent = [query.question.send for query in queries]
        if len(set(sent)) < len(sent):
            self._wrong("query", "the same question stands there twice", "Ask it once.")
        used = {(one.number) for one in self.said.quantity} | {
            one.unit_in for one in self.said.quantity if one.unit is None
        }
        for one in self.said.quantity:
            used |= {
                name
                for flags in (one.stable, one.state)
                if isinstance(flags, dict)
                for names in flags
                for name in names.split(" ")
            }
        for at, (entry, query) in enumerate(zip(self.said.query, queries, strict=True)):
            known = {*used, *entry.ignore, *({_CHECK} if entry.check else ())}
            for form in query.forms:
                if loose := form.holes - known:
                    sentence = "Use it in stable or state of a quantity, or list it in ignore."
                    self._wrong(f"query[{at}].answer", f"{min(loose)!r} has no meaning", sentence)
        return tuple(queries)

    def _query(self, at: int, entry: QueryEntry) -> Query:
        path = f"query[{at}]"
        if entry.silence and self.said.errors is None:
            sentence = "Add [errors], so that silence can be told from a broken cable."
            self._wrong(f"{path}.silence", "nothing says why the instrument is silent", sentence)
        forms = self._forms(entry.answer, f"{path}.answer", frozenset(entry.ignore))
        check = None
        if entry.check is not None:
            if any(_CHECK not in form.holes for form in forms):
                width = WIDTH[entry.check]
                sentence = f"Draw {{check:{width}}} where its characters stand."
                self._wrong(f"{path}.answer", "there is no hole for the check characters", sentence)
            check = AnswerCheck(entry.check, _CHECK)
        instead = tuple((self._bare(text, f"{path}.instead"), state) for text, state in entry.instead.items())
        again = tuple(self._bare(text, f"{path}.again") for text in entry.again)
        send = self._send(entry.send, f"{path}.send")
        question = Question(send, lines=forms[0].lines, silence=entry.silence)
        return Query(question, forms, instead, check, again)

    def _forms(
        self, answer: str | tuple[str, ...], path: str, ignored: frozenset[str]
    ) -> tuple[AnswerLine, ...]:
        pictures = (answer,) if isinstance(answer, str) else answer
        numbers = {one.number: instead_of_number(one.no_value) for one in self.said.quantity}
        units = frozenset(one.unit_in for one in self.said.quantity if one.unit is None)
        forms = tuple(self._form(picture, path, numbers, units, ignored | {_CHECK}) for picture in pictures)
        if not forms or len({form.lines for form in forms}) != 1:
            self._wrong(path, "its forms have different numbers of lines", "Draw each form with the same.")
        return forms

    def _bare(self, picture: str, path: str) -> AnswerLine:
        return self._form(picture, path, {}, frozenset(), frozenset())

    def _form(
        self,
        picture: str,
        path: str,
        numbers: Mapping[str, str],
        units: frozenset[str],
        ignored: frozenset[str],
    ) -> AnswerLine:
        try:
            return AnswerLine.from_picture(picture, numbers, units, ignored)
        except PictureError as mistake:
            self._wrong(path, str(mistake), "Correct that answer; see drivers/README.md.")

    def _measurands(self) -> tuple[Measurand, ...]:
        return tuple(self._measurand(at, entry) for at, entry in enumerate(self.said.quantity))

    def _measurand(self, at: int, entry: QuantityEntry) -> Measurand:
        path = f"quantity[{at}]"
        query = self._holder(entry.number, f"{path}.number")
        units = self._units(entry, path)
        if entry.stable is None or (isinstance(entry.stable, str) and entry.stable != "unknown"):
            sentence = "Write stable = 'unknown' when nothing on the wire says it."
            self._wrong(f"{path}.stable", "it is not said what rest looks like", sentence)
        stable: Meaning[Stability] = Meaning(constant=Stability.NOT_REPORTED)
        if isinstance(entry.stable, dict):
            stable = Meaning(
                by_flag={
                    names: {value: REST[rest] for value, rest in by_value.items()}
                    for names, by_value in entry.stable.items()
                }
            )
        measurand = Measurand(
            name=entry.name,
            query=query,
            number=entry.number,
            digits=entry.digits,
            guards=entry.guards,
            unit=entry.unit,
            unit_query=0 if entry.unit is not None else self._holder(entry.unit_in, f"{path}.unit"),
            unit_hole=entry.unit_in,
            units=entry.units or self.said.units,
            stable=stable,
            state=Meaning(
                by_flag={
                    names: {value: self._word(word, path) for value, word in by_value.items()}
                    for names, by_value in entry.state.items()
                }
            ),
            sentinels={
                self._decimal(text, f"{path}.numbers"): state for text, state in entry.numbers.items()
            },
            least=self._limit(entry.least, units, f"{path}.least"),
            most=self._limit(entry.most, units, f"{path}.most"),
        )
        self._judge_flags(measurand, path)
        return measurand

    def _judge_flags(self, measurand: Measurand, path: str) -> None:
        forms = self._queries[measurand.query].forms
        for meaning in (measurand.stable, measurand.state):
            for name in meaning.names():
                if any(name not in form.holes for form in forms):
                    sentence = "Draw it in the answer that holds the number, as {flag=A|B}."
                    self._wrong(path, f"the flag {name!r} does not come with the number", sentence)
            for names, words in meaning.by_flag.items():
                if " " in names:
                    continue
                listed = {value for form in forms for value in form.values_of(names)}
                if silent := listed - set(words):
                    self._wrong(path, f"{names} = {min(silent)!r} has no meaning", "List it in the map.")

    def _units(self, entry: QuantityEntry, path: str) -> set[str]:
        units = {entry.unit} if entry.unit is not None else set((entry.units or self.said.units).values())
        if not units:
            self._wrong(f"{path}.unit", "no unit is known", "Write unit = '°C', or list [units].")
        for unit in units:
            if not known_unit(unit):
                sentence = "Write it as this program does: °C, K, hPa, kPa, bar, %, V."
                self._wrong(f"{path}.unit", f"{unit!r} is no unit of this program", sentence)
        return units

    def _holder(self, hole: str, path: str) -> int:
        holders = [
            at for at, query in enumerate(self._queries) if all(hole in form.holes for form in query.forms)
        ]
        if len(holders) != 1:
            mistake = f"the hole {hole!r} stands in {len(holders)} of the queries"
            self._wrong(path, mistake, "Draw it in every form of exactly one answer.")
        return holders[0]

    def _word(self, word: str, path: str) -> State | str:
        if word == "ok":
            return word
        try:
            return State(word)
        except ValueError:
            self._wrong(f"{path}.state", f"{word!r} is no state", f"Write ok or one of {', '.join(State)}.")

    def _decimal(self, text: str, path: str) -> Decimal:
        try:
            return Decimal(text)
        except InvalidOperation:
            self._wrong(path, f"{text!r} is no number", "Write it as in '-999.9'.")

    def _limit(self, text: str | None, units: set[str], path: str) -> Quantity | None:
        if text is None:
            return None
        try:
            limit = Quantity.parse(text)
            for unit in units:
                limit >= Quantity(0, unit)  # noqa: B015 -- raises for another dimension
        except UnitError as mistake:
            self._wrong(path, str(mistake), "Write it as in '800 hPa', in the dimension of its units.")
        return limit

    def _errors(self) -> ErrorQueue | None:
        entry = self.said.errors
        if entry is None:
            return None
        pictures = (entry.answer,) if isinstance(entry.answer, str) else entry.answer
        forms = tuple(
            self._form(picture, "errors.answer", {_CODE: ""}, frozenset(), frozenset())
            for picture in pictures
        )
        if any(_CODE not in form.holes for form in forms):
            self._wrong("errors.answer", "there is no hole {code}", "Draw it, as in '{code},\"{text}\"'.")
        question = Question(self._send(entry.send, "errors.send"), lines=forms[0].lines)
        return ErrorQueue(Query(question, forms), frozenset(entry.none), entry.state)

    def _steps(self, kind: str, entries: tuple[StepEntry, ...]) -> list[tuple[str, Query]]:
        steps = []
        for at, entry in enumerate(entries):
            path = f"{kind}[{at}]"
            query = self._order(entry.send, entry.answer, path)
            if kind == "prove" and not query.forms:
                self._wrong(path, "nothing is proved", "Write the answer that only this instrument gives.")
            steps.append((entry.name or entry.send, query))
        return steps

    def _order(self, send: str, answer: str | tuple[str, ...], path: str) -> Query:
        pictures = (answer,) if isinstance(answer, str) else answer
        forms = tuple(self._form(one, path, {}, frozenset(), frozenset()) for one in pictures)
        return Query(Question(self._send(send, path), lines=forms[0].lines if forms else 0), forms)

    def _orders(self, errors: ErrorQueue | None) -> dict[str, Preparation]:
        orders = {}
        for name, entry in self.said.do.items():
            path = f"do.{name}"
            if not entry.answer and errors is None:
                self._wrong(path, "nothing says that it was done", "Write answer = '...', or add [errors].")
            query = self._order(entry.send, entry.answer, path)
            orders[name] = Preparation(self._manner, ((name, query),), errors, command=name)
        return orders

    def _send(self, typed: str, path: str) -> bytes:
        line = self._bytes(typed, path)
        whole = line + self._bytes(self.said.talk.end, "talk.end")
        if not line or b"\r" in line or b"\n" in line:
            sentence = "Write one question a line, without its end; [talk] end adds it."
            self._wrong(path, f"{typed!r} is not one line", sentence)
        if len(whole) > self.said.talk.buffer:
            mistake = f"{len(whole)} characters do not fit in the {self.said.talk.buffer} of the instrument"
            self._wrong(path, mistake, "Ask for less in one line.")
        return whole

    def _bytes(self, typed: str, path: str) -> bytes:
        try:
            return typed_to_bytes(typed)
        except ValueError as mistake:
            self._wrong(path, str(mistake), "Correct the escape.")

    def _wrong(self, path: str, mistake: str, correction: str) -> NoReturn:
        raise refuse(self.file, path, mistake, correction)
