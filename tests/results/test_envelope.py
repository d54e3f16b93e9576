"""The envelope: DSSE over exact bytes; no bit of it can change unseen, and training stays training."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from results import envelope as dsse
from results.envelope import parse, render, sign, signed_bytes, verify
from results.errors import IntegrityError
from results.keys import FileKey
from results.record import RECORD_TYPE, TRAINING_RECORD_TYPE


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[FileKey, FileKey]:
    folder = tmp_path_factory.mktemp("keys")
    return FileKey.open(folder / "bench.pem"), FileKey.open(folder / "penera.pem", pin="123456")


def trusted(*keys: FileKey) -> dict[str, bytes]:
    return {key.keyid: key.public for key in keys}


def test_the_encoding_is_the_one_of_the_dsse_specification():
    assert signed_bytes("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(payload=st.binary(max_size=300), training=st.booleans())
def test_any_payload_comes_back_exactly(keys, payload: bytes, training: bool):
    envelope = parse(render(sign(payload, training=training, seals=keys)))
    assert verify(envelope, trusted(*keys)) == payload
    assert envelope.training == training
    assert envelope.payloadType == (TRAINING_RECORD_TYPE if training else RECORD_TYPE)


def test_every_flipped_bit_is_found(keys):
    data = render(sign(b'{"number":"000001"}', training=False, seals=keys))
    for offset in range(len(data)):
        for bit in range(8):
            changed = bytearray(data)
            changed[offset] ^= 1 << bit
            with pytest.raises(IntegrityError):
                verify(parse(bytes(changed)), trusted(*keys))


def test_the_same_payload_is_signed_with_the_same_bytes(keys):
    assert render(sign(b"x", training=False, seals=keys)) == render(sign(b"x", training=False, seals=keys))


def test_a_training_record_cannot_be_relabelled(keys):
    data = render(sign(b"{}", training=True, seals=keys))
    relabelled = data.replace(TRAINING_RECORD_TYPE.encode(), RECORD_TYPE.encode())
    with pytest.raises(IntegrityError) as found:
        verify(parse(relabelled), trusted(*keys))
    assert found.value.code == "envelope.signature"


def test_a_signature_cannot_be_moved_to_another_record(keys):
    one, two = (json.loads(render(sign(text, training=False, seals=keys))) for text in (b"one", b"two"))
    two["signatures"] = one["signatures"]
    moved = json.dumps(two, separators=(",", ":")).encode() + b"\n"
    with pytest.raises(IntegrityError) as found:
        verify(parse(moved), trusted(*keys))
    assert found.value.facts["keyid"] == keys[0].keyid


def test_an_unknown_key_is_named(keys):
    envelope = sign(b"{}", training=False, seals=keys)
    with pytest.raises(IntegrityError) as found:
        verify(envelope, trusted(keys[0]))
    assert (found.value.code, found.value.facts["keyid"]) == ("envelope.unknown_key", keys[1].keyid)


def test_a_key_filed_under_another_keys_id_is_refused(keys):
    envelope = sign(b"{}", training=False, seals=keys[:1])
    with pytest.raises(IntegrityError):
        verify(envelope, {keys[0].keyid: keys[1].public})


MALFORMED = {
    "nothing": b"",
    "no JSON": b"{",
    "a list": b"[]\n",
    "an unknown field": b'{"payload":"","payloadType":"x","signatures":[],"more":1}\n',
    "no signature": b'{"payload":"","payloadType":"%s","signatures":[]}\n' % RECORD_TYPE.encode(),
    "another type": b'{"payload":"","payloadType":"text/plain","signatures":[{"keyid":"a","sig":""}]}\n',
    "one key twice": b'{"payload":"","payloadType":"%s","signatures":[%s,%s]}\n'
    % (RECORD_TYPE.encode(), b'{"keyid":"a","sig":""}', b'{"keyid":"a","sig":""}'),
    "no base64": b'{"payload":"*","payloadType":"%s","signatures":[{"keyid":"a","sig":""}]}\n'
    % RECORD_TYPE.encode(),
    "loose base64": b'{"payload":"QR==","payloadType":"%s","signatures":[{"keyid":"a","sig":""}]}\n'
    % RECORD_TYPE.encode(),
    "spaces": b'{"payload": "","payloadType":"%s","signatures":[{"keyid":"a","sig":""}]}\n'
    % RECORD_TYPE.encode(),
    "bytes that are no text": b"\xff\xfe{}",
}


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_envelope_is_refused(data: bytes):
    with pytest.raises(IntegrityError) as found:
        parse(data)
    assert found.value.code == "envelope.malformed"


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_random_bytes_are_never_an_envelope(data: bytes):
    with pytest.raises(IntegrityError):
        parse(data)


def test_an_envelope_of_absurd_size_is_not_even_parsed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(dsse, "_LARGEST_BYTES", 10)
    with pytest.raises(IntegrityError, match="too large"):
        parse(b" " * 11)


def test_what_was_parsed_cannot_be_changed_afterwards(keys):
    envelope = parse(render(sign(b"{}", training=False, seals=keys)))
    with pytest.raises(AttributeError):
        envelope.payloadType = TRAINING_RECORD_TYPE
    with pytest.raises(AttributeError):
        envelope.signatures[0].keyid = "0" * 64


@pytest.mark.parametrize("within", ["the envelope", "a signature"])
def test_a_field_that_no_envelope_has_is_named(keys, within):
    content = json.loads(render(sign(b"{}", training=False, seals=keys)))
    (content if within == "the envelope" else content["signatures"][0])["further"] = 1
    with pytest.raises(IntegrityError, match="unknown field `further`"):
        parse(json.dumps(content).encode())


@pytest.mark.parametrize(("size", "large"), [(64_000_000, False), (64_000_001, True)])
def test_a_file_larger_than_any_envelope_is_not_even_parsed(size, large):
    with pytest.raises(IntegrityError) as refused:
        parse(b" " * size)
    assert ("too large" in refused.value.message) == large
