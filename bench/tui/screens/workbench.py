"""The workbench: live bytes beside what a driver makes of them, for whoever writes its file.

Every byte is shown with what became of it; the file is read again on saving. Nothing here becomes a record.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from bench.trial import Trial
from bench.tui.screens.dialogs import Tell
from bench.tui.screens.face import MAIN, NARROW, Face, Panel, Part
from bench.tui.widgets import frames
from bench.tui.widgets.digits import big, width
from drivers.clock import Clock
from drivers.errors import LinkLostError, PlainError
from drivers.explaining import nearest_form
from drivers.file_driver import FileDriver
from drivers.protocols import Indicated, Measured, Refused
from drivers.protocols.escape import bytes_to_typed
from drivers.protocols.line_signs import wrong_line
from drivers.watching import Fate, Piece, speaks_characters

_PAINT_S: Final = 0.2
_JUDGED: Final = 2048
_WHOLE: Final = {Fate.READ, Fate.REFUSED}


class WorkbenchScreen(Face):
    """One driver on one line."""

    def __init__(
        self, trial: Trial, clock: Clock, port: str, settings: str, folder: Path, *, lent: bool = False
    ) -> None:
        """Take what is tried.

        Args:
            trial: the driver and its bytes; whoever owns the line feeds it.
            clock: the clock by which the bytes are stamped.
            port: the line, as it is shown.
            settings: how it is set, as it is shown.
            folder: where captures are saved.
            lent: opened from another screen, to which F10 goes back.
        """
        super().__init__()
        self._lent = lent
        self._trial, self._clock, self._folder = trial, clock, folder
        self._port, self._settings = port, settings
        self._began = clock.monotonic()
        self._began_utc = clock.utc()
        self._chosen: int | None = None
        self._marked: set[int] = set()
        self._held: list[Piece] | None = None
        self._said: tuple[str, dict[str, object]] | None = None
        self.fault: LinkLostError | None = None
        """why the line is down; None while it is up"""

    @property
    def training(self) -> bool:
        """Nothing is measured here."""
        return False

    def panels(self) -> Sequence[Widget]:
        """Bytes beside the reading and its reasons, the file below."""
        return (
            Horizontal(
                Panel(id="bytes", classes="box"),
                Vertical(Panel(id="reading", classes="box"), Panel(id="why", classes="box"), id="right"),
                id="middle",
            ),
            Panel(id="file", classes="box"),
        )

    def on_mount(self) -> None:
        """Follow the line and the file."""
        self.set_interval(_PAINT_S, self._again)

    def _again(self) -> None:
        if self._trial.look():
            self._said = None
            self._chosen, self._held = None, None  # the pieces are counted anew
            self._marked.clear()
        if self.is_current:
            self.paint()

    # ------------------------------------------------------------------ keys

    def pressed(self, key: str) -> None:
        """Choose, mark, keep, pause, save."""
        actions: dict[str, Callable[[], None]] = {
            "up": lambda: self._move(-1),
            "-": lambda: self._move(-1),
            "down": lambda: self._move(1),
            "+": lambda: self._move(1),
            MAIN: self._mark,
            "g": self._keep,
            "j": self._pause,
            "s": self._save,
            "escape": self._follow,
            "f1": lambda: self.bench.show(Tell("help.title", self.labels.text("workbench.help"))),
            "f10": self.leave if self._lent else self.bench.ask_quit,
        }
        if key in actions:
            try:
                actions[key]()
            except PlainError as error:
                self.bench.tell(error)
            self.paint()

    def _pieces(self) -> list[Piece]:
        return self._trial.watch.pieces if self._held is None else self._held

    def _move(self, step: int) -> None:
        numbers = [piece.number for piece in self._pieces() if piece.fate is not Fate.PENDING]
        if not numbers:
            return
        if self._chosen not in numbers:
            self._chosen = numbers[-1]
        else:
            at = numbers.index(self._chosen) + step
            self._chosen = numbers[min(max(at, 0), len(numbers) - 1)]

    def _mark(self) -> None:
        if self._chosen is None:
            self._move(-1)
        whole = {piece.number for piece in self._pieces() if piece.fate in _WHOLE}
        if self._chosen in whole:
            self._marked ^= {self._chosen}

    def _keep(self) -> None:
        wanted = self._marked or ({self._chosen} if self._chosen is not None else set())
        events = [piece.event for piece in self._pieces() if piece.number in wanted and piece.event]
        count = self._trial.keep_examples(events)
        self._said = ("workbench.kept" if count else "workbench.nothing_kept", {"count": count})
        self._marked.clear()
        self._chosen, self._held = None, None

    def _pause(self) -> None:
        self._held = self._trial.watch.pieces if self._held is None else None

    def _follow(self) -> None:
        self._chosen, self._held = None, None

    def _save(self) -> None:
        file = self._folder / f"{self._trial.driver.mark.id}-{self._clock.utc():%Y%m%d-%H%M%S}.bin"
        count = self._trial.save(file)
        self._said = ("workbench.saved", {"count": count, "file": file.name})

    # ------------------------------------------------------------------ painting

    def paint(self) -> None:
        """Bring every panel up to date."""
        text, watch = self.labels.text, self._trial.watch
        rate = self.labels.tenths(watch.frames_per_s(self._clock.monotonic()))
        state = text("workbench.paused") if self._held is not None else text("workbench.rate", rate=rate)
        self.frame(
            text("workbench.title", driver=self._trial.driver.mark.id),
            f"{self._port}  {self._settings}   {state}   {self.labels.language.upper()}",
            text("workbench.keys" if self.size.width > NARROW else "workbench.keys_short"),
        )
        pieces = self._pieces()
        self._paint_bytes(pieces)
        self._paint_reading(pieces)
        self._paint_why(pieces)
        self._paint_file()

    def _paint_bytes(self, pieces: Sequence[Piece]) -> None:
        panel = self.panel("bytes")
        size = panel.content_size
        shown = pieces[-max(size.height, 1) * 4 :] if self._chosen is None else pieces
        blocks = [
            frames.rows(
                piece,
                size.width,
                self._time,
                chosen=piece.number == self._chosen,
                marked=piece.number in self._marked,
            )
            for piece in shown
        ]
        at = next((at for at, piece in enumerate(shown) if piece.number == self._chosen), len(blocks) - 1)
        parts = frames.window(blocks, size.height, at)
        if not blocks:
            parts = [(self.labels.text("workbench.no_byte"), "dim")]
        panel.show(*parts, title=self.labels.text("workbench.bytes"))

    def _paint_reading(self, pieces: Sequence[Piece]) -> None:
        panel = self.panel("reading")
        last = next((piece.event for piece in reversed(pieces) if piece.fate in _WHOLE), None)
        panel.show(
            *self._reading(last, panel.content_size.width), title=self.labels.text("workbench.reading")
        )

    def _reading(self, event: object, room: int) -> list[Part]:
        labels = self.labels
        match event:
            case Indicated():
                number = labels.number(event.indication.value).replace("\u202f", " ")
                rows = big(number) if width(number) <= room else [number]
                said = [
                    event.indication.unit,
                    labels.word("stability", event.stability.value),
                    labels.word("weight_kind", event.kind.value),
                    *(["x10"] if event.high_resolution else []),
                ]
                return [("\n".join(rows), "bold"), f"\n{'  '.join(said)}"]
            case Measured():
                parts: list[Part] = []
                for name, one in event.values.items():
                    if isinstance(one, Indicated):
                        parts += [f"{name:<14} ", (f"{labels.quantity(one.indication)}\n", "bold")]
                    else:
                        parts += [
                            f"{name:<14} ",
                            (f"▲ {labels.word('fact.state', one.state.value)}\n", "$warning"),
                        ]
                return parts
            case Refused():
                return [(f"✘ {labels.word('fact.state', event.state.value)}", "bold $error")]
            case _:
                return [(labels.text("workbench.no_reading"), "dim")]

    def _paint_why(self, pieces: Sequence[Piece]) -> None:
        chosen = [piece for piece in pieces if piece.number == self._chosen]
        refused = [piece for piece in pieces if piece.fate is Fate.REFUSED][-1:]
        piece = next(iter(chosen or refused), None)
        title = self.labels.text("workbench.why")
        if piece is None or not isinstance(piece.event, Refused):
            word = "workbench.no_refusal" if piece is None else f"workbench.fate.{piece.fate.value}"
            self.panel("why").show((self.labels.text(word), "dim"), title=title)
            return
        parts: list[Part] = [
            (f"{self._time(piece.at)}\n", "dim"),
            (f"{bytes_to_typed(piece.data)}\n", "$error"),
        ]
        parts += [self.labels.clause(piece.event.reason)]
        if isinstance(self._trial.driver, FileDriver) and not wrong_line(piece.data):
            for one in nearest_form(self._trial.driver, piece.data)[1]:
                if not one.right:
                    where = f"{one.first}" if one.first == one.last else f"{one.first}–{one.last}"
                    parts += ["\n\n", (f"{where} {one.name}", "bold"), f" '{one.shown}'\n"]
                    parts += [self.labels.clause(one.said)]
        self.panel("why").show(*parts, title=title)

    def _paint_file(self) -> None:
        labels, trial = self.labels, self._trial
        counts = {fate.value: labels.whole(count) for fate, count in trial.watch.counts.items()}
        parts: list[Part] = [labels.text("workbench.counts", **counts), "\n"]
        sign = wrong_line(trial.watch.raw[-_JUDGED:]) if speaks_characters(trial.driver) else None
        if self.fault is not None:
            parts.append((f"✘ {' '.join(labels.problem(self.fault))}\n", "$error"))
        elif sign:
            parts.append(
                (f"▲ {labels.text('workbench.line_set_wrongly', sign=labels.clause(sign))}\n", "$warning")
            )
        if trial.mistake is not None:
            sentence, remedy = labels.problem(trial.mistake)
            parts += [(f"✘ {sentence} {remedy}\n", "$error"), (labels.text("workbench.old_reads"), "dim")]
        elif self._said is not None:
            parts.append((labels.text(self._said[0], **self._said[1]), "$accent"))
        elif trial.file is None:
            parts.append((labels.text("workbench.built_in"), "dim"))
        else:
            parts.append((labels.text("workbench.file_right", times=trial.reads), "$accent"))
        self.panel("file").show(*parts, title=trial.file.name if trial.file else trial.driver.mark.id)

    def _time(self, at: float) -> str:
        moment = self._began_utc.timestamp() + at - self._began
        local = self.bench.local_time().fromtimestamp(moment, self.bench.local_time().tzinfo)
        return f"{local:%H:%M:%S}.{local.microsecond // 1000:03d}"
