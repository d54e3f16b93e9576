"""`tera driver new`, `try` and `ports`: the way from an unknown instrument to a driver file."""

from argparse import Namespace
from contextlib import suppress
from pathlib import Path

from bench.cli.capture import line_of, usage
from bench.cli.exit_code import ExitCode
from bench.cli.output import emit, say, table
from bench.cli.tried import as_text
from bench.errors import LaboratoryError, unwritable
from bench.labels import Labels
from bench.laboratory import Folders
from bench.recording import interval_of, with_questions
from drivers import catalogue, checking
from drivers.drafting import Answers
from drivers.file_driver import FileDriver
from drivers.instrument import Driver, LineSettings, need_wire
from drivers.proposal import Proposal, propose, propose_typed
from drivers.protocols.escape import typed_to_bytes
from drivers.protocols.line_signs import wrong_line
from drivers.watching import reads_questions, speaks_characters
from drivers.whole_file import LARGEST_CAPTURE, read_bytes


def _own(options: Namespace) -> Path:
    return Folders(options.lab).drivers


def _bytes_of(file: Path) -> bytes:
    try:
        return read_bytes(file, most=LARGEST_CAPTURE)
    except OSError as problem:
        raise LaboratoryError(
            "file.unreadable",
            "{file} cannot be read: {problem}.",
            "Check the path.",
            file=str(file),
            problem=problem.strerror or str(problem),
        ) from None


def _typed(text: str) -> bytes:
    try:
        return typed_to_bytes(text)
    except ValueError as mistake:
        raise usage(str(mistake), r"Write the line end as \r\n and other control bytes as \x02.") from None


def ports(options: Namespace) -> int:
    """What the system knows about each port; none is opened, nothing is sent."""
    from drivers.transports.ports import ports as found  # noqa: PLC0415 - only this command needs pyserial

    listed = found()
    if options.json:
        for port in listed:
            emit(port)
        return ExitCode.DONE
    table([(one.address, one.what or "-", one.maker, one.serial_number, one.usb) for one in listed])
    if not listed:
        say(Labels(options.lang).text("workbench.no_port"))
    return ExitCode.DONE


def try_capture(options: Namespace) -> int:
    """A line for each reading or refusal, then a summary."""
    driver = catalogue.load(options.driver, folder=_own(options))
    data = _bytes_of(options.source)
    labels = Labels(options.lang)
    write = str if options.json else labels.clause
    both = with_questions(options.source, data) if data and reads_questions(driver) else data
    read = False
    for line in checking.try_capture(driver, both, why=options.explain, write=write):
        read = read or "reading" in line
        if options.json:
            emit(line)
        else:
            say(as_text(line, labels))
    if speaks_characters(driver) and not (read or options.json) and (sign := wrong_line(data)):
        say(labels.text("workbench.recorded_wrongly", sign=labels.clause(sign)))
    return ExitCode.DONE


def workbench(options: Namespace) -> int:
    """The screen that shows live bytes beside what a driver makes of them."""
    from bench.trial import Trial  # noqa: PLC0415 - textual is loaded only for the screen
    from bench.tui.workbench import WorkbenchApp  # noqa: PLC0415
    from drivers.transports.lines import serial_line  # noqa: PLC0415

    own = catalogue.file_of(options.driver, folder=_own(options))
    driver = catalogue.load(own or options.driver, folder=_own(options))
    need_wire(driver)
    settings = line_of(options, driver.line)
    app = WorkbenchApp(
        Trial(driver, own),
        serial_line(options.port, settings),
        settings,
        Labels(options.lang),
        folder=options.output or Path(),
    )
    app.run()
    return app.return_code or ExitCode.DONE


def new(options: Namespace) -> int:
    """Write a driver file that passes its own examples, or say exactly what is missing."""
    output = options.output or _own(options) / f"{options.name}.toml"
    if output.name != f"{options.name}.toml":
        raise usage(f"{output} is not named for {options.name}", f"Name the file {options.name}.toml.")
    if output.exists():
        raise LaboratoryError(
            "driver.exists",
            "{file} is already there and is not overwritten.",
            "Give another NAME, or move that file away first.",
            file=str(output),
        )
    proposal = _proposed(options)
    missing = list(proposal.missing)
    if proposal.text:
        try:
            output.parent.mkdir(parents=True, exist_ok=True)
            output.write_text(proposal.text, "utf-8")
        except OSError as problem:
            raise unwritable(output, problem) from None
        missing += checking.check(output).findings if not missing else ()
    written = str(output) if proposal.text else None
    if options.json:
        emit({"file": written, "ok": not missing, "missing": missing, "found": list(proposal.told)})
        return ExitCode.DOES_NOT_CONFORM if missing else ExitCode.DONE
    labels = Labels(options.lang)
    say(written or labels.text("workbench.no_file"))
    for kind, sentences in (("found", proposal.told), ("missing", missing)):
        for sentence in sentences:
            say(f"  {labels.text(f'workbench.{kind}'):<10} {labels.clause(sentence)}")
    if not missing:
        say(f"  {labels.text('workbench.passes')}")
    return ExitCode.DOES_NOT_CONFORM if missing else ExitCode.DONE


def _proposed(options: Namespace) -> Proposal:
    typed = [
        _typed(text)
        for text in (options.frames or ([] if options.source else _asked_for(Labels(options.lang))))
    ]
    answers = Answers(
        id=options.name,
        name=options.title or options.name,
        source=options.manual
        or ("frames typed off a manual" if typed else f"own recording {options.source.name}"),
        line=line_of(options, LineSettings()),
        ask=_typed(options.ask),
        unit=options.unit,
        interval_s=None if typed else interval_of(options.source),
    )
    if typed:
        return propose_typed(typed, answers, _families(options))
    return propose(_bytes_of(options.source), answers, _families(options))


def _asked_for(labels: Labels) -> list[str]:
    """Frames that a person types; an empty line ends them."""
    say(labels.text("workbench.type_frames"))
    frames = []
    with suppress(EOFError):
        while text := input(labels.text("workbench.frame_prompt")):
            frames.append(text)
    if not frames:
        raise usage("there is nothing to draw a driver from", "Give --from CAPTURE, or --frame TEXT.")
    return frames


def _families(options: Namespace) -> dict[str, Driver]:
    if options.fresh:
        return {}
    names = [options.like] if options.like else catalogue.names()
    loaded = {name: catalogue.load(name) for name in names}
    return {name: one for name, one in loaded.items() if isinstance(one, FileDriver) and not one.keyed}
