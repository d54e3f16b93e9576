from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.tui.keying import LONGEST, Keying
from bench.tui.reply import Reply
from drivers.quantity import Quantity
from procedures.action import Answer, Choice, Choose, Inspect, KeyAdded, Keyed, KeyIndication, KeyQuantity
from tests.bench.tui.fake_desk import grams

NOMINAL = Keying(unit="g", proposal=grams(5000), step=grams(5))
EMPTY = Keying(unit="kg")


def keys(state: Keying, *pressed: str) -> Keying:
    for key in pressed:
        state = state.press(key)
    return state


TYPED = {
    "the nominal stands as a question": (NOMINAL, (), "5000 g"),
    "one d up": (NOMINAL, ("+",), "5005 g"),
    "two d down": (NOMINAL, ("-", "-"), "4990 g"),
    "digits overwrite": (NOMINAL, tuple("4995"), "4995 g"),
    "a comma is a decimal mark": (EMPTY, tuple("2,005"), "2.005 kg"),
    "a dot is a decimal mark": (EMPTY, tuple("2.005"), "2.005 kg"),
    "a mark alone begins with zero": (EMPTY, tuple(",5"), "0.5 kg"),
    "a mark at the end": (EMPTY, tuple("5,"), "5 kg"),
    "a zero that was shown stays": (EMPTY, tuple("2,500"), "2.500 kg"),
    "a negative indication": (EMPTY, tuple("-3"), "-3 kg"),
    "deleting all brings the question back": (NOMINAL, ("4", "backspace"), "5000 g"),
    "stepping from what was typed": (NOMINAL, (*"4990", "+"), "4995 g"),
    "below zero by steps": (Keying(unit="g", proposal=grams(0), step=grams(5)), ("-",), "-5 g"),
}


@pytest.mark.parametrize("case", TYPED)
def test_what_is_keyed_is_what_enter_would_give(case: str):
    state, pressed, result = TYPED[case]
    quantity = keys(state, *pressed).quantity()
    assert quantity is not None
    assert str(quantity) == result


@pytest.mark.parametrize("second", [",", "."])
def test_a_second_mark_is_refused_and_changes_nothing(second: str):
    state = keys(EMPTY, *"2,5")
    after = state.press(second)
    assert after.refused == "keying.second_mark"
    assert after.quantity() == state.quantity()


@pytest.mark.parametrize(
    ("typed", "why"),
    [("1.000,00", "second_mark"), ("2,5,0", "second_mark"), ("1" * (LONGEST + 2), "too_long")],
)
def test_a_key_that_had_no_place_holds_the_number_until_something_is_deleted(typed: str, why: str):
    """`1.000,00` as the display prints it would else become 1.00000 by the keys that come after the comma."""
    reply = Reply(KeyQuantity(question="totaliser", unit="L", step=Quantity.parse("0.01 L")), unit="g")
    assert replied(reply, *typed, "enter", "enter") == [None] * (len(typed) + 2)
    assert reply.refused == f"keying.{why}"
    while reply.typing:
        reply.press("backspace")
    assert replied(reply, *"1000,00", "enter")[-1] == Keyed(Quantity.parse("1000.00 L"))


def test_the_question_is_one_until_it_is_touched():
    assert NOMINAL.asks
    assert not keys(NOMINAL, "4").asks


def test_nothing_keyed_is_no_quantity():
    assert EMPTY.quantity() is None
    assert keys(EMPTY, "-").quantity() is None


def test_without_a_known_step_plus_is_refused():
    assert keys(EMPTY, "5", "+").refused == "keying.no_step"


def test_a_number_that_does_not_fit_the_display_is_refused():
    state = keys(EMPTY, *"1" * LONGEST)
    assert state.press("1").refused == "keying.too_long"


@given(st.lists(st.sampled_from([*"0123456789,.+-", "backspace", "x", "enter"]), max_size=30))
def test_no_row_of_keys_breaks_it(pressed: list[str]):
    state = keys(NOMINAL, *pressed)
    quantity = state.quantity()
    assert quantity is None or quantity.unit == "g"
    assert state.typed.count(".") <= 1


@given(st.decimals(min_value=0, max_value=99999, places=3))
def test_a_typed_number_arrives_digit_for_digit(value: Decimal):
    assert str(keys(EMPTY, *str(value).replace(".", ",")).quantity()) == str(Quantity(value, "kg"))


def replied(reply: Reply, *pressed: str) -> list[Answer | None]:
    return [reply.press(key) for key in pressed]


INSPECT = Inspect(items=("seals", "level", "markings"))


def test_one_enter_says_that_all_conforms():
    assert replied(Reply(INSPECT, "g"), "enter") == [Choice("conforms")]


def test_digits_toggle_what_does_not_conform():
    assert replied(Reply(INSPECT, "g"), "3", "1", "2", "2", "enter")[-1] == Choice("seals,markings")


def test_a_long_checklist_is_walked_with_plus_and_toggled_with_star():
    items = tuple(f"item_{number}" for number in range(12))
    assert replied(Reply(Inspect(items=items), "g"), *"-", "*", "enter")[-1] == Choice("item_11")


def test_a_digit_that_names_no_item_does_nothing():
    assert replied(Reply(INSPECT, "g"), "9", "0", "enter")[-1] == Choice("conforms")


def test_a_choice_is_never_made_by_enter():
    reply = Reply(Choose(question="adjust", choices=("adjust", "reject")), "g")
    assert replied(reply, "enter", "0", "3", "x") == [None] * 4
    assert replied(reply, "2") == [Choice("reject")]


ADDED = KeyAdded(load=grams(5000), indication=grams(5000), step=grams("0.5"))


def test_one_digit_is_the_number_of_small_weights():
    assert replied(Reply(ADDED, "g"), "7") == [Keyed(grams("3.5"))]
    assert replied(Reply(ADDED, "g"), "0") == [Keyed(grams(0))]


def test_ten_and_more_are_stepped_and_agreed():
    assert replied(Reply(ADDED, "g"), "+", "+", "enter")[-1] == Keyed(grams("5.5"))
    assert replied(Reply(ADDED, "g"), "enter") == [None]


def test_a_keyed_indication_needs_a_number():
    reply = Reply(KeyIndication(role="uut"), "kg")
    assert reply.press("enter") is None
    assert reply.refused == "keying.nothing"
    assert replied(reply, *"2,5", "enter")[-1] == Keyed(Quantity.parse("2.5 kg"))


SLIPS = {"a dot for thousands": "5.005", "a digit too few": "503", "a digit too many": "50001"}


@pytest.mark.parametrize("slip", SLIPS.values(), ids=SLIPS)
def test_what_no_display_shows_is_doubted_once_and_taken_when_it_is_confirmed(slip: str):
    reply = Reply(KeyIndication(role="uut", expect=grams(5000), step=grams(5)), unit="g")
    for key in slip:
        reply.press(key)
    assert reply.press("enter") is None
    assert reply.refused == ("keying.thousands" if "." in slip else "keying.between_steps")
    assert reply.press("enter") == Keyed(grams(slip))


def test_after_a_doubt_another_slip_is_doubted_too_and_a_right_number_is_taken():
    reply = Reply(KeyIndication(role="uut", expect=grams(5000), step=grams(5)), unit="g")
    for wrong in ("5003", "4999"):
        for key in wrong:
            reply.press(key)
        assert (reply.press("enter"), reply.refused) == (None, "keying.between_steps")
        for _ in wrong:
            reply.press("backspace")
    for key in "5005":
        reply.press(key)
    assert reply.press("enter") == Keyed(grams(5005))


def test_where_marks_are_read_between_nothing_is_doubted():
    reply = Reply(KeyIndication(role="rig", step=grams(5)), unit="g")
    reply.press("3")
    assert reply.press("enter") == Keyed(grams(3))


@pytest.mark.parametrize(
    ("typed", "step", "doubted"),
    [
        ("10.000", "1 Rp", True),
        ("200.000", "1 Rp", True),
        ("10000", "1 Rp", False),
        ("9.5", "1 Rp", False),
        ("0.125", "1 L", False),
        ("28.450", "0.1 °C", True),
        ("163.400", "0.001 m3", False),
        ("1234.567", "1 Rp", False),
    ],
)
def test_a_dot_that_may_mean_thousands_is_doubted_once_in_every_keyed_quantity(typed, step, doubted):
    step_of = Quantity.parse(step)
    reply = Reply(KeyQuantity(question="unit_price", unit=step_of.unit, step=step_of), unit="g")
    for key in typed:
        reply.press(key)
    if doubted:
        assert (reply.press("enter"), reply.refused) == (None, "keying.thousands")
    assert reply.press("enter") == Keyed(Quantity.parse(f"{typed} {step_of.unit}"))


def test_ten_thousand_grams_with_a_dot_are_doubted_though_ten_grams_are_whole_steps():
    reply = Reply(KeyIndication(role="uut", expect=grams(10000), step=grams(5)), unit="g")
    for key in "10.000":
        reply.press(key)
    assert (reply.press("enter"), reply.refused) == (None, "keying.thousands")
