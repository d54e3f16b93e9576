"""SIGKILL at random moments of runs on twins, and what comes back.

    python -m tests.bench.random_kills 1000 [--seed 1] [--disk plain|lossy] [--jobs 2]

Each trial is a process of its own that tests a scale from the first entry to the sealed record and its
delivery, and is killed after a random time. It tells each acknowledged entry through a pipe; a pipe
outlives a kill. A second process finishes the run, and then every acknowledged entry must be there and the
verdict must be the undisturbed one.

`plain`: the system's own files, synced for good. `lossy`: files of which only what was synced survives,
pieces of the rest reaching the disk early and torn; the kill is then a loss of power.
"""

import argparse
import os
import pickle
import random
import select
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from bench.laboratory import Folders
from results.journal import Journal
from tests.bench import virtual_time
from tests.bench.days import KNOWN, check, undisturbed
from tests.bench.simulated_bench import CALM, Job, Witness, day, prepare, reopened, work

BODIES = ("sound", "eccentric")
LONGEST_S = 60.0
_TRIES = 12
_TOLD_EACH = 100


def in_child(task: Callable[[int], None], *, kill_after: float | None = None) -> tuple[int, bytes]:
    """Do `task` in a process of its own with the writing end of a pipe; its exit status and what it wrote."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(reading)
            task(writing)
            status = 0
        except BaseException:  # noqa: BLE001 -- whatever it is, the parent must hear of it
            os.write(writing, traceback.format_exc().encode())
        os._exit(status)
    os.close(writing)
    told, began = b"", time.monotonic()
    while True:
        now = time.monotonic() - began
        if (kill_after is not None and now >= kill_after) or now > LONGEST_S:
            os.kill(child, signal.SIGKILL)
            kill_after = None
        left = LONGEST_S - now if kill_after is None else kill_after - now
        if select.select([reading], [], [], max(0.0, min(left, 1.0)))[0]:
            piece = os.read(reading, 65536)
            if not piece:
                break
            told += piece
    os.close(reading)
    return os.waitpid(child, 0)[1], told


def one_run(world, body: str) -> None:
    world.jobs = world.jobs or [Job(body)]
    virtual_time.run(work(world, world.jobs))


def trial(template: Path, seed: int, *, disk: str, duration: float) -> str:
    """Kill one run and finish it; what the first process was doing when it was killed.

    Raises:
        AssertionError: something acknowledged is not there, or the verdict is another.
    """
    chance = random.Random(seed)  # noqa: S311 -- reproducible, no secret
    body = chance.choice(BODIES)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "lab"

        def first(writing: int) -> None:
            with day(template, root, seed, CALM, lossy=disk == "lossy") as world:
                Witness.told = lambda kept: os.write(writing, f"{kept.sequence} {kept.hash}\n".encode())
                os.write(writing, b"begun\n")
                one_run(world, body)

        def second(writing: int) -> None:
            with reopened(root, seed) as world:
                world.jobs = [Job(body)]
                one_run(world, body)
                assert world.jobs[0].over, world.told
                world.settle()
                check(world, template)

        # The time counts from the moment at which the program begins to work. A run that was over first, for
        # the machine was busier when an undisturbed one was measured, is begun again with less time.
        for _ in range(_TRIES):
            status, told = in_child(first, kill_after=chance.uniform(0, duration))
            if os.WIFSIGNALED(status):
                break
            assert os.WEXITSTATUS(status) == 0, told.decode()
            shutil.rmtree(root)
            duration *= 0.7
        else:
            return "never killed"
        acknowledged = [line.split() for line in told.decode().splitlines() if line[:1].isdigit()]
        if not (root / "order.toml").exists():
            shutil.rmtree(root, ignore_errors=True)
            return "not begun"
        status, told = in_child(second)
        assert os.WIFEXITED(status), "the second process did not end"
        assert os.WEXITSTATUS(status) == 0, told.decode()
        lost = missing(root, acknowledged)
        assert not lost, f"acknowledged and lost: {lost}"
        tens = len(acknowledged) // 20 * 20
        return f"killed after {tens} to {tens + 19} entries"


def told(template: Path, seed: int, *, disk: str, duration: float) -> tuple[int, str, bool]:
    """What a trial has seen, and whether the rules held."""
    try:
        return seed, trial(template, seed, disk=disk, duration=duration), True
    except AssertionError as fault:
        return seed, str(fault), False


def missing(root: Path, acknowledged: list[list[str]]) -> list[list[str]]:
    """The acknowledged entries that the journal does not hold."""
    with Journal(Folders(root).journal, read_only=True) as journal:
        rows = {
            (str(kept.sequence), kept.hash) for run in journal.runs() for kept in journal.entries(run.run)
        }
    return [row for row in acknowledged if tuple(row) not in rows]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("trials", type=int, nargs="?", default=1000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--jobs", type=int, default=2)
    options.add_argument("--disk", choices=("plain", "lossy"), default="plain")
    chosen = options.parse_args()
    began, seen = time.monotonic(), Counter()
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "template"
        template.mkdir()
        prepare(template)
        # In a child: who has set a paper has threads, and a fork copies their locks without them.
        status, found = in_child(lambda writing: known(template, writing))
        assert status == 0, found.decode()
        KNOWN.update(pickle.loads(found))  # noqa: S301 -- our own child's
        duration = measured(template, chosen.disk)
        one = partial(told, template, disk=chosen.disk, duration=duration)
        seeds = range(chosen.seed, chosen.seed + chosen.trials)
        with ProcessPoolExecutor(chosen.jobs, initializer=KNOWN.update, initargs=(KNOWN,)) as pool:
            for seed, found, holds in pool.map(one, seeds, chunksize=4):
                seen[found if holds else "broken"] += 1
                if not holds:
                    print(f"seed {seed}: {found}", flush=True)
                if seen.total() % _TOLD_EACH == 0:
                    print(f"{seen.total()} done, {seen['broken']} broken", flush=True)
    broken = seen["broken"]
    print(
        f"{chosen.trials} kills on the {chosen.disk} disk, {broken} broken, "
        f"{time.monotonic() - began:.0f} s; "
        f"an undisturbed run takes {duration:.2f} s"
    )
    for name, number in sorted(seen.items()):
        print(f"  {name}: {number}")
    return 1 if broken else 0


def known(template: Path, writing: int) -> None:
    """The undisturbed verdicts, for all later processes."""
    for body in BODIES:
        undisturbed(template, body)
    os.write(writing, pickle.dumps(KNOWN))


def measured(template: Path, disk: str) -> float:
    """How long an undisturbed run takes in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:

        def whole(writing: int) -> None:
            with day(template, Path(folder) / "lab", 0, CALM, lossy=disk == "lossy") as world:
                one_run(world, BODIES[0])

        began = time.monotonic()
        status, told = in_child(whole)
        assert status == 0, told.decode()
        return time.monotonic() - began


if __name__ == "__main__":
    sys.exit(main())
