"""A measurement model written as text: `m * (1 + (a - 1.2) * (1/r - 1/s))`.

The text is parsed, never run: numbers, names, + − * / **, brackets and the functions of `FUNCTIONS`; whatever
else stands in it is refused. Numbers and arrays go through alike, so one text serves a budget and trials.
"""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from procedures.errors import ProcedureError

Floats = NDArray[np.float64]
_Step = Callable[[Mapping[str, Any]], Any]

FUNCTIONS: Final[dict[str, Callable[[Any], Any]]] = {
    "sqrt": np.sqrt,
    "exp": np.exp,
    "ln": np.log,
    "log": np.log,
    "log10": np.log10,
    "abs": np.abs,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
}
"""angles in radians"""
_CONSTANTS: Final = {"pi": np.pi}
_OPERATIONS: Final[dict[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.Pow: np.power,
}
_LONGEST: Final = 2000
_DEEPEST: Final = 250
"""terms or brackets within one another; Python's own limit lies at some 1000"""


@dataclass(frozen=True)
class Expression:
    """A model that was understood."""

    text: str
    names: frozenset[str]
    """of its inputs, `pi` left out"""
    _value: _Step

    def __call__(self, values: Mapping[str, Any]) -> Floats:
        """The result for these inputs, numbers or arrays; infinite or not a number where there is none.

        `pi` needs no input; one of that name goes before it.
        """
        with np.errstate(all="ignore"):
            return np.asarray(self._value({**_CONSTANTS, **values}), dtype=np.float64)


def expression(text: str) -> Expression:
    """Understand a model.

    Raises:
        ProcedureError: it is no formula, or holds something that is not permitted; names the part.

    >>> float(expression("a * b + 1")({"a": 2.0, "b": 3.0}))
    7.0
    """
    if len(text) > _LONGEST:
        raise _refused(text[:40], f"longer than {_LONGEST} characters")
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise _refused(text, "not a formula") from None
    names: set[str] = set()
    value = _built(tree.body, text, names, 0)
    return Expression(text, frozenset(names - _CONSTANTS.keys()), value)


def _built(node: ast.expr, text: str, names: set[str], depth: int) -> _Step:
    if depth > _DEEPEST:
        raise _refused(text, "too many terms or brackets")
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            constant = _number(number, text)
            return lambda _: constant
        case ast.Name(id=name):
            names.add(name)
            return lambda values: values[name]
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            negated = _built(inner, text, names, depth + 1)
            return lambda values: -negated(values)
        case ast.UnaryOp(op=ast.UAdd(), operand=inner):
            return _built(inner, text, names, depth + 1)
        case ast.BinOp(op=operator) if type(operator) in _OPERATIONS:
            operation = _OPERATIONS[type(operator)]
            left = _built(node.left, text, names, depth + 1)
            right = _built(node.right, text, names, depth + 1)
            return lambda values: operation(left(values), right(values))
        case ast.Call(func=ast.Name(id=name), args=[only], keywords=[]) if name in FUNCTIONS:
            function, argument = FUNCTIONS[name], _built(only, text, names, depth + 1)
            return lambda values: function(argument(values))
        case _:
            raise _refused(text, ast.unparse(node))


def _number(number: float, text: str) -> np.float64:
    try:
        return np.float64(number)
    except OverflowError:
        raise _refused(text, "a number beyond all measure") from None


def _refused(text: str, part: str) -> ProcedureError:
    return ProcedureError(
        "uncertainty.expression",
        "The model `{model}` cannot be used: {part}.",
        "Write a formula of the inputs' names with + - * / ** and brackets; functions are: {known}.",
        model=text,
        part=part[:80],
        known=", ".join(FUNCTIONS),
    )
