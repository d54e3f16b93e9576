"""Who takes a run up again, and with what: what the record will say must still be so."""

import asyncio
import re

import pytest

from bench.errors import LaboratoryError
from bench.labels import Labels
from bench.laboratory import FILE_NAME
from bench.workplace import open_workplace
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
