"""How much of the tests runs: all of it in CI, and of some long tables every day only a part."""

import os
from typing import Final
from zlib import crc32

import pytest

EVERY: Final = os.environ.get("TERA_CI") == "1" or os.environ.get("TERA_LONG") == "1"
"""whether nothing is left out"""
in_the_long_run = pytest.mark.skipif(not EVERY, reason="only in the long run: TERA_LONG=1")


def parted(items: list[pytest.Item]) -> tuple[list[pytest.Item], list[pytest.Item]]:
    """Those that run and those that are left out today.

    `one_in(N)` on a test with many cases keeps every N-th of them, in an order that looks arbitrary and is
    always the same, so that what failed beside others is there again when it is run alone; one at least.
    """
    tables: dict[tuple[str, str], list[pytest.Item]] = {}
    for item in items:
        if item.get_closest_marker("one_in") is not None:
            place, _, name = item.nodeid.partition("::")
            tables.setdefault((place, name.partition("[")[0]), []).append(item)
    left: set[str] = set()
    for cases in tables.values():
        marker = cases[0].get_closest_marker("one_in")
        step: int = marker.args[0] if marker else 1
        ordered = sorted(cases, key=lambda item: (crc32(item.nodeid.encode()), item.nodeid))
        left.update(item.nodeid for place, item in enumerate(ordered) if place % step)
    return [item for item in items if item.nodeid not in left], [
        item for item in items if item.nodeid in left
    ]
