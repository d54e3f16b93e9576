"""Content of a wrong shape is refused alike by every release of Python."""

import pytest

from results.malformed import check_depth


def nested(levels: int, *, table: bool) -> object:
    content: object = 1
    for _ in range(levels):
        content = {"x": content, "y": 2} if table else [content, 2]
    return content


@pytest.mark.parametrize("table", [True, False])
def test_content_of_few_levels_is_taken_and_deeper_is_refused(table):
    check_depth({"max": "15 kg"}, None, (), nested(40, table=table))
    for levels in (60, 900, 90_000):
        with pytest.raises(ValueError, match="deep"):
            check_depth({"max": "15 kg"}, nested(levels, table=table))


def test_what_is_wide_is_not_deep():
    check_depth({str(number): [number] * 10 for number in range(10_000)})
