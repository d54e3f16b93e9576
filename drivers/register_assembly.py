"""Make a driver from a register map: addresses, bits and words are checked, and its examples are read.

Every mistake names its place, the reason and a correction. A file that leaves something unsaid that could
make a wrong number (the meaning of a flag, the proof of identity) is not a driver.
"""

import hashlib

from drivers.description import refuse
from drivers.instrument import Command
from drivers.line_entry import line_mistake
from drivers.protocols.address import Table
from drivers.protocols.modbus import write_request, write_several, written
from drivers.protocols.registers import Block, RegisterMap
from drivers.protocols.setting import Setting
from drivers.protocols.word import WordOrder
from drivers.reading import DriverMark
from drivers.register_description import (
    FlagEntry,
    ReadEntry,
    RegisterDescription,
    WriteEntry,
    read_register_description,
)
from drivers.register_driver import RegisterDriver
from drivers.register_example import run_register_examples, with_samples
from drivers.register_place import EntryError, address_of, place_of
from drivers.register_proof import make_proof
from drivers.register_quantity import QuantityMaker
from drivers.register_setting import make_settings

_MOST_WRITTEN = 123  # registers in one request, Modbus Application Protocol V1.1b3, 6.12
_UNITS = range(1, 248)  # Modbus over Serial Line V1.02, 2.2


def make_register_driver(data: bytes, file: str) -> RegisterDriver:
    """The driver in the file of a register map.

    Args:
        data: the file's bytes; their SHA-256 is the driver's digest.
        file: its name, for messages.

    Raises:
        DescriptionError: a mistake in the file, or an example that does not mean what it says.
    """
    said = read_register_description(data, file)
    try:
        driver = _driver(said, data)
        return with_samples(driver, said.example, run_register_examples(driver, said.example))
    except EntryError as wrong:
        raise refuse(file, wrong.path, wrong.mistake, wrong.correction) from None


def _driver(said: RegisterDescription, data: bytes) -> RegisterDriver:
    if wrong := line_mistake(said.serial):
        raise EntryError(*wrong)
    if said.modbus.unit not in _UNITS:
        raise EntryError("modbus.unit", f"{said.modbus.unit} is no unit", "Write a number from 1 to 247.")
    if not said.read:
        raise EntryError("read", "nothing is read", "Add [[read]] with its [[read.quantity]].")
    if bool(said.prove) == bool(said.modbus.no_proof):
        correction = (
            "Add [[prove]] with a register that holds a constant (identity, type, a configured unit); where "
            "the manual has none, say so in modbus.no_proof and compare with the display."
        )
        raise EntryError(
            "prove", "either something proves the instrument, or a reason says why not", correction
        )
    order = _fixed(said.modbus.word_order)
    settings = make_settings(said.setting, order)
    blocks = tuple(_block(entry, said, settings, f"read[{at}]") for at, entry in enumerate(said.read))
    for setting in settings:
        if setting.request in {request for block in blocks for request in block.requests}:
            correction = "Take it from that answer, with at =."
            raise EntryError("setting", f"{setting.name} is what a [[read]] asks for", correction)
    if not said.prove and all(block.clears for block in blocks):
        correction = "Add [[prove]] with a register that holds a constant."
        raise EntryError(
            "prove", "every request clears what it reads, so none can prove the line", correction
        )
    names = [channel.name for block in blocks for channel in block.channels]
    if len(names) != len(set(names)) or (len(names) > 1 and "" in names):
        correction = "Give each quantity its own name = '…'."
        raise EntryError("read", "several quantities cannot be told apart", correction)
    timeout_s = said.timeout_ms / 1000
    late_ms = 2 * said.timeout_ms if said.modbus.late_ms is None else said.modbus.late_ms
    return RegisterDriver(
        mark=DriverMark(id=said.id, digest=hashlib.sha256(data).hexdigest()),
        name=said.name,
        kind=said.kind,
        evidence=said.evidence,
        source=said.source,
        text=data.decode("utf-8"),
        line=said.serial,
        registers=RegisterMap(
            blocks,
            tuple(make_proof(entry, order, f"prove[{at}]") for at, entry in enumerate(said.prove)),
            settings,
        ),
        unit=said.modbus.unit,
        commands={name: _command(entry, f"do.{name}") for name, entry in said.do.items()},
        interval_s=said.interval_ms / 1000,
        timeout_s=timeout_s,
        gap_s=said.modbus.gap_ms / 1000,
        late_s=late_ms / 1000,
        no_proof=said.modbus.no_proof,
        tells={entry.name: entry.tells for entry in said.setting if entry.tells is not None},
    )


def _fixed(order: WordOrder | FlagEntry[WordOrder]) -> WordOrder:
    """The order of proofs and settings, which must be readable before a setting is known."""
    return WordOrder.BIG if isinstance(order, FlagEntry) else order


def _block(entry: ReadEntry, said: RegisterDescription, settings: tuple[Setting, ...], path: str) -> Block:
    order = said.modbus.word_order
    place = place_of(entry.function, entry.first, entry.count, _fixed(order), path)
    if not entry.quantity:
        raise EntryError(f"{path}.quantity", "nothing is taken from it", "Add [[read.quantity]] below it.")
    makers = [
        QuantityMaker(quantity, place, settings, order, f"{path}.quantity[{at}]")
        for at, quantity in enumerate(entry.quantity)
    ]
    for maker in makers:
        if said.kind == "pulse_counter" and maker.said.unit == "pcs" and maker.said.wraps_at is None:
            correction = "Write wraps_at = '65536' for 16 bits, '4294967296' for 32."
            raise EntryError(
                f"{maker.path}.wraps_at", "where the counter begins anew is not said", correction
            )
    channels = tuple(maker.channel() for maker in makers)
    used = {name for maker in makers for name in maker.used}
    size = 2 * place.count
    return Block(
        table=place.table,
        first=place.first,
        count=place.count,
        channels=channels,
        needed=max(channel.extent(size) for channel in channels) // 2,
        settings=tuple(each for each in settings if used & {one.name for one in each.fields}),
        clears=entry.clears,
    )


def _command(entry: WriteEntry, path: str) -> Command:
    address = address_of(entry.at, Table(entry.function), f"{path}.at")
    table, several = Table(entry.function), entry.by == "several"
    values = tuple(map(int, entry.value if isinstance(entry.value, tuple) else (entry.value,)))
    most = 1 if table is Table.COILS else 0xFFFF
    for value in values:
        if not 0 <= value <= most:
            raise EntryError(f"{path}.value", f"{value} does not fit", f"Write a number from 0 to {most}.")
    if not 1 <= len(values) <= (_MOST_WRITTEN if several else 1):
        mistake = f"{len(values)} values cannot be written in one request"
        raise EntryError(f"{path}.value", mistake, f'Write by = "several" and up to {_MOST_WRITTEN} values.')
    send = write_several(table, address, values) if several else write_request(table, address, values[0])
    return Command(send=send, done=(written(send),))
