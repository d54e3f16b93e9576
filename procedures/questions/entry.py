"""An entry of a question: its name, how it is read from a case file, and what stands there by default."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, TypeVar

import msgspec

from drivers.errors import UnitError
from drivers.notation import from_builtins
from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.paper import told
from procedures.questions.unit import no_number, number, number_in

T = TypeVar("T", bound=msgspec.Struct)

MOST_VALUES: Final = 100_000
"""of a list in a case file"""

Taken = Callable[[object, str], Any]
"""from what the file says, and the entry's name, to what a formula takes; raises ProcedureError"""


class _Needed:
    """No default: the entry must be there."""


NEEDED: Final = _Needed()


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry that a question takes."""

    name: str
    takes: Taken
    form: str
    """as the list of questions shows it: a unit, the choices, `list of °C`"""
    example: object
    """as a case file writes it"""
    default: object = NEEDED
    """as a case file would write it; None: may be left out, and is then None"""

    def read(self, content: Mapping[str, Any]) -> Any:
        """The value, or the default.

        Raises:
            ProcedureError: it is missing, or is not of this form.
        """
        written = content.get(self.name, self.default)
        if written is NEEDED:
            raise ProcedureError(
                "question.missing",
                "The entry `{entry}` is missing.",
                "Add it, such as {entry} = {example}.",
                entry=self.name,
                example=as_toml(self.example),
            )
        return None if written is None else self.takes(written, self.name)


def measured(name: str, unit: str, example: object, default: object = NEEDED) -> Entry:
    """A float in this unit; a pure number when the unit is empty."""
    form = unit or "number"
    return Entry(
        name=name, takes=lambda w, n: number_in(unit, w, n), form=form, example=example, default=default
    )


def several(name: str, unit: str, example: object, default: object = NEEDED) -> Entry:
    """A list of floats in this unit."""

    def take(written: object, entry: str) -> list[float]:
        return [number_in(unit, one, entry) for one in _listed(written, entry)]

    return Entry(name=name, takes=take, form=f"[{unit or 'number'}]", example=example, default=default)


def exact(name: str, form: str, example: object, default: object = NEEDED) -> Entry:
    """A decimal quantity that may be compared; `form` names what it is."""
    return Entry(name=name, takes=_quantity, form=form, example=example, default=default)


def exacts(name: str, form: str, example: object, default: object = NEEDED) -> Entry:
    """A list of decimal quantities."""

    def take(written: object, entry: str) -> tuple[Quantity, ...]:
        return tuple(_quantity(one, entry) for one in _listed(written, entry))

    return Entry(name=name, takes=take, form=f"[{form}]", example=example, default=default)


def decimal(name: str, example: object, default: object = NEEDED) -> Entry:
    """An exact decimal number without a unit."""

    def take(written: object, entry: str) -> Decimal:
        number(written, entry)  # refuses what is none
        return Decimal(str(written))

    return Entry(name=name, takes=take, form="number", example=example, default=default)


def count(name: str, example: int, default: object = NEEDED, *, least: int = 0, most: int = 10**9) -> Entry:
    """A whole number within limits."""

    def take(written: object, entry: str) -> int:
        value = number(written, entry)
        if value.denominator != 1 or not least <= value <= most:
            raise ProcedureError(
                "question.count",
                "The entry `{entry}` = {value} is no whole number from {lower} to {upper}.",
                "Correct it.",
                entry=entry,
                value=str(written),
                lower=str(least),
                upper=str(most),
            )
        return int(value)

    return Entry(name=name, takes=take, form="whole number", example=example, default=default)


def counts(name: str, example: list[int]) -> Entry:
    """A list of whole numbers, zero or more."""
    one = count(name, 0)

    def take(written: object, entry: str) -> list[int]:
        return [one.takes(each, entry) for each in _listed(written, entry)]

    return Entry(name=name, takes=take, form="[whole number]", example=example)


def choice(name: str, choices: tuple[str, ...], default: object = NEEDED, example: str = "") -> Entry:
    """One of a few words; the example is the first of them unless it is named."""

    def take(written: object, entry: str) -> str:
        if written not in choices:
            raise ProcedureError(
                "question.choice",
                "The entry `{entry}` = {value} is none of the choices.",
                "Write one of: {known}.",
                entry=entry,
                value=str(written),
                known=", ".join(choices),
            )
        return str(written)

    return Entry(
        name=name, takes=take, form=" | ".join(choices), example=example or choices[0], default=default
    )


def text(name: str, example: str, default: object = NEEDED) -> Entry:
    """A text as it stands."""

    def take(written: object, entry: str) -> str:
        if not isinstance(written, str):
            raise mistaken_form(written, entry, "text")
        return written

    return Entry(name=name, takes=take, form="text", example=example, default=default)


def flag(name: str, *, default: bool) -> Entry:
    """True or false."""

    def take(written: object, entry: str) -> bool:
        if not isinstance(written, bool):
            raise mistaken_form(written, entry, "true or false")
        return written

    return Entry(name=name, takes=take, form="true | false", example=default, default=default)


def tables(name: str, kind: type[T], example: object, default: object = NEEDED) -> Entry:
    """Tables `[[name]]`, each read into a struct."""
    fields = [one.encode_name for one in msgspec.structs.fields(kind)]

    def take(written: object, entry: str) -> tuple[T, ...]:
        try:
            return tuple(from_builtins(one, kind) for one in _listed(written, entry))
        except msgspec.ValidationError as mistake:
            raise told(str(mistake).replace("$", f"$.{entry}"), fields) from None

    return Entry(name=name, takes=take, form=", ".join(fields), example=example, default=default)


def as_toml(value: object) -> str:
    """A value as a case file writes it.

    >>> as_toml(["20 °C", True])
    '["20 °C", true]'
    """
    match value:
        case bool():
            return "true" if value else "false"
        case list() | tuple():
            return "[" + ", ".join(map(as_toml, value)) + "]"
        case dict():
            return "{ " + ", ".join(f"{name} = {as_toml(one)}" for name, one in value.items()) + " }"
        case str():
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        case _:
            return str(value)


def _quantity(written: object, entry: str) -> Quantity:
    if isinstance(written, bool) or not isinstance(written, int | Decimal | str):
        raise no_number(written, entry)
    try:
        return Quantity.parse(written) if isinstance(written, str) else Quantity(written, "1")
    except UnitError as mistake:
        raise ProcedureError(
            "question.quantity",
            "The entry `{entry}` has a mistake: {mistake}.",
            'Write number and unit as a text, such as "0.5 kg".',
            entry=entry,
            mistake=str(mistake),
        ) from None


def _listed(written: object, entry: str) -> list[Any]:
    if not isinstance(written, list | tuple) or not 1 <= len(written) <= MOST_VALUES:
        raise mistaken_form(written, entry, "list")
    return list(written)


def mistaken_form(written: object, entry: str, wanted: str) -> ProcedureError:
    """What is said of an entry that is a text where a list is wanted, and so on."""
    return ProcedureError(
        "question.form",
        "The entry `{entry}` = {value} is not of the form that is asked for: {wanted}.",
        "Correct it; a filled-in example shows the form.",
        entry=entry,
        value=str(written)[:80],
        wanted=wanted,
    )


def either(first: str, second: str) -> ProcedureError:
    """What is said where one of two entries is needed and neither is there."""
    return ProcedureError(
        "question.either",
        "One of the entries `{first}` and `{second}` is needed.",
        "Add one of them.",
        first=first,
        second=second,
    )


def unequal(first: str, second: str) -> ProcedureError:
    """What is said of two lists that belong together and are not of one length."""
    return ProcedureError(
        "question.lengths",
        "The entries `{first}` and `{second}` have not as many values.",
        "Give one of each for each point.",
        first=first,
        second=second,
    )
