import asyncio

import pytest

from bench import events
from bench.tui.screens.dialogs import Pick, Tell
from bench.tui.screens.home import HomeScreen
from bench.tui.screens.run import RunScreen
from drivers.errors import InstrumentError
from drivers.protocols import Refused, State
from procedures.action import Choice, Choose, Done, KeyAdded, Keyed, PlaceLoad
from tests.bench.tui.driving import LARGE, SMALL, Driver, drive
from tests.bench.tui.fake_desk import FakeDesk, Step, grams


def answers(driver: Driver) -> list[object]:
    return [answer for _, answer in driver.desk.answers]


async def hold(driver: Driver, key: str, seconds: float, delay: float = 0.5, interval: float = 0.04) -> None:
    """Hold a key down as an auto-repeating keyboard sends it."""
    await driver.tap(key)
    driver.desk.clock.seconds += delay
    for _ in range(int((seconds - delay) / interval)):
        await driver.tap(key)
        driver.desk.clock.seconds += interval
    await driver.pilot.pause(0.2)


def test_a_held_enter_agrees_with_one_reading_only():
    async def story(driver: Driver) -> None:
        await driver.begin(readings=1)
        before = len([answer for answer in answers(driver) if isinstance(answer, Keyed)])
        await hold(driver, "enter", 3.0)
        assert len([answer for answer in answers(driver) if isinstance(answer, Keyed)]) == before + 1

    drive(FakeDesk(manual=True), story)


def test_a_job_named_on_the_command_line_is_begun_without_a_key():
    async def story(driver: Driver) -> None:
        await driver.wait_for_prompt()
        assert isinstance(driver.app.screen, RunScreen)

    assert drive(FakeDesk(), story, first="P-0232").presses == 0


def test_a_held_enter_on_home_goes_no_further_than_the_run():
    async def story(driver: Driver) -> None:
        await hold(driver, "enter", 2.0)
        assert isinstance(driver.app.screen, RunScreen)
        assert driver.desk.answers == []

    drive(FakeDesk(), story)


def test_a_key_older_than_the_paint_of_its_step_is_dropped():
    async def story(driver: Driver) -> None:
        await driver.begin()
        driver.run.painted_at = driver.desk.clock.monotonic() + 1
        await driver.tap("enter")
        assert driver.desk.answers == []

    drive(FakeDesk(), story)


def test_enter_for_a_wrong_load_is_refused_in_words():
    desk = FakeDesk()

    async def story(driver: Driver) -> None:
        await driver.begin(readings=1)
        before = len(answers(driver))
        desk.scale.put(grams(2000), "0")
        await driver.wait(2.0)
        await driver.press("enter")
        assert len(answers(driver)) == before
        assert "Belum dicatat: terbaca 2.000,0 g, seharusnya sekitar 5.000 g" in driver.text()

    drive(desk, story)


def test_enter_on_a_moving_scale_is_held_and_recorded_once_it_rests():
    desk = FakeDesk()

    async def story(driver: Driver) -> None:
        await driver.begin(readings=1)
        before = len(answers(driver))
        desk.scale.put(grams(5000), "1.5")
        await driver.wait(0.2)
        await driver.tap("enter")
        await driver.wait(0.2)
        assert len(answers(driver)) == before
        assert "ENTER ditahan" in driver.text()
        await driver.wait(2.0)
        assert answers(driver)[before] == Done()
        found = desk.works[0].points[-1]
        assert (found.label, str(found.indication)) == ("eccentricity/centre", "5001.5 g")

    drive(desk, story)


def test_a_held_press_is_taken_back_with_backspace():
    desk = FakeDesk()

    async def story(driver: Driver) -> None:
        await driver.begin(readings=1)
        before = len(answers(driver))
        desk.scale.put(grams(5000), "1.5")
        await driver.wait(0.2)
        await driver.tap("enter")
        await driver.tap("backspace")
        await driver.wait(3.0)
        assert len(answers(driver)) == before
        assert isinstance(driver.app.screen, RunScreen)

    drive(desk, story)


def test_a_held_press_is_refused_when_the_load_turns_out_wrong():
    desk = FakeDesk()

    async def story(driver: Driver) -> None:
        await driver.begin(readings=1)
        before = len(answers(driver))
        desk.scale.put(grams(1000), "0")
        await driver.wait(0.2)
        await driver.tap("enter")
        await driver.wait(2.4)
        assert len(answers(driver)) == before
        assert "Periksa bebannya" in driver.text()

    drive(desk, story)


def test_enter_without_a_signal_is_refused_in_words():
    desk = FakeDesk()

    async def story(driver: Driver) -> None:
        await driver.begin(readings=1)
        desk.scale.silent = True
        before = len(answers(driver))
        await driver.wait(4.0)
        assert "TIDAK ADA DATA" in driver.text()
        await driver.press("enter")
        assert "Periksa kabel dan daya" in driver.text()
        assert len(answers(driver)) == before

    drive(desk, story)


def test_a_scale_that_gives_no_number_says_why():
    desk = FakeDesk()

    async def story(driver: Driver) -> None:
        await driver.begin(readings=1)
        desk.scale.refused = Refused(reason="overload", state=State.OVERLOAD, frame=b"OL\r\n")
        before = len(answers(driver))
        await driver.wait(0.6)
        await driver.press("enter")
        assert "BEBAN LEBIH" in driver.text()
        assert "Belum dicatat" in driver.text()
        assert len(answers(driver)) == before

    drive(desk, story)


def test_a_scale_that_is_far_out_can_still_be_recorded_through_the_menu():
    desk = FakeDesk()

    async def story(driver: Driver) -> None:
        await driver.begin(readings=1)
        before = len(answers(driver))
        desk.scale.put(grams(3000), "0")
        await driver.wait(2.0)
        await driver.press("/", "6")
        assert answers(driver)[before] == Done()

    drive(desk, story)


def test_the_menu_never_records_a_scale_that_moves():
    desk = FakeDesk()

    async def story(driver: Driver) -> None:
        await driver.begin(readings=1)
        before = len(answers(driver))
        desk.scale.restless_s = 60.0
        desk.scale.put(grams(3000), "0")
        await driver.press("/", "6")
        assert len(answers(driver)) == before
        assert "belum tenang" in driver.text()

    drive(desk, story)


def test_a_retake_asks_a_reason_by_one_digit_and_opens_the_row_again():
    desk = FakeDesk()

    async def story(driver: Driver) -> None:
        await driver.begin(readings=2)
        await driver.press("backspace")
        assert "Mengapa diulang?" in driver.text()
        await driver.press("3")
        await driver.wait_for_prompt()
        assert desk.works[0].retakes == [("vibration", "")]
        assert "diulang 1×, terakhir: getaran" in driver.text()
        assert [row.point for row in driver.run.view.rows][2] is None

    drive(desk, story)


def test_the_last_answer_alone_can_be_taken_back_only_where_nothing_was_moved_since():
    desk = FakeDesk()

    async def story(driver: Driver) -> None:
        await driver.begin(readings=2)
        await driver.press("backspace")
        assert "salah ketik" not in driver.text()
        await driver.press("5")
        assert desk.works[0].retakes == []
        await driver.press("escape")
        desk.works[0].may_take_back = True
        await driver.press("backspace")
        assert "salah ketik, keadaan masih sama" in driver.text()
        await driver.press("5")
        await driver.wait_for_prompt()
        assert desk.works[0].retakes == [("mistyped", "")]

    drive(desk, story)


def test_the_ninth_reason_is_written_and_told_in_those_words():
    desk = FakeDesk()

    async def story(driver: Driver) -> None:
        await driver.begin(readings=2)
        await driver.press("backspace", "9")
        for key in "mati":
            await driver.tap(key)
        await driver.press("enter")
        assert desk.works[0].retakes == [("other", "mati")]
        await driver.wait_for_prompt()
        assert "diulang 1×, terakhir: mati" in driver.text()

    drive(desk, story)


def test_escape_leaves_the_retake_dialog_without_effect():
    desk = FakeDesk()

    async def story(driver: Driver) -> None:
        await driver.begin(readings=2)
        await driver.press("backspace", "escape")
        assert desk.works[0].retakes == []
        assert isinstance(driver.app.screen, RunScreen)

    drive(desk, story)


def test_nothing_can_be_retaken_before_the_first_reading():
    async def story(driver: Driver) -> None:
        await driver.begin()
        await driver.press("backspace")
        assert "Belum ada bacaan" in driver.text()

    drive(FakeDesk(), story)


def test_leaving_pauses_the_run_and_goes_home():
    desk = FakeDesk()

    async def story(driver: Driver) -> None:
        await driver.begin(readings=2)
        await driver.press("j")
        assert "semua bacaan tersimpan" in driver.text()
        await driver.press("0")
        assert isinstance(driver.app.screen, HomeScreen)
        assert desk.told[-1] == events.RunStopped(how="interrupted", reason="")

    drive(desk, story)


def test_a_pause_without_leaving_changes_nothing():
    desk = FakeDesk()

    async def story(driver: Driver) -> None:
        await driver.begin(readings=1)
        told = len(desk.answers)
        await driver.press("escape")
        assert isinstance(driver.app.screen, Pick)
        await driver.press("escape")
        assert isinstance(driver.app.screen, RunScreen)
        assert len(desk.answers) == told

    drive(desk, story)


def test_quitting_under_way_pauses_first():
    desk = FakeDesk()

    async def story(driver: Driver) -> None:
        await driver.begin(readings=1)
        await driver.press("ctrl+q")
        assert "tidak menghapus apa pun" in driver.text()
        await driver.press("0")
        await asyncio.sleep(0.05)
        assert desk.works[0]._wish == "pause" or isinstance(desk.told[-1], events.RunStopped)

    drive(desk, story)


QUESTION = Choose(
    question="unexpected_indication",
    choices=("measure_again", "record"),
    facts={"expected": "5000 g", "indication": "2000 g"},
)


@pytest.mark.parametrize("size", [LARGE, SMALL], ids=str)
def test_a_choice_takes_a_digit_and_never_enter(size: tuple[int, int]):
    desk = FakeDesk()
    desk.asked_first["zero"] = QUESTION

    async def story(driver: Driver) -> None:
        await driver.begin()
        await driver.press("enter")
        await driver.wait_for_prompt()
        assert "2.000 g" in driver.text()
        assert "1  Ulang bacaan ini" in driver.text().replace("\u00a0", " ")
        await driver.press("enter", "3")
        assert driver.run.operator.prompt is not None
        await driver.press("2")
        assert Choice("record") in answers(driver)

    drive(desk, story, size=size)


def test_small_weights_are_counted_with_one_digit():
    desk = FakeDesk(manual=True)
    desk.asked_first["zero"] = KeyAdded(load=grams(5000), indication=grams(5000), step=grams("0.5"))

    async def story(driver: Driver) -> None:
        await driver.begin()
        await driver.press("enter")
        await driver.wait_for_prompt()
        await driver.press("7")
        assert Keyed(grams("3.5")) in answers(driver)

    drive(desk, story)


def test_without_a_port_the_instruction_stands_together_with_the_question():
    async def story(driver: Driver) -> None:
        await driver.begin(readings=2)
        text = driver.text()
        assert "KOSONGKAN" in text
        assert "LETAKKAN 5.000 g di posisi 1" in text
        assert "apakah tepat 5.000 g?" in text

    drive(FakeDesk(manual=True), story)


def test_a_second_decimal_mark_is_refused_on_the_screen():
    async def story(driver: Driver) -> None:
        await driver.begin(readings=1)
        await driver.press("5", ",", "1", ".")
        assert "hanya punya satu tanda desimal" in driver.text()
        assert "= 5,1 g" in driver.text()

    drive(FakeDesk(manual=True), story)


def test_plus_steps_one_interval_and_enter_records_it():
    async def story(driver: Driver) -> None:
        await driver.begin(readings=1)
        await driver.press("+", "enter")
        assert answers(driver)[-1] == Keyed(grams(5005)) or Keyed(grams(5005)) in answers(driver)

    drive(FakeDesk(manual=True), story)


def test_f2_switches_the_language_and_back():
    async def story(driver: Driver) -> None:
        await driver.begin(readings=1)
        assert "LETAKKAN 5.000 g di tengah" in driver.text()
        await driver.press("f2")
        assert "PLACE 5\u00a0000 g in the centre" in driver.text()
        assert driver.desk.language == "en"
        await driver.press("f2")
        assert "LETAKKAN 5.000 g di tengah" in driver.text()

    drive(FakeDesk(), story)


def test_f1_explains_the_last_point_and_enter_closes():
    async def story(driver: Driver) -> None:
        await driver.begin(readings=2)
        before = len(answers(driver))
        await driver.press("f1")
        assert isinstance(driver.app.screen, Tell)
        text = " ".join(driver.text().split())
        assert "Kepdirjen PKTN" in text
        await driver.press("enter")
        assert isinstance(driver.app.screen, RunScreen)
        assert len(answers(driver)) == before

    drive(FakeDesk(), story)


def test_f5_shows_digits_for_the_far_side_of_the_room_and_enter_still_captures():
    desk = FakeDesk()

    async def story(driver: Driver) -> None:
        await driver.begin(readings=1)
        await driver.press("f5")
        assert "████████" in driver.text()
        assert "LETAKKAN" in driver.text()
        before = len(desk.works[0].points)
        await driver.wait(1.0)
        await driver.press("enter")
        await driver.wait(1.0)
        assert len(desk.works[0].points) == before + 1

    drive(desk, story)


def test_the_bell_tells_capture_and_failure_and_can_be_muted_visibly():
    desk = FakeDesk()
    desk.steps[1] = Step(desk.steps[1].planned, "0.5", "0.1")

    async def story(driver: Driver) -> None:
        rung: list[int] = []
        driver.app.bell = lambda: rung.append(1)
        await driver.begin(readings=1)
        await driver.pilot.pause(0.6)
        assert len(rung) == 4
        await driver.press("f4")
        assert "♪ mati" in driver.text()
        await driver.wait(1.0)
        await driver.press("enter")
        await driver.wait(1.0)
        assert len(rung) == 4

    drive(desk, story)


def test_a_job_that_cannot_begin_says_what_to_do_and_goes_back_home():
    desk = FakeDesk()
    desk.refuses_to_begin = InstrumentError(
        "link.missing", "{port} is not there.", "Plug it in.", port="COM5"
    )

    async def story(driver: Driver) -> None:
        await driver.press("enter")
        text = " ".join(driver.text().replace("┃", " ").split())
        assert "COM5 tidak ada." in text
        assert "Colokkan kabelnya" in text
        await driver.press("enter")
        assert isinstance(driver.app.screen, HomeScreen)

    drive(desk, story)


@pytest.mark.parametrize("size", [LARGE, SMALL], ids=str)
@pytest.mark.parametrize("language", ["id", "en"])
def test_the_longest_instruction_is_never_cut(size: tuple[int, int], language: str):
    desk = FakeDesk(training=True)
    kilograms = (f"{mass} kg" for mass in (20, 20, 20, 20, 10, 5, 2, 2, 1))
    weights = (*kilograms, "500 g", "200 g", "200 g", "100 g")
    long = PlaceLoad(load=grams(101000), position="4", weights=weights, direction="down")
    desk.asked_first["zero"] = long

    async def story(driver: Driver) -> None:
        await driver.begin()
        await driver.press("enter")
        await driver.wait_for_prompt()
        shown = "".join(character for character in driver.text() if character.isalnum())
        sentence = driver.app.labels.instruction(long)
        for word in sentence.split():
            assert "".join(character for character in word if character.isalnum()) in shown

    drive(desk, story, size=size, language=language)


def test_an_event_after_the_screen_is_gone_does_no_harm():
    async def story(driver: Driver) -> None:
        await driver.begin(readings=1)
        screen = driver.run
        await driver.press("j", "0")
        screen.notice(events.Live(role="uut", shown=driver.desk.scale.shown()))
        screen.notice(events.SeriesEntered(path="zero"))

    drive(FakeDesk(), story)


def test_a_question_with_one_answer_is_answered_with_enter():
    desk = FakeDesk()
    desk.asked_first["zero"] = Choose(question="preset_set", choices=("done",))

    async def story(driver: Driver) -> None:
        await driver.begin()
        await driver.press("enter")
        await driver.wait_for_prompt()
        assert "ENTER bila sudah" in driver.text()
        await driver.press("enter")
        assert answers(driver)[-1] == Choice("done")

    drive(desk, story)


def test_what_was_looked_at_stays_on_its_line_once_the_table_is_narrow_again():
    async def story(driver: Driver) -> None:
        await driver.begin(readings=1)
        await driver.wait(1.0)
        inside = [row.partition("│")[2] for row in driver.text().splitlines() if "Bersih" in row]
        assert all("sesuai" in row or "✔" in row for row in inside)
        assert not any(row.startswith("│ sesuai") for row in driver.text().splitlines())

    drive(FakeDesk(), story, size=SMALL)
