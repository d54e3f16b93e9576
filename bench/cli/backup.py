"""`tera backup` and `tera restore`: a copy that can be relied on, because the drill has shown it."""

import tempfile
from argparse import Namespace
from pathlib import Path

from bench.cli.exit_code import ExitCode
from bench.cli.output import emit, say
from bench.labels import Labels
from drivers.clock import SystemClock
from results.backup import Drill, back_up, examine, restore


def backup(options: Namespace) -> int:
    """Copy journal, records, evidence, papers, receipts, public keys and encrypted keys into a new folder."""
    clock = SystemClock()
    target = options.folder / f"tera-{clock.utc():%Y%m%d-%H%M%S}"
    manifest = back_up(options.lab, target, at=clock.utc().isoformat())
    if options.json:
        emit(
            {
                "backup": str(target),
                "entries": manifest.entries,
                "records": len(manifest.records),
                "files": len(manifest.files),
                "left_out": list(manifest.left_out),
            }
        )
        return ExitCode.DONE
    labels = Labels(options.lang)
    facts = {"entries": manifest.entries, "records": len(manifest.records), "files": len(manifest.files)}
    say(labels.text("command.backed_up", folder=str(target), **facts))
    for name in manifest.left_out:
        say(f"  ▲ {labels.text('command.left_out', file=name)}")
    return ExitCode.DONE


def put_back(options: Namespace) -> int:
    """Restore a backup into a new folder; `--drill` into a scratch folder that is thrown away again."""
    if options.into is not None:
        return _restored(options, options.into)
    with tempfile.TemporaryDirectory(prefix="tera-drill-") as scratch:
        return _restored(options, Path(scratch))


def _restored(options: Namespace, target: Path) -> int:
    clock = SystemClock()
    began = clock.monotonic()
    drill = examine(target, restore(options.backup, target))
    seconds = clock.monotonic() - began
    if options.json:
        emit(_as_program(drill, seconds))
    else:
        _tell(Labels(options.lang), drill, seconds)
    return ExitCode.DONE if drill.sound else ExitCode.INTEGRITY


def _as_program(drill: Drill, seconds: float) -> dict[str, object]:
    return {
        "ok": drill.sound,
        "made_at": drill.manifest.made_at,
        "entries": drill.manifest.entries,
        "records": drill.records,
        "missing": list(drill.missing),
        "faults": list(drill.faults),
        "left_out": list(drill.manifest.left_out),
        "took": {"value": f"{seconds:.1f}", "unit": "s"},
    }


def _tell(labels: Labels, drill: Drill, seconds: float) -> None:
    facts = {"entries": drill.manifest.entries, "records": drill.records, "seconds": f"{seconds:.1f}"}
    say(f"{'✔' if drill.sound else '✘'} {labels.text('command.restored', **facts)}")
    for name in drill.missing:
        say(f"  ✘ {labels.text('command.missing', file=name)}")
    for fault in drill.faults:
        say(f"  ✘ {fault}")
    for name in drill.manifest.left_out:
        say(f"  ▲ {labels.text('command.left_out', file=name)}")
