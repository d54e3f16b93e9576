"""What others wrote (orders, owners, records, answers) neither drives the terminal nor lays out a screen."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.desk import InstrumentLine, JobLine, JobState, OutboxLine, PersonLine, StandardLine
from bench.legible import made_legible
from tests.bench.tui.driving import LARGE, SMALL, Driver, drive
from tests.bench.tui.fake_desk import FakeDesk

HOSTILE = {
    "an escape sequence": "\x1b[2J\x1b[31mPALSU",
    "one in a single character": "\x9b31mPALSU",
    "a title of the window": "\x1b]0;PALSU\x07",
    "a line of its own": "X\nPALSU ✔ SAH",
    "a line written over": "X\rPALSU ✔ SAH",
    "markup": "[bold red]PALSU[/]",
    "markup that acts": "[@click=app.bell]PALSU[/]",
    "markup that closes nothing": "[/]PALSU[/bold",
    "a colour of the theme": "[$success]PALSU",
    "turned direction": "\u202eHAS\u2066",
    "half a character": "A\ud800\udfffPALSU",
    "nothing and tabs": "\0\t\tPALSU\t",
    "marks without a letter": "\u0301\u200d\ufe0f\u0489PALSU",
    "wide": "秤" * 80,
    "braces": "{name} {0} {",
}


class Strange(FakeDesk):
    """Every text of another is the same hostile one."""

    def __init__(self, text: str) -> None:
        super().__init__(pin_needed=True)
        self.text = self.title = self.officer = self.office = text
        self.people_here = [PersonLine(id="satu", name=text), PersonLine(id="dua", name=text)]
        self.out_of_reach = (text,)

    def jobs(self):
        return tuple(
            JobLine(
                id=f"P-{state}",
                title=f"{self.text} {self.text}",
                serial=self.text,
                owner=self.text,
                state=state,
                run=f"run-{state}",
                number=self.text,
            )
            for state in (JobState.WAITING, JobState.UNFINISHED, JobState.REFUSED)
        )

    def outbox(self):
        return tuple(
            OutboxLine(
                number=self.text,
                state=JobState.REFUSED,
                outcome=None,
                attempts=1,
                problem=self.text,
                remedy=self.text,
                address=self.text,
            )
            for _ in range(2)
        )

    def instruments(self):
        return tuple(
            InstrumentLine(
                name=self.text,
                driver=self.text,
                evidence="captured",
                port=self.text,
                roles=("uut",),
                shown=None,
                age_s=None,
                fault=fault,
            )
            for fault in ("", self.text)
        )

    def standards(self):
        return (StandardLine(id=self.text, description=self.text, due=self.text, days_left=1),)


def harmless(driver: Driver) -> None:
    strips = driver.app.screen._compositor.render_strips()
    assert len(strips) == driver.app.size.height
    for strip in strips:
        assert strip.text == made_legible(strip.text)
        assert "\n" not in strip.text
        assert "\t" not in strip.text
        assert strip.cell_length == driver.app.size.width
        assert not re.match(r"[\s│┃▌]*PALSU", strip.text), driver.text()
        for segment in strip:
            assert not (segment.style and (segment.style.meta or {}).get("@click"))
            segment.text.encode()


async def everywhere(driver: Driver) -> None:
    harmless(driver)
    for key in ("k", "escape", "p", "escape", "d", "escape", "+", "x", "escape", "-"):
        await driver.press(key)
        harmless(driver)
    await driver.begin(2)
    harmless(driver)
    await driver.finish()
    harmless(driver)
    await driver.press("enter")
    harmless(driver)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_screen_is_driven_or_laid_out_by_what_others_wrote(text):
    drive(Strange(text), everywhere)


@settings(max_examples=12, deadline=None)
@given(st.text(max_size=60), st.sampled_from([LARGE, SMALL]))
def test_home_and_outbox_show_any_text_on_a_line(text, size):
    async def story(driver):
        harmless(driver)
        await driver.press("k")
        harmless(driver)

    drive(Strange(text), story, size=size)


def test_markup_is_shown_as_it_was_written():
    async def story(driver):
        assert "[bold red]PALSU[/]" in driver.text()

    drive(Strange(HOSTILE["markup"]), story)
