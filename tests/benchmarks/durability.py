"""What durability costs: a kept effect beside a bare commit, sealing, and auditing. Both sides in one run.

    python -m tests.benchmarks.durability

Effects and bare commits take turns, so that a busy machine is busy for both; the median of each is compared.
What is audited is a folder of copies of one record with its evidence and receipt, by the command itself.
"""

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import apsw
import msgspec

from bench.audit import audit
from drivers.notation import to_json
from results import sealing
from results.entry import Done, Entry
from results.journal import Journal
from results.naming import EVIDENCE_SUFFIX, RECEIPT_SUFFIX, RECORD_SUFFIX
from results.verification import load_record
from tests.bench import virtual_time
from tests.bench.simulated_bench import CALM, Job, day, prepare, reopened, work
from tests.results.made_run import begun, keys_in, seal_with, weigh_points, write_run

COPIES = 1000
YEAR = 47_164
"""instruments that one regency verified in a year"""
AT = "2026-11-21T09:00:00+07:00"
READING = {
    "instrument": "timbangan",
    "indication": {"value": "12.340", "unit": "kg"},
    "stability": "stable",
    "origin": "instrument",
    "frame": "U1QsR1MsKzAxMi4zNDBrZw0K",
    "driver": {"id": "st-gs", "digest": "0" * 64},
    "received_at": "2026-11-21T09:00:00Z",
    "elapsed": 1.25,
}


def effect(samples: int) -> Entry:
    arguments = {"role": "uut", "high_resolution": False}
    return Done(
        path="accuracy/5000 g/settled",
        verb="settled",
        arguments=arguments,
        result=READING,
        samples=(READING,) * samples,
    )


def cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def effects(folder: Path, count: int, samples: int) -> None:
    entry = effect(samples)
    body = to_json(entry)
    name = f"{count}-{samples}"
    bare = apsw.Connection(str(folder / f"bare-{name}.db"))
    bare.execute("PRAGMA journal_mode = WAL")
    bare.execute("PRAGMA synchronous = FULL")
    bare.execute("CREATE TABLE kept (sequence INTEGER PRIMARY KEY, run, at, elapsed, body, previous, hash)")
    ours, theirs, ours_cpu, theirs_cpu = [], [], 0.0, 0.0
    with Journal(folder / f"journal-{name}.db") as journal:
        journal.begin("run-1", begun(), at=AT, elapsed=0.0)
        for _ in range(count):
            used, start = cpu_s(), time.perf_counter()
            journal.append("run-1", entry, at=AT, elapsed=1.0)
            ours.append(time.perf_counter() - start)
            ours_cpu += cpu_s() - used
            used, start = cpu_s(), time.perf_counter()
            bare.execute("BEGIN IMMEDIATE")
            bare.execute(
                "INSERT INTO kept (run, at, elapsed, body, previous, hash) VALUES (?, ?, ?, ?, ?, ?)",
                ("run-1", AT, 1.0, body, "0" * 64, "0" * 64),
            )
            bare.execute("COMMIT")
            theirs.append(time.perf_counter() - start)
            theirs_cpu += cpu_s() - used
    bare.close()
    kept, other = statistics.median(ours) * 1e3, statistics.median(theirs) * 1e3
    print(
        f"  {count:6d} effects of {len(body):5d} B: {kept:.3f} ms, bare {other:.3f} ms, "
        f"ratio {kept / other:.2f}; "
        f"CPU {ours_cpu / count * 1e3:.3f} ms, bare {theirs_cpu / count * 1e3:.3f} ms"
    )


def per_s(work_once: Callable[[], object], times: int) -> float:
    work_once()
    used = cpu_s()
    for _ in range(times):
        work_once()
    return times / (cpu_s() - used)


def sealings(folder: Path) -> None:
    print("Sealing 100 points with 6,000 raw samples: evidence, record, signatures, journal; then the paper")
    points = [
        msgspec.structs.replace(point, label=f"{point.label} {place}")
        for place, point in enumerate((weigh_points() * 10)[:100])
    ]
    used = cpu_s()
    sealing.get_ready()
    print(f"  {(cpu_s() - used) * 1e3:.1f} ms CPU before the test, once in a program: libraries are loaded")
    paper = sealing.keep_paper
    with Journal(folder / "seal.db") as journal:
        keys_in(folder / "keys")
        for run in ("run-1", "run-2", "run-3"):
            write_run(journal, run, end="concluded", points=points, samples=59)
            sealing.keep_paper = lambda *_: None
            used = cpu_s()
            sealed = seal_with(journal, folder / "keys", folder / "records", run)
            took = cpu_s() - used
            sealing.keep_paper = paper
            used = cpu_s()
            seal_with(journal, folder / "keys", folder / "records", run)
            record, evidence = sealed.record.stat().st_size, sealed.evidence.stat().st_size
            print(
                f"  {took * 1e3:.1f} ms CPU; checked again and paper set {(cpu_s() - used) * 1e3:.1f} ms; "
                f"record {record} B, evidence {evidence} B"
            )


def audits(folder: Path) -> None:
    prepare(folder / "template")
    with day(folder / "template", folder / "lab", 1, CALM, lossy=False) as world:
        world.jobs = [Job("sound")]
        virtual_time.run(work(world, world.jobs))
    with reopened(folder / "lab", 1) as world:
        file = next(world.folders.records.glob("*.tera.json"))
        _, keys = keys_in(world.folders.keys)
        entries = len(load_record(file, keys).evidence.entries)
        print(f"  a test of a scale with {entries} entries; records a CPU second of one core:")
        print(f"    verified, one again and again  {per_s(lambda: load_record(file, keys), 200):6.1f}")
        again = per_s(lambda: audit(load_record(file, keys, tables=False)), 200)
        print(f"    audited, one again and again   {again:6.1f}")
    copy_often(file)
    for deep in ([], ["--deep"]):
        command = ["--lab", str(world.folders.root), "audit", *deep]
        alone, began = told([*command, str(file)])
        used, took = told([*command, str(file.parent)])
        rate, whole = COPIES / (used - alone), (COPIES + 1) / used
        year = began + (took - began) / COPIES * YEAR
        print(
            f"    tera {' '.join(['audit', *deep]):12s}            {rate:6.1f}, with its start {whole:6.1f}"
        )
        print(f"      {COPIES} took {took:.1f} s; a year of {YEAR}: {year / 60:.1f} minutes")


def copy_often(file: Path) -> None:
    """Let all that belongs to a record stand beside it very often."""
    stem = file.name.partition(".")[0]
    for number in range(COPIES):
        for part in (RECORD_SUFFIX, EVIDENCE_SUFFIX, RECEIPT_SUFFIX):
            file.with_name(f"copy-{number}{part}").hardlink_to(file.with_name(f"{stem}{part}"))


def told(command: list[str]) -> tuple[float, float]:
    """CPU seconds of all its processes and seconds of a command, which must find nothing."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, "-m", "bench", *command], check=True, stdout=subprocess.DEVNULL)
    took, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, took


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print("A journaled, chained, synced effect beside a bare SQLite FULL commit of the same bytes")
        for count in (10, 100, 1000, 10_000):
            effects(folder, count, samples=0)
        effects(folder, 1000, samples=10)
        sealings(folder)
        print("Auditing")
        audits(folder)


if __name__ == "__main__":
    main()
