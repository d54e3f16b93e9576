"""What `tera driver try` writes for a person, in both languages."""

from bench.cli.tried import as_text
from bench.labels import Labels
from drivers import catalogue, checking

DATA = b"Z A\r\nS S     100.00 g\r\nS +\r\n"


def lines(driver, data, language, **options):
    tried = checking.try_capture(catalogue.load(driver), data, **options)
    return [as_text(line, Labels(language)) for line in tried]


def test_every_line_of_a_try_has_a_text():
    answer, reading, refused, summary = lines("mt-sics", DATA, "en")
    assert "zero  done" in answer
    assert "100.00 g  stable" in reading
    assert "overload" in refused
    assert summary == "readings 1  refused 1  acknowledged 1  skipped bytes 0"


def test_the_same_in_indonesian():
    answer, reading, refused, summary = lines("mt-sics", DATA, "id")
    assert "zero  dikerjakan" in answer
    assert "100.00 g  stabil" in reading
    assert "beban lebih" in refused
    assert "alat melaporkan beban lebih" in refused
    assert summary == "bacaan 1  ditolak 1  dijawab 1  byte dilewati 0"


def test_the_parts_of_a_refused_frame_stand_below_it():
    labels = Labels("id")
    refused, _ = lines("st-gs", b"ST,GZ,   245.6 g\r\n", "id", why=True, write=labels.clause)
    assert "bukan salah satu dari 'GS', 'NT', 'TR'" in refused


def test_bytes_without_a_frame_are_explained_below_the_summary():
    (told,) = lines("st-gs", b"W 1.250 kg;", "id", why=True, write=Labels("id").clause)
    summary, *why = told.splitlines()
    assert summary == "bacaan 0  ditolak 0  byte dilewati 11"
    assert why[0] == "  tidak ada satu pun bingkai driver ini di antara 11 byte ini"
    assert r"tanda akhir '\r\n' datang 0 kali" in why[1]
    assert not any(" came " in line or "driver may fit" in line for line in why)
