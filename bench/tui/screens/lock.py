"""The screen of a bench that was left alone: it covers everything until the PIN of the officer is typed.

Beneath it readings and the run go on, and nothing is answered.
"""

from textual.app import ComposeResult

from bench.tui.pin import PinEntry
from bench.tui.screens.face import Panel, Part, Pressed
from drivers.errors import PlainError


class LockScreen(Pressed[None]):
    """Takes the digits of a PIN; leaving the program is refused while it stands."""

    def __init__(self) -> None:
        """Begin with nothing typed."""
        super().__init__()
        self._entry = PinEntry()
        self._problem: PlainError | None = None
        self._trying = False

    def compose(self) -> ComposeResult:
        """One panel in the middle."""
        yield Panel(id="dialog")

    def on_mount(self) -> None:
        """Paint, and keep the clock right."""
        self.paint()
        self.await_paint()
        self.set_interval(1.0, self.paint)

    def on_screen_resume(self) -> None:
        """Go, if the PIN was right while a notice stood over this screen."""
        self._go()

    def _go(self) -> None:
        if not self.bench.locked and self.is_current:
            _ = self.dismiss()

    def pressed(self, key: str) -> None:
        """Type the PIN."""
        if self._trying:
            return
        pin = self._entry.press(key)
        if pin is not None:
            self._trying = True
            self.run_worker(self._try(pin), exclusive=True)
        elif key != "enter":
            self._problem = None
        self.paint()

    async def _try(self, pin: str) -> None:
        try:
            await self.bench.desk.unlock(pin)
        except PlainError as error:
            self._problem = error
            self.bench.ring(3)
        else:
            self.bench.unlock()
            self._go()
            return
        finally:
            self._trying = False
        self.paint()

    def paint(self) -> None:
        """Who left, what time it is, and what was typed."""
        labels, desk = self.labels, self.bench.desk
        parts: list[Part] = [
            (labels.moment(self.bench.local_time()), "bold"),
            "\n\n",
            labels.text("lock.text", officer=desk.officer),
            "\n\n",
            ("PIN  ", "bold"),
            (self._entry.dots, "bold $accent"),
            "\n\n",
        ]
        if self._problem is not None:
            sentence, remedy = labels.problem(self._problem)
            parts.append((f"▲ {sentence} {remedy}", "bold $warning"))
        elif self._entry.refused:
            parts.append((f"▲ {labels.text(self._entry.refused)}", "bold $warning"))
        else:
            parts.append((labels.text("lock.trying" if self._trying else "lock.keys"), "dim"))
        title = f"{desk.bench}  {labels.text('lock.title')}"
        self.query_one("#dialog", Panel).show(*parts, title=title)
