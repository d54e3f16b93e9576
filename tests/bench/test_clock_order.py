"""A clock behind what has happened begins no test, until it is right again or a person says that it is."""

import asyncio
from datetime import datetime, timedelta
from importlib.resources import files

import msgspec
import pytest

from bench.clock_order import check_checkpoint
from bench.errors import LaboratoryError
from bench.finishing import checkpoint_time
from bench.labels import Labels
from bench.laboratory import FILE_NAME, Folders, RegistryEntry, load
from bench.trail import Trail
from bench.workplace import open_workplace, read_assignment
from drivers.clock import SystemClock
from results.entry import BENCH
from results.journal import Journal
from results.registry.app import open_store
from results.registry.settings import Settings
from tests.bench.lab_bench import tera

LONG_AGO = timedelta(days=-400)


class WrongClock(SystemClock):
    """A clock that somebody has set."""

    def __init__(self, off: timedelta) -> None:
        self.off = off

    def utc(self) -> datetime:
        return super().utc() + self.off


@pytest.fixture
def lab(tmp_path):
    template = files("bench") / "templates"
    (tmp_path / "orders").mkdir()
    for name, file in ((FILE_NAME, FILE_NAME), ("order.toml", "orders/contoh.toml")):
        (tmp_path / file).write_text((template / name).read_text("utf-8"), "utf-8")
    return tmp_path


def begun(lab, off=timedelta()) -> str:
    async def day() -> str:
        async with open_workplace(lab, Labels(), clock=WrongClock(off)) as place:
            return await place.begin(read_assignment(lab / "orders" / "contoh.toml"))

    return asyncio.run(day())


def refused(lab, off=timedelta()) -> str:
    with pytest.raises(LaboratoryError) as told:
        begun(lab, off)
    return told.value.code


def noted(lab) -> list[str]:
    with Journal(Folders(lab).journal, read_only=True) as journal:
        return [kept.entry.what for kept in journal.entries(BENCH)]


def test_a_standard_that_is_overdue_is_not_used_by_setting_the_clock_back(lab):
    file = lab / FILE_NAME
    file.write_text(file.read_text("utf-8").replace("2099-12-31", "2026-01-01"), "utf-8")
    assert tera("run", "scales", "--uut", str(lab / "orders/contoh.toml"), lab=lab).returncode == 2
    assert refused(lab, LONG_AGO) == "clock.behind"
    assert refused(lab, LONG_AGO) == "clock.behind"  # what was noted at the first time is no excuse
    with Journal(Folders(lab).journal, read_only=True) as journal:
        assert len(journal.run_list) == 0


def test_a_run_counts_as_much_as_the_trail(lab):
    begun(lab)
    assert refused(lab, LONG_AGO) == "clock.behind"


def test_a_command_that_only_notes_something_hides_no_clock_that_went_back(lab):
    begun(lab)
    with Journal(Folders(lab).journal) as journal:
        Trail.of(load(lab), journal, WrongClock(LONG_AGO)).note("printed")
    assert noted(lab).count("clock_went_back") == 1
    assert refused(lab, LONG_AGO) == "clock.behind"


def test_a_clock_that_goes_back_while_the_program_is_open_begins_nothing(lab):
    async def day() -> str:
        clock = WrongClock(timedelta())
        async with open_workplace(lab, Labels(), clock=clock) as place:
            clock.off = LONG_AGO
            place.trail.note("printed")
            with pytest.raises(LaboratoryError) as told:
                await place.begin(read_assignment(lab / "orders" / "contoh.toml"))
            return told.value.code

    assert asyncio.run(day()) == "clock.behind"


def test_what_is_sealed_with_a_clock_set_back_hides_it_from_no_test(lab):
    run = begun(lab)

    async def day() -> str:
        clock = WrongClock(timedelta())
        async with open_workplace(lab, Labels(), clock=clock) as place:
            place.void(run, "salah alat", "")
            clock.off = LONG_AGO
            place.seal(run, "")
            with pytest.raises(LaboratoryError) as told:
                await place.begin(read_assignment(lab / "orders" / "contoh.toml"))
            return told.value.code

    assert asyncio.run(day()) == "clock.behind"
    assert "clock_went_back" in noted(lab)


def test_seconds_that_a_time_server_takes_back_are_nothing(lab):
    begun(lab)
    begun(lab, timedelta(seconds=-30))


def test_after_a_clock_that_was_ahead_a_person_says_that_it_is_right(lab):
    begun(lab, timedelta(days=3))
    assert refused(lab) == "clock.behind"
    assert refused(lab, timedelta(days=2)) == "clock.behind"
    begun(lab, timedelta(days=4))  # time has passed it
    assert refused(lab) == "clock.behind"
    said = ("audit-trail", "clock", "--reason", "baterai jam habis", "--by")
    assert tera(*said, "siapa", lab=lab).returncode == 2
    done = tera(*said, "penera1", lab=lab)
    assert (done.returncode, "menyatakan jam kini benar" in done.stdout) == (0, True)
    begun(lab)
    assert noted(lab).count("clock_set_right") == 1
    again = tera(*said, "penera1", lab=lab)
    assert "tidak ada yang perlu dinyatakan" in again.stdout
    assert noted(lab).count("clock_set_right") == 1
    shown = tera("audit-trail", "show", lab=lab).stdout
    assert "jam dinyatakan benar" in shown
    assert tera("audit-trail", "verify", lab=lab).returncode == 0


def test_a_clock_behind_what_the_register_signed_begins_nothing(lab):
    settings = Settings.in_folder(lab / "registry", base_url="https://r.example", clock=SystemClock())
    store = open_store(settings)
    checkpoint = store.checkpoint()
    entry = RegistryEntry(url="https://r.example", key=str(store.key))
    store.database.close()
    laboratory = msgspec.structs.replace(load(lab), registry=entry)
    signed = checkpoint_time(laboratory, checkpoint)
    assert abs(signed - SystemClock().utc()) < timedelta(minutes=1)
    assert checkpoint_time(laboratory, "") is None
    check_checkpoint(signed - timedelta(minutes=50), signed)
    with pytest.raises(LaboratoryError) as told:
        check_checkpoint(signed - timedelta(minutes=70), signed)
    assert told.value.code == "clock.behind_registry"
