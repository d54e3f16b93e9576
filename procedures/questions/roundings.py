"""Questions of rounding: a value and its uncertainty for a report, to a step, to significant digits."""

from decimal import Decimal
from typing import Final

from procedures.questions.entry import choice, count, decimal
from procedures.questions.question import Figure, Found, Question
from procedures.rounding import Rounding, report, to_digits, to_step

_WAYS: Final = {"half_up": Rounding.HALF_UP, "half_even": Rounding.HALF_EVEN, "up": Rounding.UP}
_WAY: Final = choice("way", tuple(_WAYS))
_SOURCE: Final = "JCGM 100:2008, 7.2.6"


def _reported(value: Decimal, uncertainty: Decimal, digits: int, way: str, uncertainty_way: str) -> Found:
    found = report(value, uncertainty, digits=digits, way=_WAYS[way], uncertainty_way=_WAYS[uncertainty_way])
    return Found(
        figures=(Figure(name="value", value=found.value), Figure(name="uncertainty", value=found.uncertainty))
    )


def _to_step(value: Decimal, step: Decimal, way: str) -> Found:
    return Found(figures=(Figure(name="value", value=to_step(value, step, _WAYS[way])),))


def _to_digits(value: Decimal, digits: int, way: str) -> Found:
    return Found(figures=(Figure(name="value", value=to_digits(value, digits, _WAYS[way])),))


_VALUE: Final = decimal("value", "50000837.9")
_DIGITS: Final = count("digits", 2, 2, least=1, most=30)

QUESTIONS: Final = (
    Question(
        kind="rounding",
        id="report",
        entries=(
            _VALUE,
            decimal("uncertainty", "92.48"),
            _DIGITS,
            choice("way", tuple(_WAYS), "half_up"),
            choice("uncertainty_way", ("up", "half_up", "half_even"), "up"),
        ),
        answer=_reported,
        formula="U to significant digits, the value to the same place",
        source=_SOURCE,
    ),
    Question(
        kind="rounding",
        id="step",
        entries=(_VALUE, decimal("step", "0.5"), _WAY),
        answer=_to_step,
        formula="a whole number of steps",
        source=_SOURCE,
    ),
    Question(
        kind="rounding",
        id="digits",
        entries=(_VALUE, _DIGITS, _WAY),
        answer=_to_digits,
        formula="significant digits",
        source=_SOURCE,
    ),
)
