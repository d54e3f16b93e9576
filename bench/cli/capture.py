"""`tera driver capture`: what a port sends, byte for byte, and beside it when each piece came."""

import asyncio
from argparse import Namespace
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO, TextIO

import msgspec

from bench.cli.exit_code import ExitCode
from bench.cli.output import say
from bench.errors import LaboratoryError
from bench.labels import Labels
from bench.laboratory import Folders
from drivers import catalogue
from drivers.clock import Clock, SystemClock, within
from drivers.instrument import Driver, LineSettings, need_wire
from drivers.line_entry import line_mistake
from drivers.protocols.line_signs import wrong_line
from drivers.transports import Transport
from drivers.whole_file import read_text

_BURST_S = 0.02  # the pieces of one frame follow each other faster
_JUDGED = 4096  # bytes from which the line settings are judged


def usage(mistake: str, remedy: str) -> LaboratoryError:
    """The sentence for options that do not go together."""
    return LaboratoryError("usage.driver", "{mistake}.", "{correction}", mistake=mistake, correction=remedy)


def exists(file: Path) -> LaboratoryError:
    """The sentence for a file that would be overwritten."""
    return LaboratoryError(
        "file.exists",
        "{file} is already there and is not overwritten.",
        "Choose another name with -o.",
        file=str(file),
    )


def line_of(options: Namespace, line: LineSettings) -> LineSettings:
    """`line`, changed by --baud and --format."""
    line = msgspec.structs.replace(line, baud=options.baud or line.baud, format=options.format or line.format)
    if wrong := line_mistake(line):
        raise usage(f"{wrong[0]}: {wrong[1]}", wrong[2])
    return line


def interval_of(capture_file: Path) -> float | None:
    """The usual seconds between two frames, from the times beside a capture; None without them."""
    try:
        lines = read_text(_times_of(capture_file)).splitlines()
        at = [float(line.split()[0]) for line in lines if line and not line.startswith("#")]
    except (OSError, ValueError, IndexError):
        return None
    gaps = sorted(gap for one, later in pairwise(at) if (gap := later - one) > _BURST_S)
    return gaps[len(gaps) // 2] if gaps else None


def _times_of(capture_file: Path) -> Path:
    return capture_file.with_name(f"{capture_file.name}.times")


def capture(options: Namespace) -> int:
    """Record a port; with --ask, what an instrument answers to its driver's request."""
    driver = catalogue.load(options.driver, folder=Folders(options.lab).drivers) if options.driver else None
    if driver is not None:
        need_wire(driver)
    if options.ask and (driver is None or driver.request() is None):
        raise usage("there is no request to send", "Give --driver, one whose instrument answers requests.")
    return asyncio.run(_capture(options, driver))


async def _capture(options: Namespace, driver: Driver | None) -> int:
    from drivers.transports.lines import serial_line  # noqa: PLC0415 - only this command needs a line

    line = line_of(options, driver.line if driver else LineSettings())
    port, clock = serial_line(options.port, line), SystemClock()
    await port.open()
    try:
        with (
            options.output.open("xb") as file,
            _times_of(options.output).open("x", encoding="utf-8") as times,
        ):
            times.write(f"# {clock.utc().isoformat()} {options.port} {line.baud} {line.format}\n")
            times.write("# seconds, offset and bytes of each piece\n")
            recorder = _Recorder(port, clock, file, times)
            await recorder.run(options.seconds, driver if options.ask else None)
    except FileExistsError as there:
        raise exists(Path(there.filename)) from None
    finally:
        await port.close()
    say(f"{recorder.total} byte -> {options.output}")
    if sign := wrong_line(bytes(recorder.first)):
        labels = Labels(options.lang)
        say(labels.text("workbench.line_set_wrongly", sign=labels.clause(sign)))
    return ExitCode.DONE if recorder.total else ExitCode.NOT_ANSWERING


class _Recorder:
    def __init__(self, port: Transport, clock: Clock, file: BinaryIO, times: TextIO) -> None:
        self._port = port
        self._clock = clock
        self._file = file
        self._times = times
        self.total = 0
        self.first = bytearray()

    async def run(self, seconds: float, asked: Driver | None) -> None:
        """Record for so long; every byte is on the disk as soon as it came."""
        began = due = self._clock.monotonic()
        request = asked.request() if asked else None
        while (now := self._clock.monotonic()) < began + seconds:
            wait = began + seconds - now
            if asked and request:
                if now >= due:
                    await self._port.send(request)
                    due = now + max(asked.interval_s, _BURST_S)
                wait = min(wait, max(due - now, 0.0))
            try:
                data = await within(self._clock, wait, self._port.receive())
            except TimeoutError:
                continue
            self._keep(data, self._clock.monotonic() - began)

    def _keep(self, data: bytes, at: float) -> None:
        self._file.write(data)
        self._file.flush()
        self._times.write(f"{at:.4f} {self.total} {len(data)}\n")
        self._times.flush()
        self.total += len(data)
        self.first += data[: _JUDGED - len(self.first)]
