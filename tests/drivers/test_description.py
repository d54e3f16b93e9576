"""A mistake in a driver file is named with its place and a correction; nothing unsafe can be written."""

import pytest

from drivers.assembly import make_driver
from drivers.errors import DescriptionError
from drivers.protocols import Indicated, Refused, State

GOOD = r"""
id = "one"
name = "One"
kind = "scale"
evidence = "manual"
source = "manual p1"
units = { g = "g" }

[serial]
baud = 9600

[frame]
end = '\r\n'

[[reply]]
match = '{rest=ST|US|OL},{number:8} {unit:2}'
stable = { rest = { ST = true, US = false } }
state = { rest = { OL = "overload" } }

[[example]]
rx = 'ST,    1.50 g \r\n'
is = { value = "1.50", unit = "g", stable = true }
[[example]]
rx = 'US,    1.50 g \r\n'
is = { value = "1.50", unit = "g", stable = false }
[[example]]
rx = 'OL,    1.50 g \r\n'
is = { state = "overload" }
"""
MATCH = "match = '{rest=ST|US|OL},{number:8} {unit:2}'"

MISTAKES = {
    "no TOML": ("[serial]", "[serial", "not|Expected"),
    "misspelled entry": ("stable = {", "stabel = {", "Did you mean 'stable'"),
    "misspelled word": ('"overload"', '"overlod"', "Did you mean 'overload'"),
    "wrong type, with its path": ("baud = 9600", 'baud = "9600"', r"serial\.baud"),
    "an escape that does not exist": (r"end = '\r\n'", r"end = '\q'", r"\\q is no escape"),
    "a line format that does not exist": ("baud = 9600", "format = '8X1'", "8N1, 7E1"),
    "a speed of nothing": ("baud = 9600", "baud = 0", r"serial\.baud: no port can be set to 0 baud"),
    "a speed that no port has": ("baud = 9600", "baud = 123", r"150, 200, or any from 300 to 4000000"),
    "a bit that no character has": (
        "stable = {",
        "bits = [{ of = 'rest', low = 6, n = 3, name = 'm' }]\nstable = {",
        "bits 6 to 8 of 'rest'",
    ),
    "a handshake that does not exist": ("baud = 9600", "flow = 'hardware'", "rts-cts"),
    "no end of frame": (r"end = '\r\n'", "", "nothing says where a frame ends"),
    "a length without a start": (r"end = '\r\n'", "end = '\\r\\n'\nlength = 16", "a length alone"),
    "a hole that is none": (MATCH, "match = '{rest=ST|US|OL},{num ber} {unit:2}'", "is no hole"),
    "a hole without a meaning": (
        MATCH,
        "match = '{rest=ST|US|OL}{x:1}{number:8} {unit:2}'",
        "'x' has no meaning",
    ),
    "a flag that is missing in a map": (
        MATCH,
        "match = '{rest=ST|US|OL|QT},{number:8} {unit:2}'",
        "'rest' = 'QT' is missing",
    ),
    "a value that the picture cannot hold": (
        MATCH,
        "match = '{rest=ST|OL},{number:8} {unit:2}'",
        "never be 'US'",
    ),
    "a flag that is not in the frame": (
        "stable = {",
        'kind = { which = { N = "net" } }\nstable = {',
        "'which' is used as a flag",
    ),
    "nothing said about rest": ("stable = { rest = { ST = true, US = false } }", "", "stable = 'unknown'"),
    "text beside a number": (MATCH, "match = '{rest=ST|US|OL},{text}{number:8} {unit:2}'", "hide a digit"),
    "two numbers": (MATCH, "match = '{rest=ST|US|OL},{number:8}{number:1}{unit:2}'", "twice"),
    "a number beside a digit": (MATCH, "match = '{rest=ST|US|OL},{number}{x=0|1} {unit:2}'", "lose a digit"),
    "no unit": (MATCH, "match = '{rest=ST|US|OL},{number:8} g '", "on the wire, as {unit}"),
    "a unit of nobody": ('g = "g"', 'g = "gram"', "'gram' is no unit"),
    "a cut line that could pass for a whole one": (
        MATCH,
        "match = '{number} {unit:2}{rest=ST|US|OL}'",
        "a cut line could pass",
    ),
    "both drawn and listed": (MATCH, MATCH + '\ncolumns = { number = "1-8" }', "either match"),
    "a column that belongs to nothing": (
        MATCH,
        'columns = { rest = "1-2", number = "4-11", unit = "13-14" }\nblank = "12"',
        "column 3 belongs",
    ),
    "a word that is right, of the wrong type": ("baud = 9600", 'baud = "9600"', "Correct that entry"),
    "an entry that must be there": ('kind = "scale"\n', "", "Write it; drivers/README.md"),
    "a column used twice": (
        MATCH,
        'columns = { rest = "1-2", number = "2-11", unit = "13-14" }\nblank = "12"',
        "column 2 is used",
    ),
    "a column that is none": (
        MATCH,
        'columns = { rest = "0-2", number = "3", unit = "4" }',
        "'0-2' is no column",
    ),
    "an example that means something else": (
        'value = "1.50", unit = "g", stable = true',
        'value = "15.0"',
        "1.50",
    ),
    "an example that is cut": (r"rx = 'ST,    1.50 g \r\n'", "rx = 'ST,    1.50 g '", "gives 0 frames"),
    "a digit lost in an example": (r"rx = 'ST,    1.50", r"rx = 'ST,   1.50", "fit no form"),
    "a command without an answer": ("[[reply]]", "[do]\nzero = { send = 'Z' }\n[[reply]]", "it was done"),
    "an answer that means yes and no": (
        "[[reply]]",
        "[do]\na = { send = 'Z', done = ['A'] }\nb = { send = 'T', done = ['B'], refused = ['A']}\n[[reply]]",
        "both yes and no",
    ),
    "a promise without an example": (
        "[[example]]\nrx = 'ST",
        "[[reply]]\nmatch = 'S A'\nthen = 'wait'\n[[example]]\nrx = 'ST",
        "no example shows the frame that promises",
    ),
    "a flag that is ignored and yet means something": (
        MATCH,
        MATCH + '\nignore = ["rest"]',
        "has a meaning, so it is not",
    ),
    "a promise with a number": (MATCH, MATCH + "\nthen = 'wait'", "no constant state, and no then"),
    "a form that says nothing": (
        "[[example]]\nrx = 'ST",
        "[[reply]]\nmatch = 'S A'\n[[example]]\nrx = 'ST",
        "or then = 'wait'",
    ),
    "a check of the wrong width": (
        "[[reply]]",
        "[frame.check]\nkind = 'xor'\nover = '1-3'\nat = '4'\nas = 'hex'\n[[reply]]",
        "takes 2 column",
    ),
    "an optional check without a length": (
        "[[reply]]",
        "[frame.check]\nkind = 'sum'\nover = '1-3'\nat = '4'\nas = 'byte'\noptional = true\n[[reply]]",
        "needs start and length",
    ),
    "keyed and yet with frames": ('source = "manual p1"', 'source = "x"\nkeyed = true', "without a wire"),
}


def test_the_file_without_a_mistake_is_a_driver():
    assert make_driver(GOOD.encode(), "one.toml").mark.id == "one"


@pytest.mark.parametrize("why", MISTAKES)
def test_a_mistake_is_named_with_the_file_and_a_correction(why):
    right, wrong, said = MISTAKES[why]
    assert right in GOOD
    with pytest.raises(DescriptionError, match=said) as caught:
        make_driver(GOOD.replace(right, wrong, 1).encode(), "one.toml")
    assert caught.value.facts["file"] == "one.toml"
    assert caught.value.remedy
    assert "$" not in caught.value.message


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_a_driver_without_the_three_kinds_of_example_cannot_be_chosen(missing):
    head, *examples = GOOD.split("[[example]]")
    del examples[missing]
    with pytest.raises(DescriptionError, match="examples must show"):
        make_driver("[[example]]".join([head, *examples]).encode(), "one.toml")


def test_bytes_that_are_no_text_are_refused_with_a_sentence():
    with pytest.raises(DescriptionError, match="UTF-8"):
        make_driver(b"\xff\xfe", "one.toml")


COLUMNS = (
    GOOD.replace(
        MATCH,
        'columns = { rest = "1-2", err = "3", top = "4", number = "5-11", unit = "13-14" }\n'
        'blank = "12"\nignore = ["top"]',
    )
    .replace("OL = ", '"" = ')
    .replace('state = { rest = { "" = "overload" } }', 'state = { err = { E = "error", " " = "ok" } }')
    .replace("rx = 'ST,    1.50", "rx = 'ST     1.50")
    .replace("rx = 'US,    1.50", "rx = 'US     1.50")
    .replace("rx = 'OL,    1.50", "rx = 'STE    1.50")
    .replace('is = { state = "overload" }', 'is = { state = "error" }')
)


def read_alone(text: str, frame: bytes) -> object:
    decoder = make_driver(text.encode(), "one.toml").decoder()
    decoder.receive(frame)
    (event,) = iter(decoder.next_event, None)
    return event


def test_in_columns_a_state_has_a_value_for_all_is_well_and_any_other_is_refused():
    well = read_alone(COLUMNS, b"ST     1.50 g \r\n")
    assert isinstance(well, Indicated)
    assert str(well.indication) == "1.50 g"
    for shown, state in ((b"E", State.ERROR), (b"X", State.UNKNOWN_FLAG)):
        refused = read_alone(COLUMNS, b"ST" + shown + b"    1.50 g \r\n")
        assert isinstance(refused, Refused)
        assert refused.state is state


@pytest.mark.parametrize("beside", [b"1", b"-", b".", b"+", b","])
def test_what_an_ignored_field_beside_the_number_holds_may_be_of_the_number(beside):
    """A column too far to the right: the first digit or the sign would be lost."""
    refused = read_alone(COLUMNS, b"ST " + beside + b"23.4560 g \r\n")
    assert isinstance(refused, Refused)
    assert refused.state is State.NO_VALUE
    assert isinstance(read_alone(COLUMNS, b"ST *23.4560 g \r\n"), Indicated)


def test_check_characters_at_the_end_of_listed_columns_belong_to_the_frame():
    columns = (
        "[frame]\nstart = '\\x02'\nend = '\\r\\n'\n"
        "check = { kind = 'xor', over = '2-13', at = '14-15', as = 'hex' }\n"
    )
    text = (
        COLUMNS.replace("[frame]\nend = '\\r\\n'\n", columns)
        .replace(
            'rest = "1-2", err = "3", top = "4", number = "5-11", unit = "13-14"',
            'rest = "2-3", err = "4", number = "5-11", unit = "12-13"',
        )
        .replace('blank = "12"\nignore = ["top"]', "")
    )
    text = text[: text.index("[[example]]")]
    for rest, err, meant in (
        ("ST", " ", 'value = "1.50", unit = "g", stable = true'),
        ("US", " ", 'value = "1.50", unit = "g", stable = false'),
        ("ST", "E", 'state = "error"'),
    ):
        body = f"{rest}{err}   1.50g "
        check = 0
        for byte in body.encode():
            check ^= byte
        text += f"[[example]]\nrx = '\\x02{body}{check:02X}\\r\\n'\nis = {{ {meant} }}\n"
    assert make_driver(text.encode(), "one.toml").mark.id == "one"
