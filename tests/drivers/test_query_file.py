"""Files with `[[query]]`: what they read, what they refuse, and what they may not say."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import catalogue
from drivers.assembly import make_driver
from drivers.errors import DescriptionError
from drivers.example import events_of
from drivers.protocols import Indicated, Measured, Refused, State
from drivers.protocols.interview_writing import by_channel
from drivers.quantity import Quantity
from drivers.query_driver import QueryDriver
from drivers.reading import Stability
from drivers.twins.meter import MeterBody, shown_in_examples
from drivers.twins.scenario import Scenario, Story

QUERIES = {
    name: driver for name in catalogue.names() if isinstance(driver := catalogue.load(name), QueryDriver)
}

BRIDGE = r"""
id = "bridge"
name = "Resistance bridge"
kind = "thermometer"
evidence = "unconfirmed"
source = "made up for this test"
units = { C = "°C" }
[talk]
answer_end = '\r'
echo = "either"
prompt = '>'
[[query]]
send = 'UNIT?'
answer = 'UNIT {unit}'
[[query]]
send = 'FETC?'
answer = 'TEMP {number}'
instead = { 'OPEN' = "no_value" }
silence = true
[[quantity]]
stable = "unknown"
no_value = ["*"]
numbers = { '-999.9' = "no_value" }
least = "-200 °C"
most = "650 °C"
[errors]
send = 'SYST:ERR?'
answer = '{code},"{text}"'
state = { '-230' = "no_value" }
[do]
zero = { send = 'NULL', answer = 'DONE' }
[[example]]
answers = { 'UNIT?' = 'UNIT C', 'FETC?' = 'TEMP 25.01', 'SYST:ERR?' = '0,"No error"' }
is = { value = "25.01", unit = "°C" }
[[example]]
answers = { 'FETC?' = 'TEMP -25.01' }
is = { value = "-25.01" }
[[example]]
answers = { 'FETC?' = 'OPEN' }
is = { state = "no_value" }
"""


def bridge(*changes):
    text = BRIDGE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return make_driver(text.encode(), "bridge.toml")


def heard(driver, *answers):
    """What an interview means in which these are the answers, in the order of the questions."""
    given_answers = ()
    while driver.interview.ask(given_answers) is not None:
        line = answers[len(given_answers)]
        given_answers = (*given_answers, (line,) if line else ())
    assert len(given_answers) == len(answers)
    return driver.interview.event(given_answers, b"")


NO_ERROR = '0,"No error"'
JUDGED = {
    "a value between two equal units": (("UNIT C", "TEMP 25.01", "UNIT C", NO_ERROR), "25.01 °C"),
    "an exponent": (("UNIT C", "TEMP +2.501E+01", "UNIT C", NO_ERROR), "25.01 °C"),
    "the unit was changed meanwhile": (("UNIT C", "TEMP 25.01", "UNIT F", NO_ERROR), "unknown_unit"),
    "another unit": (("UNIT F", "TEMP 77.02", "UNIT F", NO_ERROR), "unknown_unit"),
    "ohms": (("UNIT O", "TEMP 109.7", "UNIT O", NO_ERROR), "unknown_unit"),
    "an entry in the error queue": (
        ("UNIT C", "TEMP 25.01", "UNIT C", '-113,"Undefined header"', NO_ERROR), "error",
    ),
    "two entries": (
        ("UNIT C", "TEMP 25.01", "UNIT C", '-113,"Undefined header"', '-350,"Queue overflow"', NO_ERROR),
        "error",
    ),
    "silence that the queue explains": (
        ("UNIT C", "", "UNIT C", '-230,"Data corrupt or stale"', NO_ERROR), "no_value",
    ),
    "silence that nothing explains": (("UNIT C", "", "UNIT C", NO_ERROR), "no_value"),
    "an error queue that cannot be read": (("UNIT C", "TEMP 25.01", "UNIT C", "TEMP 25.01"), "malformed"),
    "asterisks": (("UNIT C", "TEMP ***.**", "UNIT C", NO_ERROR), "no_value"),
    "a listed number that is none": (("UNIT C", "TEMP -999.9", "UNIT C", NO_ERROR), "no_value"),
    "SCPI infinity": (("UNIT C", "TEMP 9.9E37", "UNIT C", NO_ERROR), "overload"),
    "SCPI minus infinity": (("UNIT C", "TEMP -9.9E37", "UNIT C", NO_ERROR), "underload"),
    "SCPI not a number": (("UNIT C", "TEMP 9.91E37", "UNIT C", NO_ERROR), "no_value"),
    "beyond what it can measure": (("UNIT C", "TEMP 650.1", "UNIT C", NO_ERROR), "out_of_range"),
    "what stands instead of a value": (("UNIT C", "OPEN", "UNIT C", NO_ERROR), "no_value"),
    "another header": (("UNIT C", "VOLT 25.01", "UNIT C", NO_ERROR), "malformed"),
    "something behind the number": (("UNIT C", "TEMP 25.01 C", "UNIT C", NO_ERROR), "malformed"),
    "a decimal comma": (("UNIT C", "TEMP 25,01", "UNIT C", NO_ERROR), "malformed"),
    "two points": (("UNIT C", "TEMP 25.0.1", "UNIT C", NO_ERROR), "malformed"),
    "an exponent cut off": (("UNIT C", "TEMP 2.5E", "UNIT C", NO_ERROR), "malformed"),
    "NaN": (("UNIT C", "TEMP NaN", "UNIT C", NO_ERROR), "malformed"),
}  # fmt: skip


@pytest.mark.parametrize("case", JUDGED)
def test_an_interview_means_what_its_answers_say(case):
    answers, meant = JUDGED[case]
    event = heard(bridge(), *answers)
    got = str(event.indication) if isinstance(event, Indicated) else event.state.value
    assert got == meant


def test_the_text_of_the_error_queue_is_told():
    event = heard(bridge(), "UNIT C", "", "UNIT C", '-230,"Data corrupt or stale"', NO_ERROR)
    assert isinstance(event, Refused)
    assert "Data corrupt or stale" in event.reason


def test_an_error_queue_that_never_empties_is_not_read_for_ever():
    driver, answers = bridge(), (("UNIT C",), ("TEMP 1.0",), ("UNIT C",))
    while driver.interview.ask(answers) is not None:
        answers = (*answers, ('-113,"Undefined header"',))
    assert len(answers) < 50
    assert isinstance(driver.interview.event(answers, b""), Refused)


MISTAKES = {
    "a hole without meaning": (
        ("'TEMP {number}'", "'TEMP {number} {flag=A|B}'"),
        "query[1].answer",
        "'flag' has no meaning",
    ),
    "a number that may lose a digit": (
        ("'TEMP {number}'", "'TEMP {number}.{flag=A|B}'"),
        "query[1].answer",
        "may lose a digit",
    ),
    "a hole that is neither number nor unit": (
        ("'UNIT {unit}'", "'UNIT {units}'"),
        "query[0].answer",
        "write {units=A|B} for a flag",
    ),
    "no rest": (('stable = "unknown"', ""), "quantity[0].stable", "what rest looks like"),
    "an unknown unit": (('C = "°C"', 'C = "degC"'), "quantity[0].unit", "'degC' is no unit"),
    "a limit of another dimension": (('least = "-200 °C"', 'least = "0 hPa"'), "quantity[0].least", "hPa"),
    "a limit that is none": (('most = "650 °C"', 'most = "warm"'), "quantity[0].most", "'warm'"),
    "a code without a hole": (("'{code},", "'{kode:3},"), "errors.answer", "no hole {code}"),
    "two questions in one line": (("send = 'FETC?'", r"send = 'FETC?\rUNIT?'"), "query[1].send", "one line"),
    "a line that the instrument cannot take": (
        ("prompt = '>'", "prompt = '>'\nbuffer = 5"),
        "errors.send",
        "do not fit in the 5",
    ),
    "a prompt that could be a digit": (("prompt = '>'", "prompt = '1'"), "talk.prompt", "part of a number"),
    "silence without an error queue": (
        (
            "[errors]\nsend = 'SYST:ERR?'\nanswer = '{code},\"{text}\"'\nstate = { '-230' = \"no_value\" }\n",
            "",
        ),
        "query[1].silence",
        "nothing says why",
    ),
    "the same question twice": (("send = 'FETC?'", "send = 'UNIT?'"), "query", "stands there twice"),
    "an answer to what is never asked": (
        ("'FETC?' = 'OPEN'", "'FETCH?' = 'OPEN'"),
        "example[2].answers",
        "never asked",
    ),
    "an example that means something else": (
        ('is = { value = "-25.01" }', 'is = { value = "25.01" }'),
        "example[1]",
        "but 25.01 is meant",
    ),
    "a repeated measurement that is meant as a reading": (
        ("silence = true", "silence = true\nagain = ['TEMP -25.01']"),
        "example[1]",
        "repeat what was given before",
    ),
    "no refused example": (
        ("[[example]]\nanswers = { 'FETC?' = 'OPEN' }\nis = { state = \"no_value\" }\n", ""),
        "example",
        "no refused reading",
    ),
    "a misspelt word": (("silence = true", "silent = true"), "query[1]", "silent"),
    "a state that does not exist": (
        ('OPEN\' = "no_value"', 'OPEN\' = "no_sensor"'),
        "query[1].instead",
        "no_sensor",
    ),
    "a number that is none": (("'-999.9' =", "'-99,9' ="), "quantity[0].numbers", "no number"),
    "an escape that does not exist": (
        ("answer_end = '\\r'", "answer_end = '\\q'"),
        "talk.answer_end",
        "escape",
    ),
    "the number in two answers": (
        ("'UNIT {unit}'", "'UNIT {unit} {number}'"),
        "quantity[0].number",
        "2 of the queries",
    ),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_named_with_its_place_and_a_correction(case):
    change, path, words = MISTAKES[case]
    with pytest.raises(DescriptionError) as told:
        bridge(change)
    assert path in told.value.facts["path"]
    assert words in told.value.message
    assert told.value.remedy


def test_a_command_that_nothing_confirms_is_refused():
    plain = BRIDGE[: BRIDGE.index("[errors]")].replace("silence = true\n", "")
    with pytest.raises(DescriptionError, match="nothing says that it was done"):
        make_driver((plain + "[do]\nzero = { send = 'NULL' }\n").encode(), "bridge.toml")


CHECKED = {
    "vaisala-ptb330": ("P= 1013.02 hPa 0   OK ", {"": "1013.02 hPa"}),
    "vaisala-hmt330-serial": (
        "RH=  41.5 %RH T=  21.1 'C 0000 ",
        {"humidity": "41.5 %", "temperature": "21.1 °C"},
    ),
    "vaisala-ptu300": (
        "P=  1001.2 hPa T=  19.9 'C RH=  55.0 %RH 0000 OK ",
        {"pressure": "1001.2 hPa", "temperature": "19.9 °C", "humidity": "55.0 %"},
    ),
}


@pytest.mark.parametrize("name", CHECKED)
def test_an_answer_with_one_wrong_character_fails_its_check(name):
    text, meant = CHECKED[name]
    driver = QUERIES[name]
    right = text + f"{sum(text.encode()) & 0xFFFF:04X}"
    assert {
        channel: str(one.indication) for channel, one in by_channel(heard(driver, right)).items()
    } == meant
    for at, was in enumerate(right):
        wrong = right[:at] + ("8" if was != "8" else "9") + right[at + 1 :]
        assert all(isinstance(one, Refused) for one in by_channel(heard(driver, wrong)).values()), wrong


def test_a_quantity_is_not_shown_in_the_unit_of_another():
    event = heard(QUERIES["hart-1620"], "1,1,25.629,%,29.32,C,2003,9,16,11,2,38", NO_ERROR)
    assert isinstance(event, Measured)
    assert {one.state for one in event.values.values() if isinstance(one, Refused)} == {State.UNKNOWN_UNIT}
    assert not any(isinstance(one, Indicated) for one in event.values.values())


PUBLISHED = {
    # what makers print in their manuals, as the instruments answer
    "Rotronic HC2, Campbell manual C": (
        "rotronic-hc2",
        (
            "{F00rdd 001;  4.45;%RH;000;=; 20.07;\xb0C;000;=;nc;---.-;\xb0C;000; ;001;V1.7-1;0060568338;"
            "HC2-S3      ;000;4"
        ),
        {"humidity": "4.45 %", "temperature": "20.07 °C"},
    ),
    "Fluke 1521, 8.2.1": ("hart-1521", "t: 25.587 C", {"": "25.587 °C"}),
    "Hart 1502A, 7.3.1.1 with a time": ("hart-1502a", "t:   21.437 C 15:49:15", {"": "21.437 °C"}),
    "Druck DPI 740, p49": ("druck-dpi740", "PR = 1000.00", {"": "1000.00 mbar"}),
    "Omega FOB100, p15": ("omega-fob101", "+24.7", {"": "24.7 °C"}),
}


@pytest.mark.parametrize("case", PUBLISHED)
def test_the_answer_that_a_maker_prints_is_read(case):
    name, answer, meant = PUBLISHED[case]
    event = heard(QUERIES[name], answer)
    assert {channel: str(one.indication) for channel, one in by_channel(event).items()} == meant


def test_a_message_that_somebody_else_set_up_is_refused():
    for answer in ("pressure = 1013.02 hPa", "P= 1013.2 hPa T= 31.1 'C RH= 38.3 %RH", "1013.25 hPa"):
        for name in ("vaisala-ptb330", "vaisala-ptu300", "vaisala-hmt330-serial", "vaisala-ptb220"):
            values = by_channel(heard(QUERIES[name], answer)).values()
            assert all(isinstance(one, Refused) for one in values), (name, answer)


def test_the_flags_of_the_instrument_decide_about_rest():
    rests = []
    for steady in ("OK", "  "):
        text = f"P= 1013.02 hPa 000 {steady} "
        event = heard(QUERIES["vaisala-ptb330"], text + f"{sum(text.encode()) & 0xFFFF:04X}")
        assert isinstance(event, Indicated)
        rests.append(event.stability)
    assert rests == [Stability.STABLE, Stability.MOVING]


@pytest.mark.parametrize("name", QUERIES)
def test_the_interview_of_every_example_says_the_same_however_it_is_split(name):
    driver = QUERIES[name]
    for example in driver.examples:
        frame = driver.render(example.event)
        whole = events_of(driver, frame * 2)
        decoder, events = driver.decoder(), []
        for byte in frame * 2:
            decoder.receive(bytes((byte,)))
            events += iter(decoder.next_event, None)
        assert events == whole
        assert len(whole) == 2
        assert all(event.frame == frame for event in whole)


@pytest.mark.parametrize("name", QUERIES)
def test_no_file_sends_more_than_one_line_or_more_than_the_instrument_takes(name):
    driver = QUERIES[name]
    buffer = tomllib.loads(driver.text.partition("#= the family")[0]).get("talk", {}).get("buffer", 80)
    steps = [query for _, query in driver.greeting.steps] if driver.greeting else []
    for query in (*driver.interview.queries, *steps):
        line = query.question.send
        assert line.rstrip(b"\r\n").count(b"\r") + line.rstrip(b"\r\n").count(b"\n") == 0
        assert len(line) <= max(buffer, 255)


@given(st.decimals(-600, 600, places=3, allow_nan=False, allow_infinity=False))
def test_what_the_twin_writes_is_read_back_digit_by_digit(value):
    for name in ("hart-1502a", "hart-1521"):
        driver = QUERIES[name]
        if value < -273:
            continue
        shown = Indicated(indication=Quantity(value, "°C"), stability=Stability.NOT_REPORTED, frame=b"")
        (event,) = events_of(driver, driver.render(shown))
        assert isinstance(event, Indicated)
        assert str(event.indication) == str(shown.indication)


@pytest.mark.parametrize("name", QUERIES)
def test_the_twin_can_show_another_number_of_each_quantity_than_its_example(name):
    driver = QUERIES[name]
    for quantity, one in shown_in_examples(driver)[b""].items():
        step = one.indication.resolution if one.indication.value <= 0 else -one.indication.resolution
        other = Quantity(one.indication.value + step, one.indication.unit)
        told = Scenario(quantity={quantity: Story(start=str(other.value))})
        event = MeterBody(driver, told, at=0.0).event(at=1.0, wrong={})
        (read,) = events_of(driver, driver.render(event))
        assert by_channel(read)[quantity].indication == other


@given(st.text(st.characters(min_codepoint=1, max_codepoint=255), max_size=40))
def test_no_answer_crashes_and_none_gives_a_number_that_is_not_in_it(text):
    event = heard_any(bridge(), text)
    if isinstance(event, Indicated):
        assert text.startswith("TEMP ")
        assert (
            event.indication.value
            == Quantity.parse(text.removeprefix("TEMP ").replace(" ", "") + " °C").value
        )


def heard_any(driver, text):
    answers = (("UNIT C",), (text,), ("UNIT C",), (NO_ERROR,))
    return driver.interview.event(answers, b"")
