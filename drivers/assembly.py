"""Make a driver from a driver file: forms, framing, check, commands; proved on the file's own examples.

What is found here is a mistake of the file, so a driver that exists has read its examples as they are meant.
"""

import hashlib
from dataclasses import dataclass, replace
from typing import NoReturn

from drivers.description import Description, read_description, refuse
from drivers.drawing import Surroundings, make_form
from drivers.example import events_of, run_examples
from drivers.family import speaks
from drivers.file_driver import FileDriver
from drivers.inquiry_assembly import InquiryAssembly
from drivers.instrument import Command, Driver
from drivers.line_entry import line_mistake
from drivers.mbus_assembly import make_mbus_driver
from drivers.mbus_driver import MbusDriver
from drivers.protocols import Refused, State
from drivers.protocols.check import WIDTH, Check
from drivers.protocols.escape import typed_to_bytes
from drivers.protocols.form import Form
from drivers.protocols.frames import Answer, Frames
from drivers.protocols.framing import LONGEST_LINE, FixedFraming, Framing, LineFraming, SpanFraming
from drivers.protocols.inquiry import Inquiry
from drivers.protocols.picture import PictureError, columns_of
from drivers.query_assembly import make_query_driver
from drivers.query_driver import QueryDriver
from drivers.reading import DriverMark
from drivers.register_assembly import make_register_driver
from drivers.register_driver import RegisterDriver
from drivers.written import driver_of_text

AnyFileDriver = FileDriver | QueryDriver | RegisterDriver | MbusDriver
"""what the file of any protocol becomes"""


def make_driver(data: bytes, file: str) -> Driver:
    """The driver that a text describes: a driver file, or the source of one in Python as a record keeps it.

    Raises:
        DescriptionError: see `make_file_driver`; or the source of another release.
    """
    return driver_of_text(data, file) or make_file_driver(data, file)


def make_file_driver(data: bytes, file: str) -> AnyFileDriver:
    """The driver in a driver file.

    Args:
        data: the file's bytes; their SHA-256 is the driver's digest.
        file: its name, for messages.

    Raises:
        DescriptionError: a mistake in the file, or an example that does not mean what it says.
    """
    if speaks(data, "modbus"):
        return make_register_driver(data, file)
    if speaks(data, "query"):
        return make_query_driver(data, file)
    if speaks(data, "mbus"):
        return make_mbus_driver(data, file)
    description = read_description(data, file)
    assembly = _Assembly(description, file)
    driver = assembly.driver(data)
    if not description.keyed:
        run_examples(driver, description.example, file)
    return replace(driver, inquiries=assembly.inquiries(driver)) if description.setting else driver


@dataclass(frozen=True)
class _Assembly:
    said: Description
    file: str

    def driver(self, data: bytes) -> FileDriver:
        said = self.said
        if said.keyed and (said.reply or said.ask or said.do or said.setting or said.example):
            self._wrong("keyed", "an instrument without a wire has no frames", "Leave out the rest.")
        if wrong := line_mistake(said.serial):
            self._wrong(*wrong)
        requests = {}
        if said.ask is not None:
            requests[False] = self._bytes(said.ask.send, "ask.send")
            if said.ask.high_resolution is not None:
                requests[True] = self._bytes(said.ask.high_resolution, "ask.high_resolution")
        return FileDriver(
            mark=DriverMark(id=said.id, digest=hashlib.sha256(data).hexdigest()),
            text=data.decode("utf-8"),
            name=said.name,
            kind=said.kind,
            evidence=said.evidence,
            source=said.source,
            keyed=said.keyed,
            line=said.serial,
            commands=self._commands(),
            interval_s=said.interval_ms / 1000,
            timeout_s=said.timeout_ms / 1000,
            frames=Frames(framing=LineFraming(b"\n"), forms=()) if said.keyed else self._frames(),
            requests=requests,
        )

    def inquiries(self, driver: FileDriver) -> tuple[Inquiry, ...]:
        """What the instrument can be asked of itself."""

        def reads(answer: bytes) -> bool:
            events = events_of(driver, answer)
            return len(events) != 1 or not isinstance(events[0], Refused)

        return InquiryAssembly(
            file=self.file,
            send=self._bytes,
            taken=[*driver.requests.values(), *(command.send for command in driver.commands.values())],
            start=self._bytes(self.said.frame.start, "frame.start"),
            end=self._bytes(self.said.frame.end, "frame.end"),
            reads=reads,
        ).inquiries(self.said.setting)

    def _frames(self) -> Frames:
        said, check = self.said, self._check()
        if not said.reply:
            self._wrong("reply", "there is no [[reply]]", "Describe at least one form of a frame.")
        around = Surroundings(
            start=self._bytes(said.frame.start, "frame.start").decode("latin-1"),
            end=self._bytes(said.frame.end, "frame.end").decode("latin-1"),
            length=said.frame.length,
            check=(check.at, check.width) if check and not check.optional else None,
            units=said.units,
        )
        forms = []
        for at, entry in enumerate(said.reply):
            try:
                forms.append(make_form(entry, around))
            except PictureError as mistake:
                self._wrong(f"reply[{at}]", str(mistake), "Correct that form; see drivers/README.md.")
        backwards = None
        if said.reverse:
            try:
                backwards = slice(*next(columns_of(said.reverse)))
            except PictureError as mistake:
                self._wrong("reverse", str(mistake), "Write the columns that are sent last first.")
        return Frames(
            framing=self._framing(forms, check),
            forms=tuple(forms),
            check=check,
            lengths=frozenset(said.frame.lengths),
            reversed_part=backwards,
            answers=self._answers(),
            examples=self._states(),
            promise=self._promise(forms),
        )

    def _framing(self, forms: list[Form], check: Check | None) -> Framing:
        frame = self.said.frame
        start = self._bytes(frame.start, "frame.start")
        end = self._bytes(frame.end, "frame.end")
        longest = max(LONGEST_LINE, *(2 * form.longest for form in forms))
        if frame.length and not start:
            sentence = (
                "Leave it out (columns and pictures have a length), or list every allowed one in lengths."
            )
            self._wrong("frame.length", "a length alone does not find a frame", sentence)
        if frame.length:
            return FixedFraming(start, end, frame.length, check.width if check and check.optional else 0)
        if check and check.optional:
            self._wrong("frame.check", "an optional check needs start and length", "Add both to [frame].")
        if not end:
            sentence = r"Write end = '\r\n', or start and length."
            self._wrong("frame", "nothing says where a frame ends", sentence)
        return SpanFraming(start, end, longest) if start else LineFraming(end, longest)

    def _check(self) -> Check | None:
        entry = self.said.frame.check
        if entry is None:
            return None
        try:
            over, (at,) = tuple(columns_of(entry.over)), columns_of(entry.at)
        except ValueError:
            self._wrong("frame.check", "its columns cannot be read", "Write over = '2-9' and at = '10-11'.")
        if at[1] - at[0] != WIDTH[entry.spelled]:
            sentence = f"A check written as {entry.spelled.value!r} takes {WIDTH[entry.spelled]} column(s)."
            self._wrong("frame.check.at", f"{entry.at!r} has the wrong number of columns", sentence)
        return Check(entry.kind, entry.spelled, over, at[0], entry.optional)

    def _commands(self) -> dict[str, Command]:
        commands = {}
        for name, entry in self.said.do.items():
            path = f"do.{name}"
            if not entry.done:
                self._wrong(path, "no answer says that it was done", "Write done = ['...'] from the manual.")
            commands[name] = Command(
                send=self._bytes(entry.send, path),
                done=self._whole(entry.done, path),
                accepted=self._whole(entry.accepted, path),
                refused=self._whole(entry.refused, path),
            )
        return commands

    def _whole(self, answers: tuple[str, ...], path: str) -> tuple[bytes, ...]:
        start = self._bytes(self.said.frame.start, "frame.start")
        end = self._bytes(self.said.frame.end, "frame.end")
        return tuple(start + self._bytes(answer, path) + end for answer in answers)

    def _answers(self) -> tuple[Answer, ...]:
        answers: list[Answer] = []
        meant: dict[bytes, bool] = {}
        for name, command in self._commands().items():
            for frames, done, final in (
                (command.done, True, True),
                (command.accepted, True, False),
                (command.refused, False, True),
            ):
                answers += [Answer(frame, name, done, final) for frame in frames]
                for frame in frames:
                    if meant.setdefault(frame, done) is not done:
                        self._wrong(f"do.{name}", f"{frame!r} means both yes and no", "Keep one of them.")
        return tuple(answers)

    def _states(self) -> dict[State, bytes]:
        states: dict[State, bytes] = {}
        for at, example in enumerate(self.said.example):
            if example.meant.state is not None:
                states.setdefault(example.meant.state, self._bytes(example.rx, f"example[{at}].rx"))
        return states

    def _promise(self, forms: list[Form]) -> bytes | None:
        shown = (self._bytes(example.rx, "example") for example in self.said.example if example.meant.then)
        promise = next(shown, None)
        if promise is None and any(form.promises for form in forms):
            sentence = 'Add an [[example]] with is = { then = "wait" }.'
            self._wrong("example", "no example shows the frame that promises another", sentence)
        return promise

    def _bytes(self, typed: str, path: str) -> bytes:
        try:
            return typed_to_bytes(typed)
        except ValueError as mistake:
            self._wrong(path, str(mistake), "Correct the escape.")

    def _wrong(self, path: str, mistake: str, correction: str) -> NoReturn:
        raise refuse(self.file, path, mistake, correction)
