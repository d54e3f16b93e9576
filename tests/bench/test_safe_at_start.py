"""The bench opened after a program that closed nothing: what declares a safe state is in it, or is named."""

import asyncio
from contextlib import asynccontextmanager
from functools import partial

import apsw
import pytest

from bench.front_desk import FrontDesk
from bench.labels import Labels
from bench.workplace import open_workplace, read_assignment
from drivers.assembly import make_driver
from drivers.clock import PacedClock
from drivers.quantity import Quantity
from drivers.twins.line import TcpLine
from drivers.twins.settings import TwinSettings
from results.entry import BENCH, Noted
from results.errors import IntegrityError, StorageError
from results.journal import Journal
from tests.bench import lab_bench
from tests.bench.lab_bench import an_order
from tests.bench.test_resumption import VALVES, Valves


@asynccontextmanager
async def valves_at(root):
    """Valves that answer on a socket, in a laboratory that has them beside its scale."""
    driver = make_driver(VALVES.encode(), "valves.toml")
    settings = TwinSettings(max=Quantity(6000, "g"), d=Quantity(1, "g"))
    valves = Valves(driver, settings, PacedClock(20), TcpLine())
    await valves.start()
    (root / "drivers").mkdir(exist_ok=True)
    (root / "drivers" / "valves.toml").write_text(VALVES, encoding="utf-8")
    with (root / "laboratory.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[[instrument]]\nname = "katup"\ndriver = "valves"\nport = "{valves.address}"\n')
        file.write('roles = ["valves"]\n')
    try:
        yield valves
    finally:
        await valves.close()


@pytest.fixture
def root(tmp_path):
    assert lab_bench.tera("init", str(tmp_path / "lab")).returncode == 0
    return tmp_path / "lab"


def noted(root):
    with Journal(root / "data" / "journal.db", read_only=True) as journal:
        entries = [kept.entry for kept in journal.entries(BENCH)]
    return [one.facts for one in entries if isinstance(one, Noted) and one.what == "safe_state"]


def test_valves_are_closed_whenever_a_program_opens_the_bench(root):
    async def work():
        async with valves_at(root) as valves:
            async with open_workplace(root, Labels()) as place:
                assert valves.closed == 1
                assert FrontDesk(place).unsafe() == ()
            async with open_workplace(root, Labels()):
                assert valves.closed == 2

    asyncio.run(work())
    assert [(one["instrument"], one["when"]) for one in noted(root)] == [("katup", "opened")] * 2
    assert not any("fault" in one for one in noted(root))


def test_valves_that_cannot_be_reached_are_named_and_closed_when_they_are_asked_for_again(root):
    async def work():
        async with valves_at(root) as valves:
            await valves.unplug()
            async with open_workplace(root, Labels()) as place:
                desk = FrontDesk(place)
                assert desk.unsafe() == ("katup",)
                await valves.replug()
                await desk.make_safe()
                assert (desk.unsafe(), valves.closed) == ((), 1)

    asyncio.run(work())
    first, second = noted(root)
    assert first["fault"] == "link.unreachable"
    assert (second["when"], second.get("fault")) == ("asked", None)


def test_valves_are_closed_before_a_full_disk_is_told(root, monkeypatch):
    def refuse(self, what, /, **facts):
        if what == "safe_state":
            raise StorageError("storage.full", "Full.", "Make room.")

    async def work():
        async with valves_at(root) as valves:
            with pytest.raises(StorageError):
                async with open_workplace(root, Labels()):
                    pass
            return valves.closed

    monkeypatch.setattr("bench.trail.Trail.note", refuse)
    assert asyncio.run(work()) == 1


def test_after_a_killed_run_the_next_command_closes_the_valves_or_says_which_are_open(tmp_path):
    async def work(lab):
        async with valves_at(lab.root) as valves:
            run = ("run", "scales", "--uut", str(lab.order))
            killed = await asyncio.to_thread(partial(lab.tera, *run, dying=("8", "after")))
            assert killed.returncode == -9
            assert valves.closed == 1, "a killed program has closed nothing at its end"
            name, _ = lab.entries()
            void = partial(lab_bench.tera, "void", name, "--reason", "listrik padam", lab=lab.root)
            await valves.unplug()
            told = await asyncio.to_thread(void)
            assert told.returncode == 0
            assert "katup tidak dapat dibawa ke keadaan aman" in told.stderr
            await valves.replug()
            sealed = await asyncio.to_thread(partial(lab_bench.tera, "seal", name, lab=lab.root))
            assert "katup" not in sealed.stderr
            assert valves.closed == 2

    with lab_bench.laboratory(tmp_path / "lab", "tcp") as lab:
        asyncio.run(work(lab))


def test_what_has_a_safe_state_takes_part_in_every_test_of_its_kind(root):
    async def work():
        async with valves_at(root), open_workplace(root, Labels()) as place:
            assert place.players(an_order("scales")).by_role.keys() == {"uut", "valves"}
        file = root / "laboratory.toml"
        file.write_text(
            file.read_text("utf-8").replace(
                'roles = ["valves"]', 'roles = ["valves"]\nkinds = ["gas_meters"]'
            ),
            "utf-8",
        )
        async with open_workplace(root, Labels()) as place:
            assert place.players(an_order("scales")).by_role.keys() == {"uut"}
            assert place.players(an_order("gas_meters")).by_role.keys() == {"valves"}

    asyncio.run(work())


def test_valves_are_closed_where_a_damaged_journal_lets_nobody_open_the_bench(root):
    async def work():
        async with valves_at(root) as valves:
            async with open_workplace(root, Labels()):
                pass
            with apsw.Connection(str(root / "data" / "journal.db")) as file:
                file.execute("DROP TRIGGER entry_kept; DELETE FROM entry WHERE sequence = 2")
                count = file.execute("SELECT count(*) FROM entry").get
            with pytest.raises(IntegrityError):
                async with open_workplace(root, Labels()):
                    pass
            assert valves.closed == 2
            with apsw.Connection(str(root / "data" / "journal.db")) as file:
                assert file.execute("SELECT count(*) FROM entry").get == count

    asyncio.run(work())


def test_a_journal_that_is_found_damaged_while_the_bench_is_open_is_written_no_more(root):
    async def work():
        async with open_workplace(root, Labels()) as place:
            with apsw.Connection(str(root / "data" / "journal.db")) as file:
                file.execute("DROP TRIGGER entry_kept; DELETE FROM entry WHERE sequence = 1")
                kept.append(file.execute("SELECT count(*) FROM entry").get)
            await place.begin(read_assignment(root / "orders" / "contoh.toml"))

    kept: list[int] = []
    with pytest.raises(IntegrityError):
        asyncio.run(work())
    with apsw.Connection(str(root / "data" / "journal.db")) as file:
        assert file.execute("SELECT count(*) FROM entry").get == kept[0]
