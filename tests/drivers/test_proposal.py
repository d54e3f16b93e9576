"""What `tera driver new` proposes is right, or says what is missing; a wrong number is never silent."""

import pytest

from bench.phrases import translated
from drivers import catalogue
from drivers.assembly import make_driver
from drivers.catalogue import joined
from drivers.drafting import Answers
from drivers.example import events_of
from drivers.file_driver import FileDriver
from drivers.guessing import framed
from drivers.instrument import Evidence
from drivers.proposal import propose, propose_typed
from drivers.protocols import Indicated, Refused, State
from drivers.quantity import Quantity
from drivers.reading import Kind, Stability

LOADED = {name: catalogue.load(name) for name in catalogue.names()}
DRIVERS = {name: one for name, one in LOADED.items() if isinstance(one, FileDriver) and not one.keyed}
ANSWERS = Answers(id="baru", name="Timbangan baru", source="own recording")
VALUES = ("0.000", "1.500", "12.340", "-0.020", "9.995", "11.000", "2.505")


def session(driver):
    """What a technician would record: several loads, at rest and moving."""
    data = b""
    for value in VALUES:
        for rest in (Stability.MOVING, Stability.STABLE):
            shown = Indicated(indication=Quantity(value, "kg"), stability=rest, kind=Kind.GROSS, frame=b"")
            data += driver.render(shown)
    return data


def numbers(driver, data):
    return [str(event.indication) for event in events_of(driver, data) if isinstance(event, Indicated)]


def made(proposal):
    return make_driver(joined(proposal.text.encode("utf-8"), "baru.toml"), "baru.toml")


@pytest.mark.parametrize("name", DRIVERS)
def test_a_known_instrument_is_recognised_by_its_bytes(name):
    data = session(DRIVERS[name])
    proposal = propose(data, ANSWERS, DRIVERS)
    known = [sentence for sentence in proposal.told if "reads it with numbers of its own" in sentence]
    if not known:
        driver = made(proposal)
        assert numbers(driver, data) == numbers(DRIVERS[name], data)
        assert driver.evidence is Evidence.UNCONFIRMED


@pytest.mark.parametrize("name", DRIVERS)
def test_an_unknown_instrument_is_read_right_or_the_doubt_is_told(name):
    data = session(DRIVERS[name])
    proposal = propose(data, ANSWERS, {})
    if proposal.missing:
        return
    read = set(numbers(made(proposal), data))
    *doubts, _ = proposal.told
    assert read <= set(numbers(DRIVERS[name], data)) or doubts


def test_most_known_formats_could_be_drawn_from_their_bytes_alone():
    """A measure of the guesses, not of the drivers: it may only rise."""
    right = [
        name
        for name, driver in DRIVERS.items()
        if not (drawn := propose(session(driver), ANSWERS, {})).missing
        and set(numbers(made(drawn), session(driver))) == set(numbers(driver, session(driver)))
    ]
    assert len(right) > len(DRIVERS) // 2, sorted(DRIVERS.keys() - right)


def test_a_frame_unlike_all_others_is_drawn_column_by_column():
    frames = [
        b"@%9.3fkg %s\r\n" % (value, rest) for value, rest in ((1.25, b"S"), (-0.01, b"U"), (12.5, b"S"))
    ]
    proposal = propose(b"".join(frames * 2), ANSWERS, DRIVERS)
    assert not proposal.missing
    assert "match = '@{number:9}{unit:2} {rest=S|U}'" in proposal.text
    assert numbers(made(proposal), frames[0]) == ["1.250 kg"]
    assert not numbers(made(proposal), b"@    1.250kg X\r\n")


def test_check_characters_are_found_and_enforced():
    frames = [b"\x02+0015600", b"\x02+0000001", b"\x02-0012342", b"\x02+0032600"]
    whole = []
    for frame in frames:
        check = 0
        for byte in frame[1:]:
            check ^= byte
        whole.append(frame + b"%02X\x03" % check)
    proposal = propose(b"".join(whole * 2), ANSWERS, {})
    assert 'check = { kind = "xor", over = "2-9", at = "10-11", as = "hex" }' in proposal.text
    assert any("never a point" in doubt for doubt in proposal.told)
    assert not numbers(made(proposal), whole[0].replace(b"5", b"6"))


MISSING = {
    "only at rest": (b"ST,GS,   245.6 g\r\n" * 6, "load in motion"),
    "only moving": (b"US,GS,   245.6 g\r\n" * 6, "at rest"),
    "one value of a format without rest": (b"W   245.6 kg;\r\n" * 6, "another load"),
    "nothing repeats": (b"tera 1.0 ready", "five frames"),
    "no number": (b"hello, world\r\n" * 6, "No number"),
    "a wrong baud rate": (bytes.fromhex("f880780078f8") * 6, "wrong baud rate"),
    "parity read as data": (
        bytes(byte | 0x80 if byte.bit_count() % 2 else byte for byte in b"ST,GS,   245.6 g\r\n" * 6),
        "set it to 7E1",
    ),
}


@pytest.mark.parametrize("why", MISSING)
def test_what_is_missing_is_said_exactly(why):
    data, said = MISSING[why]
    proposal = propose(data, ANSWERS, DRIVERS)
    assert any(said in sentence for sentence in proposal.missing), proposal


def test_the_two_orders_of_the_equals_sign_format_are_not_chosen_between():
    proposal = propose(b"=0003.000=0001.500=0012.340=0000.000", ANSWERS, DRIVERS)
    assert sum("numbers of its own" in sentence for sentence in proposal.told) > 1
    assert any("last digit first" in sentence for sentence in proposal.told)


def test_frames_typed_off_a_manual_are_enough():
    frames = [rb"S      1.250 kg", rb"M     -0.010 kg", rb"S     12.250 kg"]
    proposal = propose_typed([frame + b"\r\n" for frame in frames], ANSWERS, DRIVERS)
    assert not proposal.missing
    assert numbers(made(proposal), b"S      7.250 kg\r\n") == ["7.250 kg"]


def test_a_capture_that_begins_and_ends_in_the_middle_is_framed():
    found = framed(b"45.6 g\r\n" + b"ST,GS,   245.6 g\r\n" * 5 + b"ST,GS,  ")
    assert (found.start, found.end, found.fixed) == (b"", b"\r\n", False)
    assert found.groups == ((b"ST,GS,   245.6 g\r\n",) * 5,)


@pytest.mark.parametrize("overload", [b"OL GS          kg\r\n", b"OL GS   ------ kg\r\n"])
def test_frames_without_a_number_among_the_others_are_proposed_as_a_state(overload):
    """What the manual of this workbench asks for: every display, too much load too."""
    shown = (
        b"ST GS    0.000 kg\r\n",
        b"US GS    0.750 kg\r\n",
        b"ST GS   12.340 kg\r\n",
        b"ST NT    1.250 kg\r\n",
    )
    data = b"".join(frame * 3 for frame in (*shown, overload, *shown))
    proposal = propose(data, ANSWERS, {})
    assert not proposal.missing
    events = events_of(made(proposal), data)
    values = [one for one in ("0.000 kg", "0.750 kg", "12.340 kg", "1.250 kg") for _ in range(3)]
    assert numbers(made(proposal), data) == values * 2
    assert {event.state for event in events if isinstance(event, Refused)} == {State.OVERLOAD}


def test_of_nothing_nothing_is_proposed():
    proposal = propose(b"", ANSWERS, DRIVERS)
    assert proposal.text == ""
    assert "Nothing was recorded" in proposal.missing[0]


@pytest.mark.timeout(60)
def test_of_a_flood_only_the_beginning_is_looked_at_and_that_is_told():
    flood = b"@    1.250kg S\r\n" * 400_000 + b"@   -0.010kg U\r\n" * 400_000
    proposal = propose(flood, ANSWERS, {"st-gs": DRIVERS["st-gs"]})
    assert proposal.told[0] == f"only the first 65536 of {len(flood)} bytes were looked at"
    assert proposal.missing == ("Only one value was captured: capture again with another load.",)
    short = propose(flood[:1000], ANSWERS, {})
    assert not any("only the first" in sentence for sentence in short.told)


def test_a_line_set_wrongly_is_told_in_indonesian_too():
    data = bytes(byte | 0x80 if byte.bit_count() % 2 else byte for byte in session(DRIVERS["st-gs"]))
    (missing,) = propose(data, ANSWERS, DRIVERS).missing
    assert translated(missing, "id").startswith("tiap byte punya paritas genap: ")
