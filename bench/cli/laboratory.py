"""`tera init`, `tera check`, `tera standards`: the laboratory as it is today."""

import asyncio
import shutil
from argparse import Namespace
from collections.abc import Iterator
from importlib.resources import files
from zoneinfo import ZoneInfo

from bench import laboratory as laboratories
from bench.cli.exit_code import ExitCode
from bench.cli.output import emit, say, table, write_new
from bench.clock_state import FOLLOWS, clock_state
from bench.errors import LaboratoryError
from bench.labels import Labels
from bench.laboratory import Laboratory
from bench.office_time import today
from bench.people import PENERA, check_nip
from bench.software import check_unchanged, identification
from drivers.clock import SystemClock
from drivers.errors import PlainError
from procedures.standards_gate import standard_problems
from results.errors import DeliveryError, IntegrityError

Finding = tuple[str, bool | None, str | PlainError]
"""what was looked at, whether it holds (None: nothing is wrong, and it is to be known), and what was seen"""
_DISK_FLOOR_MB = 500
_MARKS = {True: "✔", False: "✘", None: "▲"}
"""it holds, it does not, and it is to be known"""


def init(options: Namespace) -> int:
    """Write a commented laboratory file; never over an existing one."""
    folder = options.folder
    file = folder / laboratories.FILE_NAME
    if file.exists():
        raise LaboratoryError(
            "laboratory.exists",
            "{file} is already there and is not overwritten.",
            "Edit it, or choose another folder.",
            file=str(file),
        )
    template = files("bench") / "templates"
    example = folder / "orders" / "contoh.toml"
    try:
        (folder / "orders").mkdir(parents=True, exist_ok=True)
        (folder / "drivers").mkdir(exist_ok=True)
        example.write_bytes((template / "order.toml").read_bytes())
        # The last, and whole or not at all: where it stands, a laboratory is never written over.
        write_new(file, (template / laboratories.FILE_NAME).read_bytes())
    except OSError as problem:
        raise LaboratoryError(
            "laboratory.folder",
            "The folder {folder} cannot be written: {problem}.",
            "Choose another folder with --lab, or ask for write access to this one.",
            folder=str(folder),
            problem=problem.strerror or str(problem),
        ) from None
    laboratories.load(folder)
    say(str(file))
    say(str(example))
    return ExitCode.DONE


def standards(options: Namespace) -> int:
    """The standards, soonest due first."""
    laboratory = laboratories.load(options.lab)
    labels, now = Labels(options.lang), today(laboratory, SystemClock())
    rows: list[tuple[str, ...]] = []
    for standard in sorted(laboratory.standard, key=lambda standard: standard.due):
        days = (standard.due - now).days
        if options.json:
            told = {"id": standard.id, "class": standard.accuracy_class, "due": standard.due}
            emit(told | {"usable": days >= 0})
        left = "standards.left" if days >= 0 else "standards.overdue"
        until = labels.long_date(standard.due), labels.text(left, days=labels.whole(abs(days)))
        what = standard.accuracy_class or labels.word("fact.standard_kind", standard.kind)
        rows.append((_MARKS[days >= 0], standard.id, what, standard.certificate, *until))
    if not options.json:
        table(rows)
    return ExitCode.DONE


def check(options: Namespace) -> int:
    """Look at everything that a test will need; with `--validate` try the installation itself."""
    if options.validate:
        from bench.cli.validation import validate  # noqa: PLC0415 - it loads nearly all there is

        return validate(options)
    labels = Labels(options.lang)
    findings = asyncio.run(_findings(options))
    for name, ok, detail in findings:
        if options.json:
            emit({"check": name, "ok": ok, "detail": detail if isinstance(detail, str) else detail.message})
        else:
            told = labels.checked(detail) if isinstance(detail, str) else labels.problem(detail)[0]
            say(f"{_MARKS[ok]} {labels.checked(name)}: {told}")
    faults = [detail for _, ok, detail in findings if ok is False]
    if any(isinstance(fault, IntegrityError) for fault in faults):
        return ExitCode.INTEGRITY
    return ExitCode.DOES_NOT_CONFORM if faults else ExitCode.DONE


async def _findings(options: Namespace) -> list[Finding]:
    import apsw  # noqa: PLC0415 - only this command names its version

    from bench.instruments import Instruments  # noqa: PLC0415 - opens ports
    from bench.keyring import bench_key, public_text  # noqa: PLC0415
    from bench.station import check_told  # noqa: PLC0415
    from drivers.identity import told_by  # noqa: PLC0415

    laboratory = laboratories.load(options.lab)
    folders = laboratories.Folders(options.lab)
    folders.make()
    found: list[Finding] = [(name, True, value) for name, value in identification().items()]
    try:
        check_unchanged()
    except PlainError as changed:
        found.append(("installation", False, changed))
    found.append(("sqlite", True, apsw.sqlite_lib_version()))
    free = shutil.disk_usage(folders.data).free // 1_000_000
    found.append(("disk", free > _DISK_FLOOR_MB, f"{free} MB"))
    found += _journal(folders)
    key = bench_key(folders)
    found.append(("bench key", True, f"{key.keyid[:16]}… {public_text(key)}"))
    clock = SystemClock()
    found.append(_clock(clock, laboratory))
    now = today(laboratory, clock)
    for standard in laboratory.standard:
        good = standard.due >= now
        found.append((f"standard {standard.id}", good, f"{standard.accuracy_class}, {standard.due}"))
        found += [(f"standard {standard.id}", False, problem) for problem in standard_problems(standard)]
    if not laboratory.bench.training:
        found += _unknown_to_a_register(laboratory)
    instruments = await Instruments.connect(laboratory, folders, clock)
    try:
        for name, bound in instruments.bound.items():
            if bound.device is None:
                found.append((f"instrument {name}", True, "manual"))
                continue
            try:
                reading = await bound.device.read()
                told = told_by(bound.driver, reading.frame)
                check_told(bound, told)
                serial = f", no. {told.serial}" if told.serial else ""
                found.append((f"instrument {name}", True, f"{bound.port} {reading.indication}{serial}"))
            except PlainError as problem:
                found.append((f"instrument {name}", False, problem))
    finally:
        await instruments.close()
    if laboratory.registry is not None:
        found += await _registry_reached(laboratory.registry.url)
    return found


def _journal(folders: laboratories.Folders) -> list[Finding]:
    """Whether all of the journal holds, if there is one yet: every entry, link and number."""
    from results.journal import Journal  # noqa: PLC0415 - SQLite

    if not folders.journal.exists():
        return []
    try:
        with Journal(folders.journal, read_only=True) as journal:
            return [("journal entries", True, str(journal.verify()))]
    except PlainError as fault:
        return [("journal entries", False, fault)]


def _unknown_to_a_register(laboratory: Laboratory) -> Iterator[Finding]:
    """Officers whose records no register could take: a fault where there is a register."""
    for person in laboratory.person:
        try:
            if PENERA in person.roles:
                check_nip(person)
        except PlainError as lacking:
            yield f"person {person.id}", None if laboratory.registry is None else False, lacking


def _clock(clock: SystemClock, laboratory: Laboratory) -> Finding:
    """The time at the office, and whether anything keeps it right."""
    now = clock.utc().astimezone(ZoneInfo(laboratory.office.time_zone))
    state = clock_state()
    told = ", ".join(f"{name} {value}" for name, value in state.items() if name != FOLLOWS)
    follows = f"clock {state[FOLLOWS]}"
    return follows, state[FOLLOWS] == "yes" or None, f"{now:%Y-%m-%d %H:%M:%S%z} {told}".rstrip()


async def _registry_reached(url: str) -> list[Finding]:
    from results.registry_client import HttpRegistryLine, is_in_clear  # noqa: PLC0415 - the network

    in_clear = DeliveryError(
        "registry.in_clear",
        "What goes to {url} is not encrypted: whoever is on the line can read it.",
        "Write https:// unless the register stands in a network of your own.",
        url=url,
    )
    found: list[Finding] = [("registry", None, in_clear)] if is_in_clear(url) else []
    try:
        async with HttpRegistryLine(url) as line:
            note = await line.checkpoint()
    except PlainError as problem:
        return [*found, ("registry", False, problem)]
    return [*found, ("registry", True, f"{url}  {note.splitlines()[1]}")]
