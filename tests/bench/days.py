"""Thousands of seeded days on the simulated bench, and what must hold at the end of each.

    python -m tests.bench.days --days 1000 --seed 1 [--jobs 2]

A day is a handful of tests with power cuts, kills, refusing disks, pulled plugs, clocks that jump, retakes,
voided runs and a registry that comes and goes. A seed whose day breaks a rule is printed; `--days 1 --seed
N` repeats it.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path

from bench.audit import audit
from results.journal import Journal
from results.keys import read_trusted_keys
from results.outbox import Outbox, State
from results.verification import load_record
from tests.bench import virtual_time
from tests.bench.simulated_bench import CALM, EXPECTED, Job, Rates, World, day, prepare, work

MOST_SESSIONS = 40


def essence(conclusion) -> list:
    """What a verdict says: not when, and not at which attempt."""
    points = [(p.label, p.indication, p.error, p.corrected_error, p.outcome) for p in conclusion.points]
    return [conclusion.verdict, points]


KNOWN: dict[str, tuple[list, int]] = {}
"""what `undisturbed` has found in this process, or was told by another"""


def undisturbed(template: Path, body: str) -> tuple[list, int]:
    """The verdict of a test with which nothing happens, and how many instructions it has."""
    if body not in KNOWN:
        KNOWN[body] = _undisturbed(template, body)
    return KNOWN[body]


def _undisturbed(template: Path, body: str) -> tuple[list, int]:
    with tempfile.TemporaryDirectory() as folder, day(template, Path(folder) / "day", 0, CALM) as world:
        world.jobs = [Job(body)]
        virtual_time.run(work(world, world.jobs))
        assert world.jobs[0].conclusion is not None, world.told
        assert world.jobs[0].conclusion.verdict.outcome is EXPECTED[body]
        return essence(world.jobs[0].conclusion), world.ticks


def one_day(template: Path, seed: int, *, lying: bool = False) -> Counter:
    """Live one day and check it.

    Args:
        template: a prepared laboratory.
        seed: decides everything.
        lying: the disk says that it has synced and has not; then some days must break a rule.

    Raises:
        AssertionError: a rule was broken; the message says which.
    """
    for body in EXPECTED:
        undisturbed(template, body)  # before the day's own disk is there: two at once take each other's place
    with tempfile.TemporaryDirectory() as folder, day(template, Path(folder) / "day", seed) as world:
        world.disk.lying = lying
        chance = world.chance
        world.jobs = [
            Job(chance.choice(tuple(EXPECTED)), void=chance.random() < 0.1)
            for _ in range(chance.randint(1, 3))
        ]
        ticks = max(undisturbed(template, job.body)[1] for job in world.jobs)
        happened = Counter()
        for number in count():
            assert number < MOST_SESSIONS, f"the day does not end: {world.told[-5:]}"
            last = number >= MOST_SESSIONS - 10
            live(world, Rates(power=0) if last else Rates(), ticks)
            happened["sessions"] += 1
            if last:
                world.rates = CALM
            if all(job.over for job in world.jobs) and all_delivered(world):
                break
        world.settle()
        check(world, template)
        happened["runs"] = len(world.jobs)
        happened.update(world.told)
        happened["power lost"] = world.cuts
        return happened


def live(world: World, rates: Rates, ticks: int) -> None:
    """One session, at the end of which the power goes or not; then a break."""
    chance = world.chance
    most = chance.choice((20, 200, ticks))
    world.left = chance.randint(1, most) if chance.random() < rates.power else None
    world.kept_cache = chance.random() < 0.3
    try:
        virtual_time.run(work(world, world.jobs))
    except BaseException as end:
        if not world.disk.dead:
            raise
        if isinstance(end, KeyboardInterrupt):
            raise
    world.cuts += world.disk.dead
    world.left = None
    world.disk.power_on()
    world.wall += timedelta(
        seconds=chance.uniform(5, 5 * 3600) if chance.random() < rates.night else chance.uniform(5, 3000)
    )


def all_delivered(world: World) -> bool:
    with Outbox(world.folders.outbox) as outbox:
        return all(waiting.state is State.DELIVERED for waiting in outbox.records())


def check(world: World, template: Path) -> None:
    """What must hold whatever has happened."""
    keys = read_trusted_keys(world.folders.keys)
    with Journal(world.folders.journal, read_only=True) as journal:
        files = sorted(world.folders.records.glob("*.tera.json"))
        records = [load_record(file, keys) for file in files]
        journal.verify([record.record.journal_head for record in records])
        runs = journal.runs()
        rows = {kept.sequence: kept for run in runs for kept in journal.entries(run.run)}
    lost = [kept.sequence for kept in world.promised if rows.get(kept.sequence) != kept]
    assert not lost, f"acknowledged entries were lost or changed: {lost}"
    numbers = [run.begun.number for run in runs]
    assert numbers == [f"L-{place:06d}" for place in range(1, len(runs) + 1)], f"numbers: {numbers}"
    assert {run.run for run in runs} == {job.run for job in world.jobs}, "a run was begun twice"
    assert [record.record.number for record in records] == numbers, "a number without a record, or with two"
    size, _ = world.store.counts()
    assert size == len(runs), f"{size} leaves for {len(runs)} records"
    for record in records:
        known = world.sealed.get(record.record.record_id, record.envelope)
        assert known == record.envelope, f"{record.record.number} is not what was sealed first"
        entry = world.store.find_record(record.record.record_id)
        assert entry is not None, f"{record.record.number} is not registered"
        assert entry.submission.body == record.envelope, f"{record.record.number} is registered otherwise"
    for job, record in ((job, next(r for r in records if r.evidence.run == job.run)) for job in world.jobs):
        verdict = record.record.verdict
        if verdict is None:
            assert record.record.state in ("voided", "interrupted")
            continue
        assert verdict.outcome is EXPECTED[job.body], f"{job.body} became {verdict.outcome}"
        assert essence(record.record) == undisturbed(template, job.body)[0], f"{record.record.number} differs"
    audited = audit(records[0], deep=True)
    assert not audited.differences, f"the audit differs: {audited.differences[0]}"


def told(template: Path, seed: int, *, lying: bool = False) -> tuple[int, Counter | str]:
    """A day's counts, or the sentence of the rule that it broke."""
    try:
        return seed, one_day(template, seed, lying=lying)
    except Exception as broken:  # noqa: BLE001 -- whatever it is, the seed must be printed
        return seed, f"{type(broken).__name__}: {broken}"


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--days", type=int, default=100)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--jobs", type=int, default=1)
    chosen = options.parse_args()
    sys.unraisablehook = lambda _: None  # SQLite's own attempts after the power went
    began, total, broken = time.monotonic(), Counter(), 0
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(chosen.jobs) as pool:
        template = Path(folder)
        prepare(template)
        seeds = range(chosen.seed, chosen.seed + chosen.days)
        for seed, found in pool.map(partial(told, template), seeds, chunksize=4):
            if isinstance(found, str):
                broken += 1
                print(f"seed {seed}: {found}", flush=True)
            else:
                total.update(found)
    print(f"{chosen.days} days from seed {chosen.seed}, {broken} broken, {time.monotonic() - began:.0f} s")
    for name, number in total.most_common():
        print(f"  {name}: {number}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
