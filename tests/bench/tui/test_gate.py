import pytest

from bench.tui.answering import Scale
from bench.tui.gate import FRESH_S, LOST_S, REST_S, Gate, Watch
from drivers.protocols import Refused, State
from drivers.quantity import Quantity
from drivers.reading import Reading, Stability
from procedures.action import (
    Action,
    AddSmallWeights,
    Adjust,
    ClearTare,
    PlaceLoad,
    RemoveLoad,
    RemoveSmallWeights,
    SetTare,
    SetZero,
    Wait,
)
from tests.bench.tui.fake_desk import StillClock, grams, reading

OVERLOAD = Refused(reason="overload", state=State.OVERLOAD, frame=b"OL")


def shown(value: str, stability: Stability = Stability.STABLE) -> Reading:
    return reading(grams(value).value, stability, StillClock())


def watched(*values: Reading | Refused, step: float = 0.2, start: float = 100.0) -> tuple[Watch, float]:
    watch, at = Watch(), start
    for value in values:
        at += step
        watch.take(value, at)
    return watch, at


RESTING = [shown("5000.0")] * 8


def test_a_fresh_indication_at_rest_near_the_load_opens_the_gate():
    watch, now = watched(*RESTING)
    assert watch.judge(grams(5000), now) is Gate.OPEN


CLOSED = {
    "nothing was ever shown": ([], 0.0, Gate.NO_SIGNAL),
    "silence for long": (RESTING, LOST_S + 0.1, Gate.NO_SIGNAL),
    "the last indication is old": (RESTING, FRESH_S, Gate.STALE),
    "the instrument says it moves": ([*RESTING, shown("5000.0", Stability.MOVING)], 0.0, Gate.MOVING),
    "stable for less than a second": ([shown("0.0", Stability.MOVING), *RESTING[:3]], 0.0, Gate.MOVING),
    "flag stable but it walks": ([shown(str(5000 + step)) for step in range(8)], 0.0, Gate.MOVING),
    "no flag and it walks": (
        [shown(str(5000 + step), Stability.NOT_REPORTED) for step in range(8)],
        0.0,
        Gate.MOVING,
    ),
    "the instrument gives no number": ([*RESTING, OVERLOAD], 0.0, Gate.REFUSED),
    "rest begins anew after no number": ([*RESTING, OVERLOAD, shown("5000.0")], 0.0, Gate.MOVING),
    "another load": ([shown("2000.0")] * 8, 0.0, Gate.WRONG_LOAD),
    "nothing on the receptor": ([shown("0.0")] * 8, 0.0, Gate.WRONG_LOAD),
}


@pytest.mark.parametrize("case", CLOSED)
def test_the_gate_is_closed_when(case: str):
    values, age, why = CLOSED[case]
    watch, now = watched(*values)
    assert watch.judge(grams(5000), now + age) is why


def test_an_instrument_without_a_stability_flag_is_judged_by_the_bench():
    watch, now = watched(*[shown("5000.0", Stability.NOT_REPORTED)] * 8)
    assert watch.judge(grams(5000), now) is Gate.OPEN


def test_one_digit_of_flicker_is_rest():
    watch, now = watched(*[shown(f"5000.{digit}") for digit in "01010101"])
    assert watch.judge(grams(5000), now) is Gate.OPEN


def test_after_a_gap_rest_must_be_seen_again():
    watch, now = watched(*RESTING)
    watch.take(shown("5000.0"), now + REST_S + 0.5)
    assert watch.judge(grams(5000), now + REST_S + 0.5) is Gate.MOVING


NEAR = {
    "a scale that is far out is still that load": ("5400.0", 5000, True),
    "the window never reaches the empty receptor": ("0.0", 5, False),
    "zero that is a little off": ("8.0", 0, True),
    "zero with the load still on": ("5000.0", 0, False),
    "half the load": ("2500.0", 5000, False),
}


@pytest.mark.parametrize("case", NEAR)
def test_the_window_finds_the_wrong_weight_and_not_the_wrong_scale(case: str):
    value, load, near = NEAR[case]
    watch, _ = watched(shown(value))
    assert watch.near(grams(load)) is near


def test_another_dimension_is_never_near():
    watch, _ = watched(shown("5.0"))
    assert not watch.near(Quantity.parse("5 L"))


def resting_scale(value: str, *, auto: bool = False) -> tuple[Scale, float]:
    watch, now = watched(*[shown(value)] * 8)
    return Scale(watch, auto), now


def test_an_emptied_receptor_is_seen_without_a_key():
    scale, now = resting_scale("0.0")
    assert scale.sees_done(RemoveLoad(), now)


def test_a_load_is_never_taken_without_a_key_unless_the_laboratory_chose_so():
    scale, now = resting_scale("5000.0")
    assert not scale.sees_done(PlaceLoad(load=grams(5000)), now)
    scale, now = resting_scale("5000.0", auto=True)
    assert scale.sees_done(PlaceLoad(load=grams(5000)), now)


def test_auto_capture_takes_a_load_once_until_it_has_left():
    scale, now = resting_scale("5000.0", auto=True)
    place = PlaceLoad(load=grams(5000))
    scale.carried_out(place)
    scale.follow()
    assert not scale.sees_done(place, now)
    for step in range(1, 10):
        scale.watch.take(shown("0.0"), now + step * 0.2)
        scale.follow()
    for step in range(10, 20):
        scale.watch.take(shown("5000.0"), now + step * 0.2)
        scale.follow()
    assert scale.sees_done(place, now + 19 * 0.2)


@pytest.mark.parametrize(
    "action",
    [
        AddSmallWeights(step=grams("0.5"), total=grams("0.5")),
        RemoveSmallWeights(),
    ],
    ids=["added", "lifted"],
)
def test_a_changeover_is_heard(action: Action):
    scale, now = resting_scale("5000.0")
    scale.instructed(action, now)
    assert not scale.sees_done(action, now)
    for step in range(1, 8):
        scale.watch.take(shown("5005.0"), now + step * 0.2)
    assert scale.sees_done(action, now + 1.4)


def test_of_several_small_weights_the_first_that_is_heard_is_not_taken_for_all():
    several = AddSmallWeights(step=grams("0.5"), total=grams(5), count=10)
    scale, now = resting_scale("5000.0")
    scale.instructed(several, now)
    for step in range(1, 8):
        scale.watch.take(shown("5005.0"), now + step * 0.2)
    assert scale.gate(several, now + 1.4) is Gate.OPEN
    assert not scale.sees_done(several, now + 1.4)


def test_keys_on_the_instrument_are_never_assumed_to_be_pressed():
    scale, now = resting_scale("0.0", auto=True)
    for action in (SetZero(), SetTare(load=grams(1000)), ClearTare(), Adjust()):
        assert not scale.sees_done(action, now)


def test_taking_a_load_off_a_tared_scale_shows_the_tare_below_zero():
    scale, now = resting_scale("0.0")
    scale.carried_out(SetTare(load=grams(1000)))
    assert scale.expected(RemoveLoad()) == grams(-1000)
    scale.instructed(ClearTare(), now)
    assert scale.expected(RemoveLoad()) == grams(0)


def test_a_time_to_wait_ends_by_itself_and_not_before():
    scale, now = resting_scale("0.0")
    wait = Wait(duration=Quantity("2", "min"), purpose="drip")
    scale.instructed(wait, now)
    assert scale.remaining_s(wait, now + 30) == 90
    assert scale.gate(wait, now + 119.9) is Gate.TOO_EARLY
    assert not scale.sees_done(wait, now + 119.9)
    assert scale.sees_done(wait, now + 120)
