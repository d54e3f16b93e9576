"""Home and outbox with the long names that offices, people and instruments have, and long complaints."""

import msgspec
import pytest

from bench.desk import InstrumentLine, JobLine, JobState, OutboxLine
from procedures.heading import Heading
from tests.bench.tui.driving import LARGE, SMALL, Driver, drive
from tests.bench.tui.fake_desk import FakeDesk

OFFICER = "Raden Mas Haryo Prabowo Kusumo Adiningrat Sastrodiharjo, S.T., M.Si."
INSTRUMENT = "timbangan elektronik kapasitas lima belas kilogram ruang sidang utama"
PORT = "/dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0"


class LongNames(FakeDesk):
    """An office where everything has its full name."""

    officer = OFFICER

    def instruments(self) -> tuple[InstrumentLine, ...]:
        return tuple(
            msgspec.structs.replace(one, name=INSTRUMENT, port=PORT) for one in super().instruments()
        )


@pytest.mark.parametrize("size", [LARGE, SMALL])
def test_a_long_name_never_pushes_the_clock_or_the_language_off_the_screen(size):
    async def story(driver: Driver) -> None:
        head, *rows = driver.text().splitlines()
        assert head.endswith("   ID")
        assert "21-11-2026" in head
        assert "Raden Mas Haryo" in head
        row = next(one for one in rows if "timbangan" in one)
        assert "timbangan elektron…" in row
        assert "port0 " in row  # the end of an address tells it from the others
        assert len(row) == size[0]

    drive(LongNames(), story, size=size)


class Alike(FakeDesk):
    """Equal scales of several owners, and meters in sets."""

    def jobs(self) -> tuple[JobLine, ...]:
        scales = [
            JobLine(
                id=f"s{place}",
                title=f"Timbangan III 15 kg/5 g CAS SW-1S SN-2024-0001{place}",
                owner=f"Toko Sari Laut Makmur Sentosa {place}",
                serial=f"SN-2024-0001{place}",
                state=JobState.WAITING,
            )
            for place in range(10, 30)
        ]
        meters = [
            JobLine(
                id=serials,
                title="Meter air kelas 2 2,5 m3/h Itron Multimag",
                owner="PDAM Tirta Kencana",
                serial=serials,
                state=JobState.WAITING,
            )
            for serials in ("MA-2201, MA-2202, MA-2203", "MA-3301, MA-3302, MA-3303")
        ]
        return (*meters, *scales)


@pytest.mark.parametrize("size", [LARGE, SMALL])
def test_what_tells_equal_instruments_apart_stands_in_each_row_and_whole_below_the_list(size):
    async def story(driver: Driver) -> None:
        shown = driver.text()
        for told in ("MA-2203", "MA-3303", "000110", "000111", "Timbangan III 15 kg/5 g"):
            assert told in shown
        assert "Nomor seri    MA-2201, MA-2202, MA-2203 " in shown
        assert "Nama pemilik  PDAM Tirta Kencana " in shown
        await driver.press("-")
        shown = driver.text()  # the last of many
        assert "Nomor seri    SN-2024-000129 " in shown
        assert "Nama pemilik  Toko Sari Laut Makmur Sentosa 29 " in shown
        assert sum("▶" in row for row in shown.splitlines()) == 1

    drive(Alike(), story, size=size)


def test_where_there_is_little_room_the_list_stays_and_its_rows_still_tell():
    async def story(driver: Driver) -> None:
        shown = driver.text()
        assert "MA-2203" in shown
        assert "MA-3303" in shown
        assert "Nama pemilik" not in shown

    drive(Alike(), story, size=(80, 16))


class Refusing(FakeDesk):
    """A register that says at length why it does not take a record."""

    def outbox(self) -> tuple[OutboxLine, ...]:
        return tuple(
            OutboxLine(
                number=f"B2-{place:04d}",
                outcome=None,
                state=JobState.REFUSED,
                attempts=12,
                problem=LONG,
                remedy=REMEDY,
            )
            for place in (231, 232)
        )


REMEDY = "Berikan kunci publik penera yang menguji beserta NIP-nya kepada kantor register, lalu kirim lagi."
LONG = "Register menolak: penera rekaman ini belum terdaftar di sana; mintalah kantornya mendaftarkan."


@pytest.mark.parametrize("size", [LARGE, SMALL])
def test_what_the_register_says_takes_one_line_in_the_list_and_is_whole_below_it(size):
    async def story(driver: Driver) -> None:
        await driver.press("k")
        rows = driver.text().splitlines()
        listed = [row for row in rows if "ditolak register" in row]
        assert ["B2-0231" in listed[0], "B2-0232" in listed[1]] == [True, True]
        assert rows.index(listed[1]) == rows.index(listed[0]) + 1
        shown = " ".join(driver.text().replace("│", " ").split())
        assert "mendaftarkan." in shown
        assert REMEDY in shown

    drive(Refusing(), story, size=size)


def test_where_there_is_no_register_sending_says_so():
    desk = FakeDesk()
    desk.has_registry = False

    async def story(driver: Driver) -> None:
        await driver.press("k", "k")
        assert "[registry]" in driver.text()

    assert not drive(desk, story).desk.delivered


class Closed(FakeDesk):
    """Has a run that was closed without a verdict, and sealed."""

    def jobs(self) -> tuple[JobLine, ...]:
        return (JobLine(id="a", title="Timbangan", owner="Toko", state=JobState.SEALED, run="r", number="1"),)


def test_a_run_without_a_verdict_does_not_look_like_a_finished_test():
    async def story(driver: Driver) -> None:
        assert "tanpa putusan · tersegel" in driver.text()

    drive(Closed(), story)


@pytest.mark.parametrize("size", [LARGE, SMALL])
def test_a_file_that_was_changed_meanwhile_is_told_to_count_from_the_next_start(size):
    async def story(driver: Driver) -> None:
        assert "diubah" not in driver.text()
        driver.desk.edited = ("laboratory.toml",)
        driver.app.screen.paint()
        assert "laboratory.toml diubah: berlaku" in driver.text()
        assert "dan dibuka lagi" in " ".join(driver.text().split())

    drive(FakeDesk(), story, size=size)


@pytest.mark.parametrize("size", [LARGE, SMALL])
@pytest.mark.parametrize(("unfinished", "enter"), [(False, "ENTER mulai"), (True, "ENTER lanjut")])
def test_the_line_of_keys_says_what_enter_does_to_the_marked_job(size, unfinished, enter):
    desk = FakeDesk()
    desk.unfinished = unfinished

    async def story(driver: Driver) -> None:
        line = driver.text().splitlines()[-1]
        assert enter in line
        assert "keluar" in line

    drive(desk, story, size=size)


class Corrected(FakeDesk):
    """Has a record with a wrong owner, and the one that corrects it."""

    def jobs(self) -> tuple[JobLine, ...]:
        right = JobLine(
            id="b",
            title="Timbangan elektronik III 15 kg/5 g A-170017",
            owner="Toko Sari Darat",
            serial="A-170017",
            state=JobState.DELIVERED,
            outcome=Heading.CONFORMS,
            run="b",
            number="000003",
        )
        return msgspec.structs.replace(right, id="a", run="a", number="000001", replaced="000003"), right


@pytest.mark.parametrize("size", [LARGE, SMALL])
def test_of_two_rows_of_one_instrument_the_replaced_one_says_so_and_is_not_green(size):
    async def story(driver: Driver) -> None:
        old, new = (row for row in driver.text().splitlines() if "70017" in row)
        assert "▲ diganti catatan 000003 " in old
        assert "SAH" not in old
        assert "SAH · diterima" in new

    drive(Corrected(), story, size=size)
