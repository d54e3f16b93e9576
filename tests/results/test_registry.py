"""The registry over a real socket: what it takes, what it refuses, and that its log only grows."""

import base64
import contextlib
import socket
import sqlite3
import threading
from datetime import UTC, datetime, timedelta

import httpx
import msgspec
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from drivers.notation import to_json
from results import envelope as dsse
from results import merkle
from results.errors import RecordError, StorageError
from results.receipt import Receipt, verification_token, verify_receipt
from results.record import Signer
from results.registry import enrolment
from results.registry.app import open_store
from results.registry.checkpoint import open_note
from results.registry.database import Database
from results.registry.server import EmbeddedRegistry, listen
from results.registry.settings import Settings
from results.registry.tables import Table
from results.registry.wire import BatchAnswer, content_digest
from tests.results.registry_bench import OFFICE, Bench, a_record, new_key, payload_of, sealed


@pytest.fixture
def registry(tmp_path):
    with EmbeddedRegistry(tmp_path / "registry", training=False) as running:
        yield running


@pytest.fixture
def bench(registry):
    found = Bench()
    registry.store.enrol(found.name, found.key.public, OFFICE)
    return found


def post(registry, body, **headers):
    return httpx.post(f"{registry.url}/records", content=body, headers=headers)


def get(registry, path, **query):
    return httpx.get(f"{registry.url}{path}", params=query or None)


def receipt_in(answer):
    return msgspec.json.decode(answer.content, type=Receipt)


def test_a_record_gets_a_receipt_that_verifies(registry, bench):
    body = bench.seal()
    answer = post(registry, body)
    assert answer.status_code == 201
    receipt = receipt_in(answer)
    assert (receipt.record_id, receipt.leaf_index, receipt.tree_size) == ("BENCH-02:000001", 0, 1)
    assert verify_receipt(receipt, payload_of(body), registry.key).size == 1


def test_the_same_record_again_gives_the_same_receipt_and_no_second_leaf(registry, bench):
    first, second = bench.seal(), bench.seal()
    original = post(registry, first)
    post(registry, second)
    again = post(registry, first)
    assert (again.status_code, again.content) == (200, original.content)
    assert get(registry, "/health").json()["tree_size"] == 2


def test_the_same_number_with_another_content_is_refused_and_raises_an_alarm(registry, bench):
    post(registry, bench.seal())
    forged = sealed(a_record(sequence=1, certificate_number="9999/SKHP/I/2026"), bench.key)
    answer = post(registry, forged)
    assert answer.status_code == 409
    assert answer.json()["code"] == "registry.conflict"
    assert get(registry, "/health").json() == {
        "status": "ok",
        "training": False,
        "tree_size": 1,
        "alarms": 1,
    }


def test_a_gap_is_refused_with_the_number_that_is_expected(registry, bench):
    post(registry, bench.seal())
    bench.seal()
    answer = post(registry, bench.seal())
    assert answer.status_code == 409
    assert (answer.json()["code"], answer.json()["expected"]) == ("registry.sequence", 2)
    assert get(registry, "/health").json()["tree_size"] == 1


def post_batch(registry, bodies):
    return httpx.post(f"{registry.url}/records/batch", content=b"".join(bodies))


def test_a_batch_gives_the_receipts_that_its_records_would_have_had_alone(registry, bench):
    bodies = [bench.seal() for _ in range(5)]
    first = receipt_in(post(registry, bodies[0]))
    answer = msgspec.json.decode(post_batch(registry, bodies).content, type=BatchAnswer)
    assert answer.refused is None
    assert answer.receipts[0] == first
    for place, (body, receipt) in enumerate(zip(bodies, answer.receipts, strict=True)):
        assert receipt.leaf_index == place
        verify_receipt(receipt, payload_of(body), registry.key)
    assert msgspec.json.decode(post_batch(registry, bodies).content, type=BatchAnswer) == answer
    assert get(registry, "/health").json()["tree_size"] == 5


def test_a_batch_is_taken_up_to_the_first_record_that_is_refused(registry, bench):
    one, missing, three = (bench.seal() for _ in range(3))
    answer = post_batch(registry, [one, three, missing])
    assert answer.status_code == 200
    told = msgspec.json.decode(answer.content, type=BatchAnswer)
    assert [receipt.leaf_index for receipt in told.receipts] == [0]
    assert (told.refused.code, told.refused.expected, told.refused.status) == ("registry.sequence", 2, 409)
    assert get(registry, "/health").json()["tree_size"] == 1


BAD_BATCHES = {
    "nothing": (b"", 413, "registry.batch"),
    "more than sixteen": (b"{}\n" * 17, 413, "registry.batch"),
    "more bytes than a record may have": (b"x" * 2_000_001, 413, "registry.too_large"),
}


@pytest.mark.parametrize(("body", "status", "code"), BAD_BATCHES.values(), ids=BAD_BATCHES)
def test_a_batch_of_another_size_is_refused_whole(registry, body, status, code):
    answer = post_batch(registry, [body])
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_batch_that_was_damaged_on_its_way_is_refused_whole(registry, bench):
    body = bench.seal() + bench.seal()
    headers = {"Content-Digest": content_digest(body + b"x")}
    answer = httpx.post(f"{registry.url}/records/batch", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "registry.damaged")
    assert get(registry, "/health").json()["tree_size"] == 0


def test_a_batch_cut_in_a_record_is_taken_up_to_the_cut(registry, bench):
    whole, half = bench.seal(), bench.seal()
    answer = post_batch(registry, [whole, half[:-40]]).json()
    assert (len(answer["receipts"]), answer["refused"]["code"]) == (1, "registry.envelope")


def test_no_piece_of_an_answer_waits_for_a_peer_that_keeps_its_connection():
    with listen("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_each_bench_counts_for_itself(registry, bench):
    other = Bench("BENCH-07")
    registry.store.enrol(other.name, other.key.public, OFFICE)
    assert [post(registry, sealer.seal()).status_code for sealer in (bench, other, other, bench)] == [201] * 4


def test_a_record_that_follows_another_than_the_registered_one_raises_an_alarm(registry, bench):
    post(registry, bench.seal())
    bench.previous = "f" * 64
    answer = post(registry, bench.seal())
    assert (answer.status_code, answer.json()["code"]) == (409, "registry.chain")
    assert get(registry, "/health").json()["alarms"] == 1


def test_a_production_registry_refuses_training(registry):
    trainee = Bench(training=True)
    registry.store.enrol(trainee.name, trainee.key.public, OFFICE)
    answer = post(registry, trainee.seal())
    assert (answer.status_code, answer.json()["code"]) == (403, "registry.training")
    assert "training record" in answer.json()["message"]
    assert get(registry, "/health").json()["tree_size"] == 0


def test_a_training_registry_takes_only_training(tmp_path):
    with EmbeddedRegistry(tmp_path, training=True) as registry:
        trainee, serious = Bench(training=True), Bench("BENCH-07")
        for bench in (trainee, serious):
            registry.store.enrol(bench.name, bench.key.public, OFFICE)
        assert post(registry, trainee.seal()).status_code == 201
        assert post(registry, serious.seal()).json()["code"] == "registry.only_training"


def test_a_training_registry_signs_under_another_name_than_a_true_one(registry, tmp_path):
    with EmbeddedRegistry(tmp_path / "training", training=True) as training:
        assert training.key.origin != registry.key.origin


def test_every_flipped_byte_of_an_envelope_is_refused(registry, bench):
    body = bench.seal()
    step = max(1, len(body) // 60)
    with httpx.Client(base_url=registry.url) as client:
        for place in range(0, len(body), step):
            wrong = bytearray(body)
            wrong[place] ^= 1
            assert client.post("/records", content=bytes(wrong)).status_code in {400, 403}, place
    assert get(registry, "/health").json()["tree_size"] == 0
    assert post(registry, body).status_code == 201


def rewritten(body, **changes):
    return msgspec.json.encode(msgspec.json.decode(body) | changes) + b"\n"


def bad_bodies(bench):
    good = bench.seal()
    stranger, officer = new_key(), new_key()
    record = a_record()
    claims = {"payload": base64.b64encode(to_json(a_record(certificate_number="1"))).decode()}
    return {
        "nothing": (b"", 400, "registry.envelope"),
        "no JSON": (b"\xff\xfe", 400, "registry.envelope"),
        "deep JSON": (b"[" * 100_000, 400, "registry.envelope"),
        "spaces added": (good.replace(b",", b", "), 400, "registry.envelope"),
        "another payload type": (rewritten(good, payloadType="text/plain"), 400, "registry.envelope"),
        "a field too many": (rewritten(good, note="hello"), 400, "registry.envelope"),
        "no signature": (rewritten(good, signatures=[]), 400, "registry.envelope"),
        "payload exchanged": (rewritten(good, **claims), 403, "registry.signature"),
        "signed by a stranger": (sealed(record, stranger), 403, "registry.unknown_bench"),
        "of a bench that did not sign it": (
            sealed(a_record("BENCH-99"), bench.key),
            403,
            "registry.other_bench",
        ),
        "of an office that has not enrolled the bench": (
            sealed(
                msgspec.structs.replace(record, office=record.office.__class__(name="UML Lain")), bench.key
            ),
            403,
            "registry.other_bench",
        ),
        "signed by an officer only": (sealed(record, officer), 403, "registry.unknown_bench"),
        "no record": (
            dsse.render(dsse.sign(b'{"a": 1}', training=False, seals=[bench.key])),
            422,
            "registry.record",
        ),
        "deep payload": (
            dsse.render(
                dsse.sign(
                    to_json(record).replace(b'"uut":{', b'"uut":{"x":' + b"[" * 9000 + b"]" * 9000 + b","),
                    training=False,
                    seals=[bench.key],
                )
            ),
            422,
            "registry.record",
        ),
        "training in the record, not in the envelope": (
            sealed(a_record(training=True), bench.key, training=False),
            422,
            "registry.record",
        ),
        "an id of another number": (
            sealed(a_record(record_id="BENCH-02:000009"), bench.key),
            422,
            "registry.record",
        ),
        "a number out of its sequence": (
            sealed(a_record(number="000009", record_id="BENCH-02:000009"), bench.key),
            422,
            "registry.record",
        ),
        "number nought": (sealed(a_record(sequence=0), bench.key), 422, "registry.record"),
        "concluded without a verdict": (sealed(a_record(verdict=None), bench.key), 422, "registry.record"),
        "voided with a verdict": (sealed(a_record(state="voided"), bench.key), 422, "registry.record"),
        "an end without an offset": (
            sealed(a_record(ended_at="2026-11-21T09:14:00"), bench.key),
            422,
            "registry.record",
        ),
        "a bench name that hides something": (
            sealed(a_record("BENCH\u202e02"), bench.key),
            422,
            "registry.record",
        ),
        "superseding what is not there": (
            sealed(a_record(supersedes="BENCH-02:000077"), bench.key),
            422,
            "registry.supersedes",
        ),
        "too large": (b"x" * 2_000_001, 413, "registry.too_large"),
    }


def test_a_bad_body_is_refused_in_plain_words_and_changes_nothing(registry, bench):
    with httpx.Client(base_url=registry.url) as client:
        for why, (body, status, code) in bad_bodies(bench).items():
            answer = client.post("/records", content=body)
            assert (why, answer.status_code, answer.json()["code"]) == (why, status, code)
            assert answer.json()["message"].endswith(".")
            assert answer.json()["remedy"].endswith(".")
        assert client.get("/health").json() == {
            "status": "ok",
            "training": False,
            "tree_size": 0,
            "alarms": 0,
        }


def test_a_body_damaged_on_its_way_is_told_from_a_wrong_record(registry, bench):
    body = bench.seal()
    answer = post(registry, body[:-5], **{"Content-Digest": content_digest(body)})
    assert (answer.status_code, answer.json()["code"]) == (400, "registry.damaged")
    assert post(registry, body, **{"Content-Digest": content_digest(body)}).status_code == 201


def test_an_enrolled_officer_must_have_signed(registry, bench):
    officer = new_key()
    record = a_record()
    registry.store.enrol(record.officer.nip, officer.public, OFFICE, role="officer")
    answer = post(registry, sealed(record, bench.key))
    assert (answer.status_code, answer.json()["code"]) == (403, "registry.officer")
    assert post(registry, sealed(record, bench.key, officer)).status_code == 201


def test_an_office_that_enrols_officers_takes_no_record_of_another(registry, bench):
    registry.store.enrol("197001011995032001", new_key().public, OFFICE, role="officer")
    for nip in ("198001012005011001", ""):
        answer = post(registry, sealed(a_record(officer=Signer("Penera Lain", nip)), bench.key))
        assert (answer.status_code, answer.json()["code"]) == (403, "registry.unknown_officer")
        assert answer.json()["message"].endswith(".")


def test_a_record_without_a_nip_is_taken_when_an_enrolled_officer_of_the_office_has_signed(registry, bench):
    """It was sealed before its bench knew a register; the enrolled key says who has signed."""
    officer, retired, elsewhere = new_key(), new_key(), new_key()
    registry.store.enrol("198001012005011001", officer.public, OFFICE, role="officer")
    keyid = registry.store.enrol("197001011995032001", retired.public, OFFICE, role="officer")
    enrolment.retire(registry.store.database, keyid, at=datetime.now(UTC))
    registry.store.enrol("196001011985031001", elsewhere.public, "UML Kota Lain", role="officer")
    for nip in ("", "  "):
        record = a_record(officer=Signer("Penera Satu", nip), ended_at="2020-11-21T09:14:00+07:00")
        for signer in (retired, elsewhere, new_key()):
            answer = post(registry, sealed(record, bench.key, signer))
            assert (answer.status_code, answer.json()["code"]) == (403, "registry.unknown_officer")
    assert post(registry, sealed(record, bench.key, officer)).status_code == 201


def test_a_record_without_a_nip_is_taken_only_where_no_other_officer_could_be_meant(registry, bench):
    """Signed by one of them, it could be written in the name of the other."""
    officer, later = new_key(), (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    record = a_record(officer=Signer("Penera Dua", ""), ended_at=later)
    registry.store.enrol("198001012005011001", officer.public, OFFICE, role="officer")
    registry.store.enrol("196001011985031001", new_key().public, "UML Kota Lain", role="officer")
    keyid = registry.store.enrol("197001011995032001", new_key().public, OFFICE, role="officer")
    enrolment.retire(registry.store.database, keyid, at=datetime.now(UTC))
    answer = post(registry, sealed(record, bench.key, officer))
    assert (answer.status_code, answer.json()["code"]) == (403, "registry.no_nip")
    before = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    record = msgspec.structs.replace(record, begun_at=before, ended_at=before)
    assert post(registry, sealed(record, bench.key, officer)).status_code == 201


def test_a_record_without_a_nip_is_that_of_the_only_officer_who_was_ever_enrolled(registry, bench):
    officer, later = new_key(), (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    registry.store.enrol("198001012005011001", officer.public, OFFICE, role="officer")
    registry.store.enrol("198001012005011001", new_key().public, OFFICE, role="officer")
    record = a_record(officer=Signer("Penera Satu", ""), ended_at=later)
    assert post(registry, sealed(record, bench.key, officer)).status_code == 201


def test_an_officers_retired_key_is_not_enough_and_still_binds_the_office(registry, bench):
    officer, newer = new_key(), new_key()
    record = a_record()
    keyid = registry.store.enrol(record.officer.nip, officer.public, OFFICE, role="officer")
    enrolment.retire(registry.store.database, keyid, at=datetime.now(UTC))
    for body in (sealed(record, bench.key), sealed(record, bench.key, officer)):
        assert post(registry, body).json()["code"] == "registry.officer"
    registry.store.enrol(record.officer.nip, newer.public, OFFICE, role="officer")
    assert post(registry, sealed(record, bench.key, newer)).status_code == 201


def test_officers_of_another_office_bind_nobody_here(registry, bench):
    registry.store.enrol("197001011995032001", new_key().public, "UML Kota Lain", role="officer")
    assert post(registry, bench.seal()).status_code == 201


def test_a_signature_of_a_key_that_is_not_enrolled_claims_nothing(registry, bench):
    assert post(registry, sealed(a_record(), bench.key, new_key())).status_code == 201


def test_an_enrolled_signature_that_does_not_hold_spoils_the_record(registry, bench):
    officer = new_key()
    registry.store.enrol("198001012005011001", officer.public, OFFICE, role="officer")
    whole = dsse.parse(sealed(a_record(), bench.key, officer))
    other = dsse.parse(sealed(a_record(order="x"), bench.key, officer))
    mixed = msgspec.structs.replace(whole, signatures=(whole.signatures[0], other.signatures[1]))
    assert post(registry, dsse.render(mixed)).json()["code"] == "registry.signature"


def test_a_retired_key_signs_nothing_new_and_its_old_records_stay_good(registry, bench):
    body = bench.seal()
    receipt = receipt_in(post(registry, body))
    enrolment.retire(registry.store.database, bench.key.keyid, at=datetime.now(UTC))
    assert post(registry, bench.seal()).json()["code"] == "registry.unknown_bench"
    assert httpx.get(receipt.verification_address).status_code == 200


def test_a_bench_goes_on_with_a_new_key(registry, bench):
    post(registry, bench.seal())
    old, bench.key = bench.key, new_key()
    registry.store.enrol(bench.name, bench.key.public, OFFICE)
    enrolment.retire(registry.store.database, old.keyid, at=datetime.now(UTC))
    assert post(registry, bench.seal()).status_code == 201


BAD_ENROLMENTS = {
    "a short key": ("BENCH-03", b"123", OFFICE),
    "no name": ("", b"1" * 32, OFFICE),
    "no office": ("BENCH-03", b"1" * 32, ""),
}


@pytest.mark.parametrize("wrong", BAD_ENROLMENTS.values(), ids=BAD_ENROLMENTS)
def test_an_incomplete_enrolment_is_refused(registry, wrong):
    with pytest.raises(RecordError):
        registry.store.enrol(*wrong)


def test_one_key_serves_one_bench_and_enrolling_again_changes_nothing(registry, bench):
    registry.store.enrol(bench.name, bench.key.public, OFFICE)
    with pytest.raises(RecordError, match="enrolled already"):
        registry.store.enrol("BENCH-03", bench.key.public, OFFICE)
    with pytest.raises(RecordError, match="No key"):
        enrolment.retire(registry.store.database, "0" * 64, at=datetime.now(UTC))


def test_a_record_may_replace_one_of_its_own_office_only(registry, bench):
    post(registry, bench.seal())
    other = Bench("BENCH-50")
    elsewhere = a_record().office.__class__(name="UML Lain")
    registry.store.enrol(other.name, other.key.public, "UML Lain")
    stolen = post(registry, other.seal(office=elsewhere, supersedes="BENCH-02:000001"))
    assert stolen.json()["code"] == "registry.supersedes"
    assert post(registry, bench.seal(supersedes="BENCH-02:000001")).status_code == 201


def test_proofs_between_all_trees_of_the_log_verify(registry, bench):
    payloads = []
    roots = {0: merkle.EMPTY_ROOT}
    with httpx.Client(base_url=registry.url) as client:
        for _ in range(6):
            body = bench.seal()
            payloads.append(payload_of(body))
            receipt = receipt_in(client.post("/records", content=body))
            roots[receipt.tree_size] = bytes.fromhex(receipt.root_hash)
        for second in range(7):
            for first in range(second + 1):
                answer = client.get("/proof/consistency", params={"first": first, "second": second}).json()
                proof = [bytes.fromhex(digest) for digest in answer["proof"]]
                assert merkle.verify_consistency(first, second, roots[first], roots[second], proof)
        for leaf, payload in enumerate(payloads):
            answer = client.get("/proof/inclusion", params={"leaf": leaf, "size": 6}).json()
            proof = [bytes.fromhex(digest) for digest in answer["proof"]]
            assert merkle.verify_inclusion(merkle.leaf_hash(payload), leaf, 6, proof, roots[6])
        newest = open_note(client.get("/checkpoint").text, registry.key)
    assert (newest.size, newest.root) == (6, roots[6])


NO_PROOFS = {
    "a leaf that is not there": "/proof/inclusion?leaf=1",
    "a tree that is not there": "/proof/inclusion?leaf=0&size=2",
    "a leaf beyond its tree": "/proof/inclusion?leaf=0&size=0",
    "a future tree": "/proof/consistency?first=1&second=2",
    "a tree that shrinks": "/proof/consistency?first=1&second=0",
}


def test_a_proof_that_cannot_be_is_refused(registry, bench):
    post(registry, bench.seal())
    for why, path in NO_PROOFS.items():
        answer = get(registry, path)
        assert (why, answer.status_code, answer.json()["code"]) == (why, 404, "registry.no_tree")
    assert get(registry, "/proof/inclusion?leaf=-1").status_code == 422
    assert get(registry, "/proof/inclusion?leaf=99999999999999999999").status_code == 422


def test_the_envelope_is_given_only_with_the_code_of_its_certificate(registry, bench):
    body, other = bench.seal(), bench.seal()
    post(registry, body)
    post(registry, other)
    token = verification_token(payload_of(body))
    path = "/records/BENCH-02:000001"
    assert get(registry, path, token=token).content == body
    assert get(registry, path, token=token.lower()).content == body
    assert get(registry, path).status_code == 404
    assert get(registry, path, token=verification_token(payload_of(other))).status_code == 404


def test_the_keys_of_benches_are_public_and_the_numbers_of_officers_are_not(registry, bench):
    registry.store.enrol("198001012005011001", new_key().public, OFFICE, role="officer")
    answer = get(registry, "/keys")
    assert answer.json()["key"] == str(registry.key)
    assert bench.key.public.hex() in answer.text
    assert "198001012005011001" not in answer.text


def test_two_threads_with_the_same_record_make_one_leaf(registry, bench):
    body = bench.seal()
    answers = []
    gate = threading.Barrier(8)

    def push():
        gate.wait()
        answers.append(post(registry, body))

    threads = [threading.Thread(target=push) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.content for answer in answers}) == 1
    assert get(registry, "/health").json()["tree_size"] == 1


def test_two_registries_on_one_database_still_make_one_log(registry, bench, tmp_path):
    bodies = [bench.seal() for _ in range(6)]
    with EmbeddedRegistry(tmp_path / "registry", training=False) as second:
        for place, body in enumerate(bodies):
            assert post((registry, second)[place % 2], body).status_code == 201
        notes = [open_note(get(one, "/checkpoint").text, registry.key) for one in (registry, second)]
    assert notes[0].root == notes[1].root
    assert notes[0].size == 6


def test_a_restarted_registry_goes_on_with_key_records_and_log(tmp_path):
    bench = Bench()
    with EmbeddedRegistry(tmp_path, training=False) as before:
        before.store.enrol(bench.name, bench.key.public, OFFICE)
        first = receipt_in(post(before, bench.seal()))
    with EmbeddedRegistry(tmp_path, training=False) as after:
        assert after.key == before.key
        second = receipt_in(post(after, bench.seal()))
        proof = get(after, "/proof/consistency", first=1, second=2).json()["proof"]
    assert merkle.verify_consistency(
        1,
        2,
        bytes.fromhex(first.root_hash),
        bytes.fromhex(second.root_hash),
        [bytes.fromhex(digest) for digest in proof],
    )


KEPT = ("record", "node", "checkpoint", "revocation", "alarm")


def filled(store, bench):
    """Rows in every table that may never change."""
    store.enrol(bench.name, bench.key.public, OFFICE)
    store.take(bench.seal())
    store.revoke("BENCH-02:000001", reason="salah ketik", by="Kepala")
    with pytest.raises(RecordError):
        store.take(sealed(a_record(sequence=1, order="other"), bench.key))


@pytest.mark.parametrize("table", KEPT)
@pytest.mark.parametrize("verb", ["DELETE FROM {}", "UPDATE {} SET {}"])
def test_what_was_taken_can_be_neither_changed_nor_deleted(tmp_path, table, verb):
    columns = {"record": "bench = ''", "node": "digest = ''", "checkpoint": "note = ''"}
    columns |= {"revocation": "reason = ''", "alarm": "facts = ''"}
    registry = EmbeddedRegistry(tmp_path, training=False)
    try:
        filled(registry.store, Bench())
        with (
            pytest.raises(DBAPIError, match="never changes"),
            registry.store.database.writing() as session,
        ):
            session.execute(text(verb.format(table, columns[table])))
    finally:
        registry.stop()


def test_the_migrations_make_exactly_the_tables_of_the_program(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'registry.db'}")
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Table.metadata) == []
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "delete"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 3
    database.close()


BAD_DATABASES = {
    "no address": "registry",
    "another kind of database": "mysql://localhost/x",
    "SQLite without a file": "sqlite://",
    "a server that is not there": "postgresql://nobody@127.0.0.1:1/none",
}


@pytest.mark.parametrize("url", BAD_DATABASES.values(), ids=BAD_DATABASES)
def test_a_database_that_cannot_be_opened_is_told_in_a_sentence(url):
    with pytest.raises(StorageError, match="--database"):
        Database(url)


def test_a_file_that_is_no_database_is_told_in_a_sentence(tmp_path):
    (tmp_path / "registry.db").write_text("this is a letter\n" * 100)
    with pytest.raises(StorageError, match="--database"):
        Database(f"sqlite:///{tmp_path / 'registry.db'}")


def test_a_registry_whose_key_is_gone_says_what_a_registry_can_do(tmp_path):
    Settings.in_folder(tmp_path, base_url="http://localhost")
    (tmp_path / "registry.pem").unlink()
    with pytest.raises(RecordError) as lost:
        Settings.in_folder(tmp_path, base_url="http://localhost")
    assert lost.value.code == "registry.key_lost"
    assert "key rotate" not in lost.value.remedy
    assert not (tmp_path / "registry.pem").exists()


def test_a_register_whose_database_is_gone_begins_no_second_log(tmp_path):
    """Two logs of one key and one name are what a witness calls a forked register."""
    settings = Settings.in_folder(tmp_path, base_url="http://localhost")
    open_store(settings).database.close()
    database = tmp_path / "registry.db"
    kept = database.read_bytes()
    database.unlink()
    for other in (None, f"sqlite:///{tmp_path / 'other.db'}"):
        with pytest.raises(RecordError) as lost:
            open_store(Settings.in_folder(tmp_path, base_url="http://localhost", database=other))
        assert lost.value.code == "registry.log_lost"
        assert str(tmp_path / "registry.begun") in lost.value.message
    database.write_bytes(kept)
    open_store(settings).database.close()


def test_a_register_that_was_interrupted_at_its_beginning_begins_at_its_next_start(tmp_path):
    settings = Settings.in_folder(tmp_path, base_url="http://localhost")  # its key is there, no database yet
    open_store(settings).database.close()
    (tmp_path / "registry.begun").unlink()  # or is of a time before there was such a file
    open_store(settings).database.close()
    assert (tmp_path / "registry.begun").read_text() == "tera-registry/log\n"


def test_a_database_that_fails_is_an_answer_that_can_be_tried_again(registry, bench):
    with contextlib.closing(
        sqlite3.connect(registry.settings.database.removeprefix("sqlite:///"))
    ) as spoiler:
        spoiler.execute("ALTER TABLE log RENAME TO elsewhere")
    answer = post(registry, bench.seal())
    assert (answer.status_code, answer.json()["code"]) == (503, "registry.storage")


def test_a_withdrawn_record_cannot_be_withdrawn_twice_and_an_unknown_one_not_at_all(registry, bench):
    post(registry, bench.seal())
    registry.store.revoke("BENCH-02:000001", reason="x", by="y")
    for record_id in ("BENCH-02:000001", "BENCH-02:000002"):
        with pytest.raises(RecordError, match="not registered, or is withdrawn"):
            registry.store.revoke(record_id, reason="x", by="y")


def test_the_time_of_inclusion_is_in_the_signed_checkpoint(registry, bench):
    receipt = receipt_in(post(registry, bench.seal()))
    at = open_note(receipt.checkpoint, registry.key).at
    assert abs(datetime.now(UTC) - at) < timedelta(minutes=1)
