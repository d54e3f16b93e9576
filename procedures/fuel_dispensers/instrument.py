"""The dispenser under test: what is marked on it, its nozzles, and the meters behind them.

Several nozzles may share one meter. Each nozzle has an outcome of its own; a totaliser belongs to a meter.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

from drivers.errors import UnitError
from drivers.notation import from_builtins
from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.paper import refuse_numbers


class Nozzle(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One nozzle."""

    id: str
    """its number on the dispenser; the role `nozzle/1` reads its display"""
    meter: str = ""
    """mark of the meter behind it; nozzles with the same mark share it; empty: a meter of its own"""
    serial: str = ""
    liquid: str = ""
    """a name of the rule table, `petrol`"""
    expansion: Decimal | None = None
    """cubic, of the liquid, 1/°C; before the name"""
    density: Quantity | None = None
    """at 15 °C; its expansion follows from ASTM D1250-80, table 54B"""
    unit_price: Decimal | None = None
    """for one litre, in the currency of the display; None: it is asked for"""

    @property
    def behind(self) -> str:
        """The mark of its meter."""
        return self.meter or self.id


class Dispenser(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The entry `[uut]` of an assignment."""

    accuracy_class: str = msgspec.field(name="class", default="0.5")
    nozzles: tuple[Nozzle, ...] = ()
    """empty: one, with number 1"""
    max_flow: Quantity | None = None
    min_flow: Quantity | None = None
    mmq: Quantity | None = None
    """minimum measured quantity"""
    d: Quantity | None = None
    """smallest step of the volume shown"""
    price_interval: Decimal | None = None
    """smallest step of the price shown; None: that of the rules"""
    totaliser_step: Quantity | None = None
    repeats: int | None = None
    """deliveries at each flow; None: as many as the rules ask for"""

    @property
    def all_nozzles(self) -> tuple[Nozzle, ...]:
        """The nozzles; one when none is listed."""
        return self.nozzles or (Nozzle(id="1"),)

    def nozzle(self, name: str) -> Nozzle:
        """A nozzle by its number; one that nobody listed has a meter of its own."""
        return next((one for one in self.nozzles if one.id == name), Nozzle(id=name))

    def sharing(self, name: str) -> tuple[str, ...]:
        """The other nozzles of the meter behind a nozzle."""
        meter = self.nozzle(name).behind
        return tuple(one.id for one in self.nozzles if one.behind == meter and one.id != name)


def read_dispenser(content: Mapping[str, Any]) -> Dispenser:
    """Read `[uut]` of an assignment.

    Raises:
        ProcedureError: a mistake, named with its place.
    """
    refuse_numbers(content, "$.uut")
    try:
        found = from_builtins(dict(content), Dispenser)
    except (msgspec.ValidationError, UnitError) as mistake:
        raise ProcedureError(
            "fuel_dispensers.plate",
            "The data of the dispenser have a mistake: {mistake}.",
            'Correct that entry; flows are written as "40 L/min", volumes as "0.01 L".',
            mistake=str(mistake),
        ) from None
    check_marks(found)
    return found


def check_marks(marks: Dispenser) -> None:
    """Refuse marks that cannot be.

    Raises:
        ProcedureError: names the entry.
    """
    ids = [nozzle.id for nozzle in marks.nozzles]
    if len(set(ids)) < len(ids) or any(not one or "/" in one or "+" in one for one in ids):
        raise ProcedureError(
            "fuel_dispensers.ids",
            "The nozzles {ids} cannot be told apart.",
            "Give each nozzle a number of its own, without a slash or plus: 1, 2, 3.",
            ids=", ".join(ids),
        )
    prices = [nozzle.unit_price for nozzle in marks.nozzles]
    for name, price in [("price_interval", marks.price_interval), *(("unit_price", one) for one in prices)]:
        if price is not None and price <= 0:
            raise ProcedureError(
                "fuel_dispensers.mark",
                "{name} = {value} cannot be: it must be a {dimension} above zero.",
                "Read it from the data plate again.",
                name=name,
                value=str(price),
                dimension="number",
            )
    wanted = {"max_flow": "volume flow", "min_flow": "volume flow", "mmq": "volume", "d": "volume"}
    for name, dimension in {**wanted, "totaliser_step": "volume"}.items():
        value = getattr(marks, name)
        if value is not None and (value.dimension != dimension or value.value <= 0):
            raise ProcedureError(
                "fuel_dispensers.mark",
                "{name} = {value} cannot be: it must be a {dimension} above zero.",
                "Read it from the data plate again.",
                name=name,
                value=str(value),
                dimension=dimension,
            )
