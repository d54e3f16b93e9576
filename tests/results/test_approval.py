"""Approving a paper: file, token and state service sign; no byte of it changes; all is read back."""

import contextlib
import random
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from results.approval.behind import only_signatures_behind
from results.approval.certificate_key import CertificateKey
from results.approval.signatures import signatures_of
from results.approval.signer import Act, approve
from results.approval.state_service import StateService
from results.errors import RecordError
from results.journal import Journal
from results.paper import has_only_signatures_behind
from tests.results.added_page import painted_over
from tests.results.made_run import seal_with, write_run
from tests.results.own_certificate import PASSWORD, certificate_of, write_p12

pytest.importorskip("pyhanko", reason="pyhanko is in the extra signing")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
ACT = Act(meaning="mengesahkan", name="Siti Contoh", place="Kabupaten Contoh")
LIBRARIES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so")


@pytest.fixture(scope="module")
def paper(tmp_path_factory):
    folder = tmp_path_factory.mktemp("approval")
    with Journal(folder / "journal.db") as journal:
        write_run(journal, end="concluded")
        return seal_with(journal, folder, folder).certificate.read_bytes()


@pytest.fixture(scope="module")
def file_of_head(tmp_path_factory):
    path = tmp_path_factory.mktemp("p12") / "kepala.p12"
    write_p12(path, "Siti Contoh")
    return path


def test_a_file_signs_behind_the_paper_and_is_read_back(paper, file_of_head):
    signed = approve(paper, CertificateKey.from_file(file_of_head, PASSWORD), ACT)
    (found,) = signatures_of(signed)
    assert (found.name, found.meaning, found.intact, found.covers_all) == (
        "Siti Contoh",
        "mengesahkan",
        True,
        True,
    )
    assert abs(datetime.fromisoformat(found.at) - datetime.now(UTC)) < timedelta(minutes=5)


def test_a_strangers_certificate_steers_no_screen_and_may_have_two_names(paper, tmp_path):
    written = write_p12(tmp_path / "x.p12", "Siti\x1b[2J", "Budi", serial="123")
    (found,) = signatures_of(approve(paper, CertificateKey.from_file(tmp_path / "x.p12", PASSWORD), ACT))
    assert (found.name, found.serial, found.certificate) == ("Siti[2J + Budi", "123", written)


def test_a_second_person_signs_after_the_first_and_both_hold(paper, file_of_head):
    signer = CertificateKey.from_file(file_of_head, PASSWORD)
    checked = approve(paper, signer, Act(meaning="memeriksa", name="Pereviu"))
    found = signatures_of(approve(checked, signer, ACT))
    assert [one.meaning for one in found] == ["memeriksa", "mengesahkan"]
    assert all(one.intact and one.covers_all for one in found)


def test_a_byte_changed_under_the_signature_is_seen(paper, file_of_head):
    signed = bytearray(approve(paper, CertificateKey.from_file(file_of_head, PASSWORD), ACT))
    place = signed.index(b"/Title") + 9
    signed[place] ^= 1
    assert not any(one.intact for one in signatures_of(bytes(signed)))


def test_a_signature_cannot_be_moved_to_another_paper(paper, file_of_head):
    signed = approve(paper, CertificateKey.from_file(file_of_head, PASSWORD), ACT)
    other = paper.replace(b"/Title", b"/Titel", 1) + signed[len(paper) :]
    assert not any(one.intact for one in signatures_of(other))


def test_an_unsigned_paper_has_no_signature(paper):
    assert signatures_of(paper) == ()


ADDED = {"a page": {}, "a stamp": {"annotation": True}, "a form": {"form": True}, "a title": {"info": True}}


@pytest.mark.parametrize("case", ADDED)
def test_what_is_put_behind_a_paper_is_found_also_under_a_signature_of_whoever_put_it_there(
    paper, file_of_head, case
):
    signer = CertificateKey.from_file(file_of_head, PASSWORD)
    signed = approve(paper, signer, ACT)
    forged = painted_over(paper, **ADDED[case])
    assert forged.startswith(paper)
    assert only_signatures_behind(signed, paper)
    assert has_only_signatures_behind(signed)
    assert not only_signatures_behind(forged, paper)
    assert not has_only_signatures_behind(forged)
    assert not only_signatures_behind(approve(forged, signer, ACT), paper)
    assert not only_signatures_behind(painted_over(signed, **ADDED[case]), paper)


def test_every_signature_is_invisible_and_the_last_covers_the_whole_file(paper, file_of_head):
    signer = CertificateKey.from_file(file_of_head, PASSWORD)
    signed = approve(paper, signer, Act(meaning="memeriksa", name="Pereviu"))
    twice = approve(signed, signer, ACT)
    assert only_signatures_behind(twice, paper)
    assert not only_signatures_behind(twice + b"\n%%EOF\n", paper)
    assert not only_signatures_behind(twice[:-1], paper)
    assert not only_signatures_behind(paper, paper)
    visible = twice.replace(b"/Rect [ 0 0 0 0 ]", b"/Rect [ 0 0 9 9 ]")
    assert visible != twice
    assert not only_signatures_behind(visible, paper)


@pytest.fixture(scope="module")
def signed(paper, file_of_head):
    return approve(paper, CertificateKey.from_file(file_of_head, PASSWORD), ACT)


@pytest.mark.parametrize("seed", range(40))
def test_what_is_changed_behind_a_paper_is_told_and_breaks_nothing(paper, signed, seed):
    chance = random.Random(seed)  # noqa: S311  # places, no secrets
    damaged = bytearray(signed)
    start = signed.index(b"/Contents <", len(paper))
    end = signed.index(b">", start)
    for _ in range(3):
        place = chance.choice((chance.randrange(len(paper), start), chance.randrange(end + 1, len(signed))))
        damaged[place] = chance.choice([one for one in b"0123456789[]<>/ R" if one != damaged[place]])
    found = signatures_of(bytes(damaged))
    assert not only_signatures_behind(bytes(damaged), paper) or not all(one.intact for one in found)


BAD = {"wrong password": "wrong", "no password": ""}


@pytest.mark.parametrize("case", BAD)
def test_a_file_that_does_not_open_is_told(paper, file_of_head, case):
    with pytest.raises(RecordError) as caught:
        approve(paper, CertificateKey.from_file(file_of_head, BAD[case]), ACT)
    assert caught.value.code == "approval.refused"


@pytest.mark.parametrize("content", [None, b"", b"not a certificate"])
def test_a_file_that_is_none_is_told(paper, tmp_path, content):
    path = tmp_path / "x.p12"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RecordError) as caught:
        approve(paper, CertificateKey.from_file(path, PASSWORD), ACT)
    assert caught.value.code == "approval.refused"


def test_a_signer_that_rewrites_the_paper_is_refused(paper):
    class Rewriter:
        def sign(self, paper, act):
            return b"%PDF-1.7 something nicer" + paper

    with pytest.raises(RecordError) as caught:
        approve(paper, Rewriter(), ACT)
    assert caught.value.code == "approval.rewritten"


# ---------------------------------------------------------------- a token


@pytest.fixture
def token(tmp_path, monkeypatch, program):
    """A token with a key that was made on it, as SoftHSM plays one."""
    tool = program("softhsm2-util")
    library = next((Path(path) for path in LIBRARIES if Path(path).exists()), None)
    if library is None:
        pytest.skip("softhsm2 is not installed (.ci/packages names the Debian package)")
    pkcs11 = pytest.importorskip("pkcs11", reason="python-pkcs11 is in the extra signing")
    (tmp_path / "tokens").mkdir()
    (tmp_path / "softhsm.conf").write_text(f"directories.tokendir = {tmp_path / 'tokens'}\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm.conf"))
    line = [tool, "--init-token", "--free", "--label", "kepala", "--pin", "123456", "--so-pin", "654321"]
    subprocess.run(line, check=True, capture_output=True)
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "key.pem").write_bytes(pem)
    line = [tool, "--import", str(tmp_path / "key.pem"), "--token", "kepala", "--label", "siti"]
    subprocess.run([*line, "--id", "01", "--pin", "123456"], check=True, capture_output=True)
    certificate = certificate_of(key, "Siti Contoh")
    with pkcs11.lib(str(library)).get_token(token_label="kepala").open(user_pin="123456", rw=True) as session:
        session.create_object(
            {
                pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
                pkcs11.Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                pkcs11.Attribute.TOKEN: True,
                pkcs11.Attribute.LABEL: "siti",
                pkcs11.Attribute.ID: b"\x01",
                pkcs11.Attribute.SUBJECT: certificate.subject.public_bytes(),
                pkcs11.Attribute.VALUE: certificate.public_bytes(serialization.Encoding.DER),
            }
        )
    return library


def test_a_token_signs_and_a_wrong_pin_does_not(paper, token):
    signed = approve(paper, CertificateKey.from_token(token, "kepala", "123456", "siti"), ACT)
    assert [(one.name, one.intact) for one in signatures_of(signed)] == [("Siti Contoh", True)]
    for name, pin in (("kepala", "000000"), ("other", "123456")):
        with pytest.raises(RecordError) as caught:
            approve(paper, CertificateKey.from_token(token, name, pin, "siti"), ACT)
        assert caught.value.code == "approval.refused"


# ---------------------------------------------------------------- the state's service


@contextlib.contextmanager
def service(answer):
    """A signing client such as an office runs; `answer` gives status and body from the request."""
    seen = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            seen.append((self.path, self.headers["Authorization"], body))
            status, content = answer(body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def account(url):
    return StateService(url, user="esign", password="x", nik="3200000000000001", passphrase="rahasia")


def test_the_service_is_asked_with_the_account_and_the_person_and_its_signature_is_read(paper, file_of_head):
    signed = approve(paper, CertificateKey.from_file(file_of_head, PASSWORD), ACT)
    with service(lambda _: (200, signed)) as (url, seen):
        assert approve(paper, account(url), ACT) == signed
    path, authorization, body = seen[0]
    assert path == "/api/sign/pdf"
    assert authorization.startswith("Basic ")
    for part in (b"3200000000000001", b"rahasia", b"invisible", paper):
        assert part in body


ANSWERS = {
    "wrong passphrase": (400, b'{"error": "Passphrase salah"}', "Passphrase salah"),
    "no words": (500, b"<html>", "status 500"),
    "no PDF": (200, b"<html>", "no PDF"),
    "a list": (400, b"[]", "status 400"),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_what_the_service_says_is_told(paper, case):
    status, content, told = ANSWERS[case]
    with service(lambda _: (status, content)) as (url, _), pytest.raises(RecordError) as caught:
        approve(paper, account(url), ACT)
    assert caught.value.code == "approval.refused"
    assert told in caught.value.facts["why"]


def test_a_service_that_is_down_is_told(paper, free_port):
    with pytest.raises(RecordError, match="does not answer"):
        approve(paper, account(f"http://127.0.0.1:{free_port}"), ACT)


@pytest.mark.parametrize(
    ("url", "why"), [("https://esign:geheim@klien.example", "TERA_SIGN_ACCOUNT"), ("http://[x", "answer")]
)
def test_an_address_of_the_service_that_is_none_or_holds_a_password_is_told(paper, url, why):
    with pytest.raises(RecordError, match=why) as refused:
        approve(paper, account(url), ACT)
    assert "geheim" not in str(refused.value)
