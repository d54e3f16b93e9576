"""The desk of a real laboratory: who sits there, whose PIN opens it, and how a run is closed."""

import asyncio
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path

import pytest

from bench.errors import LaboratoryError
from bench.events import Event
from bench.front_desk import FrontDesk
from bench.labels import Labels
from bench.laboratory import FILE_NAME
from bench.operator import Prompt
from bench.workplace import open_workplace, read_assignment
from drivers.errors import PlainError
from procedures.action import Answer
from results.entry import BENCH, Noted

SECOND = '\n[[person]]\nid = "dua"\nname = "Penera Dua"\nroles = ["penera"]\n'
PIN = "314159"


@asynccontextmanager
async def a_desk(root: Path):
    template = files("bench") / "templates"
    text = (template / FILE_NAME).read_text("utf-8").replace("pin = false", "pin = true")
    (root / FILE_NAME).write_text(text + SECOND, "utf-8")
    (root / "orders").mkdir()
    (root / "orders" / "contoh.toml").write_text((template / "order.toml").read_text("utf-8"), "utf-8")
    async with open_workplace(root, Labels()) as place:
        yield place, FrontDesk(place)


def noted(place, what: str) -> list[dict[str, object]]:
    entries = (kept.entry for kept in place.journal.entries(BENCH))
    found = [entry.facts for entry in entries if isinstance(entry, Noted) and entry.what == what]
    return [{name: told for name, told in facts.items() if name != "synchronised"} for facts in found]


def test_who_sits_down_is_noted_and_acts_from_then_on(tmp_path):
    async def day() -> None:
        async with a_desk(tmp_path) as (place, desk):
            first = place.laboratory.officer.id
            desk.seat("dua")
            assert desk.officer == "Penera Dua"
            assert place.around.laboratory.officer.id == "dua"
            place.trail.note("key_made")
            assert noted(place, "seated") == [{"by": first, "person": "dua"}]
            assert noted(place, "key_made") == [{"by": "dua"}]
            with pytest.raises(LaboratoryError):
                desk.seat("nobody")
            assert desk.officer == "Penera Dua"

    asyncio.run(day())


def test_a_run_is_closed_signed_by_whoever_began_it_and_its_new_pin_locks_the_screen_from_then_on(tmp_path):
    async def day() -> None:
        async with a_desk(tmp_path) as (place, desk):
            run = await place.begin(read_assignment(tmp_path / "orders" / "contoh.toml"))
            assert not desk.can_lock()
            assert desk.signer(run).new
            with pytest.raises(PlainError, match="too short"):
                await desk.void(run, "salah alat", "123")
            await desk.void(run, "salah alat", PIN)
            assert place.find(run).state == "sealed"
            assert not desk.signer(run).new
            assert desk.can_lock()
            await desk.unlock(PIN)
            with pytest.raises(PlainError):
                await desk.unlock("000000")
            assert noted(place, "key_refused")
            desk.seat("dua")
            assert not desk.can_lock()

    asyncio.run(day())


def test_an_instrument_without_a_cable_has_no_line_for_the_workbench(tmp_path):
    async def day() -> None:
        async with a_desk(tmp_path) as (_, desk):
            with pytest.raises(LaboratoryError, match="no line"):
                async with desk.line_of(desk.instruments()[0].name):
                    raise AssertionError("it was lent")

    asyncio.run(day())


class Nobody:
    """Never answers, and watches nothing."""

    async def answer(self, prompt: Prompt) -> Answer:
        await asyncio.Event().wait()
        raise AssertionError(prompt)

    def notice(self, event: Event) -> None:
        pass


def test_what_has_ended_is_tested_again_in_a_run_of_its_own_and_the_trail_joins_both(tmp_path):
    async def day() -> None:
        async with a_desk(tmp_path) as (place, desk):
            run = await place.begin(read_assignment(tmp_path / "orders" / "contoh.toml"))
            await desk.void(run, "salah alat", PIN)
            (job,) = desk.jobs()
            work = await desk.begin(job.key, Nobody(), Nobody())
            work.pause()
            assert await work.finished() is None
            again = next(line for line in desk.jobs() if line.run != run)
            assert again.key == again.run
            first = place.find(run).begun.number
            assert noted(place, "tested_again") == [{"by": "penera1", "run": again.run, "record": first}]

    asyncio.run(day())
