"""Home and outbox with the long names that offices, people and instruments have, and long complaints."""

import msgspec
import pytest

from bench.desk import InstrumentLine, JobLine, JobState, OutboxLine
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
