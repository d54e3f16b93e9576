import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bench.tui.presses import CONFIRM_S, Judged, Presses

ONE_REPETITION = 2
"""presses of a key that was held just long enough to repeat once"""


def counted(times: list[float]) -> int:
    """How many presses count, with every confirmation asked for in time."""
    presses, count, waiting = Presses(), 0, None
    for at in times:
        if waiting is not None and at >= waiting + CONFIRM_S:
            count += presses.confirm(waiting)
        judged = presses.press(at)
        count += judged is Judged.COUNTS
        waiting = at if judged is Judged.WAITS else None
    return count + (waiting is not None and presses.confirm(waiting))


def held(delay: float, interval: float, seconds: float) -> list[float]:
    repeats = int((seconds - delay) / interval)
    return [0.0, *(delay + index * interval for index in range(repeats))]


HELD = {
    "Linux console, 250 ms then 11 a second": (0.25, 0.09),
    "X11, 660 ms then 25 a second": (0.66, 0.04),
    "Windows, 500 ms then 30 a second": (0.5, 0.033),
    "the longest delay, 1 s": (0.999, 0.05),
}


@pytest.mark.parametrize("case", HELD)
def test_a_held_key_counts_once(case: str):
    delay, interval = HELD[case]
    assert counted(held(delay, interval, 6.0)) == 1


@given(delay=st.floats(0.2, 0.99), interval=st.floats(0.02, 0.11), seconds=st.floats(1.2, 10))
def test_any_keyboard_held_for_any_time_counts_once(delay: float, interval: float, seconds: float):
    row = held(delay, interval, seconds)
    assume(len(row) != ONE_REPETITION)
    assert counted(row) == 1


def test_a_key_let_go_after_its_first_repetition_looks_like_two_presses():
    """The limit that `Presses` names: two times say nothing about who made them."""
    row = held(0.98, 0.1, 1.1)
    assert len(row) == ONE_REPETITION
    assert counted(row) == 2


@given(st.lists(st.floats(0.45, 5), min_size=1, max_size=20))
def test_presses_of_a_hand_all_count(gaps: list[float]):
    times, at = [0.0], 0.0
    for gap in gaps:
        at += gap
        times.append(at)
    assert counted(times) == len(times)


def test_a_bouncing_contact_counts_once():
    assert counted([0.0, 0.004, 0.02, 0.15]) == 1


def test_after_a_held_key_is_let_go_the_next_press_counts():
    assert counted([*held(0.5, 0.03, 2.0), 3.5]) == 2


def test_a_press_is_confirmed_once():
    presses = Presses()
    presses.press(0.0)
    assert presses.press(0.5) is Judged.WAITS
    assert presses.confirm(0.5)
    assert not presses.confirm(0.5)
