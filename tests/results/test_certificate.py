"""The paper: the right form for each outcome, the same bytes each time, training that nobody can mistake."""

import hashlib
import io
import subprocess
import sys
from datetime import date
from pathlib import Path

import msgspec
import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.quantity import Quantity
from procedures.assignment import Identity, Owner
from procedures.point import Outcome, Reason, Subject
from results.certificate import content
from results.certificate.plot import error_plot
from results.certificate.rendering import render_certificate
from results.certificate.words import anything, clock, day, moment, number, quantity, sentence, word
from results.dcc.document import render_dcc
from results.journal import Journal
from results.record import Office
from results.sealing import SealedRun
from results.verification import VerifiedRecord
from tests.results.made_run import seal_with, weigh_points, write_run


def sealed(folder: Path, **kinds) -> SealedRun:
    with Journal(folder / "journal.db") as journal:
        write_run(journal, **kinds)
        return seal_with(journal, folder / "keys", folder / "records")


@pytest.fixture(scope="module")
def verified(tmp_path_factory: pytest.TempPathFactory) -> VerifiedRecord:
    return sealed(tmp_path_factory.mktemp("conforms")).verified


def with_record(verified: VerifiedRecord, **changes) -> VerifiedRecord:
    from dataclasses import replace

    return replace(verified, record=msgspec.structs.replace(verified.record, **changes))


def pages(pdf: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def test_a_conforming_instrument_gets_a_certificate_with_all_it_needs(verified: VerifiedRecord):
    front, annex = pages(render_certificate(verified))
    for words in (
        "SURAT KETERANGAN HASIL PENGUJIAN",
        "500.2.3.15/0001/CONTOH/XI/2026",
        "SAH",
        "Disahkan untuk Tera Ulang Tahun 2026",
        "Undang-Undang Republik Indonesia Nomor 2 Tahun 1981",
        "21 November 2027",
        "Toko Sari Laut",
        "Contoh Jaya",
        "A123456",
        "0231/SCD/XI/2026",
        "K-0107/2026",
        "SI melalui laboratorium acuan",
        "Aturan keputusan",
        "Dilarang memutus segel tera",
        "Dilarang menggandakan sebagian",
        "belum dicocokkan",
        "NIP 19900101 201503 1 002",
        "kode QR bukan tanda tangan",
        "https://register.example/v/",
        "tera-bench 0.1.0",
        verified.digest,
    ):
        assert words in front
    for words in ("Kebenaran", "6000 g", "1,3 g", "± 6 g", "0,31 g", "Terputus 14 menit", "salah beban"):
        assert words in annex


def test_the_paper_names_the_program_with_its_digests(verified: VerifiedRecord):
    annex = "".join(pages(render_certificate(verified)))
    assert "0.1.0" in annex
    assert verified.record.software["sha256:results"][:8] in annex


def test_an_instrument_that_fails_gets_a_rejection_and_no_words_of_approval(tmp_path: Path):
    text = " ".join(pages(sealed(tmp_path, failing=True).certificate.read_bytes()))
    assert "SURAT KETERANGAN BATAL" in text
    assert "Kebenaran, naik, 6000 g: di luar BKD (kesalahan 6,2 g, BKD ± 6 g)" in text
    for approval in ("Disahkan", "Berlaku sampai", "HASIL PENGUJIAN", "Dilarang memutus segel"):
        assert approval not in text.replace("Lampiran: hasil pengujian", "")


@pytest.mark.parametrize("end", ["voided", "interrupted"])
def test_a_run_without_verdict_gets_a_short_notice(tmp_path: Path, end: str):
    (text,) = pages(sealed(tmp_path, end=end).certificate.read_bytes())
    assert "TANPA KEPUTUSAN" in text
    assert "bukan tanda pengesahan" in text
    assert "Listrik padam" in text
    assert "Disahkan" not in text


METERS = [{"id": "1", "serial": "MA-2201"}, {"id": "2", "serial": "10.5 A"}, {"id": "3"}]


def test_a_run_of_several_meters_without_verdict_names_each_with_its_serial_number(tmp_path: Path):
    voided = sealed(tmp_path, end="voided").verified
    (text,) = pages(render_certificate(with_record(voided, kind="water_meters", uut={"meters": METERS})))
    assert "3 (1: MA-2201; 2: 10.5 A; 3)" in text
    (text,) = pages(
        render_certificate(with_record(voided, kind="weights", uut={"weights": ["0.5 g", "200 g*"]}))
    )
    assert "2 (0,5 g; 200 g*)" in text


def test_where_a_table_lists_several_meters_they_are_counted_only(verified: VerifiedRecord):
    listed = tuple(Subject(id=one["id"], serial="MA-2201", outcome=Outcome.CONFORMS) for one in METERS)
    changed = with_record(verified, kind="water_meters", uut={"meters": METERS}, subjects=listed)
    assert ["Meter", "Meters", "3"] in content.certificate_content(changed)["identity"]


def test_an_open_question_is_no_approval(verified: VerifiedRecord):
    assert verified.record.verdict is not None
    open_verdict = msgspec.structs.replace(
        verified.record.verdict,
        outcome=Outcome.INDETERMINATE,
        reasons=(Reason(code="section_missing", facts={"section": "discrimination"}),),
    )
    text = " ".join(pages(render_certificate(with_record(verified, verdict=open_verdict))))
    assert "BELUM DAPAT DIPUTUS" in text
    assert "Bagian Kepekaan belum diuji" in text
    assert "Disahkan" not in text
    assert "Berlaku sampai" not in text


def test_training_is_marked_on_every_page_and_approves_nothing(tmp_path: Path):
    found = pages(sealed(tmp_path, training=True).certificate.read_bytes())
    assert len(found) == 2
    for text in found:
        assert text.count("LATIHAN / TRAINING") >= 2, "the watermark and the footer"
    for approval in ("Disahkan", "Berlaku sampai", "Mengesahkan", "NIP", "500.2.3.15"):
        assert approval not in " ".join(found)
    assert "BUKAN DOKUMEN RESMI" in found[0]


def test_the_same_record_gives_the_same_bytes_in_another_place_and_time_zone(tmp_path: Path):
    first = sealed(tmp_path)
    program = (
        "import sys, hashlib; from pathlib import Path\n"
        "from results.certificate.rendering import render_certificate\n"
        "from results.verification import load_record\n"
        "print(hashlib.sha256(render_certificate(load_record(Path(sys.argv[1])))).hexdigest())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(first.record)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
        env={"TZ": "Pacific/Auckland", "LC_ALL": "C", "PYTHONHASHSEED": "7", "HOME": str(tmp_path)},
    )
    assert done.stdout.strip() == hashlib.sha256(first.certificate.read_bytes()).hexdigest()


def test_everything_for_a_check_is_attached_and_every_font_is_inside(verified: VerifiedRecord):
    reader = pypdf.PdfReader(io.BytesIO(render_certificate(verified)))
    assert dict(reader.attachments) == {
        "000001.tera.json": [verified.envelope],
        "000001.h5": [verified.evidence.content],
        "000001.dcc.xml": [render_dcc(verified)],
    }
    metadata = reader.trailer["/Root"]["/Metadata"].get_data()
    assert b"<pdfaid:part>3</pdfaid:part>" in metadata
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
            assert {"/FontFile2", "/FontFile3"} & set(inner)


HOSTILE = {
    "markup of the typesetter": '#panic("x") $x$ *a* _b_ \\ [c] <label> @ref `raw`',
    "markup of the web": '<script>alert(1)</script> & "quotes"',
    "letters no font has": "株式会社 🏪 ꦱꦶꦭꦲ",
    "a very long name": "Panjang" * 60,
    "control characters": "a\tb\u200bc",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_whatever_the_owner_is_called_it_is_printed_as_text(verified: VerifiedRecord, text: str):
    changed = with_record(verified, owner=Owner(text, text), identity=Identity(text, text, text, text, text))
    assert len(pages(render_certificate(changed))) >= 2


def test_letters_that_no_font_has_are_spelled_out_and_nothing_else_changes(verified: VerifiedRecord):
    front = pages(render_certificate(with_record(verified, owner=Owner("株 Tokó", ""))))[0]
    assert "<U+682A> Tokó" in front
    assert "09.14 WIB –" in front


def test_many_points_go_over_to_further_pages(verified: VerifiedRecord):
    points = tuple(
        msgspec.structs.replace(point, label=f"{point.label} ({round_})")
        for round_ in range(6)
        for point in weigh_points()
    )
    found = pages(render_certificate(with_record(verified, points=points)))
    assert len(found) > 2
    assert "Halaman 3 dari" in found[2]


def test_an_office_that_gave_only_its_name_still_gets_paper(verified: VerifiedRecord):
    bare = with_record(
        verified,
        office=Office(name="Kantor Contoh"),
        registry="",
        standards=(),
        notices=(),
        breaks=(),
        points=(),
        rule=None,
    )
    (text,) = pages(render_certificate(bare))
    assert "Kantor Contoh" in text
    assert "berkas catatan yang terlampir" in text
    assert "https://" not in text


def test_an_adjusted_instrument_shows_both_states(tmp_path: Path):
    text = " ".join(pages(sealed(tmp_path, adjusted=True).certificate.read_bytes()))
    assert "Hasil setelah penjustiran" in text
    assert "Hasil sebelum penjustiran" in text


NUMBERS = {
    "0": "0",
    "-0.5": "−0,5",
    "1000": "1000",
    "12000.50": "12\u2009000,50",
    "1234567": "1\u2009234\u2009567",
}


@pytest.mark.parametrize(("digits", "printed"), NUMBERS.items())
def test_numbers_have_a_decimal_comma_and_keep_their_zeros(digits: str, printed: str):
    assert number(digits) == printed


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9))
def test_a_printed_number_reads_back_as_it_was(value):
    printed = number(f"{value:f}")
    assert "." not in printed
    assert printed.replace("\u2009", "").replace("−", "-").replace(",", ".") == f"{value:f}"


def test_dates_and_times_are_indonesian():
    assert day(date(2026, 8, 7)) == "7 Agustus 2026"
    assert moment("2026-05-01T09:04:00+08:00") == "1 Mei 2026, 09.04 WITA"
    assert clock("2026-05-01T09:04:00+05:30") == "09.04 UTC+5.5"


def test_an_unknown_word_hides_nothing():
    assert word("section", "gravity") == "gravity"
    assert sentence("notice", "odd", limit="3 g") == "odd: limit 3 g"
    assert sentence("notice", "unverified_rules") == "unverified_rules: "
    assert anything({"a": ["1 kg", True, {"value": "2", "unit": "g"}]}) == "a 1\u00a0kg; ya; 2\u00a0g"
    assert quantity(None) == "–"


def test_the_plot_marks_what_fails_and_is_empty_without_points():
    assert error_plot(()) == ""
    assert "<circle" not in error_plot(weigh_points())
    assert error_plot(weigh_points(failing=True)).count("<circle") == 1
    pounds = [msgspec.structs.replace(point, nominal=Quantity(1, "lb")) for point in weigh_points()]
    assert error_plot(pounds) == "", (
        "grams have no exact value in pounds, so nothing is drawn rather than rounded"
    )


PLACES = {
    "nozzle/1/fast/1~2": "Nozel 1 cepat 1",
    "adjustment/adjust": "Justir pilihan",
    "as_left/repeatability/3~4": "Sesudah justir: Ketidaktetapan (kemampuan ulang) 3",
    "accuracy/up/10000 g~2": "Kebenaran naik 10 000 g",
    "compartment/2": "Kompartemen 2",
}


@pytest.mark.parametrize("path", PLACES)
def test_a_place_in_the_run_is_printed_without_ids(path):
    assert " ".join(content._path(path).split()) == PLACES[path]


def test_a_retake_is_one_line_whatever_was_begun_anew_because_of_it(verified: VerifiedRecord):
    asked = {"kind": "retake", "at": "2026-11-21T10:00:00+07:00", "note": "", "by": "Budi Contoh"}
    breaks = (
        {**asked, "path": "eccentricity/2", "reason": "wrong_load"},
        {**asked, "path": "eccentricity/3", "reason": "after_retake"},
    )
    paper = " ".join(pages(render_certificate(with_record(verified, breaks=breaks))))
    assert paper.count("diulang") == 1
    assert "2 diulang: salah beban" in paper
