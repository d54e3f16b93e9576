"""The commands and options of `tera driver`. Importing this imports nothing heavy."""

import argparse
from pathlib import Path
from typing import Protocol


class Commands(Protocol):
    """Where commands are added."""

    def add(
        self, name: str, handler: str, summary: str, example: str, *, json: bool = False
    ) -> argparse.ArgumentParser:
        """Add one command."""

    def group(self, name: str, summary: str) -> "Commands":
        """Add a command that has commands of its own."""


def count(text: str) -> int:
    """A whole number from 1 up, as argparse wants it."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text}: 1 or more")
    return number


def seconds(text: str) -> float:
    """A time above nothing, as argparse wants it."""
    number = float(text)
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text}: more than 0")
    return number


def tcp_port(text: str) -> int:
    """The number of a TCP port, 0 for any, as argparse wants it."""
    number = int(text)
    if not 0 <= number < 1 << 16:
        raise argparse.ArgumentTypeError(f"{text}: 0 to 65535")
    return number


def driver_commands(group: Commands) -> None:
    """Everything that begins with `tera driver`."""
    _known(group)
    _new(group)
    _connected(group)


def _known(group: Commands) -> None:
    group.add(
        "list", "bench.cli.drivers:list_drivers", "the drivers there are", "tera driver list", json=True
    )
    show = group.add("show", "bench.cli.drivers:show", "one driver", "tera driver show mt-sics")
    show.add_argument("driver", metavar="DRIVER")
    check = group.add(
        "check",
        "bench.cli.drivers:check",
        "run a driver file's examples and the generic tests",
        "tera driver check new.toml",
        json=True,
    )
    check.add_argument("file", metavar="FILE.toml")
    attempt = group.add(
        "try",
        "bench.cli.workbench:try_capture",
        "parse a capture of raw bytes",
        "tera driver try st-gs --from log.bin --json",
        json=True,
    )
    attempt.add_argument("driver", metavar="DRIVER")
    attempt.add_argument("--from", dest="source", type=Path, required=True, metavar="FILE")
    attempt.add_argument(
        "--explain", action="store_true", help="tell of each refused frame, part by part, why it was refused"
    )


def _new(group: Commands) -> None:
    group.add(
        "ports",
        "bench.cli.workbench:ports",
        "the serial ports and what is plugged in; none is opened",
        "tera driver ports",
        json=True,
    )
    new = group.add(
        "new",
        "bench.cli.workbench:new",
        "propose a driver file from a capture, or from frames as the manual prints them",
        "tera driver new pasar --from pasar.bin",
        json=True,
    )
    new.add_argument("name", metavar="NAME", help="the driver's id, and the name of its file")
    new.add_argument("--from", dest="source", type=Path, metavar="FILE", help="a capture")
    new.add_argument(
        "--frame",
        dest="frames",
        action="append",
        default=[],
        metavar="TEXT",
        help=r"a whole frame, as in 'ST,GS,   1.500 kg\r\n'; may be repeated",
    )
    new.add_argument("--like", metavar="DRIVER", help="the family, when several read the same bytes")
    new.add_argument("--fresh", action="store_true", help="draw the frames, whatever family reads them")
    new.add_argument("--ask", default="", metavar="TEXT", help=r"the request, as in 'SI\r\n'")
    new.add_argument("--unit", default="kg", metavar="UNIT", help="when it is not on the wire (default kg)")
    new.add_argument("--title", default="", metavar="TEXT", help="maker and model")
    new.add_argument(
        "--source", dest="manual", default="", metavar="TEXT", help="manual and page, or whose scale"
    )
    _line_settings(new)
    new.add_argument("-o", "--output", type=Path, metavar="FILE", help="default: drivers/NAME.toml")


def _line_settings(command: argparse.ArgumentParser) -> None:
    command.add_argument("--baud", type=count, metavar="N", help="default 9600, or as the driver says")
    command.add_argument("--format", metavar="BITS", help="data bits, parity, stop bits, as in 7E1")


def _connected(group: Commands) -> None:
    read = group.add(
        "read",
        "bench.cli.drivers:read",
        "read a connected instrument",
        "tera driver read cas-22 --port COM5 --count 3",
        json=True,
    )
    read.add_argument("driver", metavar="DRIVER")
    read.add_argument("--port", required=True, metavar="URL")
    read.add_argument("--count", type=count, default=1, metavar="N")
    read.add_argument("--settled", action="store_true", help="wait for rest before each reading")
    capture = group.add(
        "capture",
        "bench.cli.capture:capture",
        "record the bytes of a port, and when they came",
        "tera driver capture --port COM5 -o log.bin",
    )
    capture.add_argument("--port", required=True, metavar="URL")
    capture.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    capture.add_argument("--driver", metavar="DRIVER", help="take the line settings of this driver")
    capture.add_argument(
        "--ask", action="store_true", help="send the request of that driver, again and again"
    )
    _line_settings(capture)
    capture.add_argument("--seconds", type=seconds, default=10.0, metavar="S", help="how long (default 10)")
    workbench = group.add(
        "workbench",
        "bench.cli.workbench:workbench",
        "live bytes beside what a driver makes of them, while its file is written",
        "tera driver workbench drivers/pasar.toml --port COM5",
    )
    workbench.add_argument("driver", metavar="DRIVER")
    workbench.add_argument("--port", required=True, metavar="URL")
    _line_settings(workbench)
    workbench.add_argument("-o", "--output", type=Path, metavar="DIR", help="where captures are saved")
    simulate = group.add(
        "simulate",
        "bench.cli.simulate:simulate",
        "serve the twin of a driver",
        "tera driver simulate cas-22 --tcp 4001 --scenario drift.toml --seed 3",
    )
    simulate.add_argument("driver", metavar="DRIVER")
    where = simulate.add_mutually_exclusive_group()
    where.add_argument("--pty", type=Path, metavar="LINK", help="make a pseudo-terminal and link it here")
    where.add_argument("--tcp", type=tcp_port, metavar="PORT", help="listen here (0: any free port)")
    simulate.add_argument(
        "--scenario", type=Path, metavar="FILE.toml", help="what it does and what goes wrong"
    )
    simulate.add_argument("--load", metavar="QUANTITY", help="what stands on it, as in '5 kg'")
    simulate.add_argument("--max", dest="maximum", metavar="QUANTITY", help="default 15 kg")
    simulate.add_argument("--interval", metavar="QUANTITY", help="its scale interval d (default 5 g)")
    simulate.add_argument("--seed", type=int, metavar="N", help="in place of the scenario's")
