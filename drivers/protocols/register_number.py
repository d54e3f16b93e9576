"""A number in an answer's registers, with its scale: exact, or rounded to a step that the file names."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, Inexact, InvalidOperation, Overflow
from typing import Final

from drivers.protocols.bit_flag import BitFlag
from drivers.protocols.meaning import UnknownFlagError
from drivers.protocols.word import FLOATS, NumberForm, WordOrder

EXACT: Final = Context(prec=400, traps=[Inexact, InvalidOperation, Overflow])
"""float64 parts of a total differ by hundreds of places at worst; a sum is exact or it is an error"""
_ROUNDED: Final = Context(prec=400)


@dataclass(frozen=True, slots=True)
class Part:
    """One number in the registers; a total may be the sum of several."""

    at: int
    """offset in the answer's words, in bytes"""
    form: NumberForm
    scale: Decimal
    order: BitFlag[WordOrder] | None = None
    """instead of the form's own: a setting says the order"""
    low: int = 0
    """lowest bit, where only some bits of a whole number count"""
    width: int = 0
    """how many bits; 0: all"""
    over: int = 1
    """what the scaled number is divided by, where a full range stands for a span"""
    step: Decimal | None = None
    """what the quotient is rounded to; needed where it has no end"""

    @property
    def coarseness(self) -> Decimal:
        """How far neighbouring values lie apart because of `over`; 0 where every digit can be said."""
        return Decimal(0) if self.step is None else max(self.step, abs(self.scale / self.over))

    def bytes_of(self, words: bytes | bytearray) -> bytes:
        """The registers of this number."""
        return bytes(words[self.at : self.at + self.form.size])

    def raw(self, words: bytes | bytearray) -> int:
        """The bare bits as a whole number.

        Raises:
            UnknownFlagError: the setting of the order is not listed.
        """
        return self._form(words).raw(self.bytes_of(words))

    def read(self, words: bytes | bytearray) -> Decimal | None:
        """The scaled value; None when the registers hold no number.

        Raises:
            UnknownFlagError: the setting of the order is not listed.
        """
        number = self._form(words).read(self.bytes_of(words))
        if number is None:
            return None
        if self.width:
            number = Decimal(int(number) >> self.low & (1 << self.width) - 1)
        value = EXACT.multiply(number, self.scale)
        if self.step is None:
            return value
        steps = _ROUNDED.divide(_ROUNDED.divide(value, self.over), self.step)
        return EXACT.multiply(steps.quantize(Decimal(1), ROUND_HALF_EVEN, _ROUNDED), self.step)

    def write(self, words: bytearray, value: Decimal) -> bool:
        """Put the scaled value into the registers; False when they cannot hold it."""
        number = value * self.over / self.scale
        form = self._form(words)
        if self.step is not None and form.type not in FLOATS:
            number = number.to_integral_value(ROUND_HALF_EVEN)
        if self.width:
            if number != int(number) or not 0 <= number < 1 << self.width:
                return False
            others = self.raw(words) & ~((1 << self.width) - 1 << self.low)
            data: bytes | None = form.write_raw(others | int(number) << self.low)
        else:
            data = form.write(number)
        return data is not None and self._put(words, data)

    def write_raw(self, words: bytearray, raw: int) -> None:
        """Put bare bits into the registers."""
        self._put(words, self._form(words).write_raw(raw))

    def _put(self, words: bytearray, data: bytes) -> bool:
        words[self.at : self.at + self.form.size] = data
        return True

    def _form(self, words: bytes | bytearray) -> NumberForm:
        if self.order is None:
            return self.form
        order = self.order.read(bytes(words))
        if order is None:
            raise UnknownFlagError(f"{self.order.bits} say no word order")
        return NumberForm(self.form.type, order)
