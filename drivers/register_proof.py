"""The proof that the right instrument answers: a constant that it holds and others do not."""

from collections.abc import Callable
from decimal import Decimal

from drivers.protocols.address import packed, shown
from drivers.protocols.registers import Proof
from drivers.protocols.word import NumberForm, NumberType, WordOrder, in_order
from drivers.register_description import ProveEntry
from drivers.register_place import EntryError, Place, place_of

_WHOLE = (NumberType.UINT16, NumberType.UINT32, NumberType.UINT64)


def make_proof(entry: ProveEntry, order: WordOrder, path: str) -> Proof:
    """The proof that `entry` describes.

    Raises:
        EntryError: it cannot be asked, or nothing can pass it.
    """
    if bool(entry.values) == (entry.least is not None and entry.most is not None):
        correction = "List what the instrument holds there, or write least = and most =."
        raise EntryError(f"{path}.is", "nothing is expected, or said twice", correction)
    if entry.words:
        return _text(entry, order, path)
    form = NumberForm(entry.type, order)
    place = place_of(entry.function, entry.at, form.size // 2, order, path)
    if entry.bits and entry.type not in _WHOLE:
        raise EntryError(f"{path}.bits", f"{entry.type.value} has no bits", "Write type = 'uint16'.")
    field = place.bits(place.first, entry.bits, place.count, path) if entry.bits else None
    if entry.least is not None and entry.most is not None:
        return _range(entry, place, form, (entry.least, entry.most), path)
    expected = [_number(value, path) for value in entry.values]
    sample = bytearray(form.size)
    if field is not None:
        field.write(sample, int(expected[0]))
    data = bytes(sample) if field is not None else form.write(expected[0])
    if data is None:
        correction = "Write a value that the type can hold."
        raise EntryError(f"{path}.is", f"{entry.values[0]} does not fit {entry.type.value}", correction)

    def read(data: bytes) -> Decimal | None:
        return form.read(data) if field is None else Decimal(field.read(data))

    return _proof(entry, place, _judge(read, expected), data)


def _range(
    entry: ProveEntry, place: Place, form: NumberForm, limits: tuple[Decimal, Decimal], path: str
) -> Proof:
    least, most = limits
    middle = ((least + most) / 2).to_integral_value()
    data = form.write(middle)
    if data is None or not least < middle < most or entry.bits:
        correction = "Write least and most as the register counts, with a whole number between them."
        raise EntryError(f"{path}.least", "nothing can lie between", correction)

    def judge(data: bytes) -> str | None:
        found = form.read(data)
        return None if found is not None and least <= found <= most else str(found)

    return _proof(entry, place, judge, data)


def _text(entry: ProveEntry, order: WordOrder, path: str) -> Proof:
    texts = [str(value) for value in entry.values]
    if max(map(len, texts)) > 2 * entry.words:
        correction = "Write words = the number of registers that the text takes."
        raise EntryError(f"{path}.words", f"{texts[0]!r} does not fit", correction)
    place = place_of(entry.function, entry.at, entry.words, order, path)

    def read(data: bytes) -> str:
        whole = in_order(data, WordOrder.BYTES_SWAPPED) if order in _BYTES_SWAPPED else data
        return whole.decode("latin-1").strip("\0 ")

    data = texts[0].encode("latin-1", "replace").ljust(2 * entry.words, b"\0")
    data = in_order(data, WordOrder.BYTES_SWAPPED) if order in _BYTES_SWAPPED else data
    return _proof(entry, place, _judge(read, texts), data)


_BYTES_SWAPPED = (WordOrder.BYTES_SWAPPED, WordOrder.BADC, WordOrder.LITTLE, WordOrder.DCBA)


def _judge(
    read: Callable[[bytes], object], expected: list[Decimal] | list[str]
) -> Callable[[bytes], str | None]:
    def judge(data: bytes) -> str | None:
        found = read(data)
        return None if found in expected else str(found)

    return judge


def _proof(entry: ProveEntry, place: Place, judge: Callable[[bytes], str | None], data: bytes) -> Proof:
    return Proof(
        name=entry.name,
        where=f"{entry.function.value} {shown(place.first, entry.function)}",
        expected=" or ".join(map(str, entry.values)) or f"from {entry.least} to {entry.most}",
        table=entry.function,
        first=place.first,
        count=place.count,
        judge=judge,
        data=packed(place.table, data),
    )


def _number(value: float | str, path: str) -> Decimal:
    if isinstance(value, str):
        raise EntryError(
            f"{path}.is", f"{value!r} is no number", "Write a number; a text has words = its registers."
        )
    return Decimal(str(value))
