"""The check characters inside an answer: over everything before them, in hexadecimal or as one character.

Sources: Vaisala CS2, CS4 and CSX, PTB330 user's guide M210855EN-C p71; Rotronic, HygroClip2 protocol;
Veeder-Root 576013-635, 5 (its 9999FF1B holds); DCON, ADAM 4000 user's manual, appendix on the check sum.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from operator import xor
from typing import Final

from drivers.protocols.answer_line import AnswerLine


class Summed(StrEnum):
    """What is computed over the characters."""

    SUM8 = "sum8"
    """the sum, modulo 256, two hexadecimal digits"""
    SUM16 = "sum16"
    """the sum, modulo 65536, four hexadecimal digits"""
    XOR = "xor"
    """two hexadecimal digits"""
    NEGATED_SUM16 = "negated_sum16"
    """two's complement of the sum, modulo 65536, four hexadecimal digits"""
    SUM6 = "sum6"
    """the sum, modulo 64, and 20h: one character"""


WIDTH: Final = {Summed.SUM8: 2, Summed.SUM16: 4, Summed.NEGATED_SUM16: 4, Summed.XOR: 2, Summed.SUM6: 1}


@dataclass(frozen=True, slots=True)
class AnswerCheck:
    """Check characters in a hole of an answer."""

    summed: Summed
    hole: str

    def holds(self, form: AnswerLine, text: str, held: dict[str, str]) -> bool:
        """Whether the answer carries what belongs to it."""
        return held.get(self.hole, "").upper() == self.of(form.before(self.hole, text))

    def of(self, before: str) -> str:
        """The characters that belong to what stands before them."""
        data = before.encode("latin-1")
        match self.summed:
            case Summed.SUM8:
                return f"{sum(data) & 0xFF:02X}"
            case Summed.SUM16:
                return f"{sum(data) & 0xFFFF:04X}"
            case Summed.NEGATED_SUM16:
                return f"{-sum(data) & 0xFFFF:04X}"
            case Summed.XOR:
                return f"{reduce(xor, data, 0):02X}"
            case Summed.SUM6:
                return chr(sum(data) % 64 + 0x20)
