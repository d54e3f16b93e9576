import re
import subprocess
import sys
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.catalogue import LANGUAGES, catalogue
from bench.labels import RETAKE_REASONS, Labels
from drivers.errors import PlainError
from drivers.quantity import Quantity
from procedures import action
from procedures.point import Method, Outcome, Point, Reason, Tolerance

ACTIONS = {
    "a load on a quarter": action.PlaceLoad(load=Quantity.parse("5000 g"), position="2", weights=("5 kg",)),
    "a load upwards": action.PlaceLoad(load=Quantity.parse("2.5 kg"), direction="up"),
    "a reference on the pan": action.PlaceWeight(
        nominal=Quantity.parse("200 g"), weight="S-F1", side="reference", pieces=("100 g", "100 g")
    ),
    "a weight under test": action.PlaceWeight(
        nominal=Quantity.parse("200 g"), weight="200 g*", side="tested"
    ),
    "a small weight beside it": action.PlaceWeight(
        nominal=Quantity.parse("200 g"), weight="200 g*", side="tested", small=Quantity.parse("50 mg")
    ),
    "an empty receptor": action.RemoveLoad(),
    "one small weight": action.AddSmallWeights(step=Quantity.parse("0.5 g"), total=Quantity.parse("1.5 g")),
    "ten small weights": action.AddSmallWeights(
        step=Quantity.parse("0.5 g"), total=Quantity.parse("5 g"), count=10
    ),
    "an extra load": action.AddSmallWeights(step=Quantity.parse("7 g")),
    "the edge of a step": action.FindEdge(
        step=Quantity.parse("0.5 g"), count=10, interval=Quantity.parse("5 g")
    ),
    "small weights off": action.RemoveSmallWeights(),
    "zero": action.SetZero(),
    "tare": action.SetTare(load=Quantity.parse("1 kg")),
    "tare cleared": action.ClearTare(),
    "adjustment": action.Adjust(),
    "a checklist": action.Inspect(items=("seals", "level_indicator")),
    "an indication with its nominal": action.KeyIndication(role="uut", expect=Quantity.parse("5 kg")),
    "an indication without": action.KeyIndication(role="uut"),
    "small weights counted": action.KeyAdded(
        load=Quantity.parse("5 kg"), indication=Quantity.parse("5 kg"), step=Quantity.parse("0.5 g")
    ),
    "a flow within limits": action.SetFlow(
        flow=Quantity.parse("32 L/h"), lower=Quantity.parse("31 L/h"), upper=Quantity.parse("34 L/h")
    ),
    "a flow": action.SetFlow(flow=Quantity.parse("32 L/h")),
    "a valve opened": action.StartFlow(),
    "a valve closed": action.StopFlow(),
    "a delivery": action.DeliverVolume(volume=Quantity.parse("20 L")),
    "a delivery with all": action.DeliverVolume(
        volume=Quantity.parse("20 L"), flow=Quantity.parse("40 L/min"), into="B-01", source="3"
    ),
    "a vessel filled": action.FillVessel(vessel="B-01"),
    "a vessel filled with": action.FillVessel(vessel="B-01", volume=Quantity.parse("20 L")),
    "a vessel wetted": action.FillVessel(vessel="B-01", volume=Quantity.parse("20 L"), wetting=True),
    "a vessel wetted from a nozzle": action.FillVessel(
        vessel="B-01", volume=Quantity.parse("20 L"), wetting=True, source="2"
    ),
    "a vessel drained": action.DrainVessel(vessel="B-01", drip=Quantity.parse("10 s")),
    "a pause": action.Wait(duration=Quantity.parse("30 min"), purpose="warm_up"),
    "a pause without a reason": action.Wait(duration=Quantity.parse("30 s")),
    "a load in all phases": action.SetLoad(voltage=Quantity.parse("230 V"), current=Quantity.parse("5 A")),
    "a load in one phase": action.SetLoad(
        voltage=Quantity.parse("230 V"), current=Quantity.parse("5 A"), power_factor="0.5 ind", phases="L2"
    ),
    "no load": action.SetLoad(voltage=Quantity.parse("230 V"), current=Quantity.parse("0 A")),
    "pulses": action.CountPulses(pulses=100, duration=Quantity.parse("102 s")),
    "a level from below": action.SetLevel(level=Quantity.parse("2000 mm")),
    "a level from above": action.SetLevel(level=Quantity.parse("2000 mm"), direction="down"),
    "one for another": action.Exchange(put="F1 100 g", take="uut 100 g"),
    "one put there": action.Exchange(put="F1 100 g"),
    "one of many inspected": action.Inspect(items=("seals",), subject="3 A-0003"),
    "one of many meters": action.KeyIndication(role="meter/3"),
    "a quantity": action.KeyQuantity(question="start_flow", unit="L/h", facts={"meter": "3"}),
    "a quantity without a sentence": action.KeyQuantity(question="oil_colour", unit="1"),
    "a choice": action.Choose(
        question="unexpected_indication",
        choices=("record",),
        facts={"expected": "5000 g", "indication": "2000 g"},
    ),
}


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def shared(language: str) -> dict[str, str]:
    """The messages that both languages have; most English problems, and their words, stand in the code."""
    return {
        name: text for name, text in catalogue(language).items() if not name.startswith(("problem.", "fact."))
    }


def test_both_languages_have_the_same_ids():
    assert shared("id").keys() == shared("en").keys()


def test_both_languages_have_the_same_placeholders():
    assert {name: placeholders(text) for name, text in shared("id").items()} == {
        name: placeholders(text) for name, text in shared("en").items()
    }


def test_batal_is_a_verdict_and_never_a_key_a_button_or_a_question():
    said = {name for name, text in catalogue("id").items() if "batal" in text.lower()}
    assert said == {"outcome.does_not_conform"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_of_ours_says_cancel(language: str):
    assert not [text for text in catalogue(language).values() if re.search(r"\bcancel", text, re.IGNORECASE)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_line_of_keys_fits_its_terminal(language: str):
    lines = {
        name: text for name, text in catalogue(language).items() if ".keys" in name and name != "explain.keys"
    }
    wide = {name for name in lines if f"{name}_short" in lines}
    assert {name: text for name, text in lines.items() if len(text) > (97 if name in wide else 78)} == {}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", ACTIONS)
def test_every_action_has_its_sentence(case: str, language: str):
    sentence = Labels(language).instruction(ACTIONS[case])
    assert sentence
    assert "{" not in sentence


def test_an_instruction_names_load_place_weights_and_direction():
    load = action.PlaceLoad(
        load=Quantity.parse("2500 g"), position="3", weights=("2 kg", "0.5 kg"), direction="up"
    )
    assert Labels().instruction(load) == "LETAKKAN 2.500 g di posisi 3 (2 kg + 0,5 kg), hanya menambah"


WRITTEN = {
    "thousands and a comma": ("5000.5", "5.000,5"),
    "a zero that was shown stays": ("12.340", "12,340"),
    "millions": ("1234567", "1.234.567"),
    "a true minus": ("-0.5", "−0,5"),
    "no thousands in three digits": ("100", "100"),
    "exponents are written out": ("1E+3", "1.000"),
}


@pytest.mark.parametrize("case", WRITTEN)
def test_numbers_are_written_the_indonesian_way(case: str):
    value, written = WRITTEN[case]
    assert Labels().number(Decimal(value)) == written


def test_english_numbers_have_no_comma_that_could_be_misread():
    assert Labels("en").number(Decimal("12345.6")) == "12\u00a0345.6"


@pytest.mark.parametrize("language", LANGUAGES)
@given(
    value=st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9)
)
def test_a_written_number_is_the_number(language: str, value: Decimal):
    written = Labels(language).number(value, signed=True)
    digits = written.replace("−", "-").replace("\u00a0", "")
    plain = digits.replace(".", "").replace(",", ".") if language == "id" else digits
    assert Decimal(plain) == value


@pytest.mark.parametrize("language", LANGUAGES)
@given(count=st.integers(min_value=0, max_value=10**15))
def test_digits_are_grouped_by_three_from_the_right(language: str, count: int):
    mark = {"id": ".", "en": "\u00a0"}[language]
    first, *others = Labels(language).whole(count).split(mark)
    assert 1 <= len(first) <= 3
    assert all(len(group) == 3 for group in others)
    assert int("".join((first, *others))) == count


def crowded(n: str) -> PlainError:
    return PlainError(
        "scale.too_many_intervals",
        "n = {n}.",
        "Compare.",
        **{"class": "IIII", "e": "10 g", "max": "10.01 kg", "limit": "1000", "n": n},
    )


def test_a_count_in_a_problem_is_grouped_and_is_no_quantity():
    assert "1.000 skala; Maks 10,01 kg memberi n = 1.001." in Labels().problem(crowded("1001"))[0]
    assert "1\u00a0000 scale intervals" in Labels("en").problem(crowded("1001"))[0]
    assert "n = 1\u00a0001." in Labels("en").problem(crowded("1001"))[0]


@given(n=st.integers(min_value=1, max_value=10**9))
def test_every_count_in_a_problem_is_written_like_any_number(n: int):
    labels = Labels()
    assert labels.problem(crowded(str(n)))[0].endswith(f"n = {labels.whole(n)}.")


NAMES = {
    "a number of a record": ("key.none_in_folder", {"folder": "000017"}, "000017"),
    "a number of a person": ("key.pin_missing", {"name": "198001012005011001"}, "198001012005011001"),
    "a path with a section": ("run.unknown", {"run": "accuracy"}, "accuracy"),
}


@pytest.mark.parametrize("case", NAMES)
def test_a_name_inside_a_problem_is_never_written_otherwise(case: str):
    code, facts, shown = NAMES[case]
    assert shown in Labels().problem(PlainError(code, "m", "r", **facts))[0]


def test_a_suggested_key_of_a_file_is_the_key_itself():
    error = PlainError("case.misspelt_field", "m", "r", name="acuracy", path="$", near="accuracy")
    assert Labels().problem(error)[1] == "Maksudnya `accuracy`?"


WORDS_IN_PROBLEMS = {
    "the state of a reading": (
        PlainError("device.no_indication", "m", "r", instrument="uut", refused="x", state="overload"),
        "beban lebih",
    ),
    "the kind of a weight": (
        PlainError("scales.wrong_kind", "m", "r", kind="gross", wanted="net"),
        "berat bruto, padahal yang diperlukan neto",
    ),
    "nothing declared": (
        PlainError("device.no_command", "m", "r", instrument="uut", command="tare", declared="none"),
        "tidak punya perintah tara; yang ada: tidak ada.",
    ),
    "the words of the system": (
        PlainError("file.unreadable", "m", "r", file="x", problem="No such file or directory"),
        "berkas atau folder tidak ada",
    ),
    "a mistake inside a mistake": (
        PlainError("case.content", "m", "r", mistake="Object missing required field `max` - at `$.uut`"),
        "isian wajib `max` tidak ada - pada `$.uut`",
    ),
    "a quantity inside a clause": (
        PlainError("scale.impossible", "m", "r", why="d = 0.5 g is coarser than e = 0.2 g"),
        "d = 0,5 g lebih kasar dari e = 0,2 g",
    ),
    "a line of TOML": (
        PlainError("file.syntax", "m", "r", file="x", mistake="Invalid value (at line 3, column 7)"),
        "nilai tidak sah (baris 3, kolom 7)",
    ),
}


@pytest.mark.parametrize("case", WORDS_IN_PROBLEMS)
def test_words_inside_a_problem_are_translated(case: str):
    error, words = WORDS_IN_PROBLEMS[case]
    assert words in Labels().problem(error)[0]


def test_words_already_written_are_not_read_again():
    labels = Labels()
    assert labels.text("live.expected", load=labels.quantity(Quantity.parse("5000 g"))) == "harapan 5.000 g"


def test_facts_of_a_question_are_data_and_are_written_for_the_reader():
    assert "2.000 g" in Labels().instruction(ACTIONS["a choice"])


def test_a_question_without_a_sentence_is_still_asked():
    asked = action.Choose(question="something_new", choices=("yes",), facts={"load": "5000 g"})
    assert Labels().instruction(asked) == "something new? (load 5.000 g)"


def test_dates_are_indonesian():
    labels = Labels()
    assert labels.long_date(date(2026, 8, 17)) == "17 Agustus 2026"
    assert labels.moment(datetime(2026, 11, 21, 9, 14)) == "Sab 21-11-2026 09:14"  # noqa: DTZ001 - only its words


def test_an_unknown_item_is_spelled_readably():
    assert Labels().word("item", "plate_of-maker") == "plate of maker"


def test_every_retake_reason_has_words_in_both_languages():
    for language in LANGUAGES:
        assert all(f"retake.{reason}" in catalogue(language) for reason in RETAKE_REASONS)


def test_a_known_problem_speaks_the_readers_language():
    error = PlainError("link.missing", "{port} is not there.", "Plug it in.", port="COM5")
    assert Labels().problem(error) == ("COM5 tidak ada.", "Colokkan kabelnya dan periksa nama port.")
    assert Labels("en").problem(error) == ("COM5 is not there.", "Plug it in.")


def test_an_unknown_problem_keeps_its_english_sentences():
    error = PlainError("some.new_trouble", "It is {state}.", "Wait.", state="odd")
    assert Labels().problem(error) == ("It is odd.", "Wait.")


def test_a_problem_without_the_facts_of_its_sentence_keeps_its_english_sentences():
    assert Labels().problem(PlainError("link.missing", "Gone.", "Wait.")) == ("Gone.", "Wait.")


def decided(error: str, limit: str, outcome: Outcome) -> Point:
    tolerance = Tolerance(
        lower=-Quantity.parse(limit), upper=Quantity.parse(limit), citation="Kepdirjen, Tabel 3"
    )
    return Point(
        section="accuracy",
        label="accuracy/up/5000 g",
        nominal=Quantity.parse("5000 g"),
        error=Quantity.parse(error),
        tolerance=tolerance,
        method=Method.HIGH_RESOLUTION,
        outcome=outcome,
    )


def test_an_explanation_gives_load_error_limit_margin_and_source():
    said = Labels().explain(decided("2.3 g", "5 g", Outcome.CONFORMS))
    for part in (
        "Kebenaran naik 5.000 g",
        "E = +2,3 g",
        "± 5 g",
        "sisa 2,7 g",
        "dalam BKD",
        "Kepdirjen, Tabel 3",
    ):
        assert part in said


def test_an_explanation_of_a_failing_point_says_by_how_much():
    said = Labels().explain(decided("-7 g", "5 g", Outcome.DOES_NOT_CONFORM))
    assert "E = −7 g" in said
    assert "terlampaui 2 g" in said
    assert "di luar BKD" in said


def test_an_error_on_its_limit_has_no_margin_and_is_not_exceeded():
    assert "sisa 0 g" in Labels().explain(decided("5 g", "5 g", Outcome.CONFORMS))


def test_reasons_name_points_in_words():
    reason = Reason(code="error_outside_tolerance", facts={"point": "accuracy/up/5000 g", "error": "9 g"})
    assert Labels().reason(reason) == "di luar BKD: Kebenaran naik 5.000 g, E = +9 g"
    assert Labels().reason(Reason(code="brand_new", facts={"load": "5 kg"})) == "brand new: 5 kg"


def test_the_words_load_neither_screens_nor_numerics():
    code = (
        "import sys; import bench.labels; bench.labels.Labels().text('run.title');"
        "print([m for m in ('textual', 'numpy', 'scipy', 'h5py') if m in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


SAID = {
    "minutes of a long wait": (action.Wait(duration=Quantity("1631", "s")), "TUNGGU 27 min 11 s"),
    "seconds of a short one": (action.Wait(duration=Quantity("27", "s")), "TUNGGU 27 s"),
    "a power factor": (
        action.SetLoad(voltage=Quantity("230", "V"), current=Quantity("5", "A"), power_factor="0.5 ind"),
        "ATUR beban 230 V, 5 A, cos φ 0,5 ind",
    ),
    "a flow by its name": (
        action.Choose(question="flow_level", choices=("done",), facts={"nozzle": "1", "flow": "fast"}),
        "Nozel 1, aliran cepat: nolkan penunjukan dan siapkan nozel; sudah?",
    ),
    "the vessel under test": (
        action.FillVessel(vessel="uut", volume=Quantity("20", "L")),
        "ISI bejana uji dengan 20 L",
    ),
}


@pytest.mark.parametrize("case", SAID)
def test_an_instruction_is_said_in_indonesian_to_the_last_word(case: str):
    asked, said = SAID[case]
    assert Labels("id").instruction(asked) == said


def test_a_quotient_of_units_has_the_decimal_comma_too():
    assert Labels("id").clause("2.500 L/mm") == "2,500 L/mm"
    assert Labels("en").clause("2.500 L/mm") == "2.500 L/mm"


def test_a_fraction_in_the_name_of_a_point_has_the_decimal_comma():
    assert Labels("id").point("accuracy/2/0.2 Qmax/1") == "Kebenaran 2 0,2 Qmax 1"
    assert Labels("id").point("accuracy/3/Imax cos 0.5 ind/1") == "Kebenaran 3 Imax cos 0,5 ind 1"
    assert Labels("id").within("accuracy/A1.2/1") == "A1.2 1"


def test_each_of_several_things_that_changed_has_its_word():
    error = PlainError("run.instrument_changed", "", "", run="r", role="uut", changed="serial, origin")
    sentence, _ = Labels("id").problem(error)
    assert "yang berbeda: nomor seri, asal bacaan" in sentence


ERRORS_TOLD = {
    "digits that decide nothing": ("3.027565477743 %", "-2 %", "2 %", "+3,0276 %"),
    "digits that decide": ("2.000000000001 %", "-2 %", "2 %", "+2,000000000001 %"),
    "bounds": ("-0.5 g … 12.5 g", "-5 g", "5 g", "−0,5 g … +12,5 g"),
    "no error at all": ("as found", "-5 g", "5 g", "as found"),
}


@pytest.mark.parametrize("case", ERRORS_TOLD)
def test_an_error_in_a_reason_has_a_sign_and_the_digits_that_decide(case):
    error, lower, upper, told = ERRORS_TOLD[case]
    facts = {"point": "accuracy/up/5000 g", "error": error, "lower": lower, "upper": upper}
    reason = Reason(code="error_outside_tolerance", facts=facts)
    assert Labels().reason(reason) == f"di luar BKD: Kebenaran naik 5.000 g, E = {told}"


def test_a_limit_that_arithmetic_made_is_shown_with_four_digits_and_no_wider():
    limit = Quantity.parse("11.106666 g")
    tolerance = Tolerance(lower=-limit, upper=limit)
    assert Labels("id").tolerance(tolerance) == "± 11,10 g"
    assert Labels("id").tolerance(tolerance, Quantity.parse("-11.105 g")) == "± 11,106 g"
    assert Labels("en").tolerance(tolerance, Quantity.parse("0.5 kg")) == "± 0.01110 kg"
