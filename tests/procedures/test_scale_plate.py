"""The data plate: what is a scale, to which class it can belong, and which loads its test needs."""

import pytest

from procedures.errors import ProcedureError
from procedures.scales.classification import check_classification, classification_notices
from procedures.scales.instrument import read_scale
from procedures.scales.loads import accuracy_loads, eccentricity_load, eccentricity_positions
from procedures.scales.rules import choose_rules
from tests.procedures.scales_at_hand import DAY, SHOP_SCALE, mass

RULES = choose_rules(None, DAY)[0]
R76 = choose_rules("oiml-r76-1-2006", DAY)[0]

VALID = {
    "a shop scale": SHOP_SCALE,
    "class IIII": {"class": "IIII", "max": "5 kg", "e": "10 g"},
    "class I of 220 g": {"class": "I", "max": "220 g", "e": "1 mg"},
    "class I finer than a milligram": {"class": "I", "max": "22 g", "e": "0.01 mg"},
    "jewellery scale with auxiliary digits": {"class": "II", "max": "600 g", "e": "0.1 g", "d": "0.01 g"},
    "the most intervals of class III": {"class": "III", "max": "30 kg", "e": "3 g"},
    "truck scale": {"class": "III", "max": "60 t", "e": "20 kg", "min": "400 kg"},
    "multi-interval of R 76": {
        "class": "III",
        "intervals": [
            {"max": "2 kg", "e": "1 g"},
            {"max": "5 kg", "e": "2 g"},
            {"max": "15 kg", "e": "10 g"},
        ],
    },
    "two ranges": {"class": "III", "ranges": [{"max": "6 kg", "e": "2 g"}, {"max": "15 kg", "e": "5 g"}]},
}


@pytest.mark.parametrize("plate", VALID.values(), ids=VALID)
def test_a_scale_that_can_be_is_taken(plate):
    check_classification(read_scale(plate), RULES)


INVALID = {
    "too few intervals": ({"class": "III", "max": "2 kg", "e": "5 g"}, "scale.too_few_intervals", "n = 400"),
    "too many intervals": (
        {"class": "III", "max": "15 kg", "e": "1 g"},
        "scale.too_many_intervals",
        "n = 15000",
    ),
    "class II above 0.1 g": (
        {"class": "II", "max": "400 g", "e": "0.1 g"},
        "scale.too_few_intervals",
        "n = 4000",
    ),
    "class IIII too fine": ({"class": "IIII", "max": "5 kg", "e": "2 g"}, "scale.class_unknown_e", "e = 2 g"),
    "partial range too small": (
        {"class": "III", "intervals": [{"max": "2 kg", "e": "1 g"}, {"max": "15 kg", "e": "5 g"}]},
        "scale.partial_range",
        "500",
    ),
    "Min below every exception": (SHOP_SCALE | {"min": "20 g"}, "scale.min", "Min 20 g"),
}


@pytest.mark.parametrize(("plate", "code", "says"), INVALID.values(), ids=INVALID)
def test_a_scale_that_cannot_be_of_its_class_is_refused_in_a_sentence(plate, code, says):
    with pytest.raises(ProcedureError, match=r"scale interval|does not go with|next e|Min") as refused:
        check_classification(read_scale(plate), RULES)
    assert refused.value.code == code
    assert says in refused.value.message
    assert "data plate" in refused.value.remedy


IMPOSSIBLE = {
    "no e": {"class": "III", "max": "15 kg"},
    "unknown class": SHOP_SCALE | {"class": "IV"},
    "a number without a unit": SHOP_SCALE | {"e": 5},
    "a volume": SHOP_SCALE | {"max": "15 L"},
    "e of nothing": SHOP_SCALE | {"e": "0 g"},
    "d coarser than e": SHOP_SCALE | {"d": "10 g"},
    "both kinds of plate": SHOP_SCALE | {"intervals": [{"max": "2 kg", "e": "1 g"}]},
    "ranges that fall": {
        "class": "III",
        "ranges": [{"max": "15 kg", "e": "5 g"}, {"max": "6 kg", "e": "2 g"}],
    },
    "Min above Max": SHOP_SCALE | {"min": "20 kg"},
    "a negative Min": SHOP_SCALE | {"min": "-1 g"},
    "an invented field": SHOP_SCALE | {"bkd": "5 g"},
    "no supports": SHOP_SCALE | {"supports": 0},
}


@pytest.mark.parametrize("plate", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_data_that_describe_no_scale_are_refused(plate):
    with pytest.raises(ProcedureError) as refused:
        read_scale(plate)
    assert refused.value.remedy


def test_a_tariff_scale_with_a_small_min_and_a_finer_display_are_noticed_not_refused():
    scale = read_scale(SHOP_SCALE | {"min": "50 g", "d": "1 g"})
    check_classification(scale, RULES)
    codes = {notice.code for notice in classification_notices(scale, RULES)}
    assert codes == {"min_below_class_limit", "auxiliary_indication_in_class"}


DERIVED = {
    # plate, edges of the bands, Min
    "III 15 kg": ({"class": "III", "max": "15 kg", "e": "5 g"}, ["2500 g", "10000 g"], "100 g"),
    "IIII 5 kg": ({"class": "IIII", "max": "5 kg", "e": "10 g"}, ["500 g", "2000 g"], "100 g"),
    "I 220 g": ({"class": "I", "max": "220 g", "e": "1 mg"}, ["50 g", "200 g"], "0.1 g"),
}


@pytest.mark.parametrize(("plate", "edges", "least"), DERIVED.values(), ids=DERIVED)
def test_the_weighing_test_has_min_every_edge_half_and_max(plate, edges, least):
    scale = read_scale(plate)
    found = [load.greatest for load in accuracy_loads(scale, RULES)]
    assert found == sorted(set(found))
    assert found[0] == mass(least)
    assert found[-1] == scale.capacity
    assert {mass(edge) for edge in edges} <= set(found)
    assert len(found) >= 5


def test_the_edges_of_a_multi_interval_scale_are_counted_in_the_e_of_their_own_part():
    scale = read_scale(VALID["multi-interval of R 76"])
    found = [load.greatest for load in accuracy_loads(scale, RULES)]
    assert found == [mass(t) for t in ("20 g", "500 g", "2 kg", "4 kg", "5 kg", "7500 g", "15 kg")]


def test_each_range_is_weighed_in_as_an_instrument_of_its_own():
    loads = accuracy_loads(read_scale(VALID["two ranges"]), RULES)
    assert {load.range for load in loads} == {1, 2}
    assert max(load.greatest for load in loads if load.range == 1) == mass("6 kg")
    assert min(load.greatest for load in loads if load.range == 2) > mass("6 kg")


ECCENTRIC = {
    "a third of Max": (SHOP_SCALE, "5000 g"),
    "rounded down to whole e": ({"class": "IIII", "max": "5 kg", "e": "10 g"}, "1660 g"),
    "six supports": (SHOP_SCALE | {"supports": 6}, "3000 g"),
    "with additive tare": (SHOP_SCALE | {"additive_tare": "6 kg"}, "7000 g"),
}


@pytest.mark.parametrize(("plate", "load"), ECCENTRIC.values(), ids=ECCENTRIC)
def test_the_load_out_of_the_centre_follows_max_and_the_supports(plate, load):
    wanted = eccentricity_load(read_scale(plate), RULES)
    assert wanted.greatest == mass(load)
    assert wanted.least < wanted.greatest


def test_more_than_four_supports_are_loaded_one_by_one():
    assert eccentricity_positions(read_scale(SHOP_SCALE | {"supports": 6}), R76) == tuple("123456")
    assert eccentricity_positions(read_scale(SHOP_SCALE), RULES) == ("centre", "1", "2", "3", "4")
