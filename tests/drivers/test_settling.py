from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from drivers.protocols import Refused, State
from drivers.quantity import Quantity
from drivers.reading import DriverMark, Kind, Origin, Reading, Stability
from drivers.settling import Settled, SettleRule, Unrest, Window

RULE = SettleRule(duration_s=1.0, span=Quantity("0.1", "g"))
OVERLOAD = Refused(reason="overload", state=State.OVERLOAD, frame=b"OL")


def shown(text: str, elapsed: float, stability=Stability.STABLE, kind=Kind.GROSS, **more) -> Reading:
    return Reading(
        instrument="scale",
        indication=Quantity.parse(text),
        stability=stability,
        kind=kind,
        origin=Origin.TWIN,
        driver=DriverMark("test", "00"),
        received_at=datetime(2026, 11, 21, tzinfo=UTC),
        elapsed=elapsed,
        **more,
    )


def fed(window: Window, readings: list[Reading]) -> Settled | None:
    proof = None
    for reading in readings:
        proof = window.take(reading)
        if proof is not None:
            return proof
    return proof


def test_rest_is_proved_by_the_whole_window_of_readings():
    readings = [shown("100.0 g", at / 10) for at in range(12)]
    proof = fed(Window(RULE), readings)
    assert proof is not None
    assert proof.reading == readings[10]
    assert proof.samples == tuple(readings[:11])
    assert proof.span == Quantity("0.0", "g")
    assert not proof.inferred


def test_rest_is_counted_in_seconds_and_not_in_equal_samples():
    assert fed(Window(RULE), [shown("100.0 g", at / 100) for at in range(90)]) is None


def test_two_frames_a_long_time_apart_prove_nothing():
    window = Window(RULE)
    assert fed(window, [shown("100.0 g", 0), shown("100.0 g", 5)]) is None
    assert window.unrest is Unrest.SHORT
    assert window.take(shown("100.0 g", 5.1)) is not None


def test_a_value_that_walks_inside_unbroken_stable_frames_never_settles():
    window = Window(RULE)
    walk = [shown(f"{100 + at // 3 * 0.1:.1f} g", at / 10) for at in range(100)]  # each value three times
    assert fed(window, walk) is None
    assert window.unrest is Unrest.SPAN
    assert window.span_seen == Quantity("0.4", "g")


def test_rest_begins_anew_after_the_walk_ends():
    walk = [shown(f"{100 + at * 0.1:.1f} g", at / 10) for at in range(10)]
    rest = [shown("101.0 g", 1 + at / 10) for at in range(20)]
    proof = fed(Window(RULE), walk + rest)
    assert proof is not None
    assert proof.samples[0].indication == Quantity("100.9", "g")
    assert proof.reading.elapsed - proof.samples[0].elapsed >= RULE.duration_s


BREAKS = {
    "the instrument reports motion": (shown("100.0 g", 0.5, Stability.MOVING), Unrest.MOVING),
    "the display goes from gross to net": (shown("100.0 g", 0.5, kind=Kind.NET), Unrest.CHANGED),
    "the unit changes": (shown("0.1000 kg", 0.5), Unrest.CHANGED),
    "the stability is no longer reported": (shown("100.0 g", 0.5, Stability.NOT_REPORTED), Unrest.CHANGED),
    "the display becomes extended": (shown("100.00 g", 0.5, high_resolution=True), Unrest.RESOLUTION),
}


def test_whatever_is_not_the_same_rest_restarts_the_window():
    before = [shown("100.0 g", at / 10) for at in range(5)]
    after = [shown("100.0 g", 0.6 + at / 10) for at in range(9)]  # 0.8 s: too short by itself
    for why, (broken, unrest) in BREAKS.items():
        window = Window(RULE)
        assert fed(window, [*before, broken, *after]) is None, why
        assert window.unrest is unrest, why


def test_a_refused_frame_inside_the_window_restarts_it():
    window = Window(RULE)
    assert fed(window, [shown("100.0 g", at / 10) for at in range(10)]) is None
    window.refuse(OVERLOAD)
    assert fed(window, [shown("100.0 g", 1 + at / 10) for at in range(10)]) is None
    assert window.unrest is Unrest.REFUSED
    assert window.refused is OVERLOAD
    assert window.take(shown("100.0 g", 2.0)) is not None


def test_without_a_stability_report_rest_is_inferred_and_says_so():
    proof = fed(Window(RULE), [shown("100.0 g", at / 10, Stability.NOT_REPORTED) for at in range(12)])
    assert proof is not None
    assert proof.inferred


def test_the_extended_display_is_accepted_only_when_asked_for():
    fine = [shown("100.00 g", at / 10, high_resolution=True) for at in range(12)]
    coarse = [shown("100.0 g", at / 10) for at in range(12)]
    assert fed(Window(RULE, high_resolution=True), fine) is not None
    assert fed(Window(RULE, high_resolution=True), coarse) is None
    assert fed(Window(RULE), fine) is None


def test_without_a_span_one_step_of_the_last_digit_is_allowed():
    rule = SettleRule(duration_s=1.0)
    one_step = [shown(f"{100 + at % 2 * 0.1:.1f} g", at / 10) for at in range(12)]
    two_steps = [shown(f"{100 + at % 2 * 0.2:.1f} g", at / 10) for at in range(12)]
    assert fed(Window(rule), one_step) is not None
    assert fed(Window(rule), two_steps) is None


def test_a_value_that_happens_to_be_whole_does_not_loosen_what_counts_as_rest():
    """A float has no blank zeros: between 24.6 and 25.4 stands `25`, which is no resolution of one degree."""
    rule = SettleRule(duration_s=1.0)
    rising = ("24.6", "24.7", "24.8", "24.9", "25", "25.1", "25.2", "25.3", "25.4", "25.5", "25.6", "25.7")
    readings = [
        shown(f"{text} °C", at / 5, Stability.NOT_REPORTED, Kind.UNKNOWN) for at, text in enumerate(rising)
    ]
    window = Window(rule)
    assert fed(window, readings) is None
    assert window.unrest is Unrest.SPAN


def test_rest_is_found_where_the_display_becomes_coarser():
    """A scale with several intervals shows 2.999 kg and then 3.00 kg."""
    rule = SettleRule(duration_s=1.0)
    between = [shown(("2.999 kg", "3.00 kg")[at % 2], at / 10) for at in range(12)]
    coarser = [shown(("3.00 kg", "3.01 kg")[at % 2], 0.1 + at / 10) for at in range(12)]
    assert fed(Window(rule), between) is not None
    proof = fed(Window(rule), [shown("2.998 kg", 0), *coarser])
    assert proof is not None
    assert proof.samples[0].indication == Quantity("3.00", "kg")


@given(
    st.lists(
        st.tuples(
            st.integers(-3, 3),
            st.floats(0.01, 0.6),
            st.sampled_from([Stability.STABLE, Stability.STABLE, Stability.STABLE, Stability.MOVING]),
        ),
        max_size=60,
    )
)
def test_whatever_comes_a_proof_holds_what_the_rule_demands(steps):
    window, at = Window(RULE), 0.0
    for tenths, gap, stability in steps:
        at += gap
        proof = window.take(shown(f"{tenths / 10:.1f} g", at, stability))
        if proof is not None:
            values = [sample.indication for sample in proof.samples]
            assert len(values) >= 3
            assert proof.samples[-1].elapsed - proof.samples[0].elapsed >= RULE.duration_s
            assert max(values) - min(values) == proof.span <= Quantity("0.1", "g")
            assert all(sample.stability is Stability.STABLE for sample in proof.samples)
