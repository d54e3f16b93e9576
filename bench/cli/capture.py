"""`tera driver capture`: what a port sends, byte for byte; beside it when it came, and what was asked."""

import asyncio
from argparse import Namespace
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import BinaryIO, TextIO

import msgspec

from bench import recording
from bench.cli.exit_code import ExitCode
from bench.cli.output import say
from bench.errors import LaboratoryError, unwritable
from bench.labels import Labels
from bench.laboratory import Folders
from bench.recording import HEADING, times_of
from drivers import catalogue
from drivers.clock import Clock, SystemClock, within
from drivers.errors import PlainError
from drivers.instrument import Driver, LineSettings, need_wire
from drivers.line_entry import line_mistake
from drivers.protocols.checked_frames import checked_bus
from drivers.protocols.line_signs import wrong_line
from drivers.reading import Origin
from drivers.transports.tapped import TappedTransport
from drivers.watching import reads_questions, speaks_characters

_LEAST_S = 0.02  # between two requests
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


def capture(options: Namespace) -> int:
    """Record a port; with --ask, what an instrument answers to its driver's request."""
    driver = catalogue.load(options.driver, folder=Folders(options.lab).drivers) if options.driver else None
    if driver is not None:
        need_wire(driver)
    if options.ask and (driver is None or driver.request() is None):
        raise usage("there is no request to send", "Give --driver, one whose instrument answers requests.")
    if options.ask and options.port.lower().startswith("tcp:"):
        raise usage(
            "the bytes of Modbus TCP are not recorded",
            "Record at the serial line, or behind a device server: rtu+tcp://host:port.",
        )
    return asyncio.run(_capture(options, driver))


async def _capture(options: Namespace, driver: Driver | None) -> int:
    line, clock = line_of(options, driver.line if driver else LineSettings()), SystemClock()
    for file in (options.output, times_of(options.output)):
        if file.exists():
            raise exists(file)
    heading = f"# {clock.utc().isoformat()} {options.port} {line.baud} {line.format}\n{HEADING}\n"
    with ExitStack() as files:
        recorder = _Recorder(clock, files, options.output, heading)
        if options.ask and driver is not None and reads_questions(driver):
            await _converse(options, driver, line, recorder)
        else:
            await _listen(options, driver if options.ask else None, line, recorder)
        if recorder.problem is not None:
            raise recorder.problem
    say(f"{recorder.total} byte -> {options.output}")
    if driver is None or speaks_characters(driver):
        _judge(bytes(recorder.first), Labels(options.lang))
    return ExitCode.DONE if recorder.total else ExitCode.NOT_ANSWERING


def _judge(data: bytes, labels: Labels) -> None:
    """Say what the bytes tell of the line settings."""
    if sign := wrong_line(data):
        say(labels.text("workbench.line_set_wrongly", sign=labels.clause(sign)))
    elif bus := checked_bus(data):
        say(labels.text("workbench.checked_bus", bus=bus))


async def _converse(options: Namespace, driver: Driver, line: LineSettings, recorder: "_Recorder") -> None:
    """Hold the whole conversation of a reading, again and again, as the bench does."""
    from drivers.device import Device  # noqa: PLC0415 - only this command needs a line
    from drivers.transports.lines import Lines  # noqa: PLC0415

    port = Lines(recorder.clock, recorder).line(driver, options.port, line)
    device = Device(driver.mark.id, driver, port, recorder.clock, origin=Origin.INSTRUMENT)
    await device.start()
    try:
        if device.lost is not None:
            raise device.lost
        recorder.begin()
        with suppress(TimeoutError):
            await within(recorder.clock, options.seconds, recorder.failed.wait())
        if device.lost is not None:
            raise device.lost
    finally:
        await device.close()


async def _listen(
    options: Namespace, asked: Driver | None, line: LineSettings, recorder: "_Recorder"
) -> None:
    """Record what comes; with a driver, send its request, again and again, whatever is answered."""
    from drivers.transports.lines import serial_line  # noqa: PLC0415 - only this command needs a line

    port, clock = TappedTransport(serial_line(options.port, line), recorder), recorder.clock
    await port.open()
    try:
        recorder.begin()
        began = due = clock.monotonic()
        request = asked.request() if asked else None
        while (now := clock.monotonic()) < began + options.seconds and not recorder.failed.is_set():
            wait = began + options.seconds - now
            if asked and request:
                if now >= due:
                    await port.send(request)
                    due = now + max(asked.interval_s, _LEAST_S)
                wait = min(wait, max(due - now, 0.0))
            with suppress(TimeoutError):
                await within(clock, wait, port.receive())
    finally:
        await port.close()


class _Recorder:
    """Writes down what is said on a line; every byte is on the disk as soon as it came.

    Its files, and their folder, are made when the line is open, so that a port that is not there leaves none
    behind. What cannot be written ends the recording: `failed` is set, and `problem` says why.
    """

    def __init__(self, clock: Clock, files: ExitStack, output: Path, heading: str) -> None:
        self.clock = clock
        self._files = files
        self._output = output
        self._heading = heading
        self._opened: tuple[BinaryIO, TextIO] | None = None
        self._began = clock.monotonic()
        self.failed = asyncio.Event()
        self.problem: PlainError | None = None
        self.total = 0
        self.first = bytearray()

    def begin(self) -> None:
        """Make the files of bytes and times."""
        self._write(b"", "")

    def asked(self, data: bytes) -> None:
        """Keep what was asked."""
        self._write(b"", f"{recording.asked(self._at(), self.total, data)}\n")

    def heard(self, data: bytes) -> None:
        """Keep what came."""
        if self._write(data, f"{recording.piece(self._at(), self.total, len(data))}\n"):
            self.total += len(data)
            self.first += data[: _JUDGED - len(self.first)]

    def _at(self) -> float:
        return self.clock.monotonic() - self._began

    def _write(self, data: bytes, line: str) -> bool:
        """Put bytes and a line into their files; whether that went well."""
        if self.failed.is_set():
            return False
        try:
            file, times = self._opened = self._opened or self._made()
            file.write(data)
            file.flush()
            times.write(line)
            times.flush()
        except OSError as problem:
            # Kept, not raised: a line in use would take it for trouble of its own.
            self.problem = unwritable(self._output, problem)
            self.failed.set()
            for one in self._opened or ():
                with suppress(OSError):
                    one.close()  # it would try to write the rest once more
            return False
        return True

    def _made(self) -> tuple[BinaryIO, TextIO]:
        self._output.parent.mkdir(parents=True, exist_ok=True)
        file = self._files.enter_context(self._output.open("xb"))
        times = self._files.enter_context(times_of(self._output).open("x", encoding="utf-8"))
        times.write(self._heading)
        return file, times
