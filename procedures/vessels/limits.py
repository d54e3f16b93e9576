"""Permitted errors of vessels: a part of the volume, or an amount, by class and size, from a rule table.

Where nobody has read the limit, the table has none, and an officer with the decree in hand writes it into the
order together with where it stands. It is never guessed.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

import msgspec

from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.point import Reason, Tolerance
from procedures.tolerance import symmetric

_MOST_PERMITTED: Final = Decimal("0.05")
"""of the volume; more is a slip of the pen (a choice of this program)"""


class LimitStep(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The limit of vessels up to a volume."""

    up_to: Quantity | None = None
    """inclusive; None: all larger ones"""
    share: str = "0"
    """part of the nominal volume: `1/2000`"""
    amount: Quantity = Quantity(0, "mL")
    """beside it"""


class OwnLimit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A limit that an officer read in the decree: entries of `[uut]`."""

    permitted: Quantity | None = None
    """without sign: a volume, or % of the nominal volume"""
    permitted_source: str = ""
    """decree, clause or table in which it stands"""


def permitted_volume(
    steps: Sequence[LimitStep],
    nominal: Quantity,
    own: OwnLimit,
    factor: Decimal,
    *,
    citation: str,
    rules: str,
) -> Tolerance:
    """The limits of a vessel, in mL.

    Args:
        steps: of the class in the rule table, in rising order; empty: nobody has read them.
        nominal: volume.
        own: goes before the table; the factor is not put before it.
        factor: for this activity.
        citation: of the table.
        rules: its id, for a message.

    Raises:
        ProcedureError: no limit is known, or the officer's own has no source.
    """
    if own.permitted is not None:
        a_volume = own.permitted.unit == "%" or own.permitted.dimension == "volume"
        if not own.permitted_source.strip() or own.permitted.value <= 0 or not a_volume:
            raise ProcedureError(
                "vessel.limit_source",
                "The permitted error {permitted} has no source, or is no volume or percentage above zero.",
                'Write it as "10 mL" or "0.2 %", and where it stands: permitted_source = "decree, clause".',
                permitted=str(own.permitted),
            )
        limit = own.permitted
        if limit.unit == "%":
            limit = nominal * (limit.value / 100)
        if limit > nominal * _MOST_PERMITTED:
            raise ProcedureError(
                "vessel.permitted_large",
                "A permitted error of {permitted} is too large for a volume of {nominal}.",
                "Read it in the decree again; possible is up to {most}.",
                permitted=str(own.permitted),
                nominal=str(nominal),
                most=str(nominal * _MOST_PERMITTED),
            )
        return symmetric(limit.to("mL"), own.permitted_source)
    for step in steps:
        if step.up_to is None or nominal <= step.up_to:
            exact = Fraction(nominal.to("mL").value) * Fraction(step.share)
            limit = Quantity(cut_off(exact), "mL") + step.amount
            return symmetric(limit.to("mL") * factor, citation)
    raise ProcedureError(
        "vessel.no_limit",
        "The table {rules} has no permitted error for {nominal}: nobody has read it yet.",
        'Write it from the decree under [uut]: permitted = "10 mL" and permitted_source = "decree, clause".',
        rules=rules,
        nominal=str(nominal),
    )


def limit_notices(own: OwnLimit) -> tuple[Reason, ...]:
    """That the limit comes from the order."""
    if own.permitted is None:
        return ()
    facts = {"permitted": str(own.permitted), "source": own.permitted_source}
    return (Reason(code="limit_from_order", facts=facts),)


def cut_off(value: Fraction) -> Decimal:
    """A limit in mL, cut off at the ninth place where it has no end: never wider than the rule."""
    return Decimal(value.numerator * 10**9 // value.denominator).scaleb(-9).normalize() + 0
