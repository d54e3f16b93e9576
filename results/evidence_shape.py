"""What an evidence file may be made of, looked at before HDF5 reads its tables: that library believes a file.

One changed byte in its heap makes it turn in a circle for ever; a link or a table can lead to another file of
this disk, or to a pipe that it waits for; few packed bytes can fill the memory. Evidence stands whole in one
file, packed as `evidence` packs it.
"""

import zlib
from collections.abc import Iterator
from math import prod
from typing import Any, Final

from h5py import h5d, h5g, h5l, h5o, h5z

LARGEST_BYTES: Final = 400_000_000
"""of all tables of a file together, unpacked"""
_HEAP: Final = b"GCOL\x01"
_OBJECT_HEADER: Final = 16
_DEEPEST: Final = 2
_FILTERS: Final = (h5z.FILTER_SHUFFLE, h5z.FILTER_DEFLATE, h5z.FILTER_FLETCHER32)
_CHECKSUM_BYTES: Final = 4
_MOST_TO_ONE: Final = 1032
"""how many bytes deflate can make of one (https://zlib.net/zlib_tech.html)"""
_PIECE: Final = 1_000_000


def check_heap(content: bytes) -> None:
    """Follow every heap of texts in a file by the lengths that stand in it (HDF5 file format, III.E).

    Raises:
        ValueError: the lengths do not lead from object to object to its end.
    """
    start = content.find(_HEAP)
    while start >= 0:
        place, end = start + _OBJECT_HEADER, start + _number(content, start + 8, 8)
        while end <= len(content) and end - place >= _OBJECT_HEADER:
            length = _number(content, place + 8, 8)
            free = _number(content, place, 2) == 0
            step = length if free else _OBJECT_HEADER + (length + 7) // 8 * 8
            if step > end - place or (free and step != end - place):
                raise ValueError("the lengths of its texts do not fit")
            place += step
        start = content.find(_HEAP, start + 1)


def check_tables(root: Any) -> None:
    """Look at every table of an open file: in the file itself, of plain data, of a size that memory can hold.

    Args:
        root: its identifier as h5py has it.

    Raises:
        ValueError: one is not.
    """
    room = LARGEST_BYTES
    for name, table in _tables(root, 1):
        size = prod(table.shape) * table.dtype.itemsize
        room -= size
        if room < 0:
            raise ValueError(f"its part {name} is larger than any evidence")
        _check_table(name, table, size)


def _tables(group: Any, depth: int) -> Iterator[tuple[str, Any]]:
    for name in group:
        said = name.decode("utf-8", "replace")
        if group.links.get_info(name).type != h5l.TYPE_HARD:
            raise ValueError(f"its part {said} leads to another place")
        member = h5o.open(group, name)
        if isinstance(member, h5d.DatasetID):
            yield said, member
        elif isinstance(member, h5g.GroupID) and depth < _DEEPEST:
            yield from _tables(member, depth + 1)
        else:
            raise ValueError(f"its part {said} is no part of an evidence")


def _check_table(name: str, table: Any, size: int) -> None:
    form = table.get_create_plist()
    if form.get_external_count() or form.get_layout() == h5d.VIRTUAL:
        raise ValueError(f"its part {name} stands in another file")
    if table.get_type().get_size() != table.dtype.itemsize:
        raise ValueError(f"its part {name} is wider than its numbers")
    if table.dtype.hasobject:
        raise ValueError(f"its part {name} holds references")
    filters = [form.get_filter(place)[0] for place in range(form.get_nfilters())]
    if filters != [one for one in _FILTERS if one in filters]:
        raise ValueError(f"its part {name} is packed otherwise than evidence is")
    if h5z.FILTER_DEFLATE in filters:
        _check_packing(name, table, size, checksum=h5z.FILTER_FLETCHER32 in filters)


def _check_packing(name: str, table: Any, size: int, *, checksum: bool) -> None:
    """See to it that what is packed is no more than the table says; HDF5 unpacks all of it at once."""
    chunks = [table.get_chunk_info(place) for place in range(table.get_num_chunks())]
    if _MOST_TO_ONE * sum(chunk.size for chunk in chunks) <= LARGEST_BYTES:
        return
    most = max(size, prod(table.get_create_plist().get_chunk()) * table.dtype.itemsize)
    for chunk in chunks:
        packed = table.read_direct_chunk(chunk.chunk_offset)[1]
        if checksum:
            packed = packed[:-_CHECKSUM_BYTES]
        unpacking, found = zlib.decompressobj(), 0
        while packed and found <= most:
            try:
                found += len(unpacking.decompress(packed, _PIECE))
            except zlib.error:
                raise ValueError(f"its part {name} is damaged") from None
            packed = unpacking.unconsumed_tail
        if found > most:
            raise ValueError(f"its part {name} unpacks to more than it says")


def _number(content: bytes, place: int, width: int) -> int:
    return int.from_bytes(content[place : place + width], "little")
