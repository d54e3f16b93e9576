"""The commands and options for sealed records and keys. Importing this imports nothing heavy."""

import argparse
from pathlib import Path

from bench.cli.driver_parser import Commands
from bench.cli.retention_parser import retention_commands


def _record(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "file", type=Path, metavar="RECORD", help="its number here, its file, or a paper with it"
    )


def _keys(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--keys",
        type=Path,
        metavar="DIR",
        help="trust the .pub files of this folder, and no others (default: the laboratory's own keys)",
    )


def record_commands(group: Commands) -> None:
    """Add everything that is done with sealed records and with the keys that seal."""
    record = group.group("record", "look at, check and hand on a sealed record")
    for name, summary in (
        ("show", "show a record"),
        ("verify", "check hash, signatures, chain and inclusion proof"),
    ):
        command = record.add(
            name,
            f"bench.cli.records:{name}",
            summary,
            f"tera record {name} 000017",
            json=True,
        )
        _record(command)
        _keys(command)
    export = record.add(
        "export",
        "bench.cli.records:export",
        "hand on a record",
        "tera record export 000017 --format csv",
    )
    _record(export)
    _keys(export)
    export.add_argument("--format", choices=("json", "csv", "xlsx", "dcc"), default="json")
    export.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="where to write it (default: standard output)"
    )
    audit = group.add(
        "audit",
        "bench.cli.audit:audit",
        "derive points and verdict again from the sealed readings",
        "tera audit --deep data/records",
        json=True,
    )
    audit.add_argument(
        "files", nargs="+", type=Path, metavar="RECORD", help="numbers, files, or folders of them"
    )
    _keys(audit)
    audit.add_argument("--deep", action="store_true", help="from the raw frames, through the driver")
    backup = group.add(
        "backup",
        "bench.cli.backup:backup",
        "copy journal, records and evidence into a new folder",
        "tera backup /media/stick",
        json=True,
    )
    backup.add_argument("folder", type=Path, metavar="DIR", help="the backup becomes a new folder in it")
    restore = group.add(
        "restore",
        "bench.cli.backup:put_back",
        "restore a backup, and check all of it",
        "tera restore --drill /media/stick/tera-20261121-160000",
        json=True,
    )
    restore.add_argument("backup", type=Path, metavar="BACKUP")
    where = restore.add_mutually_exclusive_group(required=True)
    where.add_argument("--drill", action="store_true", help="into a scratch folder, only to check it")
    where.add_argument("--into", type=Path, metavar="DIR", help="into a new or empty folder")
    retention_commands(group.group("retention", "what may be let go, and what was"))
    approve = group.add(
        "approve",
        "bench.cli.approval:approve",
        "check or approve a record with an electronic signature on its paper",
        "tera approve 000017 --person kepala --p12 kepala.p12",
        json=True,
    )
    _record(approve)
    _keys(approve)
    approve.add_argument("--person", required=True, metavar="ID", help="who signs, by id in laboratory.toml")
    approve.add_argument(
        "--meaning",
        choices=("memeriksa", "mengesahkan"),
        default="mengesahkan",
        help="what the signature says",
    )
    approve.add_argument(
        "--p12", type=Path, metavar="FILE", help="the person's certificate as a PKCS#12 file"
    )
    approve.add_argument("--token", metavar="LABEL", help="the person's smart card or token (PKCS#11)")
    approve.add_argument(
        "--library", type=Path, metavar="FILE", help="the PKCS#11 library of the token's maker"
    )
    approve.add_argument("--label", metavar="TEXT", help="label of key and certificate on the token")
    approve.add_argument(
        "--service", metavar="URL", help="the office's client of the state's signing service"
    )
    approve.add_argument("--nik", metavar="NIK", help="the person's national number at the service")
    _amending(group)
    _trail(group.group("audit-trail", "what happened at this bench, and that none of it was changed"))
    certificate = group.add(
        "certificate",
        "bench.cli.records:certificate",
        "SKHP or rejection letter",
        "tera certificate 000017",
    )
    _record(certificate)
    _keys(certificate)
    certificate.add_argument("-o", "--output", type=Path, metavar="FILE.pdf")
    outbox = group.add(
        "outbox", "bench.cli.outbox:outbox", "what waits for the registry", "tera outbox", json=True
    )
    outbox.add_argument(
        "action",
        nargs="?",
        choices=("export", "import"),
        help="to a stick, for the registry's office; or from it, with the proofs",
    )
    outbox.add_argument("folder", nargs="?", type=Path, metavar="DIR", help="the folder on the stick")
    push = group.add("push", "bench.cli.outbox:push", "deliver what waits", "tera push --watch", json=True)
    push.add_argument("--watch", action="store_true", help="go on delivering until stopped")
    _keys_of_the_bench(group.group("key", "the keys that seal at this bench"))


def _trail(trail: Commands) -> None:
    trail.add(
        "verify",
        "bench.cli.trail:verify",
        "check chain, order rules and numbers of the journal",
        "tera audit-trail verify",
        json=True,
    )
    shown = trail.add(
        "show", "bench.cli.trail:show", "who did what, when and why", "tera audit-trail show", json=True
    )
    shown.add_argument("--run", metavar="RUN", help="only this run, by its id or record number")
    clock = trail.add(
        "clock",
        "bench.cli.clock:set_right",
        "say that the clock had been ahead and is right now",
        'tera audit-trail clock --by kepala --reason "baterai jam habis"',
    )
    clock.add_argument("--by", required=True, metavar="ID", help="who says it, by id in laboratory.toml")
    clock.add_argument("--reason", required=True, metavar="TEXT", help="why; stands in the audit trail")


def _amending(group: Commands) -> None:
    amend = group.add(
        "amend",
        "bench.cli.amending:amend",
        "correct owner, identity, order or place by a new record",
        'tera amend 000017 --serial A-17 --reason "salah ketik"',
        json=True,
    )
    _record(amend)
    _keys(amend)
    amend.add_argument("--reason", required=True, metavar="TEXT", help="why; stands on the new paper")
    for option, name, what in (
        ("--owner-name", "owner_name", "the owner's name"),
        ("--owner-address", "owner_address", "the owner's address"),
        ("--maker", "identity_maker", "the maker"),
        ("--model", "identity_model", "the model"),
        ("--serial", "identity_serial", "the serial number"),
        ("--type-approval", "identity_type_approval", "the type approval"),
        ("--year", "identity_year", "the year in which it was made"),
        ("--order", "order", "the order number"),
        ("--place", "place", "the place of the test"),
        ("--on-behalf-of", "on_behalf_of", "the regency for which it was tested"),
    ):
        amend.add_argument(option, dest=name, metavar="TEXT", help=f"{what} as it must be")


def _keys_of_the_bench(group: Commands) -> None:
    group.add("list", "bench.cli.keys:show", "the keys that are trusted here", "tera key list", json=True)
    new = group.add("new", "bench.cli.keys:new", "make a key before it is needed", "tera key new penera1")
    rotate = group.add(
        "rotate", "bench.cli.keys:rotate", "replace a key", 'tera key rotate bench --reason "komputer baru"'
    )
    for command in (new, rotate):
        command.add_argument("whose", metavar="WHOSE", help="bench, or the id of a person")
    revoke = group.add(
        "revoke",
        "bench.cli.keys:withdraw",
        "say that nothing counts that a key signs from now on",
        'tera key revoke 3f9a12c4 --reason "laptop hilang"',
    )
    revoke.add_argument("key", metavar="KEY", help="the first digits of its id")
    revoke.add_argument("--since", metavar="TIME", help="from when on (default: now)")
    for command in (rotate, revoke):
        command.add_argument("--reason", required=True, metavar="TEXT")
        command.add_argument("--by", metavar="ID", help="who does it, and shows it with the PIN")
