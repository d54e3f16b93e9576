"""Who may approve: the right role, not whoever tested, and never a training record."""

import dataclasses
import io
import json
from datetime import UTC, datetime
from hashlib import sha256

import msgspec
import pypdf
import pytest

from bench.approving import approve_paper, approver
from bench.errors import LaboratoryError
from bench.keyring import officer_key
from bench.laboratory import BenchEntry, Folders, Laboratory, load
from bench.people import Person
from bench.proving import proof
from bench.software import identification
from bench.trail import Trail
from results.approval.certificate_key import CertificateKey
from results.approval.signatures import signatures_of
from results.entry import BENCH, CONFIGURATION, Noted
from results.errors import RecordError
from results.journal import Journal
from results.naming import RECEIPT_SUFFIX, beside
from tests.bench.forked import ENVIRONMENT
from tests.bench.lab_bench import tera
from tests.results.added_page import painted_over
from tests.results.made_run import OFFICE, seal_with, write_run
from tests.results.own_certificate import PASSWORD, write_p12

pytest.importorskip("pyhanko", reason="pyhanko is in the extra signing")
pytestmark = [pytest.mark.filterwarnings("ignore::DeprecationWarning"), pytest.mark.timeout(120)]
NOW = datetime(2026, 11, 22, tzinfo=UTC)
BUDI = Person(id="budi", name="Budi", roles=("penera", "kepala"))
SITI = Person(id="siti", name="Siti", roles=("kepala",))
ANI = Person(id="ani", name="Ani", roles=("pereviu",))


def laboratory(*people):
    return Laboratory(office=OFFICE, bench=BenchEntry(id="BENCH-02"), person=people)


@pytest.fixture
def journal(tmp_path):
    with Journal(tmp_path / "journal.db") as journal:
        yield journal


@pytest.fixture
def sealed(journal, tmp_path):
    write_run(journal, end="concluded", officer_id="budi")
    return journal, seal_with(journal, tmp_path, tmp_path)


def own_certificate(folder, *names, serial=""):
    """A certificate of its own making, as a file."""
    write_p12(folder / "own.p12", *names, serial=serial)
    return CertificateKey.from_file(folder / "own.p12", PASSWORD)


NOON = "2026-11-21T12:00:00+07:00"


def sign(
    sealed, people, who, meaning="mengesahkan", *, signer=None, prove=lambda _: "named", at=NOON, **record
):
    """Have somebody sign, with a certificate in the own name where no other signer is given."""
    journal, files = sealed
    verified = files.verified
    if record:
        verified = dataclasses.replace(verified, record=msgspec.structs.replace(verified.record, **record))
    trail = Trail(
        journal,
        at=lambda: at,
        elapsed=lambda: 1e6,
        officer=who,
        clock_state=lambda: {"synchronised": "yes"},
    )
    name = next(one.name for one in people if one.id == who)
    return approve_paper(
        laboratory(*people),
        files.record,
        verified,
        signer=signer or own_certificate(files.record.parent, name),
        who=who,
        meaning=meaning,
        prove=prove,
        trail=trail,
    )


def notes(sealed):
    return [kept.entry.facts for kept in sealed[0].entries(BENCH)]


def test_the_approved_paper_lies_beside_the_plain_one_and_stands_in_the_trail(sealed):
    plain = sealed[1].certificate.read_bytes()
    approved = sign(sealed, (BUDI, SITI), "siti")
    assert approved.name == "000001.ttd.pdf"
    assert approved.read_bytes().startswith(plain)
    assert sealed[1].certificate.read_bytes() == plain
    (found,) = signatures_of(approved.read_bytes())
    said = {"by": "siti", "record": "000001", "person": "siti", "meaning": "mengesahkan", "proved": "named"}
    said |= {"subject": "Common Name: Siti", "certificate": found.certificate}
    said |= {"paper": sha256(approved.read_bytes()).hexdigest()}
    assert notes(sealed) == [{**said, "synchronised": "yes"}]


def test_a_further_signature_is_added_to_the_first(sealed):
    sign(sealed, (BUDI, SITI, ANI), "ani", "memeriksa")
    approved = sign(sealed, (BUDI, SITI, ANI), "siti").read_bytes()
    found = [(one.name, one.meaning, one.intact) for one in signatures_of(approved)]
    assert found == [("Ani", "memeriksa", True), ("Siti", "mengesahkan", True)]


def test_a_paper_that_got_its_receipt_after_the_first_signature_can_be_signed_again(sealed):
    sign(sealed, (BUDI, SITI, ANI), "ani", "memeriksa")
    beside(sealed[1].record, RECEIPT_SUFFIX).write_bytes(b"{}")
    approved = sign(sealed, (BUDI, SITI, ANI), "siti").read_bytes()
    assert [one.name for one in signatures_of(approved)] == ["Ani", "Siti"]


def a_blank_page():
    writer, written = pypdf.PdfWriter(), io.BytesIO()
    writer.add_blank_page(595, 842)
    writer.write(written)
    return written.getvalue()


@pytest.mark.parametrize("case", ["another record's", "a blank page", "a page behind it", "no PDF"])
@pytest.mark.parametrize("release", ["this", "another"])
def test_nobody_signs_what_is_not_the_paper_of_the_record(journal, tmp_path, case, release):
    software = identification() if release == "this" else {"sha256:results": "ef" * 32}
    for run in ("run-1", "run-2"):
        write_run(journal, run, end="concluded", officer_id="budi", software=software)
    files, other = (seal_with(journal, tmp_path, tmp_path, run) for run in ("run-1", "run-2"))
    sealed, other = (journal, files), other.certificate.read_bytes()
    content = {
        "another record's": other,
        "a blank page": a_blank_page(),
        "a page behind it": painted_over(files.certificate.read_bytes()),
        "no PDF": b"",
    }[case]
    file = files.record.with_name("000001.ttd.pdf")
    file.write_bytes(content)
    with pytest.raises(LaboratoryError) as caught:
        sign(sealed, (BUDI, SITI), "siti")
    assert caught.value.code == "approval.other_paper"
    assert file.read_bytes() == content
    assert notes(sealed) == []


@pytest.mark.parametrize("case", ["shows more", "not signed", "not whole"])
def test_a_signer_that_adds_anything_but_its_signature_is_refused(sealed, tmp_path, case):
    class Service:
        def sign(self, paper, act):
            if case == "shows more":
                return own_certificate(tmp_path, "Siti").sign(painted_over(paper), act)
            signed = own_certificate(tmp_path, "Siti").sign(paper, act)
            return paper + b"\n" if case == "not signed" else signed[:-20]

    with pytest.raises(RecordError) as caught:
        sign(sealed, (BUDI, SITI), "siti", signer=Service())
    assert caught.value.code == "approval.rewritten"
    assert notes(sealed) == []
    assert not sealed[1].record.with_name("000001.ttd.pdf").exists()


SITI_WITH_NIP = msgspec.structs.replace(SITI, nip="1970 0101")
STRANGERS = {
    "another's": (("Budi",), "", SITI),
    "two names": (("Siti", "Budi"), "", SITI),
    "another NIP": (("Siti",), "1990 0101", SITI_WITH_NIP),
    "another than the file says": (("Siti",), "", msgspec.structs.replace(SITI, certificate="ab" * 32)),
}


@pytest.mark.parametrize("case", STRANGERS)
def test_a_certificate_that_is_not_the_persons_is_refused_and_nothing_is_kept(sealed, tmp_path, case):
    names, serial, siti = STRANGERS[case]
    with pytest.raises(LaboratoryError) as caught:
        sign(sealed, (BUDI, siti), "siti", signer=own_certificate(tmp_path, *names, serial=serial))
    assert caught.value.code == "approval.certificate"
    assert notes(sealed) == []
    assert not sealed[1].record.with_name("000001.ttd.pdf").exists()


OWN = {
    "letters and degrees": (("SITI,  S.T.",), "", SITI),
    "the NIP": (("S. Contoh",), "19700101", msgspec.structs.replace(SITI, nip="1970 0101")),
    "a number that is no NIP": (
        ("Siti",),
        "3200000000000001",
        msgspec.structs.replace(SITI, nip="1970 0101"),
    ),
}


@pytest.mark.parametrize("case", OWN)
def test_a_certificate_that_names_the_person_is_taken(sealed, tmp_path, case):
    names, serial, siti = OWN[case]
    sign(sealed, (BUDI, siti), "siti", signer=own_certificate(tmp_path, *names, serial=serial))
    assert notes(sealed)[0]["person"] == "siti"


def test_the_certificate_in_the_laboratory_file_counts_whatever_it_is_called(sealed, tmp_path):
    digits = write_p12(tmp_path / "kepala.p12", "S. Contoh")
    signer = CertificateKey.from_file(tmp_path / "kepala.p12", PASSWORD)
    written = ":".join(digits[place : place + 2] for place in range(0, 64, 2)).upper()  # as openssl prints it
    said = {"id": "siti", "name": "Siti", "roles": ["kepala"], "certificate": written}
    siti = msgspec.convert(said, Person)
    sign(sealed, (BUDI, siti), "siti", signer=signer)
    assert notes(sealed)[0]["certificate"] == digits
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(said | {"certificate": digits[1:]}, Person)


def test_whoever_has_a_pin_shows_it_before_anything_is_signed(tmp_path):
    root = tmp_path / "lab"
    folders = Folders(root)
    folders.make()
    siti = Person(id="siti", name="Siti", roles=("kepala",), pin=True)
    officer_key(folders, siti, "135791", now=NOW)
    with Journal(folders.journal) as journal:
        write_run(journal, end="concluded", officer_id="budi")
        sealed = journal, seal_with(journal, folders.keys, folders.records)
        trail = Trail(journal, at=lambda: "2026-11-22T12:00:00+07:00", elapsed=lambda: 1e6, officer="siti")

        def with_pin(pin):
            return sign(sealed, (BUDI, siti), "siti", prove=lambda who: proof(folders, trail, who, pin, NOW))

        for wrong in ("", "246810"):
            with pytest.raises((LaboratoryError, RecordError)):
                with_pin(wrong)
        assert not list(folders.records.glob("*.ttd.pdf"))
        with_pin("135791")
        refused = [(one.get("code"), one.get("proved")) for one in notes(sealed) if "person" in one]
    assert refused == [("key.pin_missing", None), ("key.pin", None), (None, "pin")]


@pytest.mark.parametrize(("meaning", "role"), [("mengesahkan", "kepala"), ("memeriksa", "pereviu")])
def test_a_role_counts_a_day_after_the_trail_first_named_it(sealed, meaning, role):
    """Anybody can write one into the laboratory file for a minute; see decision 0020."""
    journal = sealed[0]

    def known(at, roles):
        facts = {"configuration": {"person siti": roles, "person budi": "penera"}}
        journal.append(BENCH, Noted(what=CONFIGURATION, facts=facts), at=at, elapsed=1e6)

    siti = msgspec.structs.replace(SITI, roles=("penera", role))
    known("2026-11-01T08:00:00+07:00", "penera")
    for given in ("", "2026-11-21T11:00:00+07:00"):
        if given:
            known(given, f"penera, {role}; PIN")
        with pytest.raises(LaboratoryError) as caught:
            sign(sealed, (BUDI, siti), "siti", meaning)
        assert caught.value.code == "role.not_yet"
    assert not sealed[1].record.with_name("000001.ttd.pdf").exists()
    assert [note["role"] for note in notes(sealed) if "role" in note] == [role, role]
    sign(sealed, (BUDI, siti), "siti", meaning, at="2026-11-22T11:30:00+07:00")
    known("2026-11-22T12:00:00+07:00", "penera")  # taken away, and written in again for a minute
    with pytest.raises(LaboratoryError):
        sign(sealed, (BUDI, siti), "siti", meaning, at="2026-11-22T12:01:00+07:00")


def test_whoever_tested_cannot_approve_where_somebody_else_can(sealed):
    with pytest.raises(LaboratoryError) as caught:
        sign(sealed, (BUDI, SITI), "budi")
    assert (caught.value.code, caught.value.facts["known"]) == ("approval.same_person", "siti")
    assert notes(sealed) == []


@pytest.mark.parametrize(
    "name",
    ["BUDI  Contoh", "budi contoh ", "\uff22udi Contoh", "Budi Contoh, S.T."],
    ids=["capitals", "a space", "wide letters", "a degree"],
)
def test_whoever_tested_cannot_approve_under_a_second_id(sealed, name):
    second = Person(id="budi2", name=name, roles=("kepala",))
    with pytest.raises(LaboratoryError) as caught:
        sign(sealed, (BUDI, SITI, second), "budi2")
    assert (caught.value.code, caught.value.facts["known"]) == ("approval.same_person", "siti")
    sign(sealed, (BUDI, second), "budi2")
    assert notes(sealed)[0]["exception"] == "tester"


def test_another_person_of_the_same_name_has_another_nip_and_may_approve(sealed):
    other = Person(id="budi2", name="Budi Contoh", nip="1988 0101", roles=("kepala",))
    sign(sealed, (BUDI, SITI, other), "budi2")
    same = Person(id="budi3", name="B. Contoh", nip="199001012015031002", roles=("kepala",))
    with pytest.raises(LaboratoryError):
        sign(sealed, (BUDI, SITI, same), "budi3")


def test_where_there_is_only_one_the_exception_is_recorded(sealed):
    sign(sealed, (BUDI, ANI), "budi")
    assert notes(sealed)[0]["exception"] == "tester"


def test_the_command_asks_for_the_pin_and_verify_says_who_declared_what_and_when(tmp_path, monkeypatch):
    root = tmp_path / "lab"
    assert tera("init", str(root)).returncode == 0
    file, folders = root / "laboratory.toml", Folders(root)
    known = '[[person]]\nid = "siti"\nname = "Siti Contoh"\nroles = ["kepala"]\npin = true\n\n'
    file.write_text(file.read_text("utf-8").replace("[[person]]", f"{known}[[person]]", 1), "utf-8")
    folders.make()
    officer_key(folders, next(one for one in load(root).person if one.id == "siti"), "135791", now=NOW)
    with Journal(folders.journal) as journal:
        write_run(journal, end="concluded", officer_id="budi")
        seal_with(journal, folders.keys, folders.records)
    digits = write_p12(root / "siti.p12", "Siti Contoh")
    words = ("approve", "000001", "--person", "siti", "--p12", str(root / "siti.p12"))
    monkeypatch.setitem(ENVIRONMENT, "TERA_PASSPHRASE", PASSWORD)
    refused = tera(*words, lab=root)
    assert (refused.returncode, "PIN" in refused.stderr) == (2, True)
    monkeypatch.setitem(ENVIRONMENT, "TERA_PIN", "135791")
    signed = tera(*words, lab=root)
    assert signed.returncode == 0, signed.stderr
    paper = str(folders.records / "000001.ttd.pdf")
    (found,) = json.loads(tera("record", "verify", paper, "--json", lab=root).stdout)["approvals"]
    assert (found["name"], found["meaning"], found["certificate"]) == ("Siti Contoh", "mengesahkan", digits)
    assert f"Siti Contoh: mengesahkan, {found['at']}" in tera("record", "verify", paper, lab=root).stdout


@pytest.mark.parametrize(
    ("who", "meaning"), [("ani", "mengesahkan"), ("siti", "memeriksa"), ("x", "mengesahkan")]
)
def test_each_meaning_has_its_role(sealed, who, meaning):
    with pytest.raises(LaboratoryError) as caught:
        approver(laboratory(BUDI, SITI, ANI), sealed[1].verified, who, meaning)
    assert caught.value.code == "approval.role"


@pytest.mark.parametrize("record", [{"training": True}, {"verdict": None}], ids=["training", "no verdict"])
def test_what_is_no_verification_is_never_approved(sealed, record):
    with pytest.raises(LaboratoryError) as caught:
        sign(sealed, (BUDI, SITI), "siti", **record)
    assert caught.value.code == "approval.no_verification"


def test_the_command_tells_what_is_missing_and_changes_nothing(tmp_path):
    root = tmp_path / "lab"
    assert tera("init", str(root)).returncode == 0
    assert tera("run", "scales", "--uut", str(root / "orders/contoh.toml"), lab=root).returncode == 3
    assert tera("void", "000001", "--reason", "salah alat", lab=root).returncode == 0
    record = str(Folders(root).records / "000001.tera.json")
    for options in ((), ("--p12", "x.p12"), ("--token", "t"), ("--service", "http://127.0.0.1:9")):
        told = tera("approve", record, "--person", "penera1", *options, lab=root)
        assert told.returncode == 2
        assert "Traceback" not in told.stderr
    assert not (Folders(root).records / "000001.ttd.pdf").exists()
    shown = tera("audit-trail", "show", "--json", lab=root).stdout
    assert "approved" not in [json.loads(line)["entry"].get("what") for line in shown.splitlines()]
