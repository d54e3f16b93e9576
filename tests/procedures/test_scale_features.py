"""What a scale is besides: lines of the checklist by feature; a display coarser than d; who it belongs to."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from drivers.quantity import Quantity
from drivers.reading import DriverMark, Origin, Reading, Stability
from procedures.assignment import Assignment, Identity, Owner, unnamed
from procedures.errors import ProcedureError
from procedures.point import Outcome
from procedures.scales.display import check_display
from procedures.scales.instrument import read_scale
from procedures.scales.rules import choose_rules
from procedures.scales.script import scales
from tests.procedures.memory_run import MemoryRun, ScaleModel
from tests.procedures.scales_at_hand import DAY, SHOP_SCALE, TERA, TERA_ULANG, scale_task

R76 = "oiml-r76-1-2006"


@pytest.mark.parametrize("table", ["kepdirjen-pktn-240-2023", "kepdirjen-spk-131-2015", R76])
@pytest.mark.parametrize("feature", ["price_computing", "hanging", "bench", "bridge"])
def test_a_feature_brings_its_own_lines_of_the_checklist(table, feature):
    rules, _ = choose_rules(table, DAY)
    plain = rules.visual_items(TERA)
    lines = rules.visual_items(TERA, (feature,))
    assert lines[: len(plain)] == plain
    assert len(lines) > len(plain)


def test_a_price_that_is_rounded_wrongly_fails_the_scale():
    task = scale_task(SHOP_SCALE | {"features": ["price_computing"]}, TERA_ULANG)
    run = MemoryRun(ScaleModel(Decimal(5)), answers={"inspect": ["price_rounding"], "adjust": ["reject"]})
    concluded = asyncio.run(scales(run, task))
    assert concluded.verdict.failing == ("visual/price_rounding",)


def test_a_feature_that_no_table_knows_is_refused_with_those_that_there_are():
    with pytest.raises(ProcedureError) as refused:
        scale_task(SHOP_SCALE | {"features": ["flying"]})
    assert "price_computing" in refused.value.facts["known"]


def test_a_display_that_jumps_two_steps_at_a_tenth_of_one_is_asked_about():
    """The plate says 5 g, the display steps in 10 g."""
    coarse = ScaleModel(Decimal(10))
    run = MemoryRun(coarse, answers={"coarse_display": ["correct_d"]})
    with pytest.raises(ProcedureError) as refused:
        asyncio.run(scales(run, scale_task(rules=R76)))
    assert refused.value.code == "scales.resolution"


def test_a_display_of_the_registered_step_is_never_asked_about():
    run = MemoryRun(ScaleModel(Decimal(5)), answers={"coarse_display": ["correct_d"]})
    concluded = asyncio.run(scales(run, scale_task(rules=R76)))
    assert concluded.verdict.outcome is Outcome.CONFORMS


def test_a_coarse_display_is_asked_about_where_readings_are_compared_as_they_are():
    """The plate says 5 g, the display steps in 10 g; nobody lays small weights under these rules."""
    coarse = ScaleModel(Decimal(10), gain=Decimal("0.0014"))
    run = MemoryRun(coarse, answers={"coarse_steps": ["correct_d"], "adjust": ["reject"]})
    with pytest.raises(ProcedureError) as refused:
        asyncio.run(scales(run, scale_task()))
    assert refused.value.code == "scales.coarse_steps"
    assert refused.value.facts == {"step": "10 g", "d": "5 g"}


@pytest.mark.parametrize("gain", ["0", "0.0014", "-0.0011", "0.0005"])
def test_deviations_of_one_step_are_never_asked_about(gain):
    scale = ScaleModel(Decimal(5), gain=Decimal(gain))
    run = MemoryRun(scale, answers={"coarse_steps": ["correct_d"], "adjust": ["reject"]})
    assert asyncio.run(scales(run, scale_task())).points


def reading(text: str, origin: Origin = Origin.TWIN) -> Reading:
    return Reading(
        instrument="t",
        indication=Quantity.parse(text),
        stability=Stability.STABLE,
        origin=origin,
        driver=DriverMark(id="x", digest="0"),
        received_at=datetime(2026, 11, 23, tzinfo=UTC),
        elapsed=0.0,
    )


PLATE = read_scale({"class": "III", "max": "15 kg", "e": "5 g"})
STEPPED = read_scale(
    {"class": "III", "intervals": [{"max": "6 kg", "e": "2 g"}, {"max": "15 kg", "e": "5 g"}]}
)
DIGITS = {
    "the last digit is finer than d": (PLATE, "15.000 kg", ""),
    "in grams it says nothing": (PLATE, "15000 g", ""),
    "tens of grams cannot show 5 g": (PLATE, "15.00 kg", "scales.coarse_digit"),
    "nor can kilograms": (PLATE, "10 kg", "scales.coarse_digit"),
    "in tonnes": (PLATE, "0.015000 t", ""),
    "the upper partial range": (STEPPED, "15.000 kg", ""),
    "too coarse for every partial range": (STEPPED, "10.00 kg", "scales.coarse_digit"),
}


@pytest.mark.parametrize(("plate", "text", "code"), DIGITS.values(), ids=DIGITS)
def test_the_last_digit_of_a_display_must_be_able_to_show_d(plate, text, code):
    shown = reading(text)
    if not code:
        return check_display(plate, shown, shown.indication)
    with pytest.raises(ProcedureError) as refused:
        check_display(plate, shown, shown.indication)
    assert refused.value.code == code
    return check_display(plate, reading(text, Origin.MANUAL), shown.indication)  # who keys leaves zeros out


def test_an_assignment_without_owner_or_identity_says_so_before_a_paper_is_made():
    bare = Assignment(kind="scales", activity=TERA, uut=SHOP_SCALE)
    (notice,) = unnamed(bare)
    assert notice.facts["entries"] == "owner.name, identity.maker, identity.serial"
    assert "identity_missing" in [one.code for one in scale_task().notices]
    whole = Assignment(
        kind="scales",
        activity=TERA,
        uut=SHOP_SCALE,
        owner=Owner(name="Toko"),
        identity=Identity(maker="M", serial="1"),
    )
    assert unnamed(whole) == ()
