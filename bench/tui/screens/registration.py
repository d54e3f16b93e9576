"""Registering an instrument: a line for each thing asked; Enter goes on, the last line saves the order.

Digits, letters and a scanner all just type; + and − step through the few words of a choice.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from textual import events
from textual.widget import Widget

from bench.errors import LaboratoryError
from bench.registration import Field, fields, read
from bench.tui.screens.dialogs import Pick, Tell
from bench.tui.screens.face import MAIN, NARROW, Face, Panel, Part
from drivers.errors import PlainError

LONGEST: Final = 4000
"""characters of an answer: a hundred serial numbers have room"""
_NAME: Final = 30
"""characters of the names; less on a narrow screen"""


class RegistrationScreen(Face):
    """One instrument at the front desk, new or to be put right."""

    def __init__(
        self,
        kind: str,
        registered: Callable[[str], None],
        *,
        job: str = "",
        said: Mapping[str, str] | None = None,
    ) -> None:
        """Take what is asked and answered.

        Args:
            kind: the procedure's id.
            registered: told the id of the job.
            job: the order that is put right; empty for a new one.
            said: its answers as they are.
        """
        super().__init__()
        self._kind, self._registered, self._job = kind, registered, job
        self._fields = fields(kind)
        self._said = {one.name: one.given for one in self._fields} if said is None else dict(said)
        self._answers = dict(self._said)
        self._line = 0
        self._refused = ""
        self._character = ""

    def panels(self) -> Sequence[Widget]:
        """The lines, and what is to be known about the one that is marked."""
        return (Panel(id="entries", classes="box"), Panel(id="about", classes="box"))

    # ------------------------------------------------------------------ keys

    def on_key(self, event: events.Key) -> None:
        """Keep the character as it was typed: `spelled` makes all letters small.

        The key itself is judged by the handler of `Pressed`, which Textual calls after this one.
        """
        self._character = event.character if event.is_printable and event.character else ""

    def on_paste(self, event: events.Paste) -> None:
        """Take what a terminal pastes; lines of it are members of a list, or parts of an address."""
        if self._field is not None and not self._field.chosen:
            self._refused = ""
            self._type(", ".join(line.strip() for line in event.text.splitlines() if line.strip()))
            self.paint()

    def guarded(self, key: str) -> bool:
        """Only the Enter that writes the order; held on another line it runs no further than to that one."""
        return key == MAIN and self._field is None

    def pressed(self, key: str) -> None:
        """Type, step, go on."""
        field = self._field
        self._refused = ""
        if field is not None and self._character and not field.chosen:
            self._type(self._character)
        elif key in {"down", "tab", "up", "shift+tab"}:
            self._move(1 if key in {"down", "tab"} else -1)
        elif key == MAIN:
            self._go_on()
        elif key == "escape":
            self._leave()
        elif key == "f3":
            self._write()
        elif key == "f1":
            self.bench.show(Tell("help.title", self.labels.text("registration.help")))
        elif field is not None and key == "backspace":
            typed = self._answers[field.name]
            self._answers[field.name] = "" if field.chosen else typed[:-1]
        elif field is not None and field.chosen:
            self._choose(field, key)
        self.paint()

    @property
    def _field(self) -> Field | None:
        """The marked line; None on the last one, which writes."""
        return self._fields[self._line] if self._line < len(self._fields) else None

    def _type(self, text: str) -> None:
        """Add all of it, or nothing: half a name is another name."""
        field = self._field
        if field is None:
            return
        answer = self._answers[field.name] + text
        if len(answer) > LONGEST:
            self._refused = self.labels.text("registration.no_room", most=self.labels.whole(LONGEST))
            self.bench.ring(1)
        else:
            self._answers[field.name] = answer

    def _choose(self, field: Field, key: str) -> None:
        choices = field.choices
        answer = self._answers[field.name]
        at = choices.index(answer) if answer in choices else -1
        if key in {"+", "right", "space"}:
            answer = choices[(at + 1) % len(choices)]
        elif key in {"-", "left"}:
            answer = choices[max(at, 0) - 1]
        elif key.isdecimal() and 1 <= int(key) <= len(choices):
            answer = choices[int(key) - 1]
        self._answers[field.name] = answer

    def _move(self, step: int) -> None:
        self._line = (self._line + step) % (len(self._fields) + 1)

    def _go_on(self) -> None:
        """To the next line, unless what was typed here cannot be read."""
        field = self._field
        if field is None:
            self._write()
            return
        try:
            read(field, self._answers[field.name])
        except LaboratoryError as mistake:
            self._refused = " ".join(self.labels.problem(mistake))
        else:
            self._move(1)

    def _write(self) -> None:
        desk, job = self.bench.desk, self._job
        try:
            if job:
                desk.correct(job, self._answers)
            else:
                job = desk.register(self._kind, self._answers)
        except PlainError as mistake:
            self._refuse(mistake)
            return
        self.bench.ring(2)
        self.leave()
        self._registered(job)

    def _refuse(self, mistake: PlainError) -> None:
        """One answer is wrong: go there; several together: say so over the screen."""
        names = [one.name for one in self._fields]
        entry = str(mistake.facts.get("entry") or f"uut.{mistake.facts.get('name', '')}")
        if entry in names:
            self._line = names.index(entry)
            self._refused = " ".join(self.labels.problem(mistake))
            self.bench.ring(1)
        else:
            self.bench.tell(mistake)

    def _leave(self) -> None:
        if self._answers == self._said:
            self.leave()
            return
        entries = (("0", self.labels.text("registration.leave"), True),)
        words = self.labels.text("registration.unsaved")
        self.bench.show(Pick("registration.back", entries, words), self._left)

    def _left(self, leave: bool | None) -> None:
        if leave:
            self.leave()

    # ------------------------------------------------------------------ painting

    def paint(self) -> None:
        """Bring every panel up to date."""
        labels = self.labels
        kind = labels.word("kind", self._kind)
        narrow = self.size.width <= NARROW
        self.frame(
            f"{labels.text('registration.correction' if self._job else 'registration.title')}  {kind}",
            labels.text("registration.not_written"),
            labels.text("registration.keys_short" if narrow else "registration.keys"),
        )
        panel = self.panel("entries")
        room = max(panel.content_size.height, 1)
        width = panel.content_size.width
        lines = [self._painted_line(place, field, width) for place, field in enumerate(self._fields)]
        lines.append(self._painted_end())
        start = min(max(self._line - room // 2, 0), max(len(lines) - room, 0))
        shown = [part for line in lines[start : start + room] for part in (*line, "\n")]
        panel.show(*shown[:-1], title=kind)
        self.panel("about").show(*self._about(), title=self._asked(self._field))

    def _painted_line(self, place: int, field: Field, width: int) -> list[Part]:
        """One row, whatever was typed: the end of what is being typed, the beginning of everything else."""
        now = place == self._line
        answer = self._answers[field.name]
        name = f"{self._asked(field)}{' *' if field.needed else ''}"
        parts: list[Part] = [(f"{'▶' if now else ' '} {name[:_NAME]:<{_NAME}} ", "bold" if now else "")]
        if field.chosen:
            told = self._choice(field, answer) if answer else "—"
            return [*parts, (f"‹ {told} ›" if now else told, "bold reverse" if now else "")]
        room = max(width - _NAME - 3, 1)
        if now:
            end = answer if len(answer) < room else f"…{answer[2 - room :]}"
            return [*parts, (f"{end}▏", "bold reverse")]
        told = self._understood(field) or answer
        if not told:
            return [*parts, ("—", "dim")]
        return [*parts, told if len(told) <= room else f"{told[: room - 1]}…"]

    def _painted_end(self) -> list[Part]:
        now = self._line == len(self._fields)
        words = self.labels.text("registration.write")
        return [(f"{'▶' if now else ' '} {words}", "bold reverse" if now else "bold")]

    def _asked(self, field: Field | None) -> str:
        if field is None:
            return self.labels.text("registration.write")
        own = self.labels.known(f"plate.{self._kind}.{field.name.removeprefix('uut.')}")
        return own or self.labels.word("plate", field.name.removeprefix("uut."))

    def _choice(self, field: Field, choice: str) -> str:
        return self.labels.chosen(field.name, choice) or self.labels.decimal(choice)

    def _about(self) -> list[Part]:
        """Why the line is refused; else its choices, or how it is written and how it was understood."""
        text, field = self.labels.text, self._field
        if self._refused:
            return [(f"▲ {self._refused}", "bold $warning")]
        if field is None:
            return [text("registration.about_correct" if self._job else "registration.about_write")]
        if field.chosen:
            words = (
                f"{key} {self._choice(field, choice)}" for key, choice in enumerate(field.choices, start=1)
            )
            return ["   ".join(words)]
        parts: list[Part] = [text("registration.needed") if field.needed else text("registration.optional")]
        if field.like:
            parts.append("  " + text("registration.like", like=self.labels.decimal(field.like)))
        understood = self._understood(field)
        return [*parts, (f"\n= {understood}", "bold")] if understood else parts

    def _understood(self, field: Field) -> str:
        """The number and the unit that were understood, before anybody relies on them."""
        if field.form != "quantity":
            return ""
        try:
            found = read(field, self._answers[field.name])
        except LaboratoryError:
            return ""
        return self.labels.clause(found) if found else ""
