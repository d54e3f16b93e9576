"""Who takes a run up again, and with what: what the record will say must still be so."""

import asyncio
import re
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from bench import session
from bench.errors import LaboratoryError
from bench.labels import Labels
from bench.laboratory import FILE_NAME
from bench.operators.twin_hands import TwinHands
from bench.workplace import open_workplace, read_assignment
from procedures.action import PlaceLoad
from procedures.point import Outcome
from tests.bench import virtual_time
from tests.bench.scale_bench import Penera
from tests.bench.simulated_bench import MORNING
from tests.bench.test_environment import bench
from tests.bench.test_front_desk import Nobody
from tests.bench.test_players import BY_HAND, a_place

COLLEAGUE = """
[[person]]
id = "joko"
name = "Joko Contoh"
nip = "2"
"""


def set_entry(text: str, old: str, new: str) -> str:
    changed, count = re.subn(old, new, text, flags=re.MULTILINE)
    assert count
    return changed


def competence_ended(text: str) -> str:
    return set_entry(text, r"^pin = false .*$", "competence = { scales = 2020-01-01 }")


def standards_overdue(text: str) -> str:
    return set_entry(text, r"^due = .*$", "due = 2020-01-01")


CHANGES = {
    "the same": ("penera1", lambda text: text, ""),
    "a colleague goes on": ("joko", lambda text: text, "run.another_officer"),
    "the competence has ended": ("penera1", competence_ended, "person.competence_expired"),
    "a standard is overdue": ("penera1", standards_overdue, "run.standard_overdue"),
    "the rule of rest is another": (
        "penera1",
        lambda text: text.replace(BY_HAND, f"{BY_HAND}settle = {{ duration_s = 0.05 }}\n"),
        "run.instrument_changed",
    ),
}


@pytest.mark.parametrize("case", CHANGES)
def test_a_run_goes_on_only_in_the_same_hands_and_with_what_still_holds(tmp_path, case):
    who, change, code = CHANGES[case]

    async def day() -> str:
        async with a_place(tmp_path, COLLEAGUE, BY_HAND) as (place, order):
            return await place.begin(order, chosen={"uut": "diketik"})

    async def next_day(run: str) -> None:
        async with open_workplace(tmp_path, Labels(), officer=who) as place:
            if code:
                with pytest.raises(LaboratoryError) as refused:
                    place.take_up(run, Nobody(), ())
                assert refused.value.code == code
                assert len(place.around.journal.entries(run)) == 1
            else:
                assert place.take_up(run, Nobody(), ())

    file = tmp_path / FILE_NAME
    run = asyncio.run(day())
    file.write_text(change(file.read_text("utf-8")), "utf-8")
    asyncio.run(next_day(run))


class Overnight(Penera):
    """A penera who lets one load stand for six minutes, and breaks nothing off."""

    def __init__(self, clock):
        super().__init__()
        self.clock, self.placed = clock, 0

    async def answer(self, prompt):
        self.placed += isinstance(prompt.action, PlaceLoad)
        if self.placed == 3:
            self.placed += 1
            await self.clock.sleep(6 * 60)
        return await super().answer(prompt)


EVENING_S = (15 * 60 + 55) * 60
"""from the morning to five minutes before midnight at the office"""
TODAY, TOMORROW = MORNING.date(), MORNING.date() + timedelta(days=1)
LAST_DAY = {
    "both hold": (TOMORROW, TOMORROW, ""),
    "the standard was due": (TODAY, TOMORROW, "run.standard_overdue"),
    "the competence has ended": (TOMORROW, TODAY, "person.competence_expired"),
}


@pytest.mark.parametrize("case", LAST_DAY)
def test_a_run_that_passes_midnight_has_no_verdict_with_what_ended_meanwhile(tmp_path, case):
    due, competent, code = LAST_DAY[case]

    async def work():
        async with bench(tmp_path) as (found, twins, _):
            laboratory = found.laboratory
            changed = msgspec.structs.replace(
                laboratory,
                bench=msgspec.structs.replace(laboratory.bench, training=False),
                standard=tuple(msgspec.structs.replace(one, due=due) for one in laboratory.standard),
                person=tuple(
                    msgspec.structs.replace(one, competence={"scales": competent})
                    for one in laboratory.person
                ),
            )
            around = replace(found, laboratory=changed)
            around.clock.step(EVENING_S)
            run = session.begin(around, read_assignment(tmp_path / "order.toml"))
            hands = TwinHands(twins["uut"], Overnight(around.clock))
            taken = session.take_up(around, run, hands, ())
            if code:
                with pytest.raises(LaboratoryError) as refused:
                    await taken.conduct()
                assert refused.value.code == code
                assert around.journal.run_list.named(run).state == "open"
                with pytest.raises(LaboratoryError) as again:
                    session.take_up(around, run, hands, ())
                assert again.value.code == code
                session.close(around, run, how="voided", reason="berlaku habis")
            else:
                assert (await taken.conduct()).verdict.outcome is Outcome.CONFORMS

    virtual_time.run(work())
