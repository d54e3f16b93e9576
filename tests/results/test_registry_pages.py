"""What a citizen reads: true, plain, small, masked, and safe against what a record may contain."""

import re
import string
import time
import tomllib
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from drivers.clock import SystemClock
from procedures.assignment import Identity, Owner
from procedures.point import Activity, Outcome, Subject, Verdict
from results.receipt import verification_address, verification_token
from results.record import Office
from results.registry import pages
from results.registry.checkpoint import open_note
from results.registry.limit import RateLimit
from results.registry.markup import style, tag
from results.registry.server import EmbeddedRegistry
from results.registry.site import read_code
from results.registry.standing import Standing, standing
from results.registry.words import words
from tests.results.registry_bench import OFFICE, Bench, a_record, payload_of

CATALOGUE = tomllib.loads((Path(pages.__file__).parent / "words.toml").read_text("utf-8"))
FAILED = Verdict(outcome=Outcome.DOES_NOT_CONFORM, rule="x", failing=("accuracy/up/5 kg", "zero"))
UNDECIDED = Verdict(outcome=Outcome.INDETERMINATE, rule="x")


class FixedClock(SystemClock):
    """Time stands where the test puts it; waiting is real."""

    def __init__(self, now):
        self.now = now

    def utc(self):
        return self.now

    def monotonic(self):
        return 0.0


@pytest.fixture
def clock():
    return FixedClock(datetime(2026, 11, 21, 5, tzinfo=UTC))


@pytest.fixture
def registry(tmp_path, clock):
    with EmbeddedRegistry(tmp_path / "registry", training=False, clock=clock) as running:
        yield running


@pytest.fixture
def bench(registry):
    found = Bench()
    registry.store.enrol(found.name, found.key.public, OFFICE)
    return found


def registered(registry, bench, **changes):
    """Register the next record; its verification address."""
    body = bench.seal(**changes)
    registry.store.take(body)
    return verification_address(registry.url, payload_of(body))


class Reader(HTMLParser):
    """What a browser would see: the words, and the elements."""

    def __init__(self):
        super().__init__()
        self.words = []
        self.tags = []
        self._style = False

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self._style = tag == "style"
        for name, _ in attrs:
            assert not name.startswith("on"), name

    def handle_endtag(self, tag):
        self._style = False

    def handle_data(self, data):
        if not self._style:
            self.words.append(data)


def read(answer):
    """The text of a page, after checking what holds for all of them."""
    assert len(answer.content) < 30_000
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    reader = Reader()
    reader.feed(answer.text)
    assert not {"script", "img", "link", "iframe", "object"} & set(reader.tags)
    assert 'name="viewport"' in answer.text
    return re.sub(r"\s+", " ", " ".join(reader.words))


def test_a_sound_record_shows_everything_a_buyer_needs(registry, bench):
    answer = httpx.get(registered(registry, bench))
    shown = read(answer)
    assert answer.status_code == 200
    for words_of_it in (
        "✔ SAH, berlaku",
        "sampai 21 November 2027",
        "Timbangan bukan otomatis",
        "CAS",
        "SW-1",
        "2106-4471",
        "15 kg",
        "5 g",
        "III",
        "Tera ulang",
        "21 November 2026",
        OFFICE,
        "0001/SKHP/XI/2026",
        "BENCH-02:000001",
        "Tanda tangan digital unit metrologi cocok",
        "Tercatat di register sejak 21 November 2026",
        "bukan tanda tangan",
        bench.key.keyid,
    ):
        assert words_of_it in shown, words_of_it
    assert "LATIHAN" not in shown


def test_the_owner_is_masked_and_the_officer_and_addresses_are_not_shown(registry, bench):
    shown = httpx.get(registered(registry, bench)).text
    assert "T*** S*** L***" in shown
    for private in ("Toko", "Sari", "Laut", "Pasar B", "Penera Satu", "198001012005011001"):
        assert private not in shown, private


STANDINGS = {
    "in force": ({}, "✔ SAH, berlaku", "good"),
    "in force without an end": ({"valid_until": None}, "Batas berlakunya tidak dinyatakan", "good"),
    "on its last day": ({"valid_until": date(2026, 11, 21)}, "✔ SAH, berlaku", "good"),
    "one day too old": ({"valid_until": date(2026, 11, 20)}, "▲ Kedaluwarsa", "wait"),
    "failed": ({"verdict": FAILED, "valid_until": None}, "✘ BATAL", "bad"),
    "cannot be decided": ({"verdict": UNDECIDED, "valid_until": None}, "◌ Tanpa keputusan", "plain"),
    "voided": ({"verdict": None, "state": "voided", "valid_until": None}, "◌ Tanpa keputusan", "plain"),
    "interrupted": (
        {"verdict": None, "state": "interrupted", "valid_until": None},
        "Terputus, tanpa keputusan",
        "plain",
    ),
}


@pytest.mark.parametrize(("changes", "words_of_it", "colour"), STANDINGS.values(), ids=STANDINGS)
def test_a_record_says_what_it_is_worth_today(registry, bench, changes, words_of_it, colour):
    answer = httpx.get(registered(registry, bench, **changes))
    assert words_of_it in read(answer)
    assert f'class="standing {colour}"' in answer.text


def test_a_failed_instrument_is_never_shown_as_good(registry, bench):
    shown = read(httpx.get(registered(registry, bench, verdict=FAILED, valid_until=None)))
    assert "TIDAK lulus" in shown
    assert "Titik di luar BKD 2" in shown
    assert "berlaku" not in shown.lower().replace("masa berlaku", "")


def test_a_replaced_record_leads_to_the_one_that_replaces_it(registry, bench):
    old = registered(registry, bench)
    new = registered(registry, bench, supersedes="BENCH-02:000001", verdict=FAILED, valid_until=None)
    answer = httpx.get(old)
    assert "▲ Sudah diganti" in read(answer)
    link = re.search(r'href="(/v/[A-Z2-7]{26})\?lang=id">Buka', answer.text)[1]
    assert new.endswith(link)
    assert "✘ BATAL" in read(httpx.get(new))


def test_a_withdrawn_record_says_so_with_the_reason(registry, bench):
    address = registered(registry, bench)
    registry.store.revoke("BENCH-02:000001", reason="Salah alat <b>{x}</b>", by="Kepala")
    shown = read(httpx.get(address))
    assert "✘ Dicabut" in shown
    assert "Salah alat <b>{x}</b>" in shown


def test_validity_ends_with_the_day_at_the_place_of_the_test(registry, bench, clock):
    address = registered(registry, bench)
    clock.now = datetime(2027, 11, 21, 16, 59, tzinfo=UTC)  # 23.59 in Western Indonesia
    assert "✔ SAH, berlaku" in read(httpx.get(address))
    clock.now = datetime(2027, 11, 21, 17, 0, tzinfo=UTC)
    assert "▲ Kedaluwarsa" in read(httpx.get(address))


def test_a_training_record_is_marked_and_never_green(tmp_path):
    with EmbeddedRegistry(tmp_path, training=True) as registry:
        trainee = Bench(training=True)
        registry.store.enrol(trainee.name, trainee.key.public, OFFICE)
        answer = httpx.get(registered(registry, trainee))
        shown = read(answer)
        assert "LATIHAN Bukan bukti tera" in shown
        assert "Hasil latihan: SAH" in shown
        assert "Berlaku sampai" not in shown
        assert 'class="standing plain"' in answer.text
        assert "LATIHAN Bukan bukti tera" in read(httpx.get(f"{registry.url}/"))
        assert "TRAINING No proof of verification" in read(httpx.get(f"{answer.url}?lang=en"))
        number = re.search(r"BENCH-\d+:\S+", shown)[0]
        registry.store.revoke(number, reason="salah alat", by="Kepala")
        assert "Hasil latihan: SAH Unit metrologi mencabut hasil ini: salah alat" in read(
            httpx.get(f"{answer.url}")
        )


def test_training_on_several_instruments_sends_the_reader_to_the_list_and_is_valid_for_no_day(tmp_path):
    good, bad = Outcome.CONFORMS, Outcome.DOES_NOT_CONFORM
    subjects = (
        Subject(id="1", serial="MA-1", outcome=good, valid_until=date(2031, 11, 22)),
        Subject(id="2", serial="MA-2", outcome=bad),
    )
    with EmbeddedRegistry(tmp_path, training=True) as registry:
        trainee = Bench(training=True)
        registry.store.enrol(trainee.name, trainee.key.public, OFFICE)
        verdict = Verdict(outcome=bad, rule="id-water-2011")
        address = registered(registry, trainee, kind="water_meters", subjects=subjects, verdict=verdict)
        shown = read(httpx.get(address))
        assert "Hasil latihan: ▲ Lihat daftar alat" in shown
        assert "1 · MA-1 ✔ SAH" in shown
        assert "2 · MA-2 ✘ BATAL" in shown
        assert "2031" not in shown


def test_english_is_one_link_away_and_has_the_same_facts(registry, bench):
    address = registered(registry, bench)
    other = re.search(r'href="([^"]+\?lang=en)"', httpx.get(address).text)[1]
    answer = httpx.get(f"{registry.url}{other}")
    shown = read(answer)
    assert "✔ VERIFIED, in force" in shown
    assert "Non-automatic weighing instrument" in shown
    assert "T*** S*** L***" in shown
    assert '<html lang="en">' in answer.text
    assert "Hasil" not in shown


def test_the_page_names_where_to_complain_by_what_the_record_says(registry, bench):
    office = Office(name=OFFICE, address="Jalan Contoh 1, Kota Contoh")
    shown = read(httpx.get(registered(registry, bench, office=office)))
    assert f"sampaikan kepada {OFFICE}, Jalan Contoh 1, Kota Contoh, dengan" in shown
    assert f"sampaikan kepada {OFFICE}, dengan" in read(httpx.get(registered(registry, bench)))


def test_an_address_in_capitals_is_the_same_page(registry, bench):
    address = registered(registry, bench)
    capitals = address.replace("/v/", "/V/")
    assert httpx.get(capitals).content == httpx.get(address).content


@pytest.mark.parametrize("path", ["/pengaduan", "/records", "/v2/x?lang=en"])
def test_a_browser_that_is_lost_gets_a_page_with_the_field_and_a_program_json(registry, path):
    browser = httpx.get(f"{registry.url}{path}", headers={"Accept": "text/html,*/*;q=0.8"})
    program = httpx.get(f"{registry.url}{path}")
    assert browser.status_code == program.status_code
    assert browser.status_code in {404, 405}
    assert 'name="kode"' in browser.text
    assert ("No such page" if "lang=en" in path else "Halaman tidak ada") in read(browser)
    assert "default-src 'none'" in browser.headers["content-security-policy"]
    assert program.json()["detail"]


@pytest.mark.parametrize("path", ["/", "/health", "/checkpoint", f"/v/{'A' * 26}", "/nowhere"])
def test_head_is_answered_as_get_without_a_body(registry, path):
    with httpx.Client(base_url=registry.url) as client:
        whole, head = client.get(path), client.head(path)
        assert head.status_code == whole.status_code
        assert (head.content, head.headers["content-length"]) == (b"", whole.headers["content-length"])
        assert client.get("/health").status_code == 200  # the connection is still in order


UNKNOWN = {
    "another code": "A" * 26,
    "too short": "ABC",
    "too long": "A" * 5000,
    "markup": "<script>alert(1)</script>",
    "a path": "..%2F..%2Fetc%2Fpasswd",
    "quotes": "%22%27%3E",
    "nought": "%00",
    "not Latin": "ЖЖЖ",
}


@pytest.mark.parametrize("code", UNKNOWN.values(), ids=UNKNOWN)
def test_an_unknown_code_is_told_in_the_same_words(registry, bench, code):
    registered(registry, bench)
    answer = httpx.get(f"{registry.url}/v/{code}")
    assert answer.status_code == 404
    assert "✘ Tidak terdaftar" in read(answer)
    assert answer.content == httpx.get(f"{registry.url}/v/{'B' * 26}").content


def test_an_altered_record_has_another_code_that_is_not_registered(registry, bench):
    address = registered(registry, bench)
    altered = verification_token(payload_of(Bench().seal(certificate_number="0002/SKHP/XI/2026")))
    assert altered not in address
    assert httpx.get(f"{registry.url}/v/{altered}").status_code == 404


def test_time_does_not_tell_whether_a_code_exists(registry, bench):
    floor = registry.settings.floor_s
    with httpx.Client() as client:
        for address in (registered(registry, bench), f"{registry.url}/v/{'A' * 26}", f"{registry.url}/v/x"):
            begun = time.perf_counter()
            client.get(address)
            assert time.perf_counter() - begun >= floor


def test_too_many_questions_of_one_address_are_put_off(registry):
    with httpx.Client(base_url=registry.url) as client:
        answers = [client.get("/records/x") for _ in range(registry.settings.burst + 30)]
        assert answers[0].status_code == 404
        assert answers[-1].status_code == 429
        page = client.get(f"/v/{'A' * 26}")
        assert page.status_code == 429
        assert page.headers["retry-after"] == "60"
        assert "Tunggu sebentar" in read(page)
        assert client.get("/health").status_code == 200


NASTY = "\"><script>alert(1)</script>&amp;'{0}"


def test_whatever_a_record_says_is_shown_as_text(registry, bench):
    office = Office(name=OFFICE)
    address = registered(
        registry,
        bench,
        identity=Identity(maker=NASTY, model=NASTY, serial=NASTY),
        owner=Owner(NASTY),
        uut={"max": NASTY, "class": NASTY, "intervals": "x", "e": {"value": NASTY, "unit": NASTY}},
        kind=NASTY,
        on_behalf_of=NASTY,
        certificate_number=NASTY,
        office=office,
    )
    answer = httpx.get(address)
    assert read(answer).count(NASTY) >= 6
    assert "<script" not in answer.text


def test_a_record_without_any_detail_still_has_a_page(registry, bench):
    address = registered(
        registry, bench, identity=Identity(), owner=Owner(), uut={}, kind="", certificate_number=""
    )
    shown = read(httpx.get(address))
    assert "✔ SAH, berlaku" in shown
    assert "Merek " not in shown.replace("merek", "")


def test_a_multi_interval_instrument_shows_all_its_ranges(registry, bench):
    ranges = [{"max": "2 kg", "e": "1 g"}, {"max": "15.5 kg", "e": {"value": "5", "unit": "g"}}]
    shown = read(httpx.get(registered(registry, bench, uut={"class": "III", "intervals": ranges})))
    assert "2 kg / 15,5 kg" in shown
    assert "1 g / 5 g" in shown


def test_a_record_that_was_damaged_in_the_database_is_shown_as_bad(registry, bench):
    address = registered(registry, bench)
    with registry.store.database.writing() as session:
        session.execute(text("DROP TRIGGER record_no_update"))
        session.execute(text("UPDATE record SET envelope = replace(envelope, 'eyJ', 'eyK')"))
    answer = httpx.get(address)
    assert answer.status_code == 500
    assert "✘ Tidak dapat dipastikan" in read(answer)


def test_a_log_that_was_changed_in_the_database_proves_nothing_and_takes_nothing(registry, bench):
    addresses = [registered(registry, bench) for _ in range(3)]
    with registry.store.database.writing() as session:
        session.execute(text("DROP TRIGGER node_no_update"))
        session.execute(text("UPDATE node SET digest = zeroblob(32) WHERE level = 1"))
    assert [httpx.get(address).status_code for address in addresses] == [200, 200, 500]
    answer = httpx.post(f"{registry.url}/records", content=bench.seal())
    assert (answer.status_code, answer.json()["code"]) == (500, "registry.log")
    assert open_note(httpx.get(f"{registry.url}/checkpoint").text, registry.key).size == 3


def test_the_home_page_takes_a_code_as_people_type_it(registry, bench):
    address = registered(registry, bench)
    shown = read(httpx.get(f"{registry.url}/"))
    assert "Register ini memuat 1 hasil pengujian" in shown
    code = address.rsplit("/", 1)[1].lower()
    typed = " ".join(code[at : at + 4] for at in range(0, 26, 4))
    answer = httpx.get(f"{registry.url}/v", params={"kode": f" {typed}-"}, follow_redirects=True)
    assert str(answer.url) == f"{address}?lang=id"
    assert answer.status_code == 200
    assert httpx.get(f"{registry.url}/v", params={"kode": "<b>"}, follow_redirects=True).status_code == 404


@pytest.mark.parametrize("around", ["{}?lang=id", " {} ", "{}/", "({}).", "<{}#top>"])
def test_a_genuine_code_is_found_when_the_whole_address_is_pasted_and_beside_punctuation(
    registry, bench, around
):
    """A messenger takes the full stop into the link; nobody may read "not registered" for that."""
    address = registered(registry, bench)
    pasted = httpx.get(f"{registry.url}/v", params={"kode": around.format(address)}, follow_redirects=True)
    assert (pasted.status_code, str(pasted.url)) == (200, f"{address}?lang=id")
    assert [httpx.get(f"{address}{after}").status_code for after in ("/", ".", ",", ")")] == [200] * 4


@given(st.text(max_size=60))
def test_any_typed_text_is_a_code_or_nothing(typed):
    code = read_code(typed)
    assert code == "" or (len(code) == 26 and set(code) <= set(string.ascii_uppercase + "234567"))
    assert read_code(code) == code


@given(st.text(max_size=40))
def test_a_masked_name_gives_away_only_first_letters(name):
    assert pages.masked(name).split() == [f"{word[0]}***" for word in name.split()]


@given(st.text(), st.text())
def test_markup_reads_back_as_the_same_text(content, attribute):
    class One(HTMLParser):
        seen = ()
        data = ""

        def handle_starttag(self, tag, attrs):
            self.seen = (*self.seen, (tag, dict(attrs)["title"]))

        def handle_data(self, data):
            self.data += data

    reader = One()
    reader.feed(tag("p", content, title=attribute))
    reader.close()
    assert len(reader.seen) == 1
    # A browser reads a carriage return and a nought as other characters; no name on a plate has either.
    assert reader.data.replace("\r", "") == content.replace("\r", "")


def test_a_sheet_that_could_end_early_is_refused():
    with pytest.raises(ValueError, match="no '<'"):
        style("a{content:'</style>'}")


def placeholders(sentence):
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def flat(catalogue):
    return {key: value for key, value in catalogue.items() if key != "kinds"} | {
        f"kinds.{key}": value for key, value in catalogue["kinds"].items()
    }


def test_both_languages_say_the_same_things():
    ours, theirs = flat(CATALOGUE["id"]), flat(CATALOGUE["en"])
    assert ours.keys() == theirs.keys()
    for key, sentence in ours.items():
        assert placeholders(sentence) == placeholders(theirs[key]), key
        assert sentence.strip()


def test_batal_is_a_verdict_and_nothing_else():
    for key, sentence in flat(CATALOGUE["id"]).items():
        if re.search(r"\bbatal", sentence, re.IGNORECASE):
            assert key in {"failed", "does_not_conform"}, key


@pytest.mark.parametrize("activity", Activity)
@pytest.mark.parametrize("outcome", Outcome)
def test_every_activity_and_outcome_has_words(activity, outcome):
    for language in ("id", "en"):
        assert words(language)(activity.value)
        assert words(language)(outcome.value)


@pytest.mark.parametrize("found", Standing)
def test_every_standing_has_words(found):
    for language in ("id", "en"):
        assert words(language)(found.value)
        assert f"{found.value}_text" in CATALOGUE[language]


def test_withdrawn_outweighs_replaced_outweighs_everything_else():
    record, now = a_record(verdict=FAILED), datetime(2026, 11, 21, tzinfo=UTC)
    assert standing(record, superseded=True, revoked=True, now=now) is Standing.REVOKED
    assert standing(record, superseded=True, revoked=False, now=now) is Standing.SUPERSEDED
    assert standing(record, superseded=False, revoked=False, now=now) is Standing.FAILED


def test_a_client_gets_a_burst_then_the_rate_and_others_are_not_concerned():
    now = [0.0]
    limit = RateLimit(3, 2.0, lambda: now[0])
    assert [limit.allows("a") for _ in range(5)] == [True] * 3 + [False] * 2
    assert limit.allows("b")
    now[0] = 0.5
    assert [limit.allows("a") for _ in range(2)] == [True, False]
    now[0] = 100.0
    assert [limit.allows("a") for _ in range(4)] == [True] * 3 + [False]


def test_ten_thousand_clients_do_not_fill_the_memory():
    limit = RateLimit(1, 0.0, lambda: 0.0)
    for client in range(10_500):
        assert limit.allows(str(client))
    assert len(limit._buckets) == 10_000
    assert not limit.allows("10499")
