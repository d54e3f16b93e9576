from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import DescriptionError
from drivers.notation import from_toml
from drivers.protocols import Indicated, Refused, State
from drivers.quantity import Quantity
from drivers.reading import Kind, Stability
from drivers.twins.physics import ScaleBody
from drivers.twins.settings import TwinSettings, WeighingInterval

G = Quantity.parse
LATER = 100.0


def scale(**settings) -> ScaleBody:
    defaults = {"max": G("6000 g"), "d": G("1 g"), "settling_s": Decimal("0.2")}
    return ScaleBody(TwinSettings(**(defaults | settings)), at=0.0)


def shows(body: ScaleBody, at: float = LATER, **more) -> Quantity:
    said = body.indicated(at=at, **more)
    assert isinstance(said, Indicated), said
    return said.indication


def loaded(load: str, position: str = "centre", **settings) -> Quantity:
    body = scale(**settings)
    body.place(G(load), position, at=1.0)
    return shows(body)


def test_a_faultless_scale_shows_its_load_in_whole_steps():
    assert str(loaded("1000 g")) == "1000 g"
    assert str(loaded("12345 g", max=G("15 kg"), d=G("0.005 kg"))) == "12.345 kg"
    assert str(loaded("0 g", d=G("0.01 g"))) == "0.00 g"


ROUNDING = {
    "half a step up goes away from zero": ("1000.5 g", "1001 g"),
    "just below half goes down": ("1000.4999 g", "1000 g"),
    "just above half goes up": ("1000.5001 g", "1001 g"),
}


@pytest.mark.parametrize(("load", "shown"), ROUNDING.values(), ids=ROUNDING.keys())
def test_the_changeover_point_is_exact(load, shown):
    assert loaded(load) == G(shown)


def test_a_negative_indication_rounds_away_from_zero_too():
    assert loaded("0 g", zero_offset=G("-2.5 g")) == G("-3 g")


def test_gain_error_and_curvature_grow_with_the_load():
    assert loaded("1000 g", gain_error=Decimal("0.002")) == G("1002 g")
    assert loaded("5000 g", gain_error=Decimal("-0.002")) == G("4990 g")
    assert loaded("6000 g", curvature=Decimal("0.001")) == G("6006 g")
    assert loaded("3000 g", curvature=Decimal("0.001")) == G("3002 g")  # 1.5 g more, rounded up


def test_eccentricity_belongs_to_a_position():
    corners = {"2": Decimal("-0.001")}
    assert loaded("2000 g", "2", eccentricity=corners) == G("1998 g")
    assert loaded("2000 g", "1", eccentricity=corners) == G("2000 g")


def test_small_weights_stand_where_the_load_stands():
    body = scale(eccentricity={"2": Decimal("0.1")})
    body.place(G("100 g"), "2", at=1.0)
    body.add(G("10 g"), at=2.0)
    assert shows(body) == G("121 g")
    body.remove_small(at=200.0)
    assert shows(body, at=300.0) == G("110 g")


def test_hysteresis_shows_on_the_way_down_only_and_ends_at_zero():
    body = scale(hysteresis=Decimal("0.001"))
    for at, load in enumerate(("2000 g", "3000 g", "6000 g")):
        body.place(G(load), at=at * 10.0)
        assert shows(body, at=at * 10.0 + 9) == G(load)
    body.place(G("3000 g"), at=40.0)
    assert shows(body) == G("3006 g")
    body.remove(at=200.0)
    assert shows(body, at=300.0) == G("0 g")


def test_friction_holds_the_indication_until_the_load_has_turned_far_enough():
    body = scale(friction_d=Decimal("2.8"))
    body.place(G("1000 g"), at=1.0)
    assert shows(body, at=9.0) == G("999 g")  # 998.6 g felt
    for at, shown in ((10.0, "999 g"), (20.0, "997 g")):
        body.add(G("-2 g"), at=at)
        assert shows(body, at=at + 9) == G(shown)


def test_of_what_was_added_the_last_is_taken_off_first():
    body = scale()
    body.place(G("100 g"), at=1.0)
    for small in ("10 g", "3 g"):
        body.add(G(small), at=2.0)
    shown = []
    for at in (10.0, 20.0, 30.0):
        body.take_small(at=at)
        shown.append(str(shows(body, at=at + 9)))
    assert shown == ["110 g", "100 g", "100 g"]


def test_a_change_of_load_settles_exponentially_and_is_called_moving_meanwhile():
    body = scale(settling_s=Decimal(1))
    body.place(G("1000 g"), at=10.0)
    moving = body.indicated(at=11.0)
    assert isinstance(moving, Indicated)
    assert moving.indication == G("632 g")  # 1 - exp(-1)
    assert moving.stability is Stability.MOVING
    rested = body.indicated(at=30.0)
    assert isinstance(rested, Indicated)
    assert (rested.indication, rested.stability) == (G("1000 g"), Stability.STABLE)


def test_the_stability_flag_may_stand_while_the_value_walks():
    body = scale(drift_d_per_s=Decimal("1.5"))
    said = [body.indicated(at=10 + at / 10) for at in range(30)]
    assert {each.stability for each in said} == {Stability.STABLE}
    assert len({each.indication for each in said}) >= 4


def test_noise_above_the_flag_limit_never_settles():
    body = scale(noise_d=Decimal(5))
    moving = sum(body.indicated(at=10 + at / 10).stability is Stability.MOVING for at in range(100))
    assert moving > 90


def test_there_is_no_indication_above_max_and_nine_e():
    assert loaded("6009 g") == G("6009 g")
    body = scale()
    body.place(G("6009.1 g"), at=1.0)
    said = body.indicated(at=LATER)
    assert isinstance(said, Refused)
    assert said.state is State.OVERLOAD


def test_a_receptor_that_is_lifted_off_is_underload():
    body = scale(preload=G("500 g"))
    assert shows(body) == G("0 g")
    body.remove(at=1.0)
    said = body.indicated(at=LATER)
    assert isinstance(said, Refused)
    assert said.state is State.UNDERLOAD


def test_the_extended_display_shows_ten_times_finer():
    body = scale(gain_error=Decimal("0.0003"))
    body.place(G("1000 g"), at=1.0)
    assert str(shows(body)) == "1000 g"
    assert str(shows(body, high_resolution=True)) == "1000.3 g"


def test_a_multi_interval_scale_changes_its_step_with_the_load():
    ranges = (
        WeighingInterval(G("2 kg"), G("0.001 kg")),
        WeighingInterval(G("5 kg"), G("0.002 kg")),
        WeighingInterval(G("15 kg"), G("0.01 kg")),
    )
    shown = [str(loaded(load, intervals=ranges)) for load in ("1.999 kg", "2.003 kg", "7.016 kg")]
    assert shown == ["1.999 kg", "2.004 kg", "7.020 kg"]


def test_zero_is_set_within_its_range_at_rest_and_without_a_tare():
    body = scale(zero_offset=G("4 g"))
    assert shows(body) == G("4 g")
    assert body.zero(at=LATER)
    assert shows(body) == G("0 g")
    body.place(G("121 g"), at=200.0)
    assert not body.zero(at=200.2), "still moving"
    assert not body.zero(at=300.0), "above 2 % of Max"
    body.place(G("119 g"), at=400.0)
    assert body.tare(at=500.0)
    assert not body.zero(at=500.0), "tared"
    assert body.clear_tare()
    assert body.zero(at=500.0)


def test_a_tared_scale_shows_net_and_says_so():
    body = scale()
    assert not body.tare(at=1.0), "nothing to tare"
    body.place(G("500 g"), at=2.0)
    assert body.tare(at=20.0)
    body.add(G("250 g"), at=21.0)
    said = body.indicated(at=LATER)
    assert isinstance(said, Indicated)
    assert (said.indication, said.kind, said.tare) == (G("250 g"), Kind.NET, G("500 g"))


@given(
    seed=st.integers(0, 1000),
    times=st.lists(st.floats(0, 50), min_size=1, max_size=12),
    load=st.integers(0, 6000),
)
def test_the_same_seed_and_the_same_times_give_the_same_digits(seed, times, load):
    def story() -> list[object]:
        body = scale(seed=seed, noise_d=Decimal(2), drift_d_per_s=Decimal("0.1"))
        body.place(Quantity(load, "g"), at=5.0)
        return [body.indicated(at=at) for at in times]

    assert story() == story()


def test_another_seed_gives_other_noise():
    one, other = (scale(seed=seed, noise_d=Decimal(5)) for seed in (1, 2))
    assert [shows(one, at=float(at)) for at in range(20)] != [shows(other, at=float(at)) for at in range(20)]


@given(load=st.decimals(0, 5980, places=3), gain=st.decimals("-0.002", "0.002", places=5))
def test_a_resting_indication_is_within_half_a_step_of_the_signal(load, gain):
    shown = loaded(f"{load} g", gain_error=gain)
    assert abs(shown.value - load * (1 + gain)) <= Decimal("0.5")


def test_a_file_can_describe_a_scale_with_faults():
    text = """
        intervals = [{ max = "2 kg", d = "1 g" }, { max = "5 kg", d = "2 g" }]
        gain_error = 0.0005
        eccentricity = { "2" = -0.001 }
        noise_d = 1
    """
    settings = from_toml(text, TwinSettings, source="twin.toml", error=DescriptionError)
    assert settings.gain_error == Decimal("0.0005")
    assert settings.intervals[1].d == G("2 g")
