"""An instrument at the front desk: what is asked about it, and the order that the answers make.

Every answer is text as a person types it, with the country's comma. Nothing is guessed: what could be read in
two ways is refused, and what was not answered is left out of the order.
"""

import itertools
import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from bench.errors import LaboratoryError
from bench.legible import check_legible
from drivers.notation import to_plain
from drivers.quantity import Quantity, known_unit
from procedures.assignment import Assignment
from procedures.point import Activity
from results.storage import plain_faults, write_once

Form = Literal[
    "text", "number", "whole", "quantity", "choice", "list", "serials", "volumes", "nozzles", "activity"
]


class Field(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that is asked."""

    name: str
    """its place in the order: `owner.name`, `uut.max`"""
    form: Form
    like: str = ""
    """how an answer is written; of a quantity also the unit that a bare number takes"""
    choices: tuple[str, ...] = ()
    given: str = ""
    """the answer until another is given"""
    needed: bool = False

    @property
    def chosen(self) -> bool:
        """Whether one of a few is picked rather than typed."""
        return bool(self.choices)


_BEFORE: Final = (
    Field(name="owner.name", form="text", needed=True),
    Field(name="owner.address", form="text"),
    Field(name="order", form="text", like="0231"),
    Field(name="activity", form="activity", choices=tuple(Activity), given=Activity.SUBSEQUENT_VERIFICATION),
    Field(name="identity.maker", form="text", needed=True),
    Field(name="identity.model", form="text"),
    Field(name="identity.serial", form="text"),
    Field(name="identity.year", form="text"),
)
_NUMBER: Final = re.compile(r"(?P<number>[+-]?\d+(?:[.,]\d+)?)\s*(?P<unit>\D\S*)?", re.ASCII)
_GROUPED: Final = re.compile(r"[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
"""a thousand, or one with three decimals: nobody can tell"""


@cache
def _plates() -> dict[str, tuple[Field, ...]]:
    text = (files("bench") / "templates" / "registration.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, tuple[Field, ...]])


def kinds() -> tuple[str, ...]:
    """The kinds that can be registered, in the order of the list."""
    return tuple(_plates())


def fields(kind: str) -> tuple[Field, ...]:
    """All that is asked about an instrument of this kind."""
    plate = (msgspec.structs.replace(one, name=f"uut.{one.name}") for one in _plates()[kind])
    return (*_BEFORE, *plate)


def read(field: Field, typed: str) -> Any:  # noqa: PLR0911 - one form a return
    """What an answer means in an order; None when nothing was answered.

    Raises:
        LaboratoryError: it means nothing, or two things.
    """
    text = typed.strip()
    match field.form:
        case _ if not text:
            return None
        case "number" | "whole":
            return _number(field, text)
        case "quantity":
            return _quantity(text, field.like)
        case "list":
            # "1 kg, 0,5 g": a comma between digits is a decimal mark
            parts = re.split(r"\s*;\s*|\s*(?:(?<!\d),|,(?!\d))\s*", text)
            return [one.replace(",", ".") for one in parts if one]
        case "serials":
            return [{"id": str(place), "serial": one} for place, one in enumerate(_listed(text), start=1)]
        case "volumes":
            return [
                {"id": str(place), "nominal": _quantity(one, "1 L")}
                for place, one in enumerate(_listed(text), start=1)
            ]
        case "nozzles":
            return list(_nozzles(text))
        case "choice" if field.name == "uut.systems":
            return int(text)
        case _:
            return text


def assignment_of(kind: str, answers: Mapping[str, str]) -> Assignment:
    """The order that the answers make.

    Raises:
        LaboratoryError: a needed answer is missing, or one cannot be read or shown; the fact `entry` names
            it.
    """
    content: dict[str, Any] = {"kind": kind}
    liquid = ""
    for field in fields(kind):
        typed = answers.get(field.name, field.given)
        check_legible({field.name: typed})
        if field.needed and not typed.strip():
            raise LaboratoryError(
                "registration.needed", "This must be filled in.", "Type it.", entry=field.name
            )
        if field.name == "uut.nozzles.liquid":
            liquid = typed
            continue
        try:
            value = read(field, typed)
        except LaboratoryError as mistake:
            mistake.facts["entry"] = field.name
            raise
        if value is not None:
            *tables, last = field.name.split(".")
            table = content
            for name in tables:
                table = table.setdefault(name, {})
            table[last] = value
    uut = content.setdefault("uut", {})
    if liquid:
        uut["nozzles"] = [{**one, "liquid": liquid} for one in uut.get("nozzles", [{"id": "1"}])]
    return msgspec.convert(content, Assignment)


def answers_of(order: Assignment) -> dict[str, str]:
    """The answers that make an order, as they would be typed: `assignment_of` the other way round.

    Raises:
        LaboratoryError: it says what nobody is asked, as somebody's own file may.
    """
    said = to_plain(order)
    # Whatever cannot be typed here, somebody has written into the file by hand.
    with suppress(LaboratoryError, AttributeError, TypeError):
        answers = {field.name: _typed(field, _found(said, field.name)) for field in fields(order.kind)}
        if assignment_of(order.kind, answers) == order:
            return answers
    raise LaboratoryError(
        "registration.says_more",
        "This order says more than is asked on the screen, and that would be lost.",
        "Correct its file in the folder of orders with an editor.",
    )


def _found(content: Any, name: str) -> Any:
    """What stands at `uut.max`; of a list, what its members share: `uut.nozzles.liquid`."""
    for part in name.split("."):
        if isinstance(content, list):
            content = content[0] if content else None
        content = content.get(part) if isinstance(content, dict) else None
    return content


def _typed(field: Field, value: Any) -> str:
    match field.form:
        case _ if value is None:
            return ""
        case "number" | "quantity":
            return str(value).replace(".", ",")
        case "list":
            return ", ".join(value).replace(".", ",")
        case "serials" | "volumes":
            last = "serial" if field.form == "serials" else "nominal"
            return ", ".join(one.get(last, "") for one in value)
        case "nozzles":
            # those that share a meter stand together, as they were typed
            meters = itertools.groupby(value, lambda one: one.get("meter") or one.get("id"))
            return ", ".join("+".join(one.get("id", "") for one in group) for _, group in meters)
        case _:
            return str(value)


def file_content(order: Assignment) -> bytes:
    """An order as its file holds it."""
    return ("\n".join(_toml(to_plain(order))) + "\n").encode()


def write_order(folder: Path, stem: str, assignment: Assignment, note: Callable[[str, bytes], None]) -> Path:
    """Write an order as a file of its own; one that is there already is never written over.

    Args:
        folder: of the orders.
        stem: how its name begins.
        assignment: the order.
        note: keeps its name and content before it is written.

    Raises:
        StorageError: the disk refuses.
        LaboratoryError: there are too many of this day.
    """
    content = file_content(assignment)
    with plain_faults(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(1, 10**6):
            file = folder / f"{stem}-{number:03d}.toml"
            if not file.exists():
                note(file.stem, content)
                write_once(file, content)
                return file
    raise LaboratoryError(
        "registration.full",
        "The folder {folder} takes no more orders of this day.",
        "Move old orders elsewhere.",
        folder=str(folder),
    )


def _toml(content: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """An order in the notation of its file: what says nothing is left out."""
    said = {name: value for name, value in content.items() if value not in (None, "", [], {}, ())}
    for name, value in said.items():
        if not isinstance(value, dict):
            yield f"{name} = {_written(value)}"
    for name, value in said.items():
        if isinstance(value, dict):
            inner = list(_toml(value, f"{path}{name}."))
            if inner:
                yield from ("", f"[{path}{name}]", *inner)


def _written(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {_written(one)}" for name, one in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_written(one) for one in value) + "]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value)


def _number(field: Field, text: str) -> str | int:
    found = _NUMBER.fullmatch(text)
    if found is None or found["unit"]:
        raise _unreadable(text, field.like)
    number = _plain(found["number"])
    if field.form == "whole":
        if not number.isdecimal():
            raise _unreadable(text, field.like)
        return int(number)
    return number


def _quantity(text: str, like: str) -> str:
    """A number that takes the usual unit where none is written; a unit may be written in any case."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        raise _unreadable(text, like)
    usual = like.rsplit(maxsplit=1)[-1]
    written = (found["unit"] or usual).replace("³", "3")
    small = written.lower()
    spellings = (written, usual if small == usual.lower() else "", small, re.sub(r"l(?=/|$)", "L", small))
    unit = next((one for one in spellings if known_unit(one)), None)
    if unit is None:
        raise _unreadable(text, like)
    return str(Quantity.parse(f"{_plain(found['number'])} {unit}"))


def _plain(number: str) -> str:
    if _GROUPED.fullmatch(number):
        raise LaboratoryError(
            "registration.grouped",
            "{text} may mean a thousand or one.",
            "Write {whole}, or {decimal}.",
            text=number,
            whole=number.replace(".", "").replace(",", ""),
            decimal=number.rstrip("0").rstrip(".,") or number,
        )
    return number.replace(",", ".")


def _listed(text: str) -> list[str]:
    return [one for one in re.split(r"\s*[,;]\s*", text) if one]


def _nozzles(text: str) -> Iterator[dict[str, str]]:
    """`1+2, 3`: nozzles 1 and 2 share a meter, 3 has one of its own."""
    for group in re.split(r"[\s,;]+", text.strip(" ,;")):
        members = [one for one in group.split("+") if one]
        for one in members:
            yield {"id": one, "meter": f"M{members[0]}"} if len(members) > 1 else {"id": one}


def _unreadable(text: str, like: str) -> LaboratoryError:
    return LaboratoryError(
        "registration.unreadable", "{text} cannot be read.", "Write it like {like}.", text=text, like=like
    )
