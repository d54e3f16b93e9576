"""A receipt is believed only when every part of it belongs to exactly this record."""

import subprocess
import sys
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.notation import to_json
from results import merkle
from results.errors import IntegrityError
from results.receipt import Receipt, verification_address, verification_token, verify_receipt
from results.registry.checkpoint import Checkpoint, RegistryKey, sign
from tests.results.registry_bench import a_record, new_key

SIGNER = new_key()
KEY = RegistryKey("registry.example/log", SIGNER.public)
PAYLOADS = [to_json(a_record(sequence=number)) for number in range(1, 8)]
AT = datetime(2026, 11, 21, 2, tzinfo=UTC)


def stored(level, place):
    leaves = [merkle.leaf_hash(payload) for payload in PAYLOADS]
    for _ in range(level):
        leaves = [merkle.node_hash(*leaves[at : at + 2]) for at in range(0, len(leaves) - 1, 2)]
    return leaves[place]


def receipt_of(index, size=7):
    root = merkle.root_hash(size, stored)
    return Receipt(
        record_id=f"BENCH-02:{index + 1:06d}",
        leaf_index=index,
        tree_size=size,
        root_hash=root.hex(),
        inclusion_proof=tuple(digest.hex() for digest in merkle.inclusion_proof(index, size, stored)),
        checkpoint=sign(Checkpoint(KEY.origin, size, root, AT), SIGNER),
        verification_address=verification_address("https://registry.example", PAYLOADS[index]),
    )


@given(st.integers(1, len(PAYLOADS)), st.data())
def test_an_honest_receipt_verifies(size, data):
    index = data.draw(st.integers(0, size - 1))
    assert verify_receipt(receipt_of(index, size), PAYLOADS[index], KEY).at == AT


GOOD = receipt_of(2)
OTHER_TREE = receipt_of(2, 5)
LIES = {
    "the receipt of another record": (receipt_of(3), "receipt.record"),
    "another record's proof under our name": (
        msgspec.structs.replace(receipt_of(3), record_id=GOOD.record_id),
        "receipt.proof",
    ),
    "a proof cut short": (
        msgspec.structs.replace(GOOD, inclusion_proof=GOOD.inclusion_proof[:-1]),
        "receipt.proof",
    ),
    "a proof of something that is no hash": (
        msgspec.structs.replace(GOOD, inclusion_proof=("xyz",)),
        "receipt.form",
    ),
    "another place": (msgspec.structs.replace(GOOD, leaf_index=1), "receipt.proof"),
    "a place before the first": (msgspec.structs.replace(GOOD, leaf_index=-1), "receipt.proof"),
    "another size than was signed": (msgspec.structs.replace(GOOD, tree_size=8), "receipt.root"),
    "another root than was signed": (msgspec.structs.replace(GOOD, root_hash="0" * 64), "receipt.root"),
    "the checkpoint of another tree": (
        msgspec.structs.replace(GOOD, checkpoint=OTHER_TREE.checkpoint),
        "receipt.root",
    ),
    "a tree that was signed and does not hold us": (
        msgspec.structs.replace(
            GOOD,
            root_hash="0" * 64,
            checkpoint=sign(Checkpoint(KEY.origin, 7, b"\0" * 32, AT), SIGNER),
        ),
        "receipt.proof",
    ),
    "signed by another key": (
        msgspec.structs.replace(GOOD, checkpoint=sign(Checkpoint(KEY.origin, 7, b"\0" * 32, AT), new_key())),
        "checkpoint.signature",
    ),
    "no checkpoint": (msgspec.structs.replace(GOOD, checkpoint=""), "checkpoint.form"),
    **{
        f"an address with {what}": (
            msgspec.structs.replace(
                GOOD, verification_address=f"https://{base}/v/{verification_token(PAYLOADS[2])}"
            ),
            "receipt.address",
        )
        for what, base in (
            ("a sign that clears the screen", "registry.example/\x1b[2J"),
            ("a password", "registry.example@evil.example"),
            ("a new line", "registry.example\n"),
            ("a turned direction", "registry.example/\u202e"),
        )
    },
    "the address of another record": (
        msgspec.structs.replace(GOOD, verification_address=receipt_of(3).verification_address),
        "receipt.address",
    ),
}


@pytest.mark.parametrize(("receipt", "code"), LIES.values(), ids=LIES)
def test_a_lying_receipt_is_found_out(receipt, code):
    with pytest.raises(IntegrityError) as found:
        verify_receipt(receipt, PAYLOADS[2], KEY)
    assert found.value.code == code


@pytest.mark.parametrize("base", ["http://tera_register:8080", "https://[::1]:8443/tera", "http://10.0.0.7"])
def test_whatever_plain_address_a_registry_has_its_receipt_is_taken(base):
    said = msgspec.structs.replace(GOOD, verification_address=verification_address(base, PAYLOADS[2]))
    verify_receipt(said, PAYLOADS[2], KEY)


def test_the_address_follows_from_the_record_alone():
    address = verification_address("https://registry.example/", PAYLOADS[0])
    assert address == f"https://registry.example/v/{verification_token(PAYLOADS[0])}"
    assert len(verification_token(PAYLOADS[0])) == 26
    assert len({verification_token(payload) for payload in PAYLOADS}) == len(PAYLOADS)


def test_a_bench_that_checks_a_receipt_loads_no_web_server_and_no_database():
    program = (
        "import sys; import results.receipt, results.outbox, results.delivery; "
        "print(*sorted({name.split('.')[0] for name in sys.modules} "
        "& {'fastapi', 'starlette', 'uvicorn', 'sqlalchemy', 'alembic', 'h5py', 'textual', 'scipy'}))"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == ""
