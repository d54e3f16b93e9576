"""What the run screen says where no scale stands: flows, registers, times that must pass."""

from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest

from bench import events
from bench.labels import Labels
from bench.operator import Prompt
from bench.tui.answering import Scale
from bench.tui.gate import LOST_S, Watch
from bench.tui.reply import Reply
from bench.tui.screens.situation import Situation
from bench.tui.view import RunView
from drivers.quantity import Quantity
from drivers.reading import DriverMark, Origin, Reading, Stability
from procedures.action import (
    Action,
    AddSmallWeights,
    Choice,
    Choose,
    FillVessel,
    Keyed,
    KeyIndication,
    KeyQuantity,
    PlaceLoad,
    PlaceWeight,
    SetFlow,
    Wait,
)

SET_FLOW = SetFlow(flow=Quantity("33.6", "L/h"), lower=Quantity("32", "L/h"), upper=Quantity("35.2", "L/h"))


def shown(value: str, unit: str, elapsed: float = 100.0) -> Reading:
    return Reading(
        instrument="meter arus",
        indication=Quantity(value, unit),
        stability=Stability.NOT_REPORTED,
        origin=Origin.INSTRUMENT,
        frame=b"",
        driver=DriverMark(id="any", digest="ab" * 32),
        received_at=datetime(2026, 11, 21, tzinfo=UTC),
        elapsed=elapsed,
    )


def situation(action: Action, view: RunView | None = None, *, path: str = "accuracy/1/Q1/1") -> Situation:
    kind = "ask" if isinstance(action, KeyIndication) else "instruct"
    return Situation(
        labels=Labels("id"),
        view=view or RunView(),
        scale=Scale(Watch(), auto_capture=False),
        prompt=Prompt(id=path, kind=kind, action=action, text=""),
        reply=Reply(action, "L"),
        manual=True,
        weighed_by_eye=True,
        refused="",
        held=False,
        now=100.0,
    )


def flowing(flow: str, elapsed: float = 100.0) -> RunView:
    live = {"water_temperature": shown("28.1", "°C"), "flow": shown(flow, "L/h", elapsed)}
    return replace(RunView(), live=live)


def test_while_a_valve_is_worked_the_flow_is_the_big_number_and_the_others_stand_below():
    seen = situation(SET_FLOW, flowing("33.0"))
    assert seen.display()[0] == "33,0"
    assert seen.title() == "Kecepatan alir (L/h)"
    below = "".join(part if isinstance(part, str) else part[0] for part in seen.state())
    assert "di dalam batas" in below
    assert "suhu air 28,1 °C" in below


def test_what_the_other_instruments_show_is_never_cut_in_the_middle():
    many = {f"meter/{place}": shown("1000.25", "L") for place in range(1, 9)}
    view = replace(RunView(), live={"flow": shown("33.0", "L/h"), **many})
    for columns in (24, 40, 76):
        told = "".join(
            part if isinstance(part, str) else part[0] for part in situation(FILL, view).state(columns)
        )
        assert len(told) <= columns
        assert told.endswith(" L …")
    two = "".join(part if isinstance(part, str) else part[0] for part in situation(FILL, view).state(40, 2))
    assert [len(line) <= 40 for line in two.splitlines()] == [True, True]


def test_a_flow_outside_its_limits_is_said_so():
    for flow in ("31.9", "35.3"):
        assert "di luar batas" in str(situation(SET_FLOW, flowing(flow)).state())


def test_a_flow_that_is_not_sent_any_more_is_not_shown_as_if_it_were():
    assert situation(SET_FLOW, flowing("33.0", 100.0 - LOST_S - 1)).display()[0] == "− − −"


def test_a_register_is_asked_for_without_a_number_to_agree_with():
    assert situation(KeyIndication(role="meter/2")).hint()[0] == "ketik angkanya, lalu ENTER"


def test_a_time_that_must_pass_counts_down():
    wait = Wait(duration=Quantity("2", "min"))
    seen = situation(wait)
    seen.scale.instructed(wait, 100.0)
    assert seen.display()[0] == "2:00"
    assert replace(seen, now=174.5).display()[0] == "0:46"


def test_the_part_of_the_test_follows_from_what_is_asked_and_says_that_it_is_after_an_adjustment():
    assert situation(SET_FLOW, path="conditions/pressure").section() == "Keadaan lingkungan"
    assert situation(SET_FLOW, path="as_left/accuracy/1").section() == "Sesudah justir · Kebenaran"


LOAD = PlaceLoad(load=Quantity("5000", "g"))
SMALL = AddSmallWeights(step=Quantity("5.3", "g"), total=Quantity("5.3", "g"))
MOVED = Choose(question="sensitivity", choices=("moved", "did_not_move"))
FILL = FillVessel(vessel="B-20")


def instruction(seen: Situation, columns: int) -> list[str]:
    parts = seen.instruction(columns)
    return "".join(part if isinstance(part, str) else part[0] for part in parts).splitlines()


def test_no_choice_is_broken_over_two_lines():
    side = Choose(
        question="vessel_side",
        choices=("above", "below", "at_line"),
        facts={"vessel": "B-20", "volume": "20 L"},
    )
    for columns, lines in ((76, 1), (60, 2), (30, 3)):
        choices = instruction(situation(side), columns)[1:-1]
        assert len(choices) == lines
        assert all(len(line) <= columns for line in choices)


NECK = KeyQuantity(
    question="vessel_above", unit="mL", step=Quantity("1", "mL"), facts={"vessel": "B-20", "volume": "20 L"}
)
SEEN = {
    "a number": (NECK, Keyed(Quantity("12", "mL")), "LATIHAN: alat tiruan menunjukkan 12 mL"),
    "a side": (
        Choose(question="vessel_side", choices=("above", "below"), facts={"vessel": "B", "volume": "1 L"}),
        Choice("below"),
        "LATIHAN: alat tiruan menunjukkan Di BAWAH garis (kurang)",
    ),
}


@pytest.mark.parametrize("case", SEEN)
def test_what_a_trainee_reads_by_eye_a_twin_says_and_marks_as_training(case):
    question, told, words = SEEN[case]
    seen = situation(question)
    assert seen.prompt is not None
    assert words not in "\n".join(instruction(seen, 76))
    twin = replace(seen, prompt=msgspec.structs.replace(seen.prompt, seen=told))
    assert words in "\n".join(instruction(twin, 76))


def after(*prompted: Action) -> RunView:
    """The view once these prompts were given one after the other."""
    asks = Choose | KeyIndication
    prompts = (
        Prompt(id=str(place), kind="ask" if isinstance(action, asks) else "instruct", action=action, text="")
        for place, action in enumerate(prompted)
    )
    return RunView().folded(events.Prompted(prompt=prompt) for prompt in prompts)


def test_what_no_enter_of_its_own_confirms_stands_with_the_question_about_it():
    assert situation(MOVED, after(LOAD, SMALL, MOVED)).told() == (LOAD, SMALL, MOVED)


def test_what_was_carried_out_is_not_told_again_with_the_next_question():
    question = KeyIndication(role="standard_temperature")
    assert situation(question, after(FILL, question)).told() == (question,)


def test_what_was_instructed_before_a_question_is_not_told_with_the_next_one():
    assert situation(MOVED, after(LOAD, SMALL, MOVED, LOAD, MOVED)).told() == (LOAD, MOVED)


def test_a_weight_on_a_comparator_without_a_port_stands_with_the_question_for_its_indication():
    weight = PlaceWeight(nominal=Quantity("1", "kg"), weight="1 kg", side="tested")
    question = KeyIndication(role="comparator")
    seen = situation(question, after(weight, question))
    assert seen.told() == (weight, question)
    assert replace(seen, weighed_by_eye=False).told() == (question,)


def test_pulses_are_called_pulses():
    counted = situation(KeyIndication(role="counter/1", step=Quantity(1, "pcs")))
    assert counted.title() == "Penunjukan, diketik (pulsa)"


def test_the_line_of_keys_names_the_keys_that_answer():
    assert situation(MOVED).keys() == "run.keys_choosing"
    assert situation(KeyIndication(role="meter/2")).keys() == "run.keys_typing"  # nothing is proposed
    proposed = KeyIndication(role="meter/2", expect=Quantity(100, "L"), step=Quantity(1, "L"))
    assert situation(proposed).keys() == "run.keys_keying"
    assert situation(SET_FLOW).keys() == "run.keys"
    assert situation(Wait(duration=Quantity(60, "s"))).keys() == "run.keys_waiting"
    assert replace(situation(SET_FLOW), prompt=None).keys() == "run.keys_waiting"
