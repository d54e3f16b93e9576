"""A bench as the registry sees one: a key, a name, and records one after the other."""

import hashlib
from dataclasses import dataclass, field
from datetime import date

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from drivers.notation import to_json
from procedures.assignment import Identity, Owner
from procedures.point import Activity, Outcome, Verdict
from results import envelope as dsse
from results.errors import IntegrityError
from results.keys import FileKey
from results.number import number_of
from results.record import Office, Record, Signer

OFFICE = "UML Kabupaten Contoh"


def new_key():
    return FileKey(Ed25519PrivateKey.generate())


def a_record(bench="BENCH-02", sequence=1, *, training=False, **changes):
    number = number_of(sequence, training=training)
    record = Record(
        record_id=f"{bench}:{number}",
        number=number,
        sequence=sequence,
        bench=bench,
        training=training,
        state="concluded",
        activity=Activity.SUBSEQUENT_VERIFICATION,
        kind="scales",
        procedure_edition="scales@1",
        procedure_digest="0" * 64,
        office=Office(name=OFFICE),
        owner=Owner("Toko Sari Laut", "Pasar B, los 4"),
        identity=Identity(maker="CAS", model="SW-1", serial="2106-4471"),
        uut={"class": "III", "max": "15 kg", "min": "100 g", "e": "5 g", "d": "5 g"},
        instruments=(),
        standards=(),
        verdict=Verdict(outcome=Outcome.CONFORMS, rule="id-scales-2023"),
        valid_until=date(2027, 11, 21),
        officer=Signer("Penera Satu", "198001012005011001"),
        begun_at="2026-11-21T09:00:00+07:00",
        ended_at="2026-11-21T09:14:00+07:00",
        duration_s=840.0,
        certificate_number=f"{sequence:04d}/SKHP/XI/2026",
        evidence_digest="1" * 64,
        journal_head="2" * 64,
        software={"version": "0.1.0"},
    )
    return msgspec.structs.replace(record, **changes)


@dataclass
class Bench:
    """Seals records in their order."""

    name: str = "BENCH-02"
    training: bool = False
    key: FileKey = field(default_factory=new_key)
    sequence: int = 0
    previous: str = ""

    def seal(self, **changes):
        """The bytes of the next record's envelope."""
        self.sequence += 1
        record = a_record(
            self.name, self.sequence, training=self.training, previous_record=self.previous, **changes
        )
        self.previous = hashlib.sha256(to_json(record)).hexdigest()
        return sealed(record, self.key)


def sealed(record, *keys, training=None):
    kind = record.training if training is None else training
    return dsse.render(dsse.sign(to_json(record), training=kind, seals=keys))


def digest_of(body):
    """The digest of a record, as the journal of its bench keeps it; of any other file just its bytes'."""
    try:
        return dsse.parse(body).digest
    except IntegrityError:
        return hashlib.sha256(body).hexdigest()


def payload_of(body):
    return dsse.parse(body).content
