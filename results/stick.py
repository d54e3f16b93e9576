"""Delivery without a network: what waits goes to the registry's office on a stick, and the proofs come back.

One folder for each bench. The registry takes the files as it takes those that come over the line; the bench
then reads the stick through `StickLine` and believes nothing that the same checks do not prove.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from drivers.notation import to_json
from results import envelope as dsse
from results.errors import DeliveryError, IntegrityError, RecordError, StorageError
from results.naming import (
    LARGEST_RECEIPT,
    LARGEST_RECORD,
    RECEIPT_SUFFIX,
    RECORD_FILES,
    RECORD_SUFFIX,
    beside,
)
from results.number import file_stem
from results.outbox import Outbox, State
from results.payload import read_payload
from results.receipt import Receipt
from results.registry.refusal import RefusalError
from results.registry.wire import ConsistencyAnswer, RefusalAnswer
from results.registry_client import Pushed, refusal_told
from results.storage import plain_faults, read_whole, replace_file, write_once

SEEN_FILE: Final = "seen.checkpoint"
"""the newest checkpoint that the bench knows; the registry shows that its log goes on from there"""
ANSWER_FILE: Final = "registry.json"
REFUSED_FILE: Final = "refused.json"
"""beside it, so that an older bench reads the answer as before"""
_LARGEST_REFUSALS: Final = 4_000_000
"""bytes: those of thousands of records"""
T = TypeVar("T")


class StickAnswer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the registry's office writes besides the receipts."""

    schema: str = "tera-bench/stick/1"
    checkpoint: str
    """the newest signed note"""
    proofs: tuple[ConsistencyAnswer, ...] = ()
    """from each smaller tree that the bench has seen or gets a receipt of"""


class StickRefusal(msgspec.Struct, frozen=True, kw_only=True):
    """Why the registry has not taken a record; its plain word, which nothing signs."""

    file: str
    """its name on the stick"""
    digest: str
    """SHA-256 of its bytes"""
    answer: RefusalAnswer


class StickRefusals(msgspec.Struct, frozen=True, kw_only=True):
    """What the registry has not taken of one folder when it was last imported."""

    schema: str = "tera-bench/stick-refusals/1"
    refused: tuple[StickRefusal, ...]


@dataclass(frozen=True)
class Found:
    """A record on a stick, or why the file is none."""

    path: Path
    body: bytes = b""
    sequence: int = 0
    fault: RecordError | None = None


def export_waiting(
    outbox: Outbox,
    folder: Path,
    *,
    bench: str,
    registry: str,
    read: Callable[[Path], bytes],
    training: bool,
) -> tuple[Path, ...]:
    """Write the envelopes of what waits; doing it again changes nothing.

    Args:
        outbox: of the bench.
        folder: on the stick.
        bench: the bench's id; the name of its folder.
        registry: the registry's key as the laboratory has pinned it.
        read: gives the bytes of an envelope file once all of the record was checked.
        training: the training records and no others; else only verifications.

    Raises:
        RecordError: a record does not hold; those before it are on the stick.
        StorageError: the stick refuses, holds another file of that name, or its folder leads elsewhere.
    """
    place = _no_link(folder / bench)
    written = []
    for waiting in outbox.records(State.SEALED, State.QUEUED, State.REFUSED):
        if waiting.training == training:
            target = place / f"{file_stem(waiting.number)}{RECORD_SUFFIX}"
            write_once(target, read(waiting.path))
            written.append(target)
    seen = outbox.checkpoint(registry)
    if seen is not None and written:
        replace_file(place / SEEN_FILE, seen.encode())
    return tuple(written)


def records_on(folder: Path) -> Iterator[tuple[Path, tuple[Found, ...]]]:
    """The records of each bench's folder in the order of their numbers, after the files that are none.

    Raises:
        StorageError: the stick cannot be read, or a folder on it leads elsewhere.
    """
    with plain_faults(folder):
        if not folder.is_dir():
            raise FileNotFoundError
        places = [folder, *(_no_link(path) for path in sorted(folder.iterdir()) if path.is_dir())]
    for place in places:
        with plain_faults(place):
            files = sorted(place.glob(RECORD_FILES))
        if files:
            yield place, tuple(sorted((_found(path) for path in files), key=lambda one: one.sequence))


def _no_link(place: Path) -> Path:
    """A bench's folder on a stick, which somebody else may have prepared; what is written must stay on it."""
    with plain_faults(place):
        if not place.is_symlink() and place.resolve().parent == place.parent.resolve():
            return place
    raise StorageError(
        "stick.link",
        "{path} is a link, which leads to another folder.",
        "Take the link off the stick and try again; nothing was written through it.",
        path=str(place),
    )


def _found(path: Path) -> Found:
    body = b""
    try:
        body = read_whole(path, most=LARGEST_RECORD)
        return Found(path, body, read_payload(dsse.parse(body)).sequence)
    except RecordError as fault:
        return Found(path, body, fault=fault)


def write_answer(
    place: Path,
    receipts: Iterable[tuple[Path, Receipt]],
    *,
    checkpoint: str,
    proofs: Iterable[ConsistencyAnswer],
    refused: Iterable[tuple[Found, RefusalError]] = (),
) -> None:
    """Write what the registry gives for the records of one folder, and why it has not taken the others.

    Raises:
        StorageError: the stick refuses.
    """
    for path, receipt in receipts:
        replace_file(beside(path, RECEIPT_SUFFIX), to_json(receipt) + b"\n")
    refusals = StickRefusals(refused=tuple(_refusal(found, fault) for found, fault in refused))
    if refusals.refused or (place / REFUSED_FILE).exists():  # of an import before, which counts no more
        replace_file(place / REFUSED_FILE, to_json(refusals) + b"\n")
    answer = StickAnswer(checkpoint=checkpoint, proofs=tuple(proofs))
    replace_file(place / ANSWER_FILE, to_json(answer) + b"\n")


def _refusal(found: Found, fault: RefusalError) -> StickRefusal:
    answer = msgspec.convert({**fault.answer(), "status": fault.status}, RefusalAnswer)
    return StickRefusal(file=found.path.name, digest=_digest(found.body), answer=answer)


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


class StickLine:
    """A stick that has come back, as the line to a registry: it can only answer what was answered there."""

    def __init__(self, place: Path) -> None:
        """Take the bench's folder on the stick."""
        self._place = place

    async def push(self, envelopes: Sequence[bytes]) -> Pushed:
        """The receipts of these bytes, up to the first that has none on the stick; why, if that is told.

        Raises:
            IntegrityError: one cannot be read.
        """
        receipts: list[Receipt] = []
        for envelope in envelopes:
            try:
                receipts.append(self._receipt(envelope))
            except DeliveryError as missing:
                return Pushed(tuple(receipts), missing)
        return Pushed(tuple(receipts))

    def _receipt(self, envelope: bytes) -> Receipt:
        for path in sorted(self._place.glob(RECORD_FILES)):
            same = read_whole(path, most=LARGEST_RECORD) == envelope
            receipt = beside(path, RECEIPT_SUFFIX)
            if same and receipt.exists():
                return _read(receipt, Receipt)
        self._check_taken(envelope)
        number = read_payload(dsse.parse(envelope)).number
        raise DeliveryError(
            "stick.no_receipt",
            "The stick holds no receipt of record {number}.",
            "Take it to the registry's office: tera registry import. What is proved there counts here.",
            number=number,
        )

    def _check_taken(self, envelope: bytes) -> None:
        """Tell what the registry has said of exactly these bytes, if it has not taken them."""
        path, digest = self._place / REFUSED_FILE, _digest(envelope)
        if path.exists():
            for one in _read(path, StickRefusals, most=_LARGEST_REFUSALS).refused:
                if one.digest == digest:
                    raise refusal_told(one.answer, one.answer.status) or _damaged(path)

    async def checkpoint(self) -> str:
        """The newest note on the stick."""
        return self._answer().checkpoint

    async def consistency(self, first: int, second: int) -> tuple[str, ...]:
        """The proof between two trees, when it stands there; one that does not proves nothing."""
        proofs = {(one.first, one.second): one.proof for one in self._answer().proofs}
        return proofs.get((first, second), ())

    def _answer(self) -> StickAnswer:
        path = self._place / ANSWER_FILE
        if not path.exists():
            raise DeliveryError(
                "stick.no_answer",
                "{path} holds no answer of the registry.",
                "Take the stick to the registry's office first: tera registry import.",
                path=str(self._place),
            )
        return _read(path, StickAnswer)


def strange_receipts(outbox: Outbox, place: Path) -> tuple[Path, ...]:
    """Receipts on the stick that belong to no record of this bench."""
    known = {file_stem(one.number) + RECEIPT_SUFFIX for one in outbox.records()}
    return tuple(path for path in sorted(place.glob(f"*{RECEIPT_SUFFIX}")) if path.name not in known)


def _read(path: Path, kind: type[T], *, most: int = LARGEST_RECEIPT) -> T:
    data = read_whole(path, most=most)
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise _damaged(path) from None


def _damaged(path: Path) -> IntegrityError:
    return IntegrityError(
        "stick.damaged",
        "{path} cannot be read as an answer of the registry.",
        "Have the registry's office import the stick again; nothing was taken from it.",
        path=str(path),
    )
