"""All commands and options, with an example each. Importing this imports nothing heavy."""

import argparse
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from bench.cli.complaint_parser import complaint_commands
from bench.cli.driver_parser import driver_commands
from bench.cli.record_parser import record_commands
from bench.cli.usage import Parser


def parser(language: str = "en") -> argparse.ArgumentParser:
    """The whole command line, its help in a language."""
    top = Parser(
        prog="tera",
        description="tera-bench: reads instruments, decides verdicts, keeps the evidence.",
        epilog="Example: tera demo --headless",
        language=language,
    )
    top.add_argument("--version", action="version", version=f"tera-bench {_version()}")
    _common(top)
    top.set_defaults(handler="bench.cli.screen:open_screen")
    commands = top.add_subparsers(title="commands", metavar="COMMAND")
    _laboratory(commands)
    _runs(commands)
    record_commands(_Group(commands))
    complaint_commands(_Group(commands).group("complaint", "complaints: from receipt to evaluation"))
    _drivers(commands)
    _registry(commands)
    return top


def _version() -> str:
    try:
        return version("tera-bench")
    except PackageNotFoundError:
        return "(not installed)"


def _common(command: argparse.ArgumentParser, *, inherit: bool = False) -> None:
    """The options that every command takes; below the top they do not overwrite what stood before it."""
    missing: Any = argparse.SUPPRESS if inherit else None
    command.add_argument(
        "--lab",
        type=Path,
        metavar="DIR",
        default=missing or Path(),
        help="the laboratory's folder (default: here)",
    )
    command.add_argument(
        "--lang", choices=("id", "en"), default=missing, help="language of sentences (TERA_LANG)"
    )
    command.add_argument(
        "--as",
        dest="officer",
        metavar="PERSON",
        default=missing,
        help="who sits at the bench, by id (default: the first penera in laboratory.toml)",
    )
    command.add_argument(
        "--debug", action="store_true", default=missing or False, help="show the traceback of an error"
    )


class _Group:
    """Adds commands of one group."""

    def __init__(self, commands: Any) -> None:
        self._commands = commands

    def add(
        self, name: str, handler: str, summary: str, example: str, *, json: bool = False
    ) -> argparse.ArgumentParser:
        """Add one command."""
        command: argparse.ArgumentParser = self._commands.add_parser(
            name, help=summary, description=summary, epilog=f"Example: {example}"
        )
        _common(command, inherit=True)
        if json:
            command.add_argument("--json", action="store_true", help="one JSON object, or one a line")
        command.set_defaults(handler=handler)
        return command

    def group(self, name: str, summary: str) -> "_Group":
        """Add a command that has commands of its own."""
        command = self._commands.add_parser(name, help=summary, description=summary)
        return _Group(command.add_subparsers(title="commands", metavar="COMMAND", required=True))


def _laboratory(commands: Any) -> None:
    group = _Group(commands)
    demo = group.add(
        "demo",
        "bench.cli.demo:demo",
        "the whole job on twins over real ports and an embedded training registry",
        "tera demo --headless --json",
        json=True,
    )
    demo.add_argument(
        "--headless", action="store_true", help="without the screen: prints the points and the result"
    )
    demo.add_argument(
        "--procedure",
        choices=(
            "scales",
            "water-meters",
            "weights",
            "energy-meters",
            "gas-meters",
            "flow-meters",
            "capacity-measures",
            "tank-trucks",
            "fuel-dispensers",
        ),
        default="scales",
        help="which test is shown (default scales)",
    )
    demo.add_argument("--seed", type=int, default=1, metavar="N", help="seed of the twins (default 1)")
    demo.add_argument(
        "--data", type=Path, metavar="DIR", help="where to keep the demo laboratory (default tera-demo)"
    )
    demo.add_argument(
        "--pace", type=float, default=1.0, metavar="X", help="run the twins X times faster (default 1)"
    )
    demo.add_argument(
        "--linger",
        type=float,
        default=900.0,
        metavar="S",
        help="the training registry stays until nobody asked for so long (default 900; 0: not)",
    )
    demo.add_argument(
        "--fault",
        choices=("none", "span", "eccentric"),
        default="none",
        help="give the twin an error that makes it fail (default none)",
    )
    init = group.add(
        "init", "bench.cli.laboratory:init", "write a commented laboratory.toml", "tera init lab"
    )
    init.add_argument("folder", type=Path, metavar="DIR")
    check = group.add(
        "check", "bench.cli.laboratory:check", "diagnosis of this laboratory", "tera check --json", json=True
    )
    check.add_argument(
        "--validate",
        action="store_true",
        help="try this installation on cases, records and twins with known answers, and sign what came out",
    )
    group.add(
        "standards",
        "bench.cli.laboratory:standards",
        "the standards and their due dates",
        "tera standards",
        json=True,
    )
    procedures = group.add(
        "procedures",
        "bench.cli.offered:procedures",
        "the procedures there are",
        "tera procedures",
        json=True,
    )
    procedures.add_argument("action", nargs="?", choices=("show",), help="show one procedure")
    procedures.add_argument("kind", nargs="?", metavar="KIND", help="which procedure, as in scales")
    procedures.add_argument("--case", action="store_true", help="print a filled-in case file")
    procedures.add_argument(
        "--uut", type=Path, metavar="FILE.toml", help="show the test of this instrument (default: an example)"
    )
    compute = group.add(
        "compute",
        "bench.cli.procedures:compute",
        "errors, tolerances and verdict from observations already taken",
        "tera compute CASE.toml --json",
        json=True,
    )
    compute.add_argument("case", type=Path, metavar="CASE.toml")
    compute.add_argument(
        "--explain", action="store_true", help="why, in a sentence a point, and the uncertainty budget"
    )


def _runs(commands: Any) -> None:
    group = _Group(commands)
    run = group.add(
        "run",
        "bench.cli.runs:run",
        "run a test on the laboratory's instruments",
        "tera run scales --uut toko.toml",
        json=True,
    )
    run.add_argument("procedure", metavar="PROCEDURE")
    run.add_argument(
        "--uut", type=Path, required=True, metavar="FILE.toml", help="what is to be verified, and for whom"
    )
    run.add_argument(
        "--instrument",
        action="append",
        default=[],
        metavar="NAME",
        help="which instrument is read, where several could be; once for each",
    )
    _operator(run)
    runs = group.add("runs", "bench.cli.runs:runs", "the journal's runs", "tera runs", json=True)
    runs.add_argument("--standard", metavar="ID", help="only runs that used this standard")
    runs.add_argument("--since", type=date.fromisoformat, metavar="DATE", help="begun on this day or later")
    runs.add_argument("--until", type=date.fromisoformat, metavar="DATE", help="begun on this day or before")
    resume = group.add(
        "resume", "bench.cli.runs:resume", "go on with a run", "tera resume BENCH-02-000012", json=True
    )
    resume.add_argument("run", metavar="RUN")
    _operator(resume)
    void = group.add(
        "void", "bench.cli.runs:void", "close a run without a verdict", 'tera void RUN --reason "salah alat"'
    )
    void.add_argument("run", metavar="RUN")
    void.add_argument("--reason", required=True, metavar="TEXT")
    seal = group.add(
        "seal", "bench.cli.runs:seal", "seal a run that was measured", "tera seal BENCH-02-000012", json=True
    )
    seal.add_argument("run", metavar="RUN")


def _operator(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--operator",
        default="console",
        metavar="WHO",
        help="tui, console, automatic (twins only), script:FILE or exec:CMD (default console)",
    )
    command.add_argument(
        "--pace", type=float, default=1.0, metavar="X", help="twins only: run X times faster (default 1)"
    )


def _drivers(commands: Any) -> None:
    driver_commands(_Group(commands).group("driver", "instruments: list, try, check, read, simulate"))


def _registry(commands: Any) -> None:
    group = _Group(commands).group("registry", "the registry that keeps delivered records")
    serve = group.add(
        "serve", "bench.cli.registry:serve", "run the registry", "tera registry serve --port 8080"
    )
    serve.add_argument("--host", default="127.0.0.1", metavar="H")
    serve.add_argument("--port", type=int, default=8080, metavar="P")
    serve.add_argument("--base-url", metavar="URL", help="the address behind the QR, as citizens reach it")
    serve.add_argument("--idle", type=float, metavar="S", help="stop after so many seconds without a request")
    enrol = group.add(
        "enrol",
        "bench.cli.registry:enrol",
        "let a bench or an officer seal records for this registry",
        'tera registry enrol BENCH-02 --key BASE64 --office "UPTD Metrologi Legal Kabupaten Contoh"',
    )
    enrol.add_argument(
        "bench", metavar="NAME", help="the bench's id, or the officer's NIP with --role officer"
    )
    enrol.add_argument(
        "--key", required=True, metavar="BASE64", help="the public key, as tera check prints it"
    )
    enrol.add_argument(
        "--office", required=True, metavar="TEXT", help="the office's name as in laboratory.toml"
    )
    enrol.add_argument("--role", choices=("bench", "officer"), default="bench")
    key = group.add("key", "bench.cli.registry:key", "print the registry's public key", "tera registry key")
    take_in = group.add(
        "import",
        "bench.cli.registry:take_in",
        "register what a bench has sent on a stick; receipts are written back to it",
        "tera registry import /media/stick --base-url https://registry.example",
    )
    take_in.add_argument("stick", type=Path, metavar="DIR")
    take_in.add_argument("--base-url", metavar="URL", help="the address behind the QR, as citizens reach it")
    revoke = group.add(
        "revoke",
        "bench.cli.registry:revoke",
        "withdraw a record; it stays, and its page says so",
        'tera registry revoke BENCH-02:000017 --reason "segel rusak" --by "Kepala UPTD"',
    )
    revoke.add_argument("record", metavar="RECORD", help="its id, as in BENCH-02:000017")
    revoke.add_argument("--reason", required=True, metavar="TEXT", help="stands on the public page")
    revoke.add_argument("--by", required=True, metavar="TEXT", help="who has decided it")
    admit = group.add(
        "admit",
        "bench.cli.registry:admit",
        "take a sealed record that does not show who tested; its page says so",
        'tera registry admit 000017.tera.json --reason "disegel tanpa NIP; surat UML 12" --by "Kepala UPTD"',
    )
    admit.add_argument(
        "file", type=Path, metavar="FILE", help="the .tera.json file, as its bench has sealed it"
    )
    admit.add_argument("--reason", required=True, metavar="TEXT", help="stands on the public page")
    admit.add_argument("--by", required=True, metavar="TEXT", help="who has decided it")
    admit.add_argument("--base-url", metavar="URL", help="the address behind the QR, as citizens reach it")
    for command in (serve, enrol, key, take_in, revoke, admit):
        command.add_argument("--database", metavar="URL", help="SQLite file by default; postgresql://…")
        command.add_argument(
            "--folder", type=Path, default=Path("registry"), metavar="DIR", help="keys and SQLite file"
        )
        command.add_argument("--training", action="store_true", help="a registry of training records only")
