"""Bridge, multi-interval and multiple range scales as twins: from the order to a sealed record, audited."""

from datetime import date

import pytest

from bench.audit import audit
from bench.laboratory import load
from bench.workplace import read_assignment
from drivers.quantity import Quantity
from procedures.action import Exchange, FindEdge
from procedures.point import Method, Outcome
from procedures.scales.task import plan, prepare
from results.certificate.rendering import render_certificate
from tests.bench.scale_bench import Penera, Sealed, sealed_run, settings

pytestmark = pytest.mark.timeout(240)
DAY = date(2026, 11, 23)
BLOCKS = "20 kg*1000, 10 kg*2, 5 kg*2, 2 kg*5, 1 kg*2, 500 g, 200 g*2, 100 g*2"
SET = (
    "10 kg*2, 5 kg, 2 kg*2, 1 kg, 500 g, 200 g*2, 100 g, 50 g, 20 g*2, 10 g, 5 g, 2 g*2, 1 g, "
    "500 mg, 200 mg*2, 100 mg*2, 50 mg"
)
BRIDGE = 'max = "60 t"\nmin = "400 kg"\ne = "20 kg"\nfeatures = ["bridge"]\n'
R76 = "oiml-r76-1-2006"
SOUND, SPAN = "0.0003", "0.0015"


def mass(text: str) -> Quantity:
    return Quantity.parse(text)


def order(plate: str, *, activity: str = "subsequent_verification", rules: str = "") -> str:
    return f"""
kind = "scales"
activity = "{activity}"
order = "0007"
{f'rules = "{rules}"' if rules else ""}
[uut]
class = "III"
{plate}
[identity]
maker = "Contoh"
serial = "J-1"
"""


def audited(sealed: Sealed, root) -> None:
    """All that was planned was done, and the record follows from its raw frames."""
    task = prepare(read_assignment(root / "order.toml"), DAY, tuple(load(root).standard))
    assert sorted(sealed.labels()) == sorted(step.label for step in plan(task))
    assert sealed.verified.record.training
    found = audit(sealed.verified, deep=True)
    assert (found.differences, found.unchecked) == ((), ())
    assert render_certificate(sealed.verified).startswith(b"%PDF")


@pytest.mark.parametrize(("gain", "outcome"), [(SOUND, "conforms"), (SPAN, "does_not_conform")])
def test_a_bridge_scale_with_sections_is_tested_to_max_with_ballast(tmp_path, gain, outcome):
    twin = settings(max="60 t", d="20 kg", gain_error=gain)
    penera = Penera({"adjust": "reject"})
    sealed = sealed_run(tmp_path, order(BRIDGE + "sections = 3"), BLOCKS, twin, penera=penera)
    assert sealed.conclusion.verdict.outcome.value == outcome
    exchanges = [prompt.action for prompt in penera.asked if isinstance(prompt.action, Exchange)]
    assert len(exchanges) == 2
    last = sealed.point("accuracy/up/60000 kg")
    assert last.method is Method.CHANGEOVER
    # each ballast weighs 4 kg more than the standards; small weights of 2 kg and the gain find it
    assert abs(last.reference - mass("60008 kg")) <= mass("8 kg")
    error = last.corrected_error or last.error
    assert abs(error.to("kg").value - 60_000 * Quantity(gain, "kg").value) <= 8
    audited(sealed, tmp_path)


def test_a_bridge_scale_over_which_loads_roll(tmp_path):
    twin = settings(max="60 t", d="20 kg", eccentricity={"end_back": "0.004"})
    plate = BRIDGE + 'rolling_load = "16 t"'
    sealed = sealed_run(tmp_path, order(plate), BLOCKS, twin, penera=Penera({"adjust": "reject"}))
    assert sealed.conclusion.verdict.failing == ("eccentricity/end_back",)
    assert len([label for label in sealed.labels() if label.startswith("eccentricity/")]) == 6
    audited(sealed, tmp_path)


STEPPED = """
min = "20 g"
intervals = [{ max = "3 kg", e = "1 g" }, { max = "6 kg", e = "2 g" }, { max = "15 kg", e = "5 g" }]
"""
PARTS = (("3 kg", "1 g"), ("6 kg", "2 g"), ("15 kg", "5 g"))


@pytest.mark.parametrize("rules", ["", R76])
@pytest.mark.parametrize(("gain", "outcome"), [("0.00005", "conforms"), ("0.002", "does_not_conform")])
def test_a_multi_interval_scale_with_tare(tmp_path, rules, gain, outcome):
    """Up, down and net, over the ends of its partial ranges."""
    twin = settings(intervals=PARTS, gain_error=gain)
    text = order(STEPPED, activity="initial_verification", rules=rules)
    sealed = sealed_run(tmp_path, text, SET, twin, penera=Penera({"adjust": "reject"}))
    assert sealed.conclusion.verdict.outcome.value == outcome
    limits = {"3000 g": "1.5 g", "6000 g": "3 g", "15000 g": "7.5 g"}
    for at, limit in limits.items():
        ways = ("up", "down") if at != "15000 g" else ("up",)
        for way in ways:
            assert sealed.point(f"accuracy/{way}/{at}").tolerance.upper == mass(limit)
    assert any(label.startswith("tare/") for label in sealed.labels())
    audited(sealed, tmp_path)


def test_a_multiple_range_scale_goes_up_by_itself_and_down_when_unloaded(tmp_path):
    plate = """
ranges = [{ max = "6 kg", e = "2 g", min = "40 g" }, { max = "15 kg", e = "5 g", min = "100 g" }]
"""
    twin = settings(ranges=(("6 kg", "2 g"), ("15 kg", "5 g")), gain_error="0.00005")
    sealed = sealed_run(tmp_path, order(plate), SET, twin)
    assert sealed.conclusion.verdict.outcome is Outcome.CONFORMS
    down = [label for label in sealed.labels() if label.startswith("accuracy/down/")]
    for label in down:  # still in the upper range: its d is shown, and its limits hold
        assert sealed.point(label).indication.to("g").value % 5 == 0
    audited(sealed, tmp_path)


@pytest.mark.parametrize(("plate", "lines"), [("hanging", 1), ("price_computing", 3), ("bench", 1)])
def test_what_a_scale_is_besides_stands_in_its_record(tmp_path, plate, lines):
    uut = f'max = "15 kg"\nmin = "100 g"\ne = "5 g"\nfeatures = ["{plate}"]'
    sealed = sealed_run(tmp_path, order(uut), SET, settings(max="15 kg", d="5 g"))
    plain = {
        "type_approval",
        "level_indicator",
        "clean_and_ready",
        "descriptive_markings",
        "verification_mark",
    }
    seen = {label.removeprefix("visual/") for label in sealed.labels() if label.startswith("visual/")}
    assert len(seen - plain) == lines
    assert sealed.conclusion.verdict.outcome is Outcome.CONFORMS
    audited(sealed, tmp_path)


SHOP = 'max = "15 kg"\nmin = "100 g"\ne = "5 g"\n'


@pytest.mark.parametrize(
    ("small", "friction", "outcome"),
    [("", "0.7", "conforms"), (", 500 mg*10", "0.7", "does_not_conform"), (", 500 mg*10", "0", "conforms")],
)
def test_friction_is_found_where_ten_small_weights_come_down_to_the_edge(tmp_path, small, friction, outcome):
    twin = settings(max="15 kg", d="5 g", friction_d=friction)
    penera = Penera({"adjust": "reject"})
    sealed = sealed_run(tmp_path, order(SHOP), SET + small, twin, penera=penera)
    assert sealed.conclusion.verdict.outcome.value == outcome
    notices = {notice.code for notice in sealed.verified.record.notices}
    assert ("discrimination_from_anywhere" in notices) is (not small)
    edges = [prompt for prompt in penera.asked if isinstance(prompt.action, FindEdge)]
    assert bool(edges) is bool(small)
    assert not [p for p in penera.asked if getattr(p.action, "question", "") == "edge_not_seen"]
    if outcome == "does_not_conform":
        assert sealed.conclusion.verdict.failing == ("discrimination/7500 g",)
    audited(sealed, tmp_path)
