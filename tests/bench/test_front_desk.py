"""The desk of a real laboratory: who sits there, whose PIN opens it, and how a run is closed."""

import asyncio
import contextlib
import sqlite3
from contextlib import asynccontextmanager, closing
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import msgspec
import pytest

from bench import front_desk
from bench.demo import prepare
from bench.desk import JobState, Totals
from bench.errors import LaboratoryError
from bench.events import Event, Live
from bench.front_desk import FrontDesk
from bench.labels import Labels
from bench.laboratory import FILE_NAME
from bench.operator import Prompt
from bench.workplace import open_workplace, read_assignment
from drivers.catalogue import load as load_driver
from drivers.clock import PatientClock
from drivers.errors import PlainError
from drivers.reading import Reading
from procedures.action import Answer
from results.entry import BENCH, Amended, Concluded, Noted, Sealed
from results.order_trail import check_orders
from results.outbox import State
from results.registry.checkpoint import RegistryKey
from tests.bench.lab_bench import tera

SECOND = '\n[[person]]\nid = "dua"\nname = "Penera Dua"\nroles = ["penera"]\n'
PIN = "314159"


CONFORMS = {"points": [], "verdict": {"outcome": "conforms", "rule": "x"}}
SEALED = Sealed(record_digest="0" * 64, evidence_digest="1" * 64)


@asynccontextmanager
async def a_desk(root: Path, driver: str = "manual", more: str = ""):
    template = files("bench") / "templates"
    text = (template / FILE_NAME).read_text("utf-8").replace("pin = false", "pin = true")
    text = text.replace('\nnip = ""', '\nnip = "198501012010011001"')
    if driver != "manual":
        text = text.replace('driver = "manual"', f'driver = "{driver}"').replace(
            'port = ""', f'port = "{root}/x"', 1
        )
    (root / FILE_NAME).write_text(text + SECOND + more, "utf-8")
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
            assert place.find(run).state == "open"  # nobody ends a run without the key that must sign it
            assert [told["code"] for told in noted(place, "key_refused")] == ["key.pin_short"]
            await desk.void(run, "salah alat", PIN)
            assert place.find(run).state == "sealed"
            assert not desk.signer(run).new
            assert desk.can_lock()
            await desk.unlock(PIN)
            key = next(place.folders.keys.glob("officer-*.pem"))
            put_away = key.rename(tmp_path / "away.pem")
            with pytest.raises(
                PlainError, match="is gone"
            ) as lost:  # not asked for a PIN, a new one or the old
                desk.signer(run)
            assert "backup" in lost.value.remedy
            put_away.rename(key)
            assert desk.signer(run).pin
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
            run = await place.begin(read_assignment(tmp_path / "orders" / "contoh.toml"), job="contoh")
            await desk.void(run, "salah alat", PIN)
            voided, job = desk.jobs()
            assert (voided.run, voided.outcome, job.key, job.state) == (run, None, "contoh", JobState.WAITING)
            first = place.find(run).begun.number
            work = await desk.begin(job.key, Nobody(), Nobody())
            work.pause()
            assert await work.finished() is None
            (again,) = [line for line in desk.jobs() if line.run != run]
            assert (again.id, again.state) == ("contoh", JobState.UNFINISHED)
            assert noted(place, "tested_again") == [{"by": "penera1", "run": again.run, "record": first}]

    asyncio.run(day())


def test_a_record_that_another_replaces_is_marked_with_its_number_once_that_one_is_sealed(tmp_path):
    async def day() -> None:
        async with a_desk(tmp_path) as (place, desk):
            run = await place.begin(read_assignment(tmp_path / "orders" / "contoh.toml"), job="contoh")
            at, ended = place.around.at(), Concluded(conclusion=CONFORMS)
            for entry in (ended, SEALED):  # no file is looked at here
                place.journal.append(run, entry, at=at, elapsed=1.0)
            old = place.find(run).begun
            begun = place.journal.entries(run)[0].entry
            begun = msgspec.structs.replace(begun, supersedes=old.record_id)
            amended = Amended(reason="salah ketik", by="Satu", changes={}, envelope=b"", evidence=b"")
            new = place.journal.begin("run-2", begun, at=at, elapsed=1.0, then=(amended, ended))
            assert [line.replaced for line in desk.jobs()] == ["", ""]
            place.journal.append("run-2", SEALED, at=at, elapsed=1.0)
            assert [line.replaced for line in desk.jobs()] == [new.entry.number, ""]

    asyncio.run(day())


def test_of_many_runs_the_newest_are_shown_with_all_that_wait_and_no_tested_order_waits_again(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(front_desk, "_SHOWN", 2)
    orders = tmp_path / "orders"

    async def day() -> None:
        async with a_desk(tmp_path) as (place, desk):
            text = (orders / "contoh.toml").read_text("utf-8")
            open_run = await place.begin(read_assignment(orders / "contoh.toml"), job="contoh")
            for serial in ("B-1", "B-2", "B-3"):
                order = orders / f"{serial}.toml"
                order.write_text(text.replace("123456", serial), "utf-8")
                run = await place.begin(read_assignment(order), job=serial)
                for entry in (Concluded(conclusion=CONFORMS), SEALED):  # no file is looked at here
                    place.journal.append(run, entry, at=place.around.at(), elapsed=1.0)
            for name in ("B-4", "B-5"):  # two that say the same, without a serial number
                (orders / f"{name}.toml").write_text(text.replace("123456", ""), "utf-8")
            assert [line.id for line in desk.jobs()] == ["contoh", "B-2", "B-3", "B-4", "B-5"]
            assert desk.jobs()[0].run == open_run
            assert [line.title.partition(" ")[0] for line in desk.jobs()[3:]] == ["4:", "5:"]
            assert desk.totals() == Totals(sealed=3, delivered=0)
            await paused(desk, "B-4")
            assert [(line.id, line.run == "") for line in desk.jobs()][-2:] == [("B-4", False), ("B-5", True)]
            assert noted(place, "tested_again") == []
            # what was tested long ago is shown to whoever names it
            asked = FrontDesk(place, orders=[orders / "B-1.toml"])
            assert [line.id for line in asked.jobs() if line.state is JobState.WAITING] == ["B-1", "B-5"]
            await paused(asked, "B-1")
            assert [told["record"] for told in noted(place, "tested_again")] == ["000002"]

    asyncio.run(day())


async def paused(desk: FrontDesk, job: str) -> None:
    work = await desk.begin(job, Nobody(), Nobody())
    work.pause()
    assert await work.finished() is None


ANSWERS = {
    "owner.name": "Toko",
    "order": "0231",
    "identity.maker": "Merek",
    "identity.serial": "A-17",
    "uut.type": "meja",
    "uut.max": "10",
}


def test_who_registers_an_instrument_is_noted_before_its_order_is_written(tmp_path):
    async def day() -> None:
        async with a_desk(tmp_path) as (place, desk):
            job = desk.register("mechanical_scales", ANSWERS)
            order = tmp_path / "orders" / f"{job}.toml"
            (told,) = noted(place, "order_registered")
            assert told == {
                "by": place.laboratory.officer.id,
                "order": job,
                "why": "order 0231",
                "old": "",
                "new": sha256(order.read_bytes()).hexdigest(),
                "owner": "Toko",
                "instrument": "mechanical_scales Merek A-17",
                "activity": "subsequent_verification",
            }

    asyncio.run(day())


def test_a_registered_order_that_was_edited_is_noted_before_its_run_is_begun(tmp_path):
    async def day() -> list[str]:
        async with a_desk(tmp_path) as (place, desk):
            job = desk.register("mechanical_scales", ANSWERS)
            order = tmp_path / "orders" / f"{job}.toml"
            before = sha256(order.read_bytes()).hexdigest()
            order.write_text(order.read_text("utf-8").replace("A-17", "B-18"), "utf-8")
            for _ in range(2):
                with contextlib.suppress(PlainError):  # whether its standards suffice is not asked here
                    await desk.begin(job, Nobody(), Nobody())
            (told,) = noted(place, "order_changed")
            assert (told["old"], told["new"]) == (before, sha256(order.read_bytes()).hexdigest())
            check_orders(place.journal.entries(BENCH), where="journal")
            return [entry.what for entry in (kept.entry for kept in place.journal.entries(BENCH))]

    assert "order_changed" in asyncio.run(day())


def test_a_correction_of_an_order_is_noted_with_old_and_new_before_it_is_written(tmp_path):
    async def day() -> None:
        async with a_desk(tmp_path) as (place, desk):
            job = desk.register("mechanical_scales", ANSWERS)
            order = tmp_path / "orders" / f"{job}.toml"
            before = sha256(order.read_bytes()).hexdigest()
            kind, said = desk.said(job)
            assert (kind, said["identity.serial"], said["uut.max"]) == ("mechanical_scales", "A-17", "10 kg")
            desk.correct(job, said)
            assert noted(place, "order_changed") == []  # nothing was corrected
            desk.seat("dua")
            wanted = dict(said) | {
                "identity.serial": "A-71",
                "uut.max": "25",
                "activity": "initial_verification",
            }
            desk.correct(job, wanted)
            assert read_assignment(order).identity.serial == "A-71"
            assert noted(place, "order_changed") == [
                {
                    "by": "dua",
                    "order": job,
                    "old": before,
                    "new": sha256(order.read_bytes()).hexdigest(),
                    "why": "corrected at the front desk",
                    "changes": {
                        "activity": {"old": "subsequent_verification", "new": "initial_verification"},
                        "identity.serial": {"old": "A-17", "new": "A-71"},
                        "uut.max": {"old": "10 kg", "new": "25 kg"},
                    },
                }
            ]
            check_orders(place.journal.entries(BENCH), where="journal")

    asyncio.run(day())
    shown = tera("audit-trail", "show", lab=tmp_path).stdout
    told = next(line for line in shown.splitlines() if "pesanan diubah" in line)
    assert "diralat di meja pendaftaran" in told
    for answer in ("Nomor seri A-17 → A-71", "10 kg → 25 kg", "Kegiatan tera ulang → tera"):
        assert answer in told


def test_what_was_begun_or_never_registered_is_not_corrected_and_stays(tmp_path):
    async def day() -> None:
        async with a_desk(tmp_path) as (place, desk):
            job = desk.register("mechanical_scales", ANSWERS)
            order = tmp_path / "orders" / f"{job}.toml"
            _, said = desk.said(job)
            run = await place.begin(read_assignment(order), job=job)
            before = order.read_bytes()
            for name in (job, run):
                for asked in (desk.said, lambda name: desk.correct(name, {**said, "owner.name": "Lain"})):
                    with pytest.raises(LaboratoryError, match="begun"):
                        asked(name)
            assert order.read_bytes() == before
            await desk.void(run, "salah ketik", PIN)
            desk.correct(job, {**said, "owner.name": "Lain"})
            assert read_assignment(order).owner.name == "Lain"
            with pytest.raises(LaboratoryError, match="not registered"):
                desk.said("contoh")

    asyncio.run(day())


def test_what_cannot_be_right_is_not_written_over_what_was_said(tmp_path):
    async def day() -> None:
        async with a_desk(tmp_path) as (place, desk):
            job = desk.register("mechanical_scales", ANSWERS)
            order = tmp_path / "orders" / f"{job}.toml"
            before = order.read_bytes()
            with pytest.raises(LaboratoryError) as refused:
                desk.correct(job, {**desk.said(job)[1], "uut.max": "banyak"})
            assert refused.value.facts["entry"] == "uut.max"
            assert order.read_bytes() == before
            assert noted(place, "order_changed") == []

    asyncio.run(day())


class Waiting:
    """An operator who never answers, and watches."""

    def __init__(self) -> None:
        self.units: dict[str, str] = {}
        self.seen = asyncio.Event()

    async def answer(self, prompt: Prompt) -> Answer:
        await asyncio.Event().wait()
        raise AssertionError(prompt)

    def notice(self, event: Event) -> None:
        if isinstance(event, Live) and isinstance(event.shown, Reading):
            self.units[event.role] = event.shown.indication.unit
            if self.units.keys() >= {"ambient_temperature", "humidity", "air_pressure"}:
                self.seen.set()


def test_a_screen_is_told_of_each_role_the_quantity_that_plays_it(tmp_path):
    """One instrument shows temperature and humidity."""

    async def day() -> dict[str, str]:
        demo = prepare(tmp_path, seed=1, fault="none", procedure="weights")
        watcher = Waiting()
        async with open_workplace(tmp_path, Labels(), clock=PatientClock(20)) as place:
            desk = FrontDesk(place)
            work = await desk.begin(demo.order.stem, watcher, watcher)
            async with asyncio.timeout(60):
                await watcher.seen.wait()
            work.pause()
            await work.finished()
        return watcher.units

    units = asyncio.run(day())
    assert (units["ambient_temperature"], units["humidity"]) == ("°C", "%")


def test_a_changed_laboratory_file_is_told_until_it_is_as_it_was_read(tmp_path):
    own = tmp_path / "drivers" / "pasar.toml"
    own.parent.mkdir()
    own.write_text(load_driver("st-gs").text.replace('id = "st-gs"', 'id = "pasar"'), "utf-8")

    async def day() -> None:
        async with a_desk(tmp_path, driver="pasar") as (_, desk):
            assert desk.changed_files() == ()
            for file in (tmp_path / FILE_NAME, own):
                before = file.read_bytes()
                file.write_bytes(before + b"# Ibu Kepala: batas baru\n")
                assert desk.changed_files() == (file.name,)
                file.unlink()
                assert desk.changed_files() == (file.name,)
                file.write_bytes(before)
                assert desk.changed_files() == ()

    asyncio.run(day())


def test_what_the_outbox_kept_and_what_an_order_is_called_is_told_in_the_language_of_the_reader(tmp_path):
    async def day() -> None:
        async with a_desk(tmp_path) as (place, desk):
            run = await place.begin(read_assignment(tmp_path / "orders" / "contoh.toml"))
            await desk.void(run, "salah alat", PIN)
            (waiting,) = place.outbox.recent(9)
            place.outbox.note_problem(
                waiting.record_id,
                state=State.QUEUED,
                problem="registry.down",
                facts={"url": "https://register.example"},
                next_attempt=None,
            )
            for language, register, kind in (
                ("id", "Register https://register.example", "Timbangan"),
                ("en", "The registry https://register.example", "Scale"),
                ("id", "Register https://register.example", "Timbangan"),
            ):
                desk.speak(Labels(language))
                assert desk.outbox()[0].problem.startswith(register)
                assert desk.jobs()[0].title.startswith(kind)

    asyncio.run(day())


def test_a_run_is_sealed_to_its_end_and_noted_when_the_program_is_left_meanwhile(tmp_path):
    async def day() -> None:
        async with a_desk(tmp_path) as (place, desk):
            await paused(desk, "contoh")
            run = place.journal.runs()[0].run
            place.void(run, "salah alat", PIN)
            waiting = asyncio.create_task(desk.seal(run, PIN))
            while not (place.folders.records / "000001.h5").exists():  # noqa: ASYNC110 -- the thread tells nobody
                await asyncio.sleep(0.001)
            waiting.cancel()
            assert desk.signer(run).name  # what is asked meanwhile is told
            desk.seat("dua")
        async with open_workplace(tmp_path, Labels()) as place:
            found = place.journal.run_list.named(run)
            assert found is not None
            assert found.sealed is not None
            assert [facts["run"] for facts in noted(place, "key_used")] == [run]
            (printed,) = noted(place, "printed")
            paper = (place.folders.records / "000001.pdf").read_bytes()
            assert printed["paper"] == sha256(paper).hexdigest()
            assert place.journal.verify()

    asyncio.run(day())
    with closing(sqlite3.connect(tmp_path / "data" / "outbox.db")) as kept:
        assert kept.execute("SELECT number FROM waiting").fetchall() == [("000001",)]


def test_a_delivery_goes_on_when_the_screen_that_asked_for_it_is_left(tmp_path):
    async def day() -> None:
        asked, closed = asyncio.Event(), asyncio.Event()

        async def slow(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            asked.set()
            await closed.wait()
            writer.close()

        register = await asyncio.start_server(slow, "127.0.0.1")
        address = f"http://127.0.0.1:{register.sockets[0].getsockname()[1]}"
        key = RegistryKey("register.example", b"\1" * 32)
        async with (
            register,
            a_desk(tmp_path, more=f'\n[registry]\nurl = "{address}"\nkey = "{key}"\n') as (
                place,
                desk,
            ),
        ):
            run = await place.begin(read_assignment(tmp_path / "orders" / "contoh.toml"))
            await desk.void(run, "salah alat", PIN)
            waiting = asyncio.create_task(desk.deliver())
            await asked.wait()
            waiting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await waiting
            closed.set()
            await place.unbroken.ended()
            (kept,) = place.outbox.recent(9)
            assert (kept.state, kept.attempts, kept.problem) == (State.QUEUED, 1, "registry.down")

    asyncio.run(day())
