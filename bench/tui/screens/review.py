"""Review and sign: the verdict measured, what deserves a second look, then the PIN; green only once sealed.

The officer signs with a number of keys of their own (PIN, or 1 in training), never with a bare Enter.
"""

from collections.abc import Sequence
from enum import Enum, auto
from typing import Final

from textual.containers import Horizontal, VerticalScroll
from textual.widget import Widget

from bench.desk import Measured, SealedFiles, SignerLine
from bench.tui.pin import PinEntry
from bench.tui.reply import DIGITS
from bench.tui.screens.dialogs import Tell
from bench.tui.screens.face import MAIN, Face, Panel, Part
from bench.tui.screens.run_panels import bar
from bench.tui.view import RunView, share, short_error, worst
from bench.tui.widgets.readings import STYLE
from drivers.errors import PlainError
from procedures.heading import Heading
from procedures.point import Outcome

EXPLAINED: Final = 3
"""Points that one notice explains."""
BAR: Final = 12
"""Columns of the bar that shows how much of its limits the worst point used; less where there is no room."""
CONFIRMING: Final = "1"
"""The key that stands for a PIN where none is needed."""

_MEASURED: Final = {Heading.CONFORMS: "", Heading.DOES_NOT_CONFORM: "$error"}
"""colours of what is not sealed"""


class Stage(Enum):
    """How far the signature is."""

    READING = auto()
    SIGNING = auto()
    SEALING = auto()
    SEALED = auto()


class ReviewScreen(Face):
    """One measured run before and after its seal."""

    def __init__(self, measured: Measured, view: RunView) -> None:
        """Take the verdict, and what the screen saw of the run."""
        super().__init__()
        self._measured, self._view = measured, view
        self._stage = Stage.READING
        self._entry = PinEntry()
        self._agreed = False
        self._problem: tuple[str, str] | None = None
        self._files: SealedFiles | None = None
        self._signer: SignerLine | None = None

    def panels(self) -> Sequence[Widget]:
        """Summary, second looks beside the document, decision."""
        return (
            Panel(id="summary", classes="box"),
            Horizontal(
                VerticalScroll(Panel(id="look"), id="looks", classes="box", can_focus=False),
                Panel(id="document", classes="box"),
                id="lower",
            ),
            Panel(id="decide", classes="box"),
        )

    # ------------------------------------------------------------------ keys

    def pressed(self, key: str) -> None:
        """Sign, explain, go back."""
        if key == "f1":
            self._explain()
            return
        if key in {"+", "down", "-", "up"}:
            self.query_one("#looks").scroll_relative(y=1 if key in {"+", "down"} else -1, animate=False)
            return
        match self._stage:
            case Stage.READING:
                self._read(key)
            case Stage.SIGNING:
                self._sign(key)
            case Stage.SEALED:
                self._leave(key)
            case Stage.SEALING:
                pass
        self.paint()

    def _explain(self) -> None:
        """Why it is so: the points that do not conform, or the one nearest to its limit."""
        points = self._measured.conclusion.points
        nearest = worst(points)
        failing = [point for point in points if point.outcome is Outcome.DOES_NOT_CONFORM][:EXPLAINED]
        shown = failing or ([] if nearest is None else [nearest])
        sentences = [self.labels.explain(point) for point in shown]
        first, *rest = sentences or [self.labels.text("explain.nothing_yet")]
        if self._stage is not Stage.SEALED:
            rest.append(self.labels.text("review.sealed_means"))
        self.bench.show(Tell("explain.title", first, *rest))

    def _read(self, key: str) -> None:
        if key == MAIN:
            self._ask_for_signature()
            self.await_paint()
        elif key in {"escape", "backspace"}:
            self.leave()

    def _ask_for_signature(self) -> None:
        """Ask whoever tested, if there is a key to be opened or made; else say why there is none."""
        try:
            self._signer = self.bench.desk.signer(self._measured.run)
        except PlainError as error:
            self._stage = Stage.READING
            self.bench.tell(error)
            return
        self._entry, self._agreed = PinEntry(new=self._signer.new), False
        self._stage = Stage.SIGNING

    def _sign(self, key: str) -> None:
        if key == "escape":
            self._stage = Stage.READING
            return
        if key in DIGITS:
            self._problem = None
        if self._signer is not None and self._signer.pin:
            pin = self._entry.press(key)
            if pin is not None:
                self._begin_seal(pin)
        elif key == CONFIRMING:
            self._agreed = True
        elif key == "backspace":
            self._agreed = False
        elif key == MAIN and self._agreed:
            self._begin_seal("")

    def _begin_seal(self, pin: str) -> None:
        self._stage = Stage.SEALING
        self.run_worker(self._seal(pin), exclusive=True)

    def _leave(self, key: str) -> None:
        if key == "k":
            self.bench.open_outbox()
        elif key == "u" and self._measured.conclusion.verdict.outcome is not Outcome.CONFORMS:
            self.leave()
            self.bench.test_again(self._measured.run)
        elif key in {MAIN, "escape"}:
            self.leave()

    async def _seal(self, pin: str) -> None:
        try:
            self._files = await self.bench.desk.seal(self._measured.run, pin)
        except PlainError as error:
            self._problem = self.labels.problem(error)
            self._ask_for_signature()  # its key may be there by now, or gone
            self.bench.ring(3)
        else:
            self._stage = Stage.SEALED
            self.bench.ring(2)
        self.paint()
        self.await_paint()

    # ------------------------------------------------------------------ painting

    def paint(self) -> None:
        """Bring every panel up to date."""
        labels = self.labels
        sealed = self._stage is Stage.SEALED
        self.frame(
            f"{labels.text('review.title')} {self._measured.number}  {self._measured.title}",
            labels.text("review.sealed" if sealed else "run.unsealed"),
            labels.text(f"review.keys_{self._stage.name.lower()}"),
        )
        self.panel("summary").show(*self._summary(), title=labels.text("review.summary"))
        self.panel("look").show(*self._looks())
        self.query_one("#looks").border_title = labels.text("review.look")
        self.panel("document").show(*self._document(), title=labels.text("review.document"))
        self.panel("decide").show(*self._decision(), title=labels.text("review.decision"))

    def _summary(self) -> list[Part]:
        labels, verdict = self.labels, self._measured.conclusion.verdict
        whole = self._measured.outcome
        points = self._measured.conclusion.points
        within = sum(point.outcome is Outcome.CONFORMS for point in points)
        parts: list[Part] = []
        if self._stage is Stage.SEALED:
            style = {
                Heading.CONFORMS: "bold reverse $success",
                Heading.DOES_NOT_CONFORM: "bold reverse $error",
            }
            parts.append((f" {labels.outcome(whole)} ", style.get(whole, "bold reverse $warning")))
        else:
            word = labels.text(f"outcome.{whole}")
            parts.append(
                (labels.text("review.measured_as", outcome=word), f"bold {_MEASURED.get(whole, '$warning')}")
            )
        parts.append("\n" + labels.text("review.within", within=within, total=len(points)) + "\n")
        limit = worst(points)
        used = None if limit is None else share(limit)
        error = None if limit is None else short_error(limit)
        if limit is not None and used is not None and error is not None:
            what = labels.text(
                "review.worst",
                point=labels.point(limit.label),
                error=labels.quantity(error, signed=True),
                limits=labels.limits(limit),
            )
            share_told = f" {int(used * 100)} %\n"
            room = self.panel("summary").content_size.width - len(what) - len(share_told) - 3
            drawn = bar(float(used), min(room, BAR), STYLE[limit.outcome] or "$accent") if room > 0 else []
            parts += [f"{what} ", *drawn, share_told]
        for section, outcome in verdict.sections.items():
            mine = [point for point in points if point.section == section]
            good = sum(point.outcome is Outcome.CONFORMS for point in mine)
            count = f" {good}/{len(mine)}" if mine else ""
            sign = f"{labels.symbol(outcome)}   "
            name = f"{labels.section(section)}{count} ".replace(" ", "\u00a0")
            parts += [name, (sign, STYLE[outcome] or "bold")]
        return parts

    def _looks(self) -> list[Part]:
        labels, measured = self.labels, self._measured
        verdict = measured.conclusion.verdict
        found = [labels.reason(reason) for reason in verdict.reasons]
        if not found:
            found = [labels.text("review.failing", point=labels.point(label)) for label in verdict.failing]
        if measured.retakes:
            found.append(labels.text("review.retakes", count=measured.retakes))
        if self._view.looks_copied():
            found.append(labels.text("review.copied"))
        found += [labels.reason(notice) for notice in measured.conclusion.notices]
        parts: list[Part] = [(f"▲ {line}\n", "$warning") for line in found]
        parts = [*self._subjects(), *self._as_found(), *parts]
        if not measured.raw_bytes:  # everything was keyed, which is said above
            return parts
        raw = labels.text("review.raw_bytes", count=labels.whole(measured.raw_bytes))
        return [*parts, f"✔ {raw}"]

    def _subjects(self) -> list[Part]:
        """Each of several instruments with its own outcome; no green, for it is not sealed."""
        parts: list[Part] = []
        for subject in self._measured.conclusion.subjects:
            word = self.labels.text(f"outcome.{subject.outcome}")
            failing = ", ".join(self.labels.point(label) for label in subject.failing)
            told = f"{self.labels.symbol(subject.outcome)} {subject.id} {subject.serial}".rstrip()
            parts.append((f"{told}: {word}", STYLE[subject.outcome] or "bold"))
            parts.append(f"  {failing}\n" if failing else "\n")
        return parts

    def _as_found(self) -> list[Part]:
        """What the instrument was before it was adjusted; the verdict is that of the test after it."""
        phase = self._measured.conclusion.as_found
        if phase is None:
            return []
        text = self.labels.text
        within = sum(point.outcome is Outcome.CONFORMS for point in phase.points)
        word = text(f"outcome.{phase.verdict.outcome}")
        before = text("review.as_found", outcome=word, within=within, total=len(phase.points))
        failing = ", ".join(self.labels.point(label) for label in phase.verdict.failing)
        return [
            (f"{self.labels.symbol(phase.verdict.outcome)} {before}", STYLE[phase.verdict.outcome] or "bold"),
            f"  {failing}\n" if failing else "\n",
            f"{text('review.as_left')}\n",
        ]

    def _document(self) -> list[Part]:
        labels, until = self.labels, self._measured.conclusion.valid_until
        parts: list[Part] = [(f"{self._measured.number}\n", "bold")]
        if self._files is not None:
            files = (self._files.record, self._files.evidence, self._files.certificate)
            parts += [f"✔ {file.name}\n" for file in files]
        parts.append(
            labels.text("review.began", moment=self._measured.began_at.astimezone(self.bench.zone)) + "\n"
        )
        if until is not None:
            parts.append(labels.text("review.valid_until", date=until) + "\n")
        parts.append(labels.text("review.rule", rule=self._measured.conclusion.verdict.rule) + "\n")
        return parts

    def _decision(self) -> list[Part]:
        labels = self.labels
        signer = self._signer
        meaning = labels.text(
            "review.meaning", officer=self.bench.desk.officer if signer is None else signer.name
        )
        if self._problem is not None:
            sentence, remedy = self._problem
            meaning = f"▲ {sentence} {remedy}"
        elif self._entry.refused:
            meaning = f"▲ {labels.text(self._entry.refused)}"
        match self._stage:
            case Stage.READING:
                return [
                    (labels.text("review.enter"), "bold $accent"),
                    "\n\n",
                    labels.text("review.after_signing"),
                ]
            case Stage.SIGNING if signer is not None and signer.pin:
                asks = labels.text(self._entry.asks, name=signer.name) if signer.new else "PIN"
                dots = (self._entry.dots, "bold $accent")
                return [
                    meaning,
                    "\n\n",
                    (f"{asks}  ", "bold"),
                    dots,
                    *self._told(),
                    "\n\n",
                    self._next(pin=True),
                ]
            case Stage.SIGNING:
                mark = "●" if self._agreed else "_"
                press = (labels.text("review.no_pin"), "bold")
                return [meaning, "\n\n", press, (f"  {mark}", "bold $accent"), "\n\n", self._next(pin=False)]
            case Stage.SEALING:
                return [(labels.text("review.sealing"), "bold $accent")]
            case Stage.SEALED:
                words = labels.text("review.now_sealed", number=self._measured.number)
                again = self._measured.conclusion.verdict.outcome is not Outcome.CONFORMS
                after = labels.text("review.after_seal_again" if again else "review.after_seal")
                return [(f"✔ {words}", "bold"), "\n\n", after]

    def _told(self) -> list[Part]:
        """The PIN of the demonstration, which protects nothing."""
        pin = self.bench.told_pin
        told = f" {self.labels.text('command.demo_pin', pin=pin)} "
        return ["   ", (told, "reverse $warning")] if pin and self.training else []

    def _next(self, *, pin: bool) -> Part:
        last = not self._entry.new or bool(self._entry.first)
        if (self._entry.complete and last) if pin else self._agreed:
            return self.labels.text("review.enter_signs"), "dim"
        return self.labels.text("review.type_pin" if pin else "key.back"), "dim"
