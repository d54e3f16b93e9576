"""Which weights make a load, and which may not be used."""

from datetime import date
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from drivers.quantity import Quantity
from procedures.errors import StandardError
from procedures.standard import Weight
from procedures.standards_gate import standard_problems
from procedures.weights import Piece, make, pieces, without
from tests.procedures.scales_at_hand import DAY, SET, SHOP_SCALE, TERA, mass, scale_task, standard, weights

MADE = {
    "one weight": ("5 kg", ("5 kg",)),
    "large ones first": ("7500 g", ("5 kg", "2 kg", "500 g")),
    "two of a kind": ("4 kg", ("2 kg", "2 kg")),
    "nothing": ("0 g", ()),
    "small ones": ("1.4 g", ("1 g", "200 mg", "200 mg")),
}


@pytest.mark.parametrize(("load", "names"), MADE.values(), ids=MADE)
def test_a_load_is_made_of_the_weights_of_the_set(load, names):
    heap = make(mass(load), pieces([standard()]))
    assert heap is not None
    assert heap.names == names


@pytest.mark.parametrize("load", ["0.05 g", "50 kg", "21.11111 kg"])
def test_a_load_that_cannot_be_made_exactly_is_not_made(load):
    assert make(mass(load), pieces([standard()])) is None


def test_the_largest_weight_is_not_always_the_right_one():
    stock = [Piece(standard="S", nominal=mass(text), count=3, doubt=None) for text in ("5 kg", "3 kg")]
    assert make(mass("9 kg"), stock).names == ("3 kg", "3 kg", "3 kg")


def test_hundreds_of_blocks_are_told_as_one_line():
    blocks = standard("BLOCKS", "M2", weights=weights("20 kg*300"))
    heap = make(mass("5 t"), pieces([blocks]))
    assert heap.names == ("250 × 20 kg",)
    assert heap.doubt() == mass("750 g")
    assert make(mass("5.01 t"), pieces([blocks])) is None


def test_what_is_taken_is_no_longer_there():
    stock = pieces([standard(), standard("S-08")])
    heap = make(mass("26 kg"), stock)
    left = without(stock, heap)
    assert sum(piece.count for piece in left) == sum(piece.count for piece in stock) - heap.pieces
    assert make(mass("20 kg"), left) is None


@given(st.lists(st.tuples(st.integers(1, 12), st.integers(1, 3)), min_size=1, max_size=4), st.integers(0, 40))
def test_a_load_is_made_exactly_when_some_choice_of_weights_makes_it(kinds, target):
    stock = [
        Piece(standard="S", nominal=Quantity(size, "g"), count=count, doubt=None) for size, count in kinds
    ]
    stock.sort(key=lambda piece: piece.nominal, reverse=True)
    heap = make(Quantity(target, "g"), stock)
    sums = {
        sum(n * size for n, (size, _) in zip(chosen, kinds, strict=True))
        for chosen in product(*(range(count + 1) for _, count in kinds))
    }
    assert (heap is not None) is (target in sums)
    if heap is not None:
        assert sum(int(p.nominal.value) * p.count for p in heap.taken) == target


def test_a_certificate_goes_before_the_class_and_its_error_counts_too():
    known = Weight(nominal=mass("1 kg"), uncertainty=mass("10 mg"), error=mass("-25 mg"))
    (piece,) = pieces([standard(weights=(known,))])
    assert piece.doubt == mass("35 mg")


# -- the gate

GOOD = standard("S-09", "M1", weights=(*SET, *weights("10 kg")))

REFUSED = {
    "past its due date": (standard(due=date(2026, 11, 20)), "standard.overdue", "2026-11-20"),
    "of too low a class": (standard(accuracy_class="M3"), "standard.class", "M2 or better"),
    "of a class that nobody knows": (standard(accuracy_class="A"), "standard.class", "class A"),
    "too few weights": (standard(weights=weights("1 kg")), "standard.load", "5000 g"),
    "no limit known": (standard(weights=weights("7500 g*2", "2500 g*2", "100 g*2")), "standard.", ""),
}


@pytest.mark.parametrize(("bad", "code", "says"), REFUSED.values(), ids=REFUSED)
def test_a_standard_that_will_not_do_is_refused_and_one_that_would_is_named(bad, code, says):
    with pytest.raises(StandardError) as refused:
        scale_task(standards=(bad, GOOD), named=("S-07",))
    assert refused.value.code.startswith(code)
    assert says in refused.value.message
    assert refused.value.remedy == "Use S-09."
    assert refused.value.facts["alternative"] == "S-09"


IMPOSSIBLE = {
    "litres": (Weight(nominal=mass("1 L")), "standard.mass", "weights[0].nominal"),
    "a nominal of nothing": (Weight(nominal=mass("0 g")), "standard.mass", "weights[0].nominal"),
    "a negative nominal": (Weight(nominal=mass("-1 kg")), "standard.mass", "weights[0].nominal"),
    "a negative count": (Weight(nominal=mass("1 kg"), count=-2), "standard.count", "weights[0].count"),
    "a count of zero": (Weight(nominal=mass("1 kg"), count=0), "standard.count", "weights[0].count"),
    "a negative uncertainty": (
        Weight(nominal=mass("1 kg"), uncertainty=mass("-1 mg")),
        "standard.mass",
        "weights[0].uncertainty",
    ),
    "an error in litres": (
        Weight(nominal=mass("1 kg"), error=mass("1 mL")),
        "standard.mass",
        "weights[0].error",
    ),
    "no uncertainty at all": (
        Weight(nominal=mass("1 kg"), uncertainty=mass("0 mg")),
        "standard.mass",
        "weights[0].uncertainty",
    ),
}


@pytest.mark.parametrize(("weight", "code", "path"), IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_a_weight_that_cannot_be_is_told_with_its_place(weight, code, path):
    bad = standard(weights=(weight, *SET))
    (problem,) = standard_problems(bad)
    assert (problem.code, problem.facts["path"]) == (f"{code}.no_other", path)
    with pytest.raises(StandardError, match=r"S-07.*weights\[0\]") as refused:
        scale_task(standards=(bad,))
    assert refused.value.code == f"{code}.no_other"
    with pytest.raises(StandardError, match=r"Use S-09\.") as refused:
        scale_task(standards=(bad, GOOD), named=("S-07",))
    assert refused.value.code == code


def test_a_standard_that_can_be_has_no_problems_and_one_that_cannot_has_all_of_them():
    assert standard_problems(standard()) == []
    codes = [problem.code for problem in standard_problems(standard(accuracy_class="A", weights=()))]
    assert codes == ["standard.class_unknown.no_other", "standard.no_weights.no_other"]


def test_a_set_that_cannot_be_does_not_keep_a_good_one_from_being_used():
    bad = standard("S-01", weights=weights("1 L"))
    assert [use.id for use in scale_task(standards=(bad, GOOD)).standards] == ["S-09"]


def test_without_any_other_the_refusal_says_so():
    with pytest.raises(StandardError) as refused:
        scale_task(standards=(standard(due=date(2026, 1, 1)),))
    assert refused.value.code == "standard.overdue.no_other"
    assert refused.value.facts == {"standard": "S-07", "due": "2026-01-01", "date": DAY.isoformat()}


def test_a_standard_is_good_on_its_due_date():
    assert scale_task(standards=(standard("S-09", weights=GOOD.weights, due=DAY),)).standards[0].id == "S-09"


def test_no_standards_at_all_stop_the_test():
    with pytest.raises(StandardError, match="no measurement standards") as refused:
        scale_task(standards=())
    assert refused.value.code == "standard.none"


def test_an_unknown_standard_is_refused_with_the_known_ones():
    with pytest.raises(StandardError, match="no standard S-99") as refused:
        scale_task(standards=(GOOD,), named=("S-99",))
    assert "S-09" in refused.value.remedy


FINE = {"class": "II", "max": "15 kg", "e": "1 g", "min": "50 g"}  # BKD at 10 kg: 2 × 1 g at tera ulang


def test_a_third_of_the_tolerance_may_be_in_doubt_and_not_a_digit_more():
    def set_of(uncertainty: str):
        ten = Weight(nominal=mass("10 kg"), uncertainty=mass(uncertainty))
        rest = tuple(weight for weight in SET if weight.nominal != mass("10 kg"))
        return standard(weights=(*rest, ten, *weights("5 kg")))

    # at 15 kg the permitted error is 2 g; the 5 kg weight of M1 takes 250 mg of the third
    limit = "416.666 mg"
    assert scale_task(FINE, standards=(set_of(limit),)).standards
    with pytest.raises(StandardError, match="1/3 × 2 g") as refused:
        scale_task(FINE, standards=(set_of("416.667 mg"),))
    assert refused.value.code == "standard.uncertainty.no_other"
    assert refused.value.facts["load"] == "15000 g"


def test_sets_are_combined_only_when_one_does_not_suffice():
    small = standard("A", weights=weights("2 kg*2", "1 kg", "500 g", "100 g"))
    alone = scale_task(standards=(small, GOOD))
    assert [use.id for use in alone.standards] == ["S-09"]
    heavy = {"class": "III", "max": "30 kg", "e": "10 g"}
    both = scale_task(heavy, standards=(standard("A"), standard("B"), small))
    assert [use.id for use in both.standards] == ["A", "B"]


def test_small_weights_are_asked_for_where_the_rules_need_them():
    coarse = tuple(weight for weight in GOOD.weights if weight.nominal >= mass("2 g"))
    no_grams = standard("S-10", weights=coarse)
    assert scale_task(standards=(no_grams,)).standards
    with pytest.raises(StandardError) as refused:
        scale_task(standards=(no_grams,), rules="oiml-r76-1-2006")
    assert refused.value.code == "standard.small_weights.no_other"
    assert refused.value.facts["mass"] == "0.5 g"


def test_the_extra_load_of_discrimination_must_be_there_beside_the_load():
    only_large = standard("S-11", weights=tuple(w for w in GOOD.weights if w.nominal >= mass("10 g")))
    with pytest.raises(StandardError) as refused:
        scale_task(standards=(only_large,))
    assert refused.value.facts["mass"] == "7 g"


def test_a_standard_is_named_in_the_record_with_its_certificate():
    (use,) = scale_task(standards=(GOOD,)).standards
    assert (use.id, use.accuracy_class, use.certificate, use.due) == (
        "S-09",
        "M1",
        "K-1/2026",
        date(2027, 3, 14),
    )
    assert use.description == "100 mg – 10 kg"


def test_a_load_off_the_weights_is_moved_down_to_few_weights():
    task = scale_task({"class": "IIII", "max": "5 kg", "e": "10 g"})
    assert task.eccentricity.load == mass("1600 g")  # 1666.67 g less at most Min, 100 g
    assert task.eccentricity.weights == ("1 kg", "500 g", "100 g")


def test_the_shop_scale_needs_one_set():
    assert scale_task(SHOP_SCALE, standards=(GOOD,)).accuracy_up[-1].weights == ("10 kg", "5 kg")


@pytest.mark.parametrize(("factor", "good"), [("1", False), ("2", True), ("3", True)])
def test_an_uncertainty_is_compared_with_k_of_two_whatever_the_certificate_has(factor, good):
    certified = tuple(
        replace(one, uncertainty=Quantity(one.nominal.to("g").value * Decimal("0.00015"), "g")) for one in SET
    )
    cupboard = (standard(weights=certified, coverage_factor=Decimal(factor)),)
    if good:
        assert scale_task(activity=TERA, standards=cupboard).standards
    else:
        with pytest.raises(StandardError) as refused:
            scale_task(activity=TERA, standards=cupboard)
        assert refused.value.code == "standard.uncertainty.no_other"
