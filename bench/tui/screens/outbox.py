"""The outbox: sealed records on their way to the registry, and what the registry said.

Sealed, queued and delivered are different words; a registry that is down is a state, never an error.
"""

from collections.abc import Sequence

from textual.widget import Widget

from bench.desk import JobState, OutboxLine
from bench.errors import no_registry
from bench.tui.screens.dialogs import Tell
from bench.tui.screens.face import Face, Panel, Part
from bench.tui.screens.job_rows import cut, job_state


class OutboxScreen(Face):
    """Records and where each stands."""

    def __init__(self) -> None:
        """Begin with nothing; the desk is asked when the screen is shown."""
        super().__init__()
        self._marked = 0
        self._sending = False

    def on_mount(self) -> None:
        """Begin at the first record that is not delivered, or at the newest."""
        lines = self.bench.desk.outbox()
        waiting = (place for place, line in enumerate(lines) if line.state is not JobState.DELIVERED)
        self._marked = next(waiting, max(len(lines) - 1, 0))

    def panels(self) -> Sequence[Widget]:
        """The list, and what is to be known of the marked record."""
        return (Panel(id="records", classes="box"), Panel(id="detail", classes="box"))

    def pressed(self, key: str) -> None:
        """Send, choose, go back."""
        count = len(self.bench.desk.outbox())
        match key:
            case "k" | "9" if not self.bench.desk.has_registry:
                self.bench.tell(no_registry())
            case "k" | "9" if not self._sending:
                self._sending = True
                self.run_worker(self._send(), exclusive=True)
            case "+" | "down" if count:
                self._marked = (self._marked + 1) % count
            case "-" | "up" if count:
                self._marked = (self._marked - 1) % count
            case "f1":
                self.bench.show(Tell("help.title", self.labels.text("help.outbox")))
            case "escape" | "backspace" | "enter":
                self.leave()
                return
            case _:
                return
        self.paint()

    async def _send(self) -> None:
        try:
            await self.bench.deliver()
        finally:
            self._sending = False
            self.paint()

    def paint(self) -> None:
        """Bring every panel up to date."""
        labels, lines = self.labels, self.bench.desk.outbox()
        self._marked = min(self._marked, max(len(lines) - 1, 0))
        status = (
            labels.text("outbox.sending") if self._sending else labels.text("outbox.count", count=len(lines))
        )
        self.frame(labels.text("outbox.title"), status, labels.text("outbox.keys"))
        panel = self.panel("records")
        room = max(panel.content_size.height, 1)
        start = min(max(self._marked - room // 2, 0), max(len(lines) - room, 0))
        parts: list[Part] = []
        for index, line in enumerate(lines[start : start + room], start=start):
            parts += [*self._line(line, marked=index == self._marked), "\n"]
        if not lines:
            parts = [(labels.text("outbox.empty"), "dim")]
        panel.show(*parts, title=labels.text("outbox.records"))
        self.panel("detail").show(*self._detail(lines), title=labels.text("outbox.detail"))

    def _line(self, line: OutboxLine, *, marked: bool) -> list[Part]:
        state, style = job_state(self.labels, line.state, line.outcome)
        tries = self.labels.text("outbox.attempts", count=line.attempts) if line.attempts else ""
        number = f"{'▶' if marked else ' '} {line.number:<22}"
        told = f" {state:<30} "
        room = self.panel("records").content_size.width - len(number) - len(told) - len(tries) - 4
        # all of it stands in the detail of the marked record
        problem = f"  ▲ {cut(line.problem, room)}" if line.problem and room > 0 else ""
        return [
            (number, "bold reverse" if marked else "bold"),
            (told, style),
            (tries, "dim"),
            (problem, "$warning"),
        ]

    def _detail(self, lines: Sequence[OutboxLine]) -> list[Part]:
        if not lines:
            return [(self.labels.text("outbox.nothing_lost"), "dim")]
        line = lines[self._marked]
        parts: list[Part] = [(f"{line.number}\n", "bold")]
        if line.problem:
            parts.append((f"{line.problem}\n", "$warning"))
        if line.remedy:
            parts.append(f"{line.remedy}\n")
        if line.address:
            parts.append(f"{line.address}\n")
        parts.append((self.labels.text("outbox.nothing_lost"), "dim"))
        return parts
