import asyncio

import pytest

from bench.attention import RunInterrupted
from bench.events import MISTYPED, Captured, Decided, SeriesLeft
from bench.replay import DivergenceError
from drivers.quantity import Quantity
from procedures.action import Answer, Choose, DeliverVolume, DrainVessel, PlaceLoad
from procedures.point import Conclusion, Method, Outcome, Point, Verdict
from results.entry import Abandoned, Concluded, Done, Reported, SeriesClosed
from tests.bench import toy_run

PROMPTS = 13  # 2 × 3 × (place, key) and one question


def conducted(folder, operator, *observers):
    with toy_run.journal(folder) as opened:
        return asyncio.run(toy_run.conductor(opened, operator, *observers).conduct(toy_run.toy))


def kept(folder):
    with toy_run.journal(folder) as opened:
        return [row.entry for row in opened.entries(toy_run.RUN)]


class Watcher:
    def __init__(self):
        self.events = []

    def notice(self, event):
        self.events.append(event)


def test_an_undisturbed_run_asks_each_prompt_once_and_concludes(tmp_path):
    operator = toy_run.KeyingOperator()
    conclusion = conducted(tmp_path, operator)
    assert len(operator.asked) == PROMPTS == len(set(operator.asked))
    assert len(conclusion.points) == 6
    assert isinstance(kept(tmp_path)[-1], Concluded)


@pytest.mark.parametrize("left_at", range(PROMPTS))
def test_a_run_left_at_any_prompt_resumes_to_the_same_conclusion(tmp_path, left_at):
    undisturbed = conducted(tmp_path / "whole", toy_run.KeyingOperator())
    with pytest.raises(RunInterrupted):
        conducted(tmp_path / "left", toy_run.KeyingOperator(leave_at=left_at))
    before = kept(tmp_path / "left")
    resumed = conducted(tmp_path / "left", toy_run.KeyingOperator())
    after = kept(tmp_path / "left")
    assert after[: len(before)] == before
    assert resumed.verdict == undisturbed.verdict
    assert [point.error for point in resumed.points] == [point.error for point in undisturbed.points]


def test_a_series_broken_off_is_kept_as_abandoned_and_done_again_whole(tmp_path):
    with pytest.raises(RunInterrupted):
        conducted(tmp_path, toy_run.KeyingOperator(leave_at=4))  # in the third step of "up"
    again = toy_run.KeyingOperator()
    conducted(tmp_path, again)
    assert Abandoned(path="up", reason="interrupted") in kept(tmp_path)
    assert [path for path in again.asked if path.startswith("up~2/")] == again.asked[:6]


def test_a_completed_series_is_not_asked_again(tmp_path):
    with pytest.raises(RunInterrupted):
        conducted(tmp_path, toy_run.KeyingOperator(leave_at=7))  # in "down"
    again = toy_run.KeyingOperator()
    conducted(tmp_path, again)
    assert not [path for path in again.asked if path.startswith("up")]
    assert SeriesClosed(path="down~2") in kept(tmp_path)


def test_a_concluded_run_taken_up_again_asks_nothing_and_concludes_the_same(tmp_path):
    first = conducted(tmp_path, toy_run.KeyingOperator())
    again = toy_run.KeyingOperator()
    assert conducted(tmp_path, again) == first
    assert again.asked == []


class Retaking(toy_run.KeyingOperator):
    """Asks for a retake of what was captured last when the prompt `at` comes for the first time."""

    def __init__(self, at, *, wrong):
        super().__init__()
        self.at, self.conductor, self.done = at, None, False
        self.retaken_after = ""
        self.keyed = wrong

    async def answer(self, prompt) -> Answer:
        if prompt.id == self.at and not self.done:
            self.done = True
            self.retaken_after = self.asked[-1]
            assert self.conductor.request_retake("wrong_load", "anak timbang tertukar", by="Penera1")
            await asyncio.sleep(10)
        return await super().answer(prompt)


def retaken(folder, at, wrong, *observers):
    operator = Retaking(at, wrong=wrong)
    with toy_run.journal(folder) as opened:
        operator.conductor = toy_run.conductor(opened, operator, *observers)
        return operator, asyncio.run(operator.conductor.conduct(toy_run.toy))


def test_a_retake_keeps_the_old_reading_and_decides_by_the_new_one(tmp_path):
    wrong = {"up/100 g/settled": Quantity.parse("150 g")}
    told = Watcher()
    _, conclusion = retaken(tmp_path, "up/200 g/place_load", wrong, told)
    left = next(one for one in told.events if isinstance(one, SeriesLeft) and one.abandoned)
    assert (left.reason, left.note) == ("wrong_load", "anak timbang tertukar")
    assert conclusion.points[0].error == Quantity.parse("0 g")
    assert conclusion.points[0].readings == ("up/100 g~2/settled",)
    entries = kept(tmp_path)
    assert (
        Abandoned(path="up/100 g", reason="wrong_load", note="anak timbang tertukar", by="Penera1") in entries
    )
    readings = [
        entry.result["indication"]["value"]
        for entry in entries
        if isinstance(entry, Done) and entry.verb == "settled"
    ]
    assert readings.count("150") == 1
    assert len(readings) == 7


PATHS = [
    f"{series}/{load}/{verb}"
    for series in ("up", "down")
    for load in toy_run.LOADS
    for verb in ("place_load", "settled")
][2:]  # before the second step there is nothing to retake


@pytest.mark.parametrize("at", [*PATHS, "choose"])
def test_no_reading_is_taken_after_a_retake_without_its_load_being_placed_again(tmp_path, at):
    operator, conclusion = retaken(tmp_path, at, {})
    asked = (
        operator.asked[operator.asked.index(operator.retaken_after) + 1 :] if operator.retaken_after else []
    )
    for reading in (path for path in asked if path.endswith("/settled")):
        assert asked[asked.index(reading) - 1] == reading.replace("/settled", "/place_load")
    assert [point.error for point in conclusion.points] == [Quantity.parse("0 g")] * 6
    with toy_run.journal(tmp_path) as opened:
        opened.verify()


@pytest.mark.parametrize("left_at", range(1, 4))
def test_a_crash_inside_a_retaken_step_of_a_closed_series_does_the_series_again(tmp_path, left_at):
    """The first step of "down" is prompted, the last of "up" is retaken, and then the power goes."""
    operator = Retaking("down/100 g/place_load", wrong={})
    operator.leave_at = 6 + left_at
    with toy_run.journal(tmp_path) as opened:
        operator.conductor = toy_run.conductor(opened, operator)
        with pytest.raises(RunInterrupted):
            asyncio.run(operator.conductor.conduct(toy_run.toy))
    again = toy_run.KeyingOperator()
    conducted(tmp_path, again)
    placed = [path for path in again.asked if path.endswith("place_load")]
    read = [path for path in again.asked if path.endswith("settled")]
    assert [path.replace("place_load", "settled") for path in placed] == read
    with toy_run.journal(tmp_path) as opened:
        opened.verify()


def test_a_concluded_run_cannot_be_retaken(tmp_path):
    conducted(tmp_path, toy_run.KeyingOperator())
    with toy_run.journal(tmp_path) as opened:
        again = toy_run.conductor(opened, toy_run.KeyingOperator())
        asyncio.run(again.conduct(toy_run.toy))
        assert not again.request_retake("misread")
        opened.verify()


def test_a_retake_is_replayed_the_same_after_a_crash(tmp_path):
    wrong = {"up/100 g/settled": Quantity.parse("150 g")}
    _, first = retaken(tmp_path, "down/100 g/place_load", wrong)
    again = toy_run.KeyingOperator()
    assert conducted(tmp_path, again) == first
    assert again.asked == []


def test_a_retake_with_nothing_captured_is_refused(tmp_path):
    with toy_run.journal(tmp_path) as opened:
        assert not toy_run.conductor(opened, toy_run.KeyingOperator()).request_retake("other")


def test_a_procedure_that_asks_for_something_else_is_stopped(tmp_path):
    with pytest.raises(RunInterrupted):
        conducted(tmp_path, toy_run.KeyingOperator(leave_at=7))

    async def changed(run):
        async with run.series("up"), run.step("100 g"):
            await run.instruct(PlaceLoad(load=Quantity.parse("101 g")))

    with toy_run.journal(tmp_path) as opened, pytest.raises(DivergenceError) as stopped:
        asyncio.run(toy_run.conductor(opened, toy_run.KeyingOperator()).conduct(changed))
    assert stopped.value.facts["path"] == "up/100 g/place_load"


def test_another_point_from_the_same_readings_is_a_divergence(tmp_path):
    with pytest.raises(RunInterrupted):
        conducted(tmp_path, toy_run.KeyingOperator(leave_at=7))
    point = next(entry for entry in kept(tmp_path) if isinstance(entry, Reported))
    with toy_run.journal(tmp_path) as opened:
        memory = toy_run.conductor(opened, toy_run.KeyingOperator())._book.memory
        with pytest.raises(DivergenceError):
            memory.has_point(point.path, {**point.point, "outcome": "does_not_conform"})


def test_observers_hear_of_a_reading_only_when_it_is_in_the_journal(tmp_path):
    with toy_run.journal(tmp_path) as opened:

        class Checker(Watcher):
            def notice(self, event):
                super().notice(event)
                if isinstance(event, Captured):
                    paths = [
                        row.entry.path for row in opened.entries(toy_run.RUN) if isinstance(row.entry, Done)
                    ]
                    assert event.path in paths

        watcher = Checker()
        asyncio.run(toy_run.conductor(opened, toy_run.KeyingOperator(), watcher).conduct(toy_run.toy))
    assert len([event for event in watcher.events if isinstance(event, Captured)]) == 6


def test_a_replay_tells_observers_the_same_points_as_the_run_did(tmp_path):
    first, second = Watcher(), Watcher()
    conducted(tmp_path, toy_run.KeyingOperator(), first)
    conducted(tmp_path, toy_run.KeyingOperator(), second)
    points = [event.point for event in first.events if isinstance(event, Decided)]
    assert points == [event.point for event in second.events if isinstance(event, Decided)]
    assert all(event.replayed for event in second.events if isinstance(event, Decided))


class TakingBack(toy_run.KeyingOperator):
    """Says at each of these prompts that the answer before it was mistyped; notes whether it could."""

    def __init__(self, *at, wrong):
        super().__init__()
        self.at, self.keyed, self.conductor, self.taken_back = list(at), wrong, None, []

    async def answer(self, prompt) -> Answer:
        if self.at and prompt.id == self.at[0]:
            self.at.pop(0)
            self.taken_back.append(self.conductor.request_retake(MISTYPED, by="Penera1"))
            await asyncio.sleep(10 if self.taken_back[-1] else 0)
        return await super().answer(prompt)


def taken_back(folder, at, wrong, script=toy_run.toy):
    operator = TakingBack(*at, wrong=wrong)
    with toy_run.journal(folder) as opened:
        operator.conductor = toy_run.conductor(opened, operator)
        conclusion = asyncio.run(operator.conductor.conduct(script))
        opened.verify()
    return operator, conclusion


def test_a_mistyped_answer_is_asked_again_alone_while_nothing_was_moved(tmp_path):
    wrong = {"up/100 g/settled": Quantity.parse("150 g")}
    operator, conclusion = taken_back(tmp_path, ["up/200 g/place_load"], wrong)
    assert operator.taken_back == [True]
    assert conclusion.points[0].error == Quantity.parse("0 g")
    assert conclusion.points[0].readings == ("up/100 g/settled~2",)
    assert operator.asked[:4] == [
        "up/100 g/place_load",  # and not placed again
        "up/100 g/settled",
        "up/100 g/settled~2",
        "up/200 g/place_load~2",
    ]
    entries = kept(tmp_path)
    assert [entry for entry in entries if isinstance(entry, Abandoned)] == [
        Abandoned(path="up/100 g/settled", reason="mistyped", by="Penera1")
    ]
    struck = next(e for e in entries if isinstance(e, Done) and e.path == "up/100 g/settled")
    assert struck.result["indication"]["value"] == "150"
    again = toy_run.KeyingOperator()
    assert conducted(tmp_path, again) == conclusion
    assert again.asked == []


def test_an_answer_is_not_taken_back_alone_once_something_was_moved(tmp_path):
    operator, _ = taken_back(tmp_path, ["up/200 g/settled"], {})
    assert operator.taken_back == [False]


async def measured_and_read(run) -> Conclusion:
    """A delivery, a reading that may be asked about, another, and the next step."""
    async with run.series("nozzle"):
        async with run.step("1"):
            await run.instruct(DeliverVolume(volume=Quantity.parse("20 L")))
            first = await run.settled("uut", expect=Quantity.parse("20 L"))
            if first.indication > Quantity.parse("30 L"):
                await run.ask(Choose(question="cannot_be", choices=("measure_again", "reject")))
            shown = await run.settled("uut", expect=Quantity.parse("21 L"))
            point = Point(
                section="accuracy",
                label="accuracy/1",
                indication=first.indication,
                error=shown.indication - first.indication,
                method=Method.DIRECT,
                outcome=Outcome.CONFORMS,
            )
            await run.report(point)
        async with run.step("2"):
            await run.instruct(DrainVessel(vessel="B-20", drip=Quantity.parse("30 s")))
    return Conclusion(points=(point,), verdict=Verdict(outcome=Outcome.CONFORMS, rule="toy"))


def test_taken_back_again_and_again_it_goes_answer_by_answer_and_delivers_nothing_anew(tmp_path):
    """What is asked after an answer follows from it: nothing that was read after it stands."""
    wrong = {"nozzle/1/settled": Quantity.parse("40 L"), "nozzle/1/settled#2": Quantity.parse("41 L")}
    at = ["nozzle/2/drain_vessel", "nozzle/1/settled#2~2", "nozzle/1/choose~2"]
    operator, conclusion = taken_back(tmp_path, at, wrong, measured_and_read)
    assert operator.taken_back == [True] * 3
    assert operator.asked == [
        "nozzle/1/deliver_volume",
        "nozzle/1/settled",
        "nozzle/1/choose",
        "nozzle/1/settled#2",
        "nozzle/1/settled~2",
        "nozzle/1/settled#2~2",
        "nozzle/2/drain_vessel~2",
    ]
    assert conclusion.points[0].error == Quantity.parse("1 L")
    again = toy_run.KeyingOperator()
    with toy_run.journal(tmp_path) as opened:
        assert asyncio.run(toy_run.conductor(opened, again).conduct(measured_and_read)) == conclusion
    assert again.asked == []


def test_after_a_break_nobody_knows_whether_all_stands_as_it_stood(tmp_path):
    with pytest.raises(RunInterrupted):
        conducted(tmp_path, toy_run.KeyingOperator(leave_at=2))
    with toy_run.journal(tmp_path) as opened:
        again = toy_run.conductor(opened, toy_run.KeyingOperator(leave_at=0))
        assert again.last_answer == "up/100 g/settled"
        with pytest.raises(RunInterrupted):
            asyncio.run(again.conduct(toy_run.toy))
        assert again.last_answer == ""
