"""What a scale is besides: lines of the checklist by feature; a display coarser than d; who it belongs to."""

import asyncio
from decimal import Decimal

import pytest

from procedures.assignment import Assignment, Identity, Owner, unnamed
from procedures.errors import ProcedureError
from procedures.point import Outcome
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
