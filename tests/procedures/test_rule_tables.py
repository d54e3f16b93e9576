"""Rule tables are dated, cited, and say what nobody has checked."""

import hashlib
from datetime import date
from decimal import Decimal
from importlib.resources import files

import msgspec
import pytest

from drivers.notation import from_builtins
from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.point import Activity
from procedures.regulation import by_id, in_force, tables
from procedures.scales.instrument import AccuracyClass
from procedures.scales.rules import ScaleRules, choose_rules
from procedures.tolerance import Band, limit_at
from procedures.weights import WeightRules, class_limit

SCALE_TABLES = ("kepdirjen-pktn-240-2023", "kepdirjen-spk-131-2015", "oiml-r76-1-2006")
TERA, TERA_ULANG = Activity.INITIAL_VERIFICATION, Activity.SUBSEQUENT_VERIFICATION


def test_every_scale_table_is_in_this_list():
    assert {table.id for table in tables("scales")} == set(SCALE_TABLES)


@pytest.mark.parametrize("table", SCALE_TABLES)
def test_a_scale_table_cites_its_regulation_everywhere(table):
    rules, digest = by_id(table, ScaleRules)
    text = files("procedures").joinpath("rules", f"{table}.toml").read_bytes()
    assert digest == hashlib.sha256(text).hexdigest()
    assert rules.id == table
    assert rules.regulation
    cited = [*rules.tolerance.citation.values(), rules.zero.citation, rules.eccentricity.citation]
    cited += [rules.accuracy.citation, rules.repeatability.citation, rules.discrimination.citation]
    cited += [rules.tare.citation, rules.visual.citation, rules.standards.citation]
    assert all(text.startswith(rules.citation) for text in cited)
    assert set(rules.classes) == set(AccuracyClass)
    assert set(rules.tolerance.factor) == set(rules.tolerance.citation) == set(Activity)


@pytest.mark.parametrize("table", SCALE_TABLES)
def test_an_unverified_table_is_announced_with_its_doubts(table):
    rules, _ = by_id(table, ScaleRules)
    assert not rules.verified
    assert all(doubt.note for doubt in rules.unverified)
    (notice,) = rules.notices()
    assert notice.code == "unverified_rules"
    assert "standards.share" in notice.facts["topics"]


DATES = {
    "a test of today": (date(2026, 11, 21), "kepdirjen-pktn-240-2023"),
    "the first day that is certain": (date(2024, 1, 1), "kepdirjen-pktn-240-2023"),
    "the last day that is certain for the decree before": (date(2022, 12, 31), "kepdirjen-spk-131-2015"),
    "the day of the decree before": (date(2015, 10, 19), "kepdirjen-spk-131-2015"),
}


@pytest.mark.parametrize(("day", "table"), DATES.values(), ids=DATES)
def test_the_date_chooses_the_table(day, table):
    assert in_force("scales", day) == table


@pytest.mark.parametrize("day", [date(2023, 6, 1), date(2015, 10, 18)])
def test_no_table_is_guessed_for_a_day_that_none_is_known_for(day):
    with pytest.raises(ProcedureError, match="No rule table for scales") as refused:
        choose_rules(None, day)
    assert refused.value.code == "rules.none_in_force"
    assert "kepdirjen-pktn-240-2023" in refused.value.remedy
    assert choose_rules("kepdirjen-spk-131-2015", day)[0].edition == "2015"


def test_an_unknown_table_is_refused_with_the_known_ones():
    with pytest.raises(ProcedureError) as refused:
        choose_rules("r76", date(2026, 1, 1))
    assert refused.value.code == "rules.unknown"
    assert "oiml-r76-1-2006" in refused.value.remedy


def test_a_table_of_another_kind_is_no_table_for_scales():
    with pytest.raises(ProcedureError):
        choose_rules("oiml-r111-1-2004", date(2026, 1, 1))


BREAKS = {
    # R 76-1 Table 6: class, load in e, limit in e
    "I at the first edge": ("I", 50_000, "0.5"),
    "I above it": ("I", 50_001, "1"),
    "I at the second edge": ("I", 200_000, "1"),
    "I without an upper end": ("I", 900_000, "1.5"),
    "II at the first edge, 5 000 and not 20 000": ("II", 5_000, "0.5"),
    "II above it": ("II", 5_001, "1"),
    "II at the second edge": ("II", 20_000, "1"),
    "II at its end": ("II", 100_000, "1.5"),
    "III at the first edge": ("III", 500, "0.5"),
    "III above it": ("III", 501, "1"),
    "III at the second edge": ("III", 2_000, "1"),
    "III at its end": ("III", 10_000, "1.5"),
    "IIII at the first edge": ("IIII", 50, "0.5"),
    "IIII at the second edge": ("IIII", 200, "1"),
    "IIII at its end": ("IIII", 1_000, "1.5"),
    "nothing on the scale": ("III", 0, "0.5"),
}


@pytest.mark.parametrize("table", SCALE_TABLES)
@pytest.mark.parametrize(("name", "load", "limit"), BREAKS.values(), ids=BREAKS)
def test_the_upper_edge_of_a_band_belongs_to_it(table, name, load, limit):
    bands = by_id(table, ScaleRules)[0].classes[AccuracyClass(name)].bands
    e = Quantity("5", "g")
    assert limit_at(e * load, e, bands, 1) == Quantity(limit, "g") * 5


def test_a_digit_above_the_edge_is_in_the_next_band():
    bands = by_id(SCALE_TABLES[0], ScaleRules)[0].classes[AccuracyClass.III].bands
    assert limit_at(Quantity("2500.0000001", "g"), Quantity(5, "g"), bands, 1) == Quantity(5, "g")


def test_a_load_beyond_the_table_has_no_limit():
    bands = by_id(SCALE_TABLES[0], ScaleRules)[0].classes[AccuracyClass.III].bands
    with pytest.raises(ProcedureError, match="ends before"):
        limit_at(Quantity(50_001, "g"), Quantity(5, "g"), bands, 1)


def test_only_the_national_rules_double_the_limit_at_subsequent_verification():
    factors = {table: by_id(table, ScaleRules)[0].tolerance.factor[TERA_ULANG] for table in SCALE_TABLES}
    assert factors == {SCALE_TABLES[0]: 2, SCALE_TABLES[1]: 2, SCALE_TABLES[2]: 1}
    assert all(by_id(table, ScaleRules)[0].tolerance.factor[TERA] == 1 for table in SCALE_TABLES)


WEIGHTS = {
    # OIML R 111-1, Table 1
    "20 kg M2": ("20 kg", "M2", "3000 mg"),
    "5 mg M1, which one web page prints as 0.02": ("5 mg", "M1", "0.20 mg"),
    "100 g F1": ("100 g", "F1", "0.5 mg"),
    "1 kg written in grams": ("1000 g", "M2", "160 mg"),
    "5000 kg M3": ("5000 kg", "M3", "2500 g"),
}


@pytest.mark.parametrize(("nominal", "name", "limit"), WEIGHTS.values(), ids=WEIGHTS)
def test_the_limit_of_a_weight_comes_from_its_class(nominal, name, limit):
    assert class_limit(name, Quantity.parse(nominal)) == Quantity.parse(limit)


@pytest.mark.parametrize(("nominal", "name"), [("100 mg", "M3"), ("20 kg", "M1-2"), ("25 kg", "M1")])
def test_a_weight_that_the_table_has_not_has_no_limit(nominal, name):
    assert class_limit(name, Quantity.parse(nominal)) is None


def test_class_limits_never_fall_with_the_class_or_the_mass():
    limits = by_id("oiml-r111-1-2004", WeightRules)[0].limits
    rows = sorted((Quantity.parse(text), row) for text, row in limits.items())
    for mass, row in rows:
        assert list(row.values()) == sorted(row.values()), mass
    for name in ("E1", "E2", "F1", "F2", "M1", "M2", "M3"):
        of_class = [row[name] for _, row in rows if name in row]
        assert of_class == sorted(of_class), name


def test_a_band_of_a_table_never_changes_and_has_no_field_that_nobody_reads():
    band = from_builtins({"up_to": 500, "limit": "0.5"}, Band)
    with pytest.raises(AttributeError):
        band.limit = Decimal(5)
    with pytest.raises(msgspec.ValidationError, match="limits"):
        from_builtins({"up_to": 500, "limit": "0.5", "limits": "5"}, Band)
