"""No record holds those after it for good: what the register's office decides, and what is there already."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from results import envelope as dsse
from results.payload import read_payload
from results.receipt import verification_address
from results.record import Office, Signer
from results.registry import enrolment
from results.registry.refusal import RefusalError
from results.registry.server import EmbeddedRegistry
from tests.bench.forked import completed
from tests.results.registry_bench import OFFICE, Bench, new_key, payload_of, sealed

LATER = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
ENROLLED, COLLEAGUE = "198001012005011001", "197001011995032001"
REASON = "Disegel sebelum NIP diisi; surat UML <b>12</b>"


@pytest.fixture
def registry(tmp_path):
    with EmbeddedRegistry(tmp_path / "registry", training=False) as running:
        yield running


@pytest.fixture
def officer(registry):
    """One of two officers of the office."""
    found = new_key()
    registry.store.enrol(ENROLLED, found.public, OFFICE, role="officer")
    registry.store.enrol(COLLEAGUE, new_key().public, OFFICE, role="officer")
    return found


@pytest.fixture
def bench(registry, officer):
    found = Signing(officer)
    registry.store.enrol(found.name, found.key.public, OFFICE)
    return found


class Signing(Bench):
    """A bench whose officer signs too."""

    def __init__(self, officer):
        super().__init__()
        self.officer = officer

    def seal(self, **changes):
        body = super().seal(**{"begun_at": LATER, "ended_at": LATER, **changes})
        return sealed(record_of(body), self.key, self.officer)


def record_of(body):
    return read_payload(dsse.parse(body))


def post(registry, body):
    return httpx.post(f"{registry.url}/records", content=body)


HELD = {
    "no NIP": ({"officer": Signer("Penera Satu")}, "registry.no_nip"),
    "a mistyped NIP": ({"officer": Signer("Penera Satu", "19800101")}, "registry.unknown_officer"),
    "the NIP of a colleague": ({"officer": Signer("Penera Satu", COLLEAGUE)}, "registry.officer"),
    "a misspelt office": ({"office": Office(name="UML Kab. Contoh")}, "registry.other_bench"),
}


@pytest.mark.parametrize(("changes", "code"), HELD.values(), ids=HELD)
def test_a_record_that_was_sealed_so_holds_the_others_until_the_registers_office_decides(
    registry, bench, changes, code
):
    first, second = bench.seal(**changes), bench.seal()
    assert post(registry, first).json()["code"] == code
    assert post(registry, second).json()["code"] == "registry.sequence"
    receipt = registry.store.admit(first, reason=REASON, by="Kepala Register")
    assert post(registry, first).json()["root_hash"] == receipt.root_hash
    assert post(registry, second).status_code == 201
    shown = httpx.get(verification_address(registry.url, payload_of(first))).text
    assert "Diterima atas keputusan kantor register" in shown
    assert "surat UML &lt;b&gt;12&lt;/b&gt;" in shown
    assert "Kepala Register" not in shown
    other = httpx.get(verification_address(registry.url, payload_of(second))).text
    assert "keputusan kantor register" not in other


def test_nobody_decides_about_a_record_of_an_unknown_bench_in_another_place_or_of_another_kind(
    registry, bench
):
    foreign, training = Signing(bench.officer), Signing(bench.officer)
    training.training, training.key = True, bench.key
    bodies = {
        foreign.seal(): "registry.other_bench",
        training.seal(): "registry.training",
        bench.seal()[:-9]: "registry.envelope",
        bench.seal(): "registry.sequence",
    }
    for body, code in bodies.items():
        with pytest.raises(RefusalError) as refused:
            registry.store.admit(body, reason="x", by="y")
        assert refused.value.code == code
    assert registry.store.counts() == (0, 0)


def test_what_is_registered_is_not_decided_about_again(registry, bench):
    body = bench.seal()
    assert post(registry, body).status_code == 201
    with pytest.raises(RefusalError, match="is registered already"):
        registry.store.admit(body, reason="x", by="y")


def test_a_decision_is_never_changed(registry, bench):
    registry.store.admit(bench.seal(officer=Signer("Penera Satu")), reason="x", by="y")
    for statement in ("UPDATE admission SET reason = 'z'", "DELETE FROM admission"):
        with pytest.raises(DBAPIError, match="never changes"), registry.store.database.writing() as session:
            session.execute(text(statement))


def test_a_registered_record_gets_its_receipt_again_whatever_became_of_its_keys(registry, bench):
    """A bench that has lost its receipts sends all again, also of the time before its key was replaced."""
    first, newer = bench.seal(), new_key()
    receipt = post(registry, first).json()
    for keyid in (bench.key.keyid, bench.officer.keyid):
        enrolment.retire(registry.store.database, keyid, at=datetime.now(UTC))
    registry.store.enrol(bench.name, newer.public, OFFICE)
    again = post(registry, first)
    assert (again.status_code, again.json()) == (200, receipt)
    assert post(registry, bench.seal()).status_code == 403


def test_an_amendment_of_a_record_under_a_misspelt_office_is_taken_by_decision_too(registry, bench):
    registry.store.admit(bench.seal(office=Office(name="UML Kab. Contoh")), reason="x", by="y")
    body = bench.seal(supersedes="BENCH-02:000001")
    assert post(registry, body).json()["code"] == "registry.supersedes"
    registry.store.admit(body, reason="x", by="y")
    unknown = bench.seal(supersedes="BENCH-02:000099")
    with pytest.raises(RefusalError, match="000099"):
        registry.store.admit(unknown, reason="x", by="y")


def test_whoever_runs_the_register_decides_with_the_file(registry, bench, tmp_path):
    file = tmp_path / "000001.tera.json"
    file.write_bytes(bench.seal(officer=Signer("Penera Satu")))
    words = ("registry", "admit", str(file), "--folder", str(tmp_path / "registry"), "--by", "Kepala")
    told = completed(["-m", "bench", *words, "--reason", REASON])
    assert (told.returncode, "BENCH-02:000001" in told.stdout) == (0, True)
    assert post(registry, file.read_bytes()).status_code == 200
    again = completed(["-m", "bench", *words, "--reason", REASON])
    assert (again.returncode, "Traceback" in again.stderr) == (2, False)
    assert "sudah terdaftar" in again.stderr
