"""The commands and options for evidence that is let go after its retention. Importing this is light."""

import argparse
from pathlib import Path

from bench.cli.driver_parser import Commands


def retention_commands(group: Commands) -> None:
    """Add everything that is done with evidence whose time is over."""
    show = group.add(
        "show",
        "bench.cli.retention:show",
        "how old each record is, where it is kept, and what may be let go",
        "tera retention show 000017",
        json=True,
    )
    show.add_argument("number", nargs="*", metavar="NUMBER", help="of a record (default: all)")
    release = group.add(
        "release",
        "bench.cli.retention:release",
        "let the evidence files of records go that are in two verified copies",
        'tera retention release 000017 --by kepala --reason "habis masa simpan"',
        json=True,
    )
    which = release.add_mutually_exclusive_group(required=True)
    which.add_argument("number", nargs="*", metavar="NUMBER", default=[], help="of a record")
    which.add_argument("--before", metavar="DAY", help="all that may go, of tests that ended before that day")
    release.add_argument(
        "--by", required=True, metavar="ID", help="who lets them go, by id in laboratory.toml"
    )
    release.add_argument("--reason", required=True, metavar="TEXT", help="why; stands in the audit trail")
    put_back = group.add(
        "return",
        "bench.cli.retention:bring_back",
        "put evidence that was let go back from a copy",
        "tera retention return 000017 --copy /media/stick/tera-20261121-160000",
        json=True,
    )
    put_back.add_argument("number", metavar="NUMBER", help="of the record")
    for command in (release, put_back):
        _copies(command)


def _copies(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--copy",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="a backup that holds it, once for each (default: where they were when they were checked)",
    )
