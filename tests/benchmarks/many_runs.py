"""What a year costs who opens the bench in the morning: a journal of few runs and one of many, asked alike.

    python -m tests.benchmarks.many_runs [RUNS]

One tested scale is written again and again into the journal, each time as a run of its own with its number,
its place in the chain and all of its entries. The few and the many are asked in turns, so that a busy machine
is busy for both.
"""

import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import apsw
import msgspec

from drivers.notation import to_json
from results.chain import entry_hash
from results.entry import Kept, RunBegun
from results.journal import Journal
from results.number import number_of, sequence_of
from results.run_summary import order_digest
from tests.bench import virtual_time
from tests.bench.simulated_bench import CALM, Job, day, prepare, work

FEW = 100
MANY = 10_000


def tested_scale(folder: Path) -> Path:
    """The journal of a bench that has tested one scale."""
    prepare(folder / "template")
    with day(folder / "template", folder / "lab", 1, CALM, lossy=False) as world:
        world.jobs = [Job("sound")]
        virtual_time.run(work(world, world.jobs))
        return world.folders.journal


def multiplied(source: Path, target: Path, runs: int) -> None:
    """Copy a journal of one run and write that run into it again until there are so many."""
    shutil.copy(source, target)
    with Journal(target) as journal:
        one = journal.runs()[0]
        entries, (*_, last) = journal.entries(one.run), journal.all()
    first = sequence_of(one.begun.number)
    database = apsw.Connection(str(target))
    database.execute("BEGIN")
    sequence, previous = last.sequence, last.hash
    for count in range(first + 1, first + runs):
        run = f"{one.run}-{count}"
        begun, *rest = entries
        assert isinstance(begun.entry, RunBegun)
        training = begun.entry.training
        numbered = msgspec.structs.replace(begun.entry, number=number_of(count, training=training))
        database.execute("INSERT INTO number VALUES (?, ?, ?)", (int(training), count, run))
        database.execute(
            "INSERT INTO ordered VALUES (?, ?)", (run, order_digest(numbered.job, numbered.assignment))
        )
        for kept in (msgspec.structs.replace(begun, body=to_json(numbered)), *rest):
            sequence, previous = sequence + 1, insert(database, kept, run, sequence + 1, previous)
    database.execute("COMMIT")
    database.close()


def insert(database: apsw.Connection, kept: Kept, run: str, sequence: int, previous: str) -> str:
    row = {"run": run, "at": kept.at, "elapsed": kept.elapsed, "previous": previous, "body": kept.body}
    own = entry_hash(sequence, run=run, at=kept.at, elapsed=kept.elapsed, previous=previous, body=kept.body)
    database.execute(
        "INSERT INTO entry (sequence, run, at, elapsed, body, previous, hash) "
        "VALUES (:sequence, :run, :at, :elapsed, :body, :previous, :hash)",
        row | {"sequence": sequence, "hash": own},
    )
    return own


def opened(file: Path) -> None:
    with Journal(file) as journal:
        journal.run_list.unsealed()


def shown(file: Path) -> None:
    with Journal(file) as journal:
        journal.run_list.unsealed()
        journal.run_list.newest(200)
        len(journal.run_list)


def found(file: Path) -> None:
    with Journal(file) as journal:
        assert journal.run_list.named(journal.run_list.newest(1)[0].begun.number) is not None


def replaced(file: Path) -> None:
    with Journal(file, read_only=True) as journal:
        assert not journal.run_list.replacing("BENCH-99:000001")


def listed(file: Path) -> None:
    with Journal(file, read_only=True) as journal:
        journal.runs()


def verified(file: Path) -> None:
    with Journal(file, read_only=True) as journal:
        journal.verify()


def compare(name: str, question: Callable[[Path], None], few: Path, many: Path, times: int) -> None:
    took: dict[Path, list[float]] = {few: [], many: []}
    for _ in range(times):
        for file, all_of_it in took.items():
            start = time.process_time()
            question(file)
            all_of_it.append((time.process_time() - start) * 1e3)
    small, large = (statistics.median(took[file]) for file in (few, many))
    print(f"  {name:34} {small:9.1f} ms   {large:9.1f} ms   ratio {large / small:6.1f}")


def main() -> None:
    runs = int(sys.argv[1]) if sys.argv[1:] else MANY
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = tested_scale(folder)
        few, many = folder / "few.db", folder / "many.db"
        multiplied(source, few, FEW)
        multiplied(source, many, runs)
        print(f"CPU of questions to a journal of {FEW} and of {runs} runs")
        compare("opened, what has no seal", opened, few, many, 9)
        compare("as the home screen shows it", shown, few, many, 9)
        compare("one run by its number", found, few, many, 9)
        compare("what replaces a record", replaced, few, many, 9)
        compare("a list of all", listed, few, many, 3)
        compare("verified from end to end", verified, few, many, 1)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"  memory at its highest: {peak:.0f} MB, the journal {many.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
