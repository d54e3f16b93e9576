"""`tera driver …`: for the technician with a manual and a cable."""

import asyncio
from argparse import Namespace
from pathlib import Path

from bench.cli.exit_code import ExitCode
from bench.cli.output import emit, say, table
from bench.errors import LaboratoryError
from bench.laboratory import Folders
from drivers import catalogue, checking
from drivers.clock import SystemClock, within
from drivers.errors import UnitError
from drivers.instrument import Evidence
from drivers.quantity import Quantity


def _own(options: Namespace) -> Path:
    return Folders(options.lab).drivers


def list_drivers(options: Namespace) -> int:
    """All drivers, built in and the laboratory's own."""
    drivers = [catalogue.load(name, folder=_own(options)) for name in catalogue.names(folder=_own(options))]
    if options.json:
        for driver in drivers:
            emit(
                {
                    "id": driver.mark.id,
                    "name": driver.name,
                    "kind": driver.kind,
                    "evidence": driver.evidence.value,
                    "high_resolution": driver.has_high_resolution,
                    "digest": driver.mark.digest,
                }
            )
        return ExitCode.DONE
    table([(driver.mark.id, driver.evidence.value, driver.name) for driver in drivers])
    return ExitCode.DONE


def show(options: Namespace) -> int:
    """The driver file, which is its own documentation."""
    driver = catalogue.load(options.driver, folder=_own(options))
    say(f"# {driver.mark.id}  sha256:{driver.mark.digest}")
    if driver.evidence is Evidence.UNCONFIRMED:
        say("# UNCONFIRMED: rests on memory; compare its readings with the display before use")
    say(driver.text.rstrip())
    return ExitCode.DONE


def check(options: Namespace) -> int:
    """Run a file's own examples and the generic tests."""
    report = checking.check(Path(options.file))
    if options.json:
        emit({"file": options.file, "ok": report.ok, "findings": report.findings})
    else:
        for line in report.lines():
            say(line)
    return ExitCode.DONE if report.ok else ExitCode.DOES_NOT_CONFORM


def try_capture(options: Namespace) -> int:
    """A line for each reading or refusal, then a summary."""
    driver = catalogue.load(options.driver, folder=_own(options))
    try:
        data = options.source.read_bytes()
    except OSError as problem:
        raise LaboratoryError(
            "file.unreadable",
            "{file} cannot be read: {problem}.",
            "Check the path.",
            file=str(options.source),
            problem=problem.strerror or str(problem),
        ) from None
    for line in checking.try_capture(driver, data):
        if options.json:
            emit(line)
        else:
            say(checking.as_text(line))
    return ExitCode.DONE


def read(options: Namespace) -> int:
    """Readings of a connected instrument."""
    return asyncio.run(_read(options))


async def _read(options: Namespace) -> int:
    from drivers.device import Device  # noqa: PLC0415 - only this command needs a line
    from drivers.reading import Origin  # noqa: PLC0415
    from drivers.transports.serial_port import SerialPort  # noqa: PLC0415

    driver = catalogue.load(options.driver, folder=_own(options))
    device = Device(
        options.driver, driver, SerialPort(options.port, driver.line), SystemClock(), origin=Origin.INSTRUMENT
    )
    await device.start()
    try:
        for _ in range(options.count):
            reading = (await device.settled()).reading if options.settled else await device.read()
            shown = {
                "value": f"{reading.indication.value:f}",
                "unit": reading.indication.unit,
                "stability": reading.stability.value,
                "kind": reading.kind.value,
                "high_resolution": reading.high_resolution,
            }
            if options.json:
                emit({"reading": shown, "frame": reading.frame.hex(), "received_at": reading.received_at})
            else:
                say(f"{reading.indication}  {reading.stability.value}  {reading.kind.value}")
    finally:
        await device.close()
    return ExitCode.DONE


def capture(options: Namespace) -> int:
    """Write what a port sends to a file, byte for byte."""
    return asyncio.run(_capture(options))


async def _capture(options: Namespace) -> int:
    from drivers.transports.serial_port import SerialPort  # noqa: PLC0415 - only this command needs a line

    line = catalogue.load(options.driver, folder=_own(options)).line if options.driver else None
    port = SerialPort(options.port, line)
    await port.open()
    clock = SystemClock()
    end = clock.monotonic() + options.seconds
    total = 0
    try:
        with options.output.open("xb") as file:
            while (left := end - clock.monotonic()) > 0:
                try:
                    data = await within(clock, left, port.receive())
                except TimeoutError:
                    break
                file.write(data)
                file.flush()
                total += len(data)
    except FileExistsError:
        raise LaboratoryError(
            "file.exists",
            "{file} is already there and is not overwritten.",
            "Choose another name with -o.",
            file=str(options.output),
        ) from None
    finally:
        await port.close()
    say(f"{total} byte -> {options.output}")
    return ExitCode.DONE if total else ExitCode.NOT_ANSWERING


def simulate(options: Namespace) -> int:
    """Serve a driver's twin until stopped."""
    from drivers.twins import twin as twins  # noqa: PLC0415 - only this command needs a twin
    from drivers.twins.settings import TwinSettings  # noqa: PLC0415

    driver = catalogue.load(options.driver, folder=_own(options))
    try:
        maximum, interval, load = (
            Quantity.parse(text) for text in (options.maximum, options.interval, options.load)
        )
    except UnitError as mistake:
        raise LaboratoryError(
            "usage.quantity", "{mistake}.", "Write quantities as in '5 kg'.", mistake=str(mistake)
        ) from None

    def announce(twin: twins.Twin) -> None:
        twin.place(load)
        say(f"TWIN {driver.mark.id} {twin.address}")

    settings = TwinSettings(max=maximum, d=interval, seed=options.seed)
    asyncio.run(
        twins.serve(driver, settings, SystemClock(), port=options.tcp, link=options.pty, announce=announce)
    )
    return ExitCode.DONE
