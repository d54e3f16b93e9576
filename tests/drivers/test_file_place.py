"""A mistake in a driver file is named with its line."""

import pytest

from drivers.catalogue import load, load_file
from drivers.errors import DescriptionError
from drivers.file_place import line_of, line_of_mistake

TEXT = """id = "a"
units = { kg = "kg" }

[serial]  # as it leaves the factory
format = "8N1"
[[reply]]
match = 'x'
[reply.state.word]
H = "overload"
[[reply]]
'match' = 'y'
[[read]]
[[read.quantity]]
name = "a"
[[read.quantity]]
number = 1
[[read]]
[[read.quantity]]
number = 2
#= the family b
[[reply]]
match = 'z'
"""
PLACES = {
    "an entry at the top": ("units", 2),
    "an entry of a table": ("serial.format", 5),
    "an entry that is not there, in a table that is": ("serial.flow", 4),
    "the first of a list": ("reply[0].match", 7),
    "a table within the first of a list": ("reply[0].state.word.H", 9),
    "the second of a list": ("reply[1].match", 11),
    "an entry of a list in a list": ("read[0].quantity[1].number", 16),
    "a list in a list that begins anew": ("read[1].quantity[0].number", 19),
    "an entry that is nowhere": ("ask.send", None),
    "the whole file": ("the file", None),
    "what only the family says": ("reply[2].match", None),
    "an element of an array": ("read[1].quantity[0].number[0]", 19),
}


@pytest.mark.parametrize(("path", "line"), PLACES.values(), ids=PLACES.keys())
def test_an_entry_is_found_where_it_stands(path, line):
    assert line_of(TEXT, path) == line


def test_a_mistake_of_the_toml_reader_has_its_line_also_at_the_end():
    assert line_of_mistake("Invalid value (at line 3, column 5)", "") == 3
    assert line_of_mistake("Expected ']' (at end of document)", "a\nb\n") == 2
    assert line_of_mistake("no mistake of TOML", "a") is None


FILES = {
    "a list that is not closed": ('id = "x"\nunits = [\n', ":2"),
    "a wrong value in the middle": ('id = "x"\nname = yes\n', ":2"),
    "an entry of the wrong type": ('id = "x"\nname = "x"\nkind = 3\n', ":3"),
    "a parity that there is not": (load("st-gs").text.replace('format = "8N1"', 'format = "8X1"'), ":"),
}


@pytest.mark.parametrize(("text", "place"), FILES.values(), ids=FILES.keys())
def test_a_mistake_in_a_file_is_told_with_the_line(tmp_path, text, place):
    file = tmp_path / "x.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(DescriptionError) as told:
        load_file(file)
    assert f"x.toml{place}" in told.value.message


def test_a_file_with_the_mark_of_an_editor_is_the_same_driver(tmp_path):
    file = tmp_path / "pasar.toml"
    text = load("st-gs").text.replace('id = "st-gs"', 'id = "pasar"')
    file.write_text(text, "utf-8")
    plain = load_file(file)
    file.write_text(text, "utf-8-sig")
    assert load_file(file).mark == plain.mark
