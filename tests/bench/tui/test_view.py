import asyncio
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import events
from bench.operator import Prompt
from bench.tui.view import RunView, share, worst
from drivers.reading import Origin, Stability
from procedures.action import Answer, Choice, Choose, Done, Inspect, Keyed, KeyIndication, PlaceLoad
from procedures.point import Method, Outcome, Point, Tolerance
from results.entry import AFTER_RETAKE
from tests.bench.tui.fake_desk import FakeDesk, StillClock, grams, reading


class Agreeable:
    """Agrees with everything at once."""

    async def answer(self, prompt: Prompt) -> Answer:
        if isinstance(prompt.action, Inspect):
            return Choice("conforms")
        if isinstance(prompt.action, Choose):
            return Choice(prompt.action.choices[-1])
        if isinstance(prompt.action, KeyIndication):
            return Keyed(prompt.action.expect or grams(0))
        return Done()


class Deaf:
    def notice(self, event: events.Event) -> None:
        pass


@cache
def told() -> tuple[events.Event, ...]:
    """The events of a whole run."""

    async def run() -> tuple[events.Event, ...]:
        desk = FakeDesk(manual=True)
        await (await desk.begin("P-0231", Agreeable(), Deaf())).finished()
        return tuple(desk.told)

    return asyncio.run(run())


def test_a_whole_run_decides_every_planned_row():
    view = RunView().folded(told())
    assert [row.point.label for row in view.rows if row.point] == [row.step.label for row in view.rows]
    assert view.current() is None
    assert view.conclusion is not None
    assert view.sealed == ""


def test_the_same_events_told_twice_give_the_same_view():
    once = RunView().folded(told())
    assert once.folded(told()) == once


@given(st.integers(min_value=1, max_value=len(told())))
def test_a_view_that_starts_again_after_any_event_comes_out_the_same(cut: int):
    """A crash or a retake replays the run from its beginning."""
    assert RunView().folded(told()[:cut]).folded(told()) == RunView().folded(told())


def test_folding_changes_no_earlier_view():
    views = [RunView()]
    for event in told():
        views.append(views[-1].fold(event))
    assert views[0] == RunView()
    assert all(len(early.captured) <= len(late.captured) for early, late in pairwise(views[2:]))


def test_the_row_under_way_is_the_first_that_is_not_decided():
    cut = next(index for index, event in enumerate(told()) if isinstance(event, events.Decided))
    view = RunView().folded(told()[:cut])
    assert view.current() == 0
    assert view.fold(told()[cut]).current() == 1


def test_an_instruction_stands_until_its_reading_is_captured():
    prompts = [event for event in told() if isinstance(event, events.Prompted)]
    placed = next(event for event in prompts if isinstance(event.prompt.action, PlaceLoad))
    view = RunView().fold(placed)
    assert view.standing == (placed.prompt.action,)
    captured = next(event for event in told() if isinstance(event, events.Captured))
    assert view.fold(captured).standing == ()


def test_an_abandoned_step_loses_its_point_and_keeps_the_note():
    view = RunView().folded(told())
    path = "eccentricity/2"
    again = view.fold(events.SeriesLeft(path=path, abandoned=True, reason="wrong_load"))
    assert [row.step.label for row in again.rows if row.point is None] == [path]
    assert [(note.path, note.reason) for note in again.retaken] == [(path, "wrong_load")]


def test_an_answer_that_is_taken_back_alone_opens_the_row_of_its_step():
    view = RunView().folded(told())
    again = view.fold(
        events.SeriesLeft(path="eccentricity/2/settled", abandoned=True, reason=events.MISTYPED)
    )
    assert [row.step.label for row in again.rows if row.point is None] == ["eccentricity/2"]


def test_an_abandoned_step_takes_nothing_from_a_neighbour_with_a_longer_name():
    view = RunView().folded(told())
    again = view.fold(events.SeriesLeft(path="accuracy/up/100", abandoned=True, reason="vibration"))
    assert again.rows == view.rows


def test_the_last_point_is_forgotten_when_it_is_done_again():
    cut = [index for index, event in enumerate(told()) if isinstance(event, events.Decided)][4]
    view = RunView().folded(told()[: cut + 1])
    assert view.last is not None
    again = view.fold(events.SeriesLeft(path=view.last.label, abandoned=True, reason="misread"))
    assert again.last == view.points()[-2]


def test_the_retake_note_survives_the_replay_but_not_another_run():
    left = events.SeriesLeft(path="zero", abandoned=True, reason="vibration")
    view = RunView().folded(told()).fold(left)
    assert len(view.folded(told()).retaken) == 1
    started = told()[0]
    assert isinstance(started, events.RunStarted)
    other = events.RunStarted(
        run="run-2", number="2", title="", training=False, resumed=False, plan=started.plan
    )
    assert view.fold(other).retaken == ()


def test_one_retake_is_one_however_many_steps_had_been_begun_meanwhile():
    view = RunView().folded(told())
    for path, reason in (("eccentricity/2", "wrong_load"), ("eccentricity/3", AFTER_RETAKE)):
        view = view.fold(events.SeriesLeft(path=path, abandoned=True, reason=reason))
    assert [row.step.label for row in view.rows if row.point is None] == ["eccentricity/2", "eccentricity/3"]
    assert [note.reason for note in view.retaken] == ["wrong_load"]


def test_after_an_adjustment_every_row_is_to_be_decided_again():
    view = RunView().folded(told())
    again = view.fold(events.StepEntered(path="as_left/eccentricity/1"))
    assert again.points() == ()
    assert again.current() == 0
    assert [row.step for row in again.rows] == [row.step for row in view.rows]
    later = again.folded([one for one in told() if isinstance(one, events.Decided)][:2])
    assert len(later.fold(events.StepEntered(path="as_left/eccentricity/2")).points()) == 2


def test_an_unplanned_point_gets_a_row_of_its_own():
    surprise = Point(section="tare", label="tare/1 kg", method=Method.DIRECT, outcome=Outcome.CONFORMS)
    view = RunView().fold(events.Decided(path="tare/1 kg/point", point=surprise, replayed=False))
    assert view.points() == (surprise,)


def test_sealed_and_delivered_are_different_states():
    view = RunView().fold(events.RecordSealed(number="7", record_file="7.json", certificate_file="7.pdf"))
    assert (view.sealed, view.address) == ("7", "")
    assert view.fold(events.RecordDelivered(number="7", address="https://r.example/7")).address


def keyed(offsets: list[float], seconds: float) -> RunView:
    view, clock = RunView(), StillClock()
    for index, offset in enumerate(offsets):
        clock.seconds += seconds
        shown = reading(grams(1000 + offset).value, Stability.NOT_REPORTED, clock, Origin.MANUAL)
        path = f"accuracy/{index}/settled"
        view = view.fold(events.Captured(path=path, reading=shown, replayed=False))
        point = Point(
            section="accuracy",
            label=f"accuracy/{index}",
            nominal=grams(1000),
            method=Method.DIRECT,
            outcome=Outcome.CONFORMS,
            readings=(path,),
        )
        view = view.fold(events.Decided(path=f"accuracy/{index}/point", point=point, replayed=False))
    return view


COPIED = {
    "all nominal and too fast": ([0, 0, 0, 0, 0, 0], 2.0, True),
    "all nominal at the pace of hands": ([0, 0, 0, 0, 0, 0], 20.0, False),
    "one differs": ([0, 0, 5, 0, 0, 0], 2.0, False),
    "too few to say": ([0, 0, 0, 0], 2.0, False),
    "none": ([], 2.0, False),
}


@pytest.mark.parametrize("case", COPIED)
def test_copy_typing_is_noticed(case: str):
    offsets, seconds, copied = COPIED[case]
    assert keyed(offsets, seconds).looks_copied() is copied


def point(error: str, lower: str, upper: str, outcome: Outcome = Outcome.CONFORMS) -> Point:
    limits = Tolerance(lower=grams(lower), upper=grams(upper))
    return Point(
        section="a", label=error, error=grams(error), tolerance=limits, method=Method.DIRECT, outcome=outcome
    )


def test_the_share_is_of_the_limit_on_the_side_of_the_error():
    assert share(point("2.5", "-10", "5")) == grams("0.5").value
    assert share(point("-2.5", "-10", "5")) == grams("0.25").value
    assert share(point("5", "-5", "5")) == 1


def test_a_point_without_error_has_no_share():
    bare = Point(section="visual", label="visual", method=Method.INSPECTION, outcome=Outcome.CONFORMS)
    assert share(bare) is None
    assert worst([bare]) is None


def test_the_worst_point_is_the_one_nearest_its_limit_and_a_failing_one_before_all():
    near, failing = point("4.9", "-5", "5"), point("1", "-5", "5", Outcome.DOES_NOT_CONFORM)
    assert worst([point("1", "-5", "5"), near]) == near
    assert worst([near, failing]) == failing
