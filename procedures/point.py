"""What a test found: points, sections, the verdict. Never typed, never filled in beforehand.

Decision rule of this module's types: simple acceptance, limits inclusive, no rounding before the comparison.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum

import msgspec

from drivers.quantity import Quantity


class Activity(StrEnum):
    """Which verification it is; the tolerances may differ."""

    INITIAL_VERIFICATION = "initial_verification"
    """tera"""
    SUBSEQUENT_VERIFICATION = "subsequent_verification"
    """tera ulang"""


class Outcome(StrEnum):
    """sah, batal, and neither."""

    CONFORMS = "conforms"
    DOES_NOT_CONFORM = "does_not_conform"
    INDETERMINATE = "indeterminate"


class Method(StrEnum):
    """How the error was found."""

    CHANGEOVER = "changeover"
    """E = I + ½e − ΔL − L"""
    HIGH_RESOLUTION = "high_resolution"
    """E = I − L with an extended display"""
    BOUNDED = "bounded"
    """E is known only within I − L ± ½e"""
    DIRECT = "direct"
    """E = I − L with the ordinary display, where the rules allow it"""
    RELATIVE = "relative"
    """E = (I − V)/V, in percent of what went through or was delivered"""
    RELATIVE_NOMINAL = "relative_nominal"
    """E = (I − V)/Vn, in percent of the nominal delivery"""
    RELATIVE_INDICATED = "relative_indicated"
    """E = (I − V)/I, in percent of the volume shown"""
    CAPACITY = "capacity"
    """E = Vn − V: what a vessel is marked with, less what it holds"""
    COMPARISON = "comparison"
    """two indications compared with one another: range, discrimination"""
    INSPECTION = "inspection"
    """seen by eye"""


class Tolerance(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The limits of an error, both inclusive, and the words of the law they come from."""

    lower: Quantity
    upper: Quantity
    citation: str = ""
    """regulation, edition and clause"""


class Point(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One decided point of a test."""

    section: str
    """`zero`, `eccentricity`, `accuracy`, `repeatability`, `discrimination`, `tare`, `visual`"""
    label: str
    """unique within the test: `accuracy/up/5000 g`"""
    subject: str = ""
    """which of several instruments under test, by its mark; empty where there is only one"""
    nominal: Quantity | None = None
    indication: Quantity | None = None
    added: Quantity | None = None
    """ΔL of the changeover point; zero is a reading, None was not taken"""
    reference: Quantity | None = None
    error: Quantity | None = None
    """signed, before correction; None when the method only bounds it"""
    error_bounds: tuple[Quantity, Quantity] | None = None
    """the interval in which the (corrected) error lies, for the bounded method"""
    corrected_error: Quantity | None = None
    """error − E0, when the method gives an E0"""
    tolerance: Tolerance | None = None
    uncertainty: Quantity | None = None
    """expanded; frozen once the test is complete, no part of the verdict under simple acceptance"""
    coverage_factor: Decimal | None = None
    """k of the expanded uncertainty"""
    method: Method
    outcome: Outcome
    reason: str = ""
    """id of the sentence that explains it, when it is not a plain comparison"""
    readings: tuple[str, ...] = ()
    """journal paths of the readings it rests on"""

    @property
    def compared(self) -> tuple[Quantity, ...]:
        """What is held against the tolerance: the error, corrected or within bounds; else the indication."""
        if self.error_bounds is not None:
            return self.error_bounds
        found = (self.corrected_error, self.error, self.indication)
        return tuple(one for one in found if one is not None)[:1]


class Reason(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a verdict is what it is, as data."""

    code: str
    facts: dict[str, str] = {}


class Verdict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The outcome of a whole test; it follows from the points."""

    outcome: Outcome
    rule: str
    """id of the rule table used"""
    failing: tuple[str, ...] = ()
    """labels of the points that do not conform"""
    reasons: tuple[Reason, ...] = ()
    sections: dict[str, Outcome] = {}


class Subject(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One of several instruments tested in one run, with its own outcome."""

    id: str
    """its mark in the run, as the points carry it"""
    serial: str = ""
    outcome: Outcome
    failing: tuple[str, ...] = ()
    """labels of its points that do not conform"""
    valid_until: date | None = None
    """None when it does not conform"""


class Phase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One complete test of the instrument in one state."""

    points: tuple[Point, ...]
    verdict: Verdict


class Conclusion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a procedure returns: the deciding phase, and the phase before an adjustment if there was one."""

    points: tuple[Point, ...]
    """of the deciding phase (as left)"""
    verdict: Verdict
    as_found: Phase | None = None
    """kept whenever the instrument was adjusted"""
    valid_until: date | None = None
    """None when the instrument does not conform"""
    notices: tuple[Reason, ...] = ()
    """what the reader must know: unverified rules, stability inferred by the bench"""
    subjects: tuple[Subject, ...] = ()
    """each one's own outcome, where several were tested at once; the verdict is that of all together"""
