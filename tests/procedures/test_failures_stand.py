"""A failure that was found is not taken back by what follows, nor by rows that say nothing of it."""

import asyncio
import tomllib
from decimal import Decimal

import pytest

from drivers.quantity import Quantity
from procedures import catalogue
from procedures.action import PlaceLoad
from procedures.point import Conclusion, Outcome
from procedures.scales.assessment import required_sections
from procedures.scales.instrument import read_scale
from procedures.scales.loads import eccentricity_load
from procedures.scales.script import scales
from tests.procedures.memory_run import MemoryRun, ScaleModel
from tests.procedures.scales_at_hand import TERA, scale_task

C, N, I = Outcome.CONFORMS, Outcome.DOES_NOT_CONFORM, Outcome.INDETERMINATE  # noqa: E741


def judged(kind: str, text: str) -> Conclusion:
    head = f'kind = "{kind}"\nactivity = "initial_verification"\ndate = 2026-11-21\n'
    return catalogue.find(kind).compute(tomllib.loads(head + text, parse_float=Decimal))


def weighed(scatter: list[str]) -> tuple[MemoryRun, Conclusion]:
    """A scale by the bounds of OIML R 76, whose repeated weighings err by so much, and no others."""
    task = scale_task(rules="oiml-r76-1-2006", activity=TERA)
    tried = MemoryRun(ScaleModel(Decimal(5)))
    asyncio.run(scales(tried, task))
    placed = [path for path, one in tried.actions if isinstance(one, PlaceLoad) and one.direction == "any"]
    before = next(number for number, path in enumerate(placed) if path.startswith("repeatability"))
    errors = [Decimal(0)] * before + [Decimal(one) for one in scatter]
    run = MemoryRun(ScaleModel(Decimal(5), scatter=errors))
    return run, asyncio.run(scales(run, task))


def test_weighings_that_failed_are_not_done_again_when_their_range_is_open():
    run, concluded = weighed(["5", "10", "12"])
    assert concluded.verdict.outcome is N
    assert {"repeatability/2", "repeatability/3"} <= set(concluded.verdict.failing)
    assert not any("repeatability/changeover" in path for path, _ in run.actions)


def test_weighings_that_passed_are_done_again_with_small_weights_when_their_range_is_open():
    run, concluded = weighed(["0", "0", "7"])
    assert any("repeatability/changeover" in path for path, _ in run.actions)
    assert concluded.verdict.outcome is C


MECHANICAL = '[uut]\ntype = "sentisimal"\nmax = "300 kg"\nd = "100 g"\n'


def repeated(*rows: tuple[str, str]) -> str:
    return MECHANICAL + "".join(
        f'[[repeatability]]\nload = "{load} kg"\nindication = "{shown} kg"\n' for load, shown in rows
    )


def test_a_row_of_another_load_does_not_take_the_range_away():
    apart = (("150", "150.1"), ("150", "149.9"), ("150", "150"))
    assert judged("mechanical_scales", repeated(*apart)).verdict.failing == ("repeatability/range",)
    more = judged("mechanical_scales", repeated(*apart, ("140", "140")))
    assert more.verdict.failing == ("repeatability/range/150 kg",)


WATER = 'rules = "oiml-r49-1-2013"\n[uut]\nclass = "2"\nq3 = "2.5 m3/h"\nratio = 80\n[[meter]]\n'


@pytest.mark.parametrize(
    ("shown", "outcome"),
    [
        (("103", "100", "99"), C),
        (("103", "100", "99", "100"), C),
        (("103", "100", "99", "140"), N),
        (("103", "100", "99", "140", "60"), N),
        (("100", "103", "100"), N),
    ],
)
def test_only_one_of_the_first_three_runs_can_be_made_up_for(shown, outcome):
    rows = "".join(
        f'[[meter.delivery]]\nat = "Q3"\nvolume = "{one} L"\nreference = "100 L"\ntemperature = "25 °C"\n'
        for one in shown
    )
    assert judged("water_meters", WATER + rows).verdict.outcome is outcome


def water_row(at: str, volume: str, reference: str, **more: str) -> str:
    row = {"at": at, "volume": volume, "reference": reference, "temperature": "25 °C"} | more
    return "[[meter.delivery]]\n" + "".join(f'{name} = "{value}"\n' for name, value in row.items())


def made_up(*rows: str) -> Conclusion:
    return judged("water_meters", WATER + "".join(rows))


def test_a_mean_exactly_at_the_limit_lies_inside_though_its_errors_have_no_end():
    """0.7, 0.6 and 0.5 L in 30 L: 2 1/3 %, 2 % and 1 2/3 %, together exactly three times 2 %."""
    shown = ("30.7 L", "30.6 L", "30.5 L")
    assert made_up(*(water_row("Q3", one, "30 L") for one in shown)).verdict.outcome is C
    beyond = ("30.7 L", "30.6 L", "30.500001 L")
    assert made_up(*(water_row("Q3", one, "30 L") for one in beyond)).verdict.outcome is N


def test_a_mean_exactly_at_half_the_limit_is_small_though_its_errors_have_no_end():
    """At Q3 0.4, 0.3 and 0.2 L in 30 L are 1 % in the mean, half of 2 %; all errors are above zero."""
    others = [water_row("Q1", "104 L", "100 L"), water_row("Q2", "101.5 L", "100 L")]
    small = made_up(*others, *(water_row("Q3", one, "30 L") for one in ("30.4 L", "30.3 L", "30.2 L")))
    assert small.verdict.outcome is C
    large = made_up(*others, *(water_row("Q3", one, "30 L") for one in ("30.4 L", "30.3 L", "30.21 L")))
    assert large.verdict.failing == ("same_sign/1",)


def test_each_repeat_has_the_limit_of_its_own_water():
    """Above 30 °C 3 % are permitted: that the first run was warm does not widen the limit of cold ones."""
    runs = (("103.5 L", "31 °C"), ("102.5 L", "29 °C"), ("101 L", "29 °C"))
    rows = [water_row("Q3", shown, "100 L", temperature=warm) for shown, warm in runs]
    assert made_up(*rows).verdict.outcome is N
    rows[1] = water_row("Q3", "102.5 L", "100 L", temperature="31 °C")
    assert made_up(*rows).verdict.outcome is C


def test_a_repeat_that_decides_nothing_leaves_open_whether_the_first_run_is_made_up_for():
    outside = {"flow": "1 m3/h"}
    rows = [
        water_row("Q3", "103 L", "100 L"),
        water_row("Q3", "100 L", "100 L", **outside),
        water_row("Q3", "100 L", "100 L"),
    ]
    concluded = made_up(*rows)
    assert concluded.verdict.outcome is I
    assert concluded.points[0].reason == "repeats_missing"
    assert concluded.valid_until is None
    assert made_up(*rows, water_row("Q3", "104 L", "100 L")).verdict.outcome is N
    assert made_up(*rows, water_row("Q3", "101 L", "100 L")).verdict.outcome is I  # the second run stays open


ENERGY = (
    '[uut]\nclass = "1"\nconstant = 1000\nvoltage = "230 V"\nib = "5 A"\nimax = "60 A"\n'
    "[[meter]]\n[meter.starting]\n"
)


@pytest.mark.parametrize(
    ("facts", "outcome", "reason"),
    [
        ('intervals = ["900 s", "900 s"]', C, ""),
        ('current = "20 mA"\nintervals = ["900 s", "900 s"]', C, ""),
        ('current = "15 mA"\nintervals = ["900 s", "900 s"]', C, ""),
        ('current = "20.1 mA"\nintervals = ["100 s", "100 s"]', I, "starting_current_above"),
        ('current = "5 A"\nintervals = ["3 s", "3 s"]', I, "starting_current_above"),
        ('current = "5 A"\nintervals = ["900 s", "900 s"]', N, "does_not_start"),
    ],
)
def test_a_current_above_the_starting_current_does_not_show_that_a_meter_starts(facts, outcome, reason):
    concluded = judged("energy_meters", f"{ENERGY}{facts}\n")
    (point,) = [one for one in concluded.points if one.section == "starting"]
    assert (point.outcome, point.reason) == (outcome, reason)


@pytest.mark.parametrize(
    ("pulses", "end", "outcome"),
    [
        ("0", "1.00", I),
        ("10", "1.01", I),
        ("11", "1.00", I),  # 11 Wh, permitted are 11
        ("12", "1.01", C),
        ("12", "1.00", N),
        ("120", "1.12", C),
    ],
)
def test_a_register_agrees_only_where_one_that_stood_still_would_not(pulses, end, outcome):
    row = f'start = "1.00 kWh"\nend = "{end} kWh"\npulses = {pulses}\n'
    meter = '[uut]\nclass = "1"\nconstant = 1000\nd = "0.01 kWh"\nib = "5 A"\nimax = "60 A"\n[[meter]]\n'
    (point,) = judged("energy_meters", f"{meter}[meter.register]\n{row}").points
    assert point.outcome is outcome
    assert (point.reason == "step_too_coarse") is (outcome is I)


def test_what_moves_without_any_extra_load_discriminates_nothing():
    electronic = '[uut]\nclass = "III"\nmax = "15 kg"\ne = "5 g"\n[[discrimination]]\nload = "7500 g"\n'
    row = 'indication = "7500 g"\nextra = "0 g"\nafter = "7505 g"\n'
    mechanical = '[uut]\ntype = "meja"\nmax = "10 kg"\n[[sensitivity]]\nload = "10 kg"\n'
    for kind, text in (
        ("scales", electronic + row),
        ("mechanical_scales", f'{mechanical}extra = "0 g"\nmoved = true\n'),
    ):
        (point,) = judged(kind, text).points
        assert (point.outcome, point.reason) == (I, "extra_load_too_small")


def test_a_section_for_which_no_load_is_planned_leaves_nothing_open():
    """Half of Max lies where d is too small for discrimination, although above it d is not."""
    plate = {
        "class": "II",
        "min": "20 mg",
        "intervals": [{"max": "60 g", "e": "1 mg"}, {"max": "110 g", "e": "10 mg"}],
    }
    task = scale_task()
    sections = required_sections(read_scale(plate), task.rules, TERA)
    assert "discrimination" not in sections
    assert "discrimination" in required_sections(task.scale, task.rules, TERA)


def test_at_the_end_of_a_range_half_of_the_next_step_belongs_to_the_indication():
    scale = (
        '[uut]\nclass = "III"\nmin = "20 g"\n'
        'intervals = [{ max = "2 kg", e = "1 g" }, { max = "5 kg", e = "2 g" }]\n'
    )
    row = '[[accuracy]]\nload = "1999.4 g"\nindication = "2000 g"\nadded = "0.2 g"\n'
    (point,) = judged("scales", scale + row).points
    assert point.error == Quantity("1.4", "g")  # the display would show 2002 g next
    assert point.outcome is N


def test_the_largest_rolling_load_counts_the_additive_tare():
    plain = {"class": "III", "max": "60 t", "e": "20 kg", "supports": 8, "rolling_load": "60 t"}
    rules = scale_task(rules="oiml-r76-1-2006").rules

    assert eccentricity_load(read_scale(plain), rules).greatest == Quantity(48_000, "kg")
    more = read_scale(plain | {"additive_tare": "10 t"})
    assert eccentricity_load(more, rules).greatest == Quantity(56_000, "kg")
