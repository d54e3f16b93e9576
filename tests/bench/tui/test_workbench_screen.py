"""The workbench: a line that plays recorded bytes, a driver file that is saved while it is looked at."""

import asyncio
import os
from datetime import timedelta, timezone
from pathlib import Path

import pytest

from bench.labels import Labels
from bench.trial import Trial
from bench.tui.screens.dialogs import Tell
from bench.tui.workbench import WorkbenchApp
from drivers import catalogue
from drivers.errors import LinkLostError
from tests.bench.tui.driving import LARGE, SMALL, Driver
from tests.bench.tui.fake_desk import StillClock

FOLDER = Path(__file__).parent / "snapshots"
JAKARTA = timezone(timedelta(hours=7), "WIB")
GOOD, BAD = b"ST,GS,   245.6 g\r\n", b"ST,GZ,   245.6 g\r\n"


class PlayedLine:
    """A line at the port `Transport`: gives what a test lets come."""

    name = "COM5"

    def __init__(self):
        self.coming = asyncio.Queue()
        self.sent = []
        self.gone = None

    async def open(self):
        if self.gone is not None:
            raise self.gone

    async def send(self, data):
        self.sent.append(data)

    async def receive(self):
        said = await self.coming.get()
        if isinstance(said, Exception):
            raise said
        return said

    async def caught_up(self):
        while not self.coming.empty():  # noqa: ASYNC110 -- whoever receives is woken by each round
            await asyncio.sleep(0)

    async def close(self):
        pass


class RealPauses(StillClock):
    async def sleep(self, seconds):
        await asyncio.sleep(min(seconds, 0.05))


class Bench:
    def __init__(self, app, pilot, line, file):
        self.app, self.pilot, self.line, self.file = app, pilot, line, file

    async def come(self, *pieces):
        for piece in pieces:
            taken = len(self.app._trial.watch.raw)
            self.line.coming.put_nowait(piece)
            for _ in range(1000):
                await asyncio.sleep(0.01)
                stamped = len(self.app._trial.watch.raw) > taken
                if stamped or (isinstance(piece, Exception) and self.app.workbench.fault is piece):
                    break
            else:
                raise AssertionError("the piece was not taken")
            self.app.clock.seconds += 0.1
        await self.shown()

    async def shown(self):
        await asyncio.sleep(0.02)
        self.app.workbench._again()
        await self.pilot.pause()

    async def press(self, *keys):
        for key in keys:
            self.app.clock.seconds += 2
            await self.pilot.press(key)
            await self.pilot.pause()
            await asyncio.sleep(0.15)

    def text(self):
        return Driver.text(self)


def look(tmp_path, story, *, size=LARGE, own=True, language="id", driver="st-gs"):
    file = None
    if own:
        file = tmp_path / "pasar.toml"
        text = catalogue.load(driver).text.replace(f'id = "{driver}"', 'id = "pasar"')
        file.write_text(text, "utf-8")

    async def run():
        loaded = catalogue.load_file(file) if file else catalogue.load(driver)
        line, clock = PlayedLine(), RealPauses()
        app = WorkbenchApp(
            Trial(loaded, file),
            line,
            loaded.line,
            Labels(language),
            folder=tmp_path,
            clock=clock,
            key_clock=clock.monotonic,
            zone=JAKARTA,
        )
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            bench = Bench(app, pilot, line, file)
            await story(bench)
            return bench.text()

    return asyncio.run(run())


@pytest.mark.parametrize("size", [LARGE, SMALL], ids=["100x30", "80x24"])
def test_the_workbench_looks_as_it_did(tmp_path, size):
    async def story(bench):
        await bench.come(b"\x00\xff", GOOD, BAD, GOOD, GOOD[:5])
        await bench.press("up", "enter", "up")
        await bench.shown()

    seen = look(tmp_path, story, size=size) + "\n"
    file = FOLDER / f"workbench-{size[0]}x{size[1]}.txt"
    if os.environ.get("TERA_UPDATE_SNAPSHOTS"):
        file.write_text(seen, encoding="utf-8", newline="\n")
    assert seen == file.read_text(encoding="utf-8")


def test_a_refused_frame_says_where_and_why_and_the_reading_is_big(tmp_path):
    async def story(bench):
        await bench.come(GOOD, BAD)

    seen = look(tmp_path, story)
    assert "4–5 which 'GZ'" in seen
    assert "bukan salah satu dari" in seen
    assert "dibaca 1   ditolak 1" in seen


def test_a_saved_file_reads_the_same_bytes_again(tmp_path):
    pounds = GOOD.replace(b" g", b" P")

    async def story(bench):
        await bench.come(pounds * 3)
        before.append(bench.text())
        text = bench.file.read_text("utf-8")
        bench.file.write_text(text.replace("units = { ", "units = { P = 'lb', ", 1), "utf-8")
        await bench.shown()

    before = []
    seen = look(tmp_path, story)
    assert "dibaca 0   ditolak 3" in before[0]
    assert "dibaca 3   ditolak 0" in seen
    assert "lb  stabil" in seen


def test_a_mistake_in_the_saved_file_is_told_and_the_old_driver_goes_on(tmp_path):
    async def story(bench):
        await bench.come(GOOD)
        text = bench.file.read_text("utf-8")
        bench.file.write_text(text.replace('format = "8N1"', 'format = "8Z1"'), "utf-8")
        await bench.shown()
        told.append(bench.text())
        await bench.come(GOOD)
        told.append(bench.text())
        bench.file.write_text(text, "utf-8")
        await bench.shown()

    told = []
    seen = look(tmp_path, story)
    assert "serial.format" in told[0]
    assert "Tulis seperti 8N1, 7E1 atau 8N2" in " ".join(told[0].replace("│", " ").split())
    assert "dibaca 2" in told[1]
    assert "serial.format" not in seen


def test_marked_frames_become_examples_at_the_end_of_the_file(tmp_path):
    async def story(bench):
        await bench.come(GOOD.replace(b"245.6", b"731.4"), BAD)
        await bench.press("up", "enter", "up", "enter", "g")
        await bench.shown()

    seen = look(tmp_path, story)
    text = (tmp_path / "pasar.toml").read_text("utf-8")
    assert text.endswith(
        'rx = \'ST,GS,   731.4 g\\r\\n\'\nis = { value = "731.4", unit = "g", stable = true }\n'
        "[[example]]                            # as it came; compare with what the display showed\n"
        "rx = 'ST,GZ,   245.6 g\\r\\n'\nis = { state = \"unknown_flag\" }\n"
    )
    assert catalogue.load_file(tmp_path / "pasar.toml")
    assert "2 contoh ditambahkan" in seen


def test_a_frame_that_is_an_example_already_is_not_written_twice(tmp_path):
    async def story(bench):
        for _ in range(2):
            await bench.come(GOOD.replace(b"245.6", b"731.4"))
            await bench.press("up", "enter", "g")

    assert "tidak ada contoh baru" in look(tmp_path, story)
    assert (tmp_path / "pasar.toml").read_text("utf-8").count("731.4 g") == 1


def test_a_driver_of_the_program_is_not_written_to(tmp_path):
    async def story(bench):
        await bench.come(GOOD)
        await bench.press("up", "enter", "g")
        assert isinstance(bench.app.screen, Tell)

    assert "tera driver new" in look(tmp_path, story, own=False)


def test_a_pause_holds_the_picture_and_loses_no_byte(tmp_path):
    async def story(bench):
        await bench.come(GOOD)
        await bench.press("j")
        await bench.come(BAD)
        held.append(bench.text())
        await bench.press("j")
        await bench.shown()

    held = []
    seen = look(tmp_path, story)
    assert "JEDA" in held[0]
    assert "GZ" not in held[0]
    assert "GZ" in seen


def test_a_capture_is_saved_with_its_times_and_can_be_tried(tmp_path):
    async def story(bench):
        await bench.come(GOOD, BAD)
        await bench.press("s")

    look(tmp_path, story)
    (saved,) = tmp_path.glob("*.bin")
    assert saved.read_bytes() == GOOD + BAD
    assert (tmp_path / f"{saved.name}.times").read_text("utf-8").splitlines()[-1].endswith(" 18 18")


def test_a_wrong_parity_is_said_at_once(tmp_path):
    seven = bytes(byte | 0x80 if byte.bit_count() % 2 else byte for byte in GOOD)

    async def story(bench):
        await bench.come(seven * 4)

    assert "setel ke 7E1" in " ".join(look(tmp_path, story).replace("│", " ").split())


def test_a_lost_line_is_told_and_found_again(tmp_path):
    async def story(bench):
        gone = LinkLostError("link.lost", "{port} is gone.", "Check the cable.", port="COM5", detail="")
        bench.line.gone = gone
        await bench.come(GOOD, gone)
        told.append(bench.text())
        bench.line.gone = None
        await bench.come(GOOD)

    told = []
    seen = look(tmp_path, story)
    assert "✘ COM5" in told[0]
    assert "✘ COM5" not in seen
    assert "dibaca 2" in seen


def test_an_instrument_that_answers_is_asked(tmp_path):
    async def story(bench):
        await bench.come(b"S S     100.00 g\r\n")
        sent.extend(bench.line.sent)

    sent = []
    seen = look(tmp_path, story, driver="mt-sics")
    assert b"SI\r\n" in sent
    assert "→" in seen


def test_english_by_switch(tmp_path):
    async def story(bench):
        await bench.come(GOOD)
        await bench.press("f2")

    assert "DRIVER WORKBENCH" in look(tmp_path, story)
