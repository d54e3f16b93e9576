"""What a rule table for scales holds: the tolerances, the tests, the loads, the standards."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Literal

import msgspec

from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.point import Activity
from procedures.regulation import Regulation, by_id, in_force
from procedures.scales.instrument import AccuracyClass
from procedures.scales.substitution import SubstitutionRules
from procedures.tolerance import Band

Section = Literal["visual", "zero", "eccentricity", "accuracy", "repeatability", "discrimination", "tare"]


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Common settings of the parts of a table."""


class Limits(_Part, frozen=True, kw_only=True):
    """One row of the classification table: which n and Min go with which e."""

    e_from: Quantity
    """the row holds from this e up to the e of the next row"""
    n_min: int
    n_max: int | None = None
    min_e: int
    """smallest Min, in e"""


class ClassRules(_Part, frozen=True, kw_only=True):
    """What holds for one accuracy class."""

    bands: tuple[Band, ...]
    limits: tuple[Limits, ...]
    step_n: int
    """multi-interval: least Max_i / e_(i+1)"""
    tariff_min_e: int | None = None
    """smallest Min, in e, of a scale that finds a tariff"""
    auxiliary: bool
    """whether a finer auxiliary indication, d < e, is foreseen"""
    rounding_e: int | None = None
    """by how many e, Min at most, a test load may be rounded down; None: by Min"""
    weighings: int
    """number of weighings of the repeatability test"""
    weights: str
    """lowest class of weights, OIML R 111"""
    citation: str


class ToleranceRules(_Part, frozen=True, kw_only=True):
    """The permitted error: band × factor."""

    factor: dict[Activity, Decimal]
    citation: dict[Activity, str]
    without_added: Literal["direct", "bounded"]
    """what a reading without ΔL means: `direct` E = I − L, `bounded` E within I − L ± ½d"""


class VisualRules(_Part, frozen=True, kw_only=True):
    """Ids of the lines of the checklist."""

    items: tuple[str, ...]
    subsequent_items: tuple[str, ...] = ()
    """only at the subsequent verification"""
    of_features: dict[str, tuple[str, ...]] = {}
    """further lines for a scale with a feature: `price_computing`"""
    citation: str


class ZeroRules(_Part, frozen=True, kw_only=True):
    """Accuracy of zero-setting."""

    limit_e: Decimal
    load_e: int
    """load under which it is found, in e; 0: empty receptor"""
    citation: str


class EccentricityRules(_Part, frozen=True, kw_only=True):
    """Load out of the centre."""

    share: str
    """of Max and the additive tare, up to four supports; above: 1/(n − 1) on each"""
    positions: tuple[str, ...]
    rolling_share: str = "4/5"
    """of Max and the additive tare: the largest rolling load"""
    rolling_positions: tuple[str, ...] = (
        *("begin_forward", "middle_forward", "end_forward"),
        *("end_back", "middle_back", "begin_back"),
    )
    citation: str


class AccuracyRules(_Part, frozen=True, kw_only=True):
    """Weighing test."""

    loads: tuple[str, ...]
    """`zero`, `min`, `bands` (each load at which the limit changes), `max`, `1/2 max`"""
    fill: tuple[str, ...] = ()
    """added in this order until there are `at_least` loads"""
    at_least: int
    down: bool
    """whether the loads are measured again coming down"""
    citation: str


class RepeatabilityRules(_Part, frozen=True, kw_only=True):
    """Same load, several times: range within the permitted error."""

    share: str
    citation: str


class DiscriminationRules(_Part, frozen=True, kw_only=True):
    """An extra load of 1.4 d must change the indication."""

    extra_d: Decimal
    loads: tuple[str, ...]
    smallest_d: Quantity
    """not done below this d"""
    citation: str


class TareRules(_Part, frozen=True, kw_only=True):
    """Weighing test with tare."""

    activities: tuple[Activity, ...]
    shares: tuple[str, ...]
    """tare loads as shares of Max"""
    loads: tuple[str, ...]
    """net loads; `max` is what Max leaves beside the tare"""
    zero_limit_e: Decimal
    """accuracy of tare-setting"""
    citation: str


class StandardRules(_Part, frozen=True, kw_only=True):
    """What the weights must be good for."""

    share: str
    """largest error or uncertainty as a share of the permitted error"""
    small_step_e: Decimal
    """mass of one small weight of the changeover method, in e"""
    citation: str


class UncertaintyRules(_Part, frozen=True, kw_only=True):
    """What an uncertainty budget assumes where nothing was measured or certified; it decides no verdict."""

    probability: Decimal
    """of the coverage interval"""
    repeatability_e: Decimal
    """standard deviation of one reading, in e, when nobody weighed the same load twice"""
    drift_share: Decimal
    """drift of a certified weight since its calibration, as a share of its U"""
    adjusted_before: bool
    """the scale was adjusted at the place just before the test: buoyancy then matters less"""
    least_ratio: Decimal | None = None
    """U above the permitted error divided by this gets a notice; None: the regulation asks for none"""
    citation: str


class ScaleRules(Regulation, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule table for scales."""

    order: tuple[Section, ...]
    validity_years: int
    classes: dict[AccuracyClass, ClassRules]
    tolerance: ToleranceRules
    visual: VisualRules
    zero: ZeroRules
    eccentricity: EccentricityRules
    accuracy: AccuracyRules
    repeatability: RepeatabilityRules
    discrimination: DiscriminationRules
    tare: TareRules
    standards: StandardRules
    uncertainty: UncertaintyRules
    substitution: SubstitutionRules | None = None
    """None: standard weights up to Max"""

    def visual_items(self, activity: Activity, features: Sequence[str] = ()) -> tuple[str, ...]:
        """The lines of the checklist for this activity, and for a scale with these features.

        Raises:
            ProcedureError: the table has no lines for a feature.
        """
        more = self.visual.subsequent_items if activity is Activity.SUBSEQUENT_VERIFICATION else ()
        for feature in features:
            if feature not in self.visual.of_features:
                raise ProcedureError(
                    "scale.feature",
                    "The checklist of {rules} has no lines for a scale that is {feature}.",
                    "Write features from this list: {known}.",
                    rules=self.id,
                    feature=feature,
                    known=", ".join(self.visual.of_features),
                )
            more += self.visual.of_features[feature]
        return self.visual.items + more


def share_of(text: str) -> Fraction:
    """Read a share such as `1/3` exactly."""
    return Fraction(text)


def choose_rules(named: str | None, on: date) -> tuple[ScaleRules, str]:
    """The rule table named, or the one in force on that date, and the SHA-256 of its file.

    Raises:
        ProcedureError: no such table, or none is known to be in force.
    """
    return _table(named or in_force("scales", on))


@cache
def _table(name: str) -> tuple[ScaleRules, str]:
    return by_id(name, ScaleRules)
