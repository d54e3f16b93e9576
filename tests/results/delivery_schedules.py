"""Delivery through a rough line, by seeded schedules: one leaf a record, and every receipt verified.

`python -m tests.results.delivery_schedules 10000` runs that many and prints what the line did; a second
number is the first seed. A schedule is one to six records that wait together, and the weather of all that
crosses until all of them are delivered; one server, one bench and its keys serve all of them.
"""

import asyncio
import logging
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from results.delivery import deliver, read_receipt
from results.merkle import leaf_hash
from results.outbox import Outbox, State
from results.registry.server import EmbeddedRegistry
from results.registry.tables import NodeRow
from results.registry_client import HttpRegistryLine, Patience
from tests.results.registry_bench import OFFICE, Bench, digest_of, payload_of
from tests.results.rough_line import STALL_S, RoughLine

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
_MOST_ATTEMPTS = 400
_WAITING = (1, 1, 1, 1, 1, 1, 1, 1, 2, 6)
_PATIENCE = Patience(connect_s=STALL_S, answer_s=STALL_S / 2, whole_s=2 * STALL_S)


@dataclass
class Tally:
    """What came of the schedules."""

    schedules: int = 0
    records: int = 0
    attempts: int = 0
    receipts: int = 0
    """read from the disk and verified with the pinned key"""
    leaves: int = 0
    alarms: int = 0
    batches: int = 0
    """requests with more than one record"""
    seconds: float = 0.0
    cpu_s: float = 0.0
    met: Counter = field(default_factory=Counter)
    problems: Counter = field(default_factory=Counter)

    def lines(self):
        each = 1000 * self.cpu_s / self.schedules
        yield f"{self.schedules} schedules of {each:.0f} ms CPU, {self.records} records, {self.seconds:.0f} s"
        yield f"{self.leaves} leaves, {self.receipts} receipts verified, {self.alarms} alarms"
        yield f"{sum(self.met.values())} requests crossed, {self.batches} of them with several records"
        yield f"{self.attempts} attempts at delivery"
        for name, found in (("line", self.met), ("told", self.problems)):
            for what, count in found.most_common():
                yield f"  {name}: {what} {count}"


def run(schedules, folder, *, first=0, tell=lambda _: None):
    """Run schedules with the seeds from `first` on; raises AssertionError when one of them goes wrong."""
    with EmbeddedRegistry(folder / "registry", training=False) as registry:
        logging.getLogger("uvicorn.error").setLevel(logging.ERROR)  # it warns of each request that was cut
        return asyncio.run(_run(registry, range(first, first + schedules), folder, tell))


async def _run(registry, seeds, folder, tell):
    tally, bench, started, cpu = Tally(), Bench(), time.monotonic(), time.process_time()
    registry.store.enrol(bench.name, bench.key.public, OFFICE)
    host, port = registry.url.removeprefix("http://").split(":")
    sent = []
    with Outbox(folder / "lab" / "outbox.db") as outbox:
        async with (
            RoughLine((host, int(port)), random.Random(0)) as line,  # noqa: S311 -- weather, no secret
            HttpRegistryLine(line.url, _PATIENCE) as to_registry,
        ):
            for seed in seeds:
                line.dice = random.Random(seed)  # noqa: S311 -- weather, no secret
                batch = [_put(outbox, bench) for _ in range(line.dice.choice(_WAITING))]
                await _deliver(outbox, to_registry, registry.key, batch, tally)
                for waiting in batch:
                    body = waiting.path.read_bytes()
                    receipt = read_receipt(waiting.path, payload_of(body), registry.key)
                    assert receipt is not None, f"seed {seed}: no receipt"
                    assert receipt.leaf_index == len(sent), f"seed {seed}: not the next leaf"
                    sent.append(leaf_hash(payload_of(body)))
                    waiting.path.unlink()  # ten thousand files would only slow this down
                    tally.receipts += 1
                tally.schedules += 1
                if tally.schedules % 1000 == 0:
                    tell(f"{tally.schedules} schedules, {time.monotonic() - started:.0f} s")
        tally.met, tally.batches = line.met, line.batches
    tally.records = len(sent)
    tally.leaves, tally.alarms = registry.store.counts()
    assert tally.leaves == tally.records, "a leaf too many, or one too few"
    assert _leaves_of(registry) == sent, "the log holds other leaves than were sent, or in another order"
    tally.seconds, tally.cpu_s = time.monotonic() - started, time.process_time() - cpu
    return tally


def _put(outbox, bench):
    body = bench.seal()
    path = outbox.path.parent / f"{bench.sequence:06d}.tera.json"
    path.write_bytes(body)
    return outbox.enqueue(path, sealed={digest_of(body)})


async def _deliver(outbox, line, key, batch, tally):
    for _ in range(_MOST_ATTEMPTS):
        tally.attempts += 1
        done = await deliver(
            outbox,
            line,
            key,
            read=Path.read_bytes,
            now=lambda: NOW,
            jitter=lambda: 0.0,
            at_once=True,
        )
        if done.problem is None:
            assert all(outbox.find(one.record_id).state is State.DELIVERED for one in batch)
            return
        tally.problems[done.problem.code] += 1
    raise AssertionError(f"not delivered after {_MOST_ATTEMPTS} attempts: {done.problem}")


def _leaves_of(registry):
    with registry.store.database.reading() as session:
        rows = session.scalars(select(NodeRow).where(NodeRow.level == 0).order_by(NodeRow.place))
        return [row.digest for row in rows]


def main():
    """Run as many schedules as were asked for, and print what came of them."""
    sys.modules.setdefault("sniffio", None)  # httpcore searches the disk for it at every lock: a tenth of all
    schedules, first = (int(one) for one in (*sys.argv[1:], *("1000", "0")[len(sys.argv) - 1 :]))
    with tempfile.TemporaryDirectory() as folder:
        tally = run(schedules, Path(folder), first=first, tell=lambda line: print(line, flush=True))
    print("\n".join(tally.lines()))


if __name__ == "__main__":
    main()
