"""`tera backup` and `tera restore`: a copy that can be relied on, because the drill has shown it."""

import asyncio
import tempfile
from argparse import Namespace
from pathlib import Path
from typing import Final

from bench.cli.exit_code import ExitCode
from bench.cli.output import emit, say, warn
from bench.labels import Labels
from bench.rereading import note_drill
from bench.restoring import later_entries, replaced_later, retired_at, revoked_later, settle
from drivers.clock import SystemClock
from drivers.errors import PlainError
from results.backup import back_up, restore, room_beside
from results.drill import Drill, examine, missing_of
from results.storage import put_folder

_GRAVITY: Final = (ExitCode.DONE, ExitCode.IN_DOUBT, ExitCode.INTEGRITY)


def backup(options: Namespace) -> int:
    """Copy journal, records, evidence, papers, receipts, public keys and encrypted keys into a new folder."""
    clock = SystemClock()
    target = options.folder / f"tera-{clock.utc():%Y%m%d-%H%M%S}"
    manifest = back_up(options.lab, target, at=clock.utc().isoformat())
    missing = missing_of(target, manifest)
    code = ExitCode.INTEGRITY if missing else ExitCode.DONE
    if options.json:
        emit(
            {
                "backup": str(target),
                "entries": manifest.entries,
                "records": len(manifest.records),
                "files": len(manifest.files),
                "left_out": list(manifest.left_out),
                "missing": list(missing),
            }
        )
        return code
    labels = Labels(options.lang)
    facts = {"entries": manifest.entries, "records": len(manifest.records), "files": len(manifest.files)}
    say(labels.text("command.backed_up", folder=str(target), **facts))
    for name in manifest.left_out:
        say(f"  ▲ {labels.text('command.left_out', file=name)}")
    for name in missing:
        say(f"  ✘ {labels.text('command.missing', file=name)}")
    return code


def put_back(options: Namespace) -> int:
    """Restore a backup into a new folder; `--drill` into a scratch folder that is thrown away again."""
    if options.into is not None:
        target = options.into.resolve()
        room = room_beside(target)
        code, drill = _restored(options, room)
        return max(code, _put_in_place(options, drill, room, target), key=_GRAVITY.index)
    with tempfile.TemporaryDirectory(prefix="tera-drill-") as scratch:
        return _restored(options, Path(scratch))[0]


def _restored(options: Namespace, target: Path) -> tuple[ExitCode, Drill]:
    clock = SystemClock()
    began = clock.monotonic()
    drill = examine(target, restore(options.backup, target))
    seconds = clock.monotonic() - began
    labels = Labels(options.lang)
    unnoted = ""
    later: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    try:
        entries = later_entries(options.lab, drill.manifest)
        later, replaced = revoked_later(target, entries), replaced_later(target, entries)
        noted = note_drill(options.lab, options.backup, drill, clock)
    except PlainError as fault:
        noted, unnoted = False, labels.problem(fault)[0]
    if options.json:
        emit(
            _as_program(drill, seconds)
            | {"noted": noted, "revoked_later": list(later), "replaced_later": list(replaced)}
        )
    else:
        _tell(labels, drill, seconds)
        if noted:
            say(f"  {labels.text('command.copy_noted')}")
        elif unnoted:
            say(f"  ▲ {labels.text('command.copy_not_noted', why=unnoted)}")
    for keyid in later:
        warn(f"▲ {labels.text('command.revoked_later', key=keyid[:16])}")
    for keyid in replaced:
        warn(f"▲ {labels.text('command.replaced_later', key=keyid[:16])}")
    return (ExitCode.DONE if drill.sound else ExitCode.INTEGRITY), drill


def _put_in_place(options: Namespace, drill: Drill, room: Path, target: Path) -> ExitCode:
    """Give a restored bench its folder, and say loudly what it must know and its backup did not."""
    labels = Labels(options.lang)
    try:
        entries = later_entries(options.lab, drill.manifest)
        learned = asyncio.run(
            settle(room, options.backup, drill.manifest, entries, clock=SystemClock(), retired=retired_at)
        )
        put_folder(room, target)
    except PlainError as fault:
        warn(f"▲ {' '.join(labels.problem(fault))}")
        warn(f"▲ {labels.text('command.not_in_place', folder=str(room))}")
        return ExitCode.IN_DOUBT
    for keyid in learned.revoked:
        warn(f"▲ {labels.text('command.revoked_again', key=keyid[:16])}")
    for keyid in learned.replaced:
        warn(f"▲ {labels.text('command.replaced_again', key=keyid[:16])}")
    for keyid in learned.retired:
        warn(f"▲ {labels.text('command.retired_there', key=keyid[:16])}")
    if learned.unasked is not None:
        why = labels.problem(learned.unasked)[0]
        warn(f"▲ {labels.text('command.register_unasked', why=why)}")
    return ExitCode.IN_DOUBT if learned.retired else ExitCode.DONE


def _as_program(drill: Drill, seconds: float) -> dict[str, object]:
    return {
        "ok": drill.sound,
        "made_at": drill.manifest.made_at,
        "entries": drill.manifest.entries,
        "records": drill.records,
        "released": list(drill.released),
        "missing": list(drill.missing),
        "faults": list(drill.faults),
        "left_out": list(drill.manifest.left_out),
        "took": {"value": f"{seconds:.1f}", "unit": "s"},
    }


def _tell(labels: Labels, drill: Drill, seconds: float) -> None:
    facts = {"entries": drill.manifest.entries, "records": drill.records, "seconds": f"{seconds:.1f}"}
    say(f"{'✔' if drill.sound else '✘'} {labels.text('command.restored', **facts)}")
    if drill.released:
        say(f"  – {labels.text('command.without_evidence', count=len(drill.released))}")
    for name in drill.missing:
        say(f"  ✘ {labels.text('command.missing', file=name)}")
    for fault in drill.faults:
        say(f"  ✘ {fault}")
    for name in drill.manifest.left_out:
        say(f"  ▲ {labels.text('command.left_out', file=name)}")
