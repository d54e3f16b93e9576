"""`tera driver …`: for the technician with a manual and a cable."""

import asyncio
from argparse import Namespace
from dataclasses import asdict
from itertools import product
from pathlib import Path

from bench.cli.entry import tell
from bench.cli.exit_code import ExitCode, code_of
from bench.cli.output import emit, say, table
from bench.labels import Labels
from bench.laboratory import Folders
from drivers import catalogue, checking
from drivers.clock import SystemClock
from drivers.errors import PlainError
from drivers.identity import told_by
from drivers.instrument import Driver, Evidence, need_wire
from drivers.register_driver import RegisterDriver


def _own(options: Namespace) -> Path:
    return Folders(options.lab).drivers


def list_drivers(options: Namespace) -> int:
    """All drivers, built in and the laboratory's own; those with a mistake are told after the sound ones."""
    drivers: list[Driver] = []
    broken: list[PlainError] = []
    for name in catalogue.names(folder=_own(options)):
        try:
            drivers.append(catalogue.load(name, folder=_own(options)))
        except PlainError as mistake:
            broken.append(mistake)
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
    else:
        word = Labels(options.lang).word
        table([(driver.mark.id, word("evidence", driver.evidence.value), driver.name) for driver in drivers])
    for one in broken:
        tell(options, one)
    return code_of(broken[0]) if broken else ExitCode.DONE


def show(options: Namespace) -> int:
    """The driver file, which is its own documentation."""
    driver = catalogue.load(options.driver, folder=_own(options))
    say(f"# {driver.mark.id}  sha256:{driver.mark.digest}")
    if driver.evidence is Evidence.UNCONFIRMED:
        say(f"# {Labels(options.lang).text('workbench.unconfirmed')}")
    if isinstance(driver, RegisterDriver):
        for line in driver.table():
            say(f"# {line}")
    say(driver.text.rstrip())
    return ExitCode.DONE


def check(options: Namespace) -> int:
    """Run a file's own examples and the generic tests."""
    file = catalogue.file_of(options.file, folder=_own(options)) or Path(options.file)
    report = checking.check(file)
    if options.json:
        emit({"file": str(file), "ok": report.ok, "findings": report.findings})
    else:
        labels = Labels(options.lang)
        say(report.file)
        for sentence in report.passed:
            say(f"  {labels.text('workbench.held'):<7} {labels.clause(sentence)}")
        for sentence in [" ".join(labels.problem(report.mistake))] if report.mistake else report.findings:
            say(f"  {labels.text('workbench.wrong'):<7} {labels.clause(sentence)}")
    return ExitCode.DONE if report.ok else ExitCode.DOES_NOT_CONFORM


def read(options: Namespace) -> int:
    """Readings of a connected instrument."""
    return asyncio.run(_read(options))


async def _read(options: Namespace) -> int:
    from drivers.device import Device  # noqa: PLC0415 - only this command needs a line
    from drivers.reading import Origin  # noqa: PLC0415
    from drivers.transports.lines import Lines  # noqa: PLC0415
    from drivers.transports.serial_fault import no_address  # noqa: PLC0415

    driver = catalogue.load(options.driver, folder=_own(options))
    need_wire(driver)
    if wrong := no_address(options.port):
        raise wrong
    clock = SystemClock()
    line = Lines(clock).line(driver, options.port)
    device = Device(options.driver, driver, line, clock, origin=Origin.INSTRUMENT)
    labels = Labels(options.lang)
    await device.start()
    try:
        for _, name in product(range(options.count), driver.channels):
            reading = (
                (await device.settled(channel=name)).reading
                if options.settled
                else await device.read(channel=name)
            )
            shown: dict[str, str | bool] = {"channel": name} if name else {}
            shown |= {
                "value": reading.indication.digits,
                "unit": reading.indication.unit,
                "stability": reading.stability.value,
                "kind": reading.kind.value,
                "high_resolution": reading.high_resolution,
            }
            kept = driver.remembered(reading.frame) if isinstance(driver, RegisterDriver) else {}
            if options.json:
                told: dict[str, object] = {"settings": kept} if kept else {}
                told |= {what: said for what, said in asdict(told_by(driver, reading.frame)).items() if said}
                emit(
                    {"reading": shown, "frame": reading.frame.hex(), "received_at": reading.received_at}
                    | told
                )
            else:
                of = f"{name}  " if name else ""
                rest = labels.word("stability", reading.stability.value)
                kind = labels.word("weight_kind", reading.kind.value)
                say(f"{of}{labels.quantity(reading.indication)}  {rest}  {kind}")
                if name == driver.channels[-1]:
                    for setting, held in kept.items():
                        say(f"  {setting}: {held}")
    finally:
        await device.close()
    return ExitCode.DONE
