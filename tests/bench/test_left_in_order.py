"""A program that is left, by whatever way, pauses its run and closes valves before it gives ports back."""

import asyncio
import os
import signal
import subprocess
import sys

import pytest

from bench.cli.exit_code import ExitCode
from bench.front_desk import FrontDesk
from bench.labels import Labels
from bench.workplace import open_workplace
from results.entry import BENCH, Noted
from results.journal import Journal
from tests.bench import lab_bench
from tests.bench.test_front_desk import Nobody
from tests.bench.test_safe_at_start import valves_at


@pytest.fixture
def root(tmp_path):
    assert lab_bench.tera("init", str(tmp_path / "lab")).returncode == 0
    return tmp_path / "lab"


def notes(root) -> tuple[list[str], list[dict[str, object]]]:
    """What the bench noted last, and what the run noted of its safe state."""
    with Journal(root / "data" / "journal.db", read_only=True) as journal:
        (run,) = journal.runs()
        assert run.state == "open"
        of_run = [kept.entry.facts for kept in journal.entries(run.run) if isinstance(kept.entry, Noted)]
        return [kept.entry.what for kept in journal.entries(BENCH)][-1:], of_run


def test_valves_are_closed_before_the_ports_are_given_back_when_the_screens_are_left_in_a_run(root):
    async def work():
        async with valves_at(root) as valves:
            async with open_workplace(root, Labels()) as place:
                begun = await FrontDesk(place).begin("contoh", Nobody(), Nobody())
                waiting = asyncio.create_task(begun.finished())
                await asyncio.sleep(0.2)
                assert valves.closed == 1, "at the opening"
                waiting.cancel()  # as a screen does that goes
            return valves.closed

    assert asyncio.run(work()) == 2
    assert notes(root) == (["stopped"], [{"instrument": "katup", "when": "ended"}])


def test_a_valve_that_is_silent_when_the_screens_are_left_holds_nobody_up_and_is_noted(root):
    async def work():
        async with valves_at(root) as valves, open_workplace(root, Labels()) as place:
            await FrontDesk(place).begin("contoh", Nobody(), Nobody())
            await asyncio.sleep(0.2)
            await valves.unplug()

    asyncio.run(asyncio.wait_for(work(), 20))
    last, (safe,) = notes(root)
    assert last == ["stopped"]
    assert "fault" in safe
    assert "by_hand" not in safe


@pytest.mark.skipif(os.name == "nt", reason="Windows ends programs otherwise")
@pytest.mark.parametrize("way", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_valves_are_closed_when_the_program_is_ended_from_outside(root, way):
    order = str(root / "orders" / "contoh.toml")
    words = ["run", "scales", "--uut", order, "--operator", "console", "--lab", str(root)]

    async def work():
        async with valves_at(root) as valves:
            program = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bench", *words), stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
            assert program.stdout is not None
            try:
                await asyncio.wait_for(program.stdout.readuntil(b"> "), 30)
                assert valves.closed == 1, "at the opening"
                program.send_signal(getattr(signal, way))
                return await asyncio.wait_for(program.wait(), 30), valves.closed
            finally:
                if program.returncode is None:
                    program.kill()
                    await program.wait()

    assert asyncio.run(work()) == (ExitCode.IN_DOUBT, 2)
    assert notes(root) == (["stopped"], [{"instrument": "katup", "when": "ended"}])


def test_what_a_killed_program_left_half_written_is_taken_away_where_the_bench_is_opened_to_work(root):
    """Not by who only looks, and nothing that bears another name than ours do."""

    async def work():
        async with open_workplace(root, Labels()):
            pass

    asyncio.run(work())
    records, keys, orders = root / "data" / "records", root / "data" / "keys", root / "orders"
    left = [
        records / "000001.tera.json.01234567.part",
        keys / "officer-penera1.pem.89abcdef.part",
        orders / "contoh.toml.00000000.part",
    ]
    foreign = [records / "000001.h5.part", orders / "film.part"]
    for file in (*left, *foreign):
        file.write_bytes(b"half")
        os.utime(file, (1.7e9, 1.7e9))
    assert lab_bench.tera("runs", lab=root).returncode == 0
    assert all(file.exists() for file in left)
    asyncio.run(work())
    assert [file for file in left if file.exists()] == []
    assert all(file.exists() for file in foreign)
