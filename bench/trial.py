"""A driver on trial at the workbench: its file, the bytes of a line, and what is kept of both.

The file is read again whenever it was saved. While it has a mistake, the driver from before goes on reading
and the mistake is told; nothing is ever written to a file that could not be read.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from bench import recording
from bench.errors import LaboratoryError, unwritable
from drivers import catalogue
from drivers.drafting import example_of
from drivers.errors import PlainError
from drivers.file_driver import FileDriver
from drivers.instrument import Driver
from drivers.protocols import Event, Indicated, Refused
from drivers.watching import Watch
from drivers.whole_file import read_text

_NOTE: Final = "as it came; compare with what the display showed"


class Trial:
    """One driver over one line."""

    def __init__(self, driver: Driver, file: Path | None) -> None:
        """Begin.

        Args:
            driver: what the bytes are read with.
            file: the laboratory's own file of it; None for a driver of the program.
        """
        self.file = file
        self.watch = Watch(driver)
        self.mistake: PlainError | None = None
        """what is wrong with the file as it was saved last"""
        self.reads = 1
        """how often the file was read and found right"""
        self._saved = self._stamp()

    @property
    def driver(self) -> Driver:
        """The driver that reads now."""
        return self.watch.driver

    def look(self) -> bool:
        """Read the file again if it was saved since; whether it was."""
        stamp = self._stamp()
        if self.file is None or stamp is None or stamp == self._saved:
            return False
        self._saved = stamp
        try:
            driver = catalogue.load_file(self.file)
        except PlainError as mistake:
            self.mistake = mistake
            return True
        self.mistake = None
        self.reads += 1
        self.watch = self.watch.again(driver)
        return True

    def keep_examples(self, events: Iterable[Event]) -> int:
        """Write frames at the end of the driver file as examples; how many were new.

        Raises:
            PlainError: the file is not the laboratory's own, has a mistake, or cannot be written.
        """
        if self.file is None or not isinstance(self.driver, FileDriver):
            raise LaboratoryError(
                "workbench.not_own",
                "{driver} has no file here to which examples of frames can be added.",
                "Make one of your own with `tera driver new NAME --like {driver}`, and open that.",
                driver=self.driver.mark.id,
            )
        if self.mistake is not None:
            raise self.mistake
        shown = [
            tuple(example_of(event, _NOTE)) for event in events if isinstance(event, Indicated | Refused)
        ]
        try:
            text = read_text(self.file, encoding="utf-8-sig")
            fresh = [lines for lines in dict.fromkeys(shown) if lines[1] not in text]
            if fresh:
                added = "".join(f"{line}\n" for lines in fresh for line in lines)
                beside = self.file.with_name(f"{self.file.name}.new")
                beside.write_text(f"{text.rstrip()}\n{added}", "utf-8")
                beside.replace(self.file)
        except OSError as problem:
            raise unwritable(self.file, problem) from None
        self.look()
        return len(fresh)

    def save(self, file: Path) -> int:
        """Write the bytes that came, and beside them when, and what was asked; how many there are.

        Raises:
            LaboratoryError: it is there already, or cannot be written.
        """
        data = self.watch.raw
        try:
            with file.open("xb") as out:
                out.write(data)
            said = self.watch.said
            began, offset, lines = (said[0][0] if said else 0.0), 0, [recording.HEADING]
            for at, part, sent in said:
                if sent:
                    lines.append(recording.asked(at - began, offset, part))
                else:
                    lines.append(recording.piece(at - began, offset, len(part)))
                    offset += len(part)
            recording.times_of(file).write_text("\n".join(lines) + "\n", "utf-8")
        except OSError as problem:
            raise unwritable(file, problem) from None
        return len(data)

    def _stamp(self) -> tuple[int, int] | None:
        try:
            found = self.file.stat() if self.file is not None else None
        except OSError:
            return None  # saved by an editor that puts another file in its place: it comes back
        return (found.st_mtime_ns, found.st_size) if found else None
