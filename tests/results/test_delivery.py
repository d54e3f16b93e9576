"""Delivery over real sockets: drops, repeats, refusals, and a registry that lies."""

import asyncio
import contextlib
import os
import socket
import threading
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from drivers.notation import to_json
from results.delivery import deliver, read_receipt, receipt_path
from results.errors import DeliveryError, IntegrityError
from results.outbox import Outbox, State
from results.receipt import Receipt, verification_token, verify_receipt
from results.registry.checkpoint import Checkpoint, open_note, sign
from results.registry.server import EmbeddedRegistry
from results.registry_client import HttpRegistryLine, Patience, Pushed, RefusedError, is_in_clear
from results.storage import plain_faults
from tests.results.delivery_schedules import run
from tests.results.faulty_line import Break, FaultyLine
from tests.results.plain_registry import plain_registry
from tests.results.registry_bench import OFFICE, Bench, digest_of, payload_of
from tests.results.rough_line import Weather

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
SCHEDULES = int(os.environ.get("TERA_SCHEDULES", "25"))
"""T8 asks for 10 000: `python -m tests.results.delivery_schedules 10000`, or this with `--timeout=0`"""


@pytest.fixture
def registry(tmp_path):
    with EmbeddedRegistry(tmp_path / "registry", training=False) as running:
        yield running


@pytest.fixture
def bench(registry):
    found = Bench()
    registry.store.enrol(found.name, found.key.public, OFFICE)
    return found


@pytest.fixture
def outbox(tmp_path):
    with Outbox(tmp_path / "lab" / "outbox.db") as found:
        yield found


def put(outbox, bench, count=1, **changes):
    """Seal records into the laboratory and queue them."""
    found = []
    for _ in range(count):
        body = bench.seal(**changes)
        path = outbox.path.parent / f"{bench.sequence:06d}.tera.json"
        path.write_bytes(body)
        found.append(outbox.enqueue(path, sealed={digest_of(body)}))
    return found


def reconcile(outbox, of):
    folder = of.path.parent
    return outbox.reconcile(
        folder, sealed=lambda: {digest_of(f.read_bytes()) for f in folder.glob("*.tera.json")}
    )


def push(outbox, line, key, *, now=NOW, at_once=True, **options):
    return asyncio.run(
        deliver(outbox, line, key, read=kept, now=lambda: now, jitter=lambda: 0.0, at_once=at_once, **options)
    )


def push_to(outbox, url, key, **options):
    async def work():
        async with HttpRegistryLine(url, Patience(connect_s=2, answer_s=2, whole_s=5)) as line:
            return await deliver(
                outbox, line, key, read=kept, now=lambda: NOW, jitter=lambda: 0.0, at_once=True, **options
            )

    return asyncio.run(work())


def kept(path):
    """A record whose parts were all checked; here only the envelope exists."""
    with plain_faults(path):
        return path.read_bytes()


def states(outbox):
    return [found.state for found in outbox.records()]


def test_what_waits_is_registered_in_order_and_each_receipt_is_kept(registry, bench, outbox):
    waiting = put(outbox, bench, 3)
    done = push_to(outbox, registry.url, registry.key)
    assert done.problem is None
    assert done.delivered == tuple(record.record_id for record in waiting)
    for place, record in enumerate(waiting):
        body = record.path.read_bytes()
        receipt = msgspec.json.decode(receipt_path(record.path).read_bytes(), type=Receipt)
        assert receipt.leaf_index == place
        verify_receipt(receipt, payload_of(body), registry.key)
        assert outbox.find(record.record_id).address == receipt.verification_address
    assert open_note(outbox.checkpoint(str(registry.key)), registry.key).size == 3
    assert push_to(outbox, registry.url, registry.key).delivered == ()


def test_a_registry_that_is_down_is_a_state_and_comes_later(registry, bench, outbox, free_port):
    (record,) = put(outbox, bench)
    done = push_to(outbox, f"http://127.0.0.1:{free_port}", registry.key)
    assert isinstance(done.problem, DeliveryError)
    found = outbox.find(record.record_id)
    assert (found.state, found.problem, found.attempts) == (State.QUEUED, "registry.down", 1)
    assert found.next_attempt > NOW
    assert push_to(outbox, registry.url, registry.key).delivered == (record.record_id,)


def test_the_delay_doubles_up_to_a_quarter_of_an_hour_and_is_kept(registry, bench, outbox, free_port):
    (record,) = put(outbox, bench)
    delays = []
    for _ in range(12):
        push_to(outbox, f"http://127.0.0.1:{free_port}", registry.key)
        delays.append((outbox.find(record.record_id).next_attempt - NOW).total_seconds())
    assert delays == [2.5, 5, 10, 20, 40, 80, 160, 320, 450, 450, 450, 450]

    async def work(now):
        async with HttpRegistryLine(registry.url) as line:
            return await deliver(outbox, line, registry.key, read=kept, now=lambda: now, jitter=lambda: 0.0)

    assert asyncio.run(work(NOW + timedelta(seconds=449))).delivered == ()
    assert asyncio.run(work(NOW + timedelta(seconds=450))).delivered == (record.record_id,)


BREAKS = {
    "before anything was sent": (Break.AT_ONCE, 0),
    "in the middle of the record": (Break.IN_THE_REQUEST, 0),
    "after the registry has committed": (Break.BEFORE_THE_ANSWER, 1),
    "in the middle of the receipt": (Break.IN_THE_ANSWER, 1),
}


@pytest.mark.parametrize(("broken", "leaves"), BREAKS.values(), ids=BREAKS)
def test_a_broken_connection_leaves_one_leaf_and_in_the_end_a_verified_receipt(
    registry, bench, outbox, broken, leaves
):
    (record,) = put(outbox, bench)
    with FaultyLine(registry.url, [broken, broken]) as line:
        for _ in range(2):
            assert push_to(outbox, line.url, registry.key).problem.code == "registry.down"
            assert states(outbox) == [State.QUEUED]
            assert registry.store.counts() == (leaves, 0)
            assert not receipt_path(record.path).exists()
        assert push_to(outbox, line.url, registry.key).delivered == (record.record_id,)
        assert line.pushes == 3
    assert registry.store.counts() == (1, 0)
    read_receipt(record.path, payload_of(record.path.read_bytes()), registry.key)


def test_a_registry_that_never_answers_is_left_in_time(registry, bench, outbox):
    put(outbox, bench)
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as silent:
        done = push_to(outbox, f"http://127.0.0.1:{silent.getsockname()[1]}", registry.key)
    assert done.problem.code == "registry.timeout"
    assert states(outbox) == [State.QUEUED]


ANSWERS = {
    "a page of somebody else": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    "a log-in page": b"HTTP/1.1 302 Found\r\nLocation: http://portal/\r\nContent-Length: 0\r\n\r\n",
    "an error page": b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 4\r\n\r\noops",
    "no HTTP": b"SSH-2.0-OpenSSH_9.6\r\n",
    "bytes that are no text": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n\xff\xfe",
    "a code that is none of ours": (
        b'HTTP/1.1 403 No\r\nContent-Length: 47\r\n\r\n{"code":"x{0}.y", "message":"m", "remedy":"r"}  '
    ),
    "an endless answer": b"HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n" + b"x" * 2_000_000,
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_an_answer_that_is_no_registrys_is_a_problem_and_no_receipt(registry, bench, outbox, answer):
    put(outbox, bench)
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as listener:

        def answer_once():
            connection, _ = listener.accept()
            with connection, contextlib.suppress(OSError):
                connection.recv(65536)
                connection.sendall(answer)

        thread = threading.Thread(target=answer_once)
        thread.start()
        done = push_to(outbox, f"http://127.0.0.1:{listener.getsockname()[1]}", registry.key)
        thread.join(10)
    assert done.delivered == ()
    assert isinstance(done.problem, DeliveryError | IntegrityError)
    assert states(outbox) == [State.QUEUED]


def test_a_refused_record_waits_for_a_person_and_holds_those_after_it(registry, outbox):
    bench = Bench()
    first, second = put(outbox, bench, 2)
    done = push_to(outbox, registry.url, registry.key)
    assert isinstance(done.problem, RefusedError)
    assert done.problem.code == "registry.unknown_bench"
    assert states(outbox) == [State.REFUSED, State.SEALED]

    async def by_itself():
        async with HttpRegistryLine(registry.url) as line:
            return await deliver(outbox, line, registry.key, read=kept, now=lambda: NOW, jitter=lambda: 0.0)

    assert asyncio.run(by_itself()).delivered == ()
    assert outbox.find(first.record_id).attempts == 1
    registry.store.enrol(bench.name, bench.key.public, OFFICE)
    outbox.retry(first.record_id)
    assert asyncio.run(by_itself()).delivered == (first.record_id, second.record_id)


def test_a_gap_is_told_with_the_number_that_is_missing_and_closes_when_it_is_found(registry, bench, outbox):
    missing = bench.seal()
    put(outbox, bench)
    done = push_to(outbox, registry.url, registry.key)
    assert (done.problem.code, done.problem.facts["expected"]) == ("registry.sequence", 1)
    assert states(outbox) == [State.QUEUED]
    (outbox.path.parent / "000001.tera.json").write_bytes(missing)
    assert reconcile(outbox, outbox) == ()
    assert len(push_to(outbox, registry.url, registry.key).delivered) == 2


def test_training_never_goes_to_a_registry_of_verifications(registry, outbox, tmp_path):
    trainee = Bench(training=True)
    put(outbox, trainee)
    assert push_to(outbox, registry.url, registry.key).delivered == ()
    assert states(outbox) == [State.SEALED]
    with EmbeddedRegistry(tmp_path / "training", training=True) as training:
        training.store.enrol(trainee.name, trainee.key.public, OFFICE)
        assert len(push_to(outbox, training.url, training.key, training=True).delivered) == 1


def test_a_file_that_was_changed_after_sealing_is_never_sent(registry, bench, outbox):
    (record,) = put(outbox, bench)
    record.path.write_bytes(record.path.read_bytes().replace(b"e", b"f", 1))
    done = push_to(outbox, registry.url, registry.key)
    assert done.problem.code == "outbox.changed"
    assert registry.store.counts() == (0, 0)
    record.path.unlink()
    assert push_to(outbox, registry.url, registry.key).problem.code == "storage.missing"


def test_a_lost_outbox_is_built_again_and_nothing_is_registered_twice(registry, bench, outbox, tmp_path):
    put(outbox, bench, 3)
    push_to(outbox, registry.url, registry.key)
    receipt_path(outbox.path.parent / "000002.tera.json").unlink()
    with Outbox(outbox.path.parent / "second.db") as again:
        reconcile(again, outbox)
        assert len(push_to(again, registry.url, registry.key).delivered) == 3
        assert states(again) == [State.DELIVERED] * 3
    assert registry.store.counts() == (3, 0)


def test_a_damaged_receipt_on_disk_is_told(registry, bench, outbox):
    (record,) = put(outbox, bench)
    receipt_path(record.path).write_bytes(b"{")
    assert push_to(outbox, registry.url, registry.key).problem.code == "receipt.damaged"


class Liar:
    """A registry that is true but for one lie; the port as a lying registry would implement it."""

    def __init__(self, url, **lies):
        self.true = HttpRegistryLine(url)
        self.lies = lies

    async def push(self, envelopes):
        answer = await self.true.push(envelopes)
        lie = self.lies.get("push", lambda receipt: receipt)
        return Pushed(tuple(lie(receipt) for receipt in answer.receipts), answer.refused)

    async def checkpoint(self):
        note = await self.true.checkpoint()
        return self.lies["checkpoint"](note) if "checkpoint" in self.lies else note

    async def consistency(self, first, second):
        proof = await self.true.consistency(first, second)
        return self.lies["consistency"](proof) if "consistency" in self.lies else proof


def push_through(outbox, liar, key):
    async def work():
        async with liar.true:
            return await deliver(
                outbox, liar, key, read=kept, now=lambda: NOW, jitter=lambda: 0.0, at_once=True
            )

    return asyncio.run(work())


def with_signed(registry, receipt, **tree):
    """The receipt with a checkpoint that the registry's own key has signed, over another tree."""
    honest = open_note(receipt.checkpoint, registry.key)
    other = Checkpoint(honest.origin, tree.get("size", honest.size), tree.get("root", honest.root), honest.at)
    return msgspec.structs.replace(
        receipt,
        tree_size=other.size,
        root_hash=other.root.hex(),
        checkpoint=sign(other, registry.settings.key),
    )


def of_another_bench(registry, name="BENCH-07"):
    """A record of somebody else, between those of ours; gives its leaf's index."""
    other = Bench(name)
    registry.store.enrol(other.name, other.key.public, OFFICE)
    return registry.store.take(other.seal())[0].leaf_index


def lies(registry):
    replace = msgspec.structs.replace
    return {
        "a wrong proof": ({"push": lambda r: replace(r, inclusion_proof=("0" * 64,))}, "receipt.proof"),
        "a wrong root": ({"push": lambda r: replace(r, root_hash="0" * 64)}, "receipt.root"),
        "a wrong root, signed": (
            {"push": lambda r: with_signed(registry, r, root=b"\1" * 32)},
            "receipt.proof",
        ),
        "another record's name": (
            {"push": lambda r: replace(r, record_id="BENCH-02:000001")},
            "receipt.record",
        ),
        "a checkpoint that nobody signed": (
            {"push": lambda r: replace(r, checkpoint=r.checkpoint.replace("— ", "- "))},
            "checkpoint.signature",
        ),
        "an address elsewhere": (
            {"push": lambda r: replace(r, verification_address="https://evil.example/")},
            "receipt.address",
        ),
        "a consistency proof that is none": ({"consistency": lambda _: ("0" * 64,)}, "registry.forked"),
        "a consistency proof of no hashes": ({"consistency": lambda _: ("x",)}, "registry.forked"),
        "no consistency proof": ({"consistency": lambda _: ()}, "registry.forked"),
        "a log with another past, signed": (
            {
                "checkpoint": lambda note: sign(
                    msgspec.structs.replace(open_note(note, registry.key), root=b"\2" * 32),
                    registry.settings.key,
                )
            },
            "registry.forked",
        ),
        "a log that has shrunk, signed": (
            {
                "checkpoint": lambda note: sign(
                    msgspec.structs.replace(open_note(note, registry.key), size=2), registry.settings.key
                )
            },
            "registry.shrunk",
        ),
        "a checkpoint of nobody": (
            {"checkpoint": lambda note: note.replace("— ", "- ")},
            "checkpoint.signature",
        ),
    }


LIES = (
    "a wrong proof",
    "a wrong root",
    "a wrong root, signed",
    "another record's name",
    "a checkpoint that nobody signed",
    "an address elsewhere",
    "a consistency proof that is none",
    "a consistency proof of no hashes",
    "no consistency proof",
    "a log with another past, signed",
    "a log that has shrunk, signed",
    "a checkpoint of nobody",
)


@pytest.mark.parametrize("lie", LIES)
def test_a_lying_registry_is_found_out_and_the_record_stays_queued(registry, bench, outbox, lie):
    put(outbox, bench, 3)
    push_to(outbox, registry.url, registry.key)
    of_another_bench(registry)
    (record,) = put(outbox, bench)
    told, code = lies(registry)[lie]
    done = push_through(outbox, Liar(registry.url, **told), registry.key)
    assert isinstance(done.problem, IntegrityError)
    assert done.problem.code == code
    found = outbox.find(record.record_id)
    assert (found.state, found.problem) == (State.QUEUED, code)
    assert not receipt_path(record.path).exists()
    assert push_to(outbox, registry.url, registry.key).delivered == (record.record_id,)


def test_the_address_that_is_shown_and_kept_is_the_records_own(registry, bench, outbox):
    """An honest register can have moved since; what a receipt says there nobody has signed."""
    (record,) = put(outbox, bench, registry="https://register.example")
    token = verification_token(payload_of(record.path.read_bytes()))
    elsewhere = f"https://evil.example/v/{token}"
    liar = Liar(
        registry.url, push=lambda receipt: msgspec.structs.replace(receipt, verification_address=elsewhere)
    )
    assert push_through(outbox, liar, registry.key).problem is None
    assert b"evil" not in receipt_path(record.path).read_bytes()
    assert outbox.find(record.record_id).address == f"https://register.example/v/{token}"


def test_every_lie_is_tried(registry):
    assert set(LIES) == set(lies(registry))


def test_a_registry_restored_from_an_old_backup_is_noticed(bench, outbox, registry, tmp_path):
    put(outbox, bench, 2)
    push_to(outbox, registry.url, registry.key)
    backup = EmbeddedRegistry(tmp_path / "backup", training=False)
    backup.stop()
    for name in ("registry.pem", "registry.pub"):
        (tmp_path / "backup" / name).write_bytes((tmp_path / "registry" / name).read_bytes())
    with EmbeddedRegistry(tmp_path / "backup", training=False) as restored:
        restored.store.enrol(bench.name, bench.key.public, OFFICE)
        assert restored.key == registry.key
        put(outbox, bench)
        assert push_to(outbox, restored.url, registry.key).problem.code == "registry.shrunk"


def test_after_a_true_loss_a_bench_delivers_everything_again(registry, bench, outbox, tmp_path):
    put(outbox, bench, 3)
    push_to(outbox, registry.url, registry.key)
    for receipt in outbox.path.parent.glob("*.receipt.json"):
        receipt.rename(tmp_path / receipt.name)
    with EmbeddedRegistry(tmp_path / "new", training=False) as empty:
        empty.store.enrol(bench.name, bench.key.public, OFFICE)
        with Outbox(outbox.path.parent / "new.db") as again:
            assert reconcile(again, outbox) == ()
            assert len(push_to(again, empty.url, empty.key).delivered) == 3
        assert empty.store.counts() == (3, 0)


class Sizes:
    """A true registry's line that counts the records that came together and the proofs that were asked."""

    def __init__(self, url, spoil=0):
        self.true = HttpRegistryLine(url)
        self.sizes, self.proofs, self.spoil = [], 0, spoil

    async def push(self, envelopes):
        self.sizes.append(len(envelopes))
        return await self.true.push(envelopes)

    async def checkpoint(self):
        return await self.true.checkpoint()

    async def consistency(self, first, second):
        self.proofs += 1
        proof = await self.true.consistency(first, second)
        return ("0" * 64,) if self.proofs <= self.spoil else proof


def test_a_days_records_cross_a_good_line_in_few_requests(registry, bench, outbox):
    put(outbox, bench, 40)
    line = Sizes(registry.url)
    assert push_through(outbox, line, registry.key).problem is None
    assert line.sizes == [1, 2, 4, 8, 16, 9]
    assert line.proofs == 0
    assert states(outbox) == [State.DELIVERED] * 40


def test_records_without_room_for_them_all_go_in_smaller_batches(registry, bench, outbox):
    put(outbox, bench, 7, software={"version": "x" * 120_000})
    line = Sizes(registry.url)
    assert push_through(outbox, line, registry.key).problem is None
    assert line.sizes == [1, 2, 3, 1]


def test_a_registry_that_knows_no_batches_gets_records_one_by_one(registry, bench, outbox):
    put(outbox, bench, 5)
    with plain_registry(registry.url) as url:
        assert push_to(outbox, url, registry.key).problem is None
    assert states(outbox) == [State.DELIVERED] * 5
    assert registry.store.counts() == (5, 0)


def test_a_refused_record_ends_its_batch_and_those_before_it_are_delivered(registry, bench, outbox):
    delivered = put(outbox, bench, 4)
    bench.previous = "f" * 64
    (stranger,) = put(outbox, bench)
    after = put(outbox, bench, 2)
    line = Sizes(registry.url)
    done = push_through(outbox, line, registry.key)
    assert line.sizes == [1, 2, 4]
    assert done.delivered == tuple(one.record_id for one in delivered)
    assert done.problem.code == "registry.chain"
    assert outbox.find(stranger.record_id).state is State.REFUSED
    assert {outbox.find(one.record_id).state for one in after} == {State.SEALED}


def test_a_batch_without_an_answer_leaves_all_of_it_queued_and_one_leaf_each(registry, bench, outbox):
    put(outbox, bench, 4)
    with FaultyLine(registry.url, [None, Break.BEFORE_THE_ANSWER]) as line:
        assert len(push_to(outbox, line.url, registry.key).delivered) == 1
        assert states(outbox) == [State.DELIVERED, State.QUEUED, State.QUEUED, State.SEALED]
        assert registry.store.counts() == (3, 0)
        assert len(push_to(outbox, line.url, registry.key).delivered) == 3
    assert registry.store.counts() == (4, 0)
    assert {found.attempts for found in outbox.records()} == {1, 2}


def test_a_file_changed_in_the_middle_of_a_batch_holds_only_itself_and_those_after_it(
    registry, bench, outbox
):
    waiting = put(outbox, bench, 6)
    waiting[4].path.write_bytes(b"{}\n")
    done = push_to(outbox, registry.url, registry.key)
    assert done.delivered == tuple(one.record_id for one in waiting[:4])
    assert done.problem.code == "outbox.changed"


@pytest.mark.parametrize(("spoiled", "problem"), [(1, None), (2, "registry.forked")])
def test_a_registry_is_accused_only_after_a_second_proof_has_failed(
    registry, bench, outbox, spoiled, problem
):
    put(outbox, bench)
    push_to(outbox, registry.url, registry.key)
    of_another_bench(registry)
    put(outbox, bench)
    line = Sizes(registry.url, spoil=spoiled)
    done = push_through(outbox, line, registry.key)
    assert getattr(done.problem, "code", None) == problem
    assert line.proofs == 2


def test_a_fork_is_seen_though_the_new_record_stands_right_behind_the_last(registry, bench, outbox):
    put(outbox, bench, 2)
    push_to(outbox, registry.url, registry.key)
    other = sign(Checkpoint(registry.key.origin, 2, b"\3" * 32, NOW), registry.settings.key)
    outbox.keep_checkpoint(str(registry.key), 2, other)
    put(outbox, bench)
    assert push_to(outbox, registry.url, registry.key).problem.code == "registry.forked"


def test_an_answer_for_other_records_than_were_sent_is_no_registrys(registry, bench, outbox):
    put(outbox, bench, 3)
    short = to_json({"receipts": [], "refused": None})

    class Short(HttpRegistryLine):
        async def _exchange(self, method, path, **content):
            told = await super()._exchange(method, path, **content)
            return short if path == "/records/batch" else told

    line = Short(registry.url)
    line.true = line
    done = push_through(outbox, line, registry.key)
    assert (len(done.delivered), done.problem.code) == (1, "registry.answer")


BAD_URLS = {
    "nothing": "",
    "no scheme": "registry.example",
    "a file": "file:///tmp/x",
    "no host": "http://",
    "a name that is none": "https://xn--a",
}


@pytest.mark.parametrize("url", BAD_URLS.values(), ids=BAD_URLS)
def test_an_address_that_is_none_is_a_configuration_error(url):
    with pytest.raises(DeliveryError, match="laboratory file"):
        HttpRegistryLine(url)


SURROUNDINGS = {"SSL_CERT_FILE": "/nonexistent", "HTTPS_PROXY": "foo://x"}


@pytest.mark.parametrize("name", SURROUNDINGS)
def test_a_proxy_or_certificates_that_are_set_wrongly_are_told(monkeypatch, name):
    monkeypatch.setenv(name, SURROUNDINGS[name])
    with pytest.raises(DeliveryError, match=name):
        HttpRegistryLine("https://registry.example")
    HttpRegistryLine("http://localhost:1")


@pytest.mark.parametrize(
    ("url", "clear"),
    [
        ("http://register.example", True),
        ("http://192.168.1.5:8000", True),
        ("https://register.example", False),
        ("http://127.0.0.1:8000", False),
        ("http://[::1]:8000", False),
        ("http://[", False),
    ],
)
def test_plain_http_to_another_computer_is_known(url, clear):
    assert is_in_clear(url) == clear


def test_no_schedule_of_a_rough_line_loses_or_doubles_a_record(tmp_path):
    tally = run(SCHEDULES, tmp_path)
    assert tally.leaves == tally.receipts == tally.records >= SCHEDULES
    assert tally.alarms == 0
    assert tally.batches > 0
    assert sum(tally.met.values()) - tally.met[Weather.PASSES] > SCHEDULES / 2, "the line was not rough"
