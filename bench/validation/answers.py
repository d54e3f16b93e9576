"""Known answers: of the cryptography, of the drivers' own examples, of the rule tables, of golden cases.

Each golden case was worked out by hand and stands in `bench/golden/cases.toml` with its calculation; where
one must conform, another a step further must not.
"""

import hashlib
import tomllib
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.laboratory import Folders, Laboratory
from bench.validation.tally import Tally
from drivers import catalogue as drivers
from drivers import checking
from drivers.errors import PlainError
from drivers.quantity import Quantity
from procedures import catalogue, regulation
from procedures.point import Conclusion
from results import envelope as dsse
from results.errors import IntegrityError
from results.keys import FileKey
from results.merkle import leaf_hash
from results.statement import VALIDATION_TYPE, ValidationPart

_KEY: Final = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
_SIGNED: Final = (
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
    "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
)
"""RFC 8032, 7.1, test 1: the signature of nothing with that key"""
_ABC: Final = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
"""FIPS 180-4: SHA-256 of `abc`"""
_NOTHING: Final = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
"""RFC 9162, 2.1.1: the leaf of nothing, which is SHA-256 of one zero byte"""


class Wanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What must be found of one point."""

    error: str
    upper: str
    outcome: str


class GoldenCase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One case with its answer."""

    name: str
    by_hand: str
    outcome: str
    points: dict[str, Wanted]
    observed: str
    """a case file"""


def cryptography_answers() -> ValidationPart:
    """Hash, signature and Merkle leaf give the published values, and one changed bit is refused."""
    tally = Tally("cryptography")
    key = FileKey(Ed25519PrivateKey.from_private_bytes(bytes.fromhex(_KEY)))
    tally.expect("SHA-256", holds=hashlib.sha256(b"abc").hexdigest() == _ABC)
    tally.expect("Ed25519", holds=key.sign(b"").hex() == _SIGNED)
    tally.expect("Merkle leaf", holds=leaf_hash(b"").hex() == _NOTHING)
    envelope = dsse.sign_as(VALIDATION_TYPE, b"{}", [key])
    other = dsse.sign_as(VALIDATION_TYPE, b"[]", [key])
    with tally.tried("a signature that holds"):
        dsse.verify(envelope, {key.keyid: key.public})
    try:
        dsse.verify(msgspec.structs.replace(envelope, payload=other.payload), {key.keyid: key.public})
    except IntegrityError:
        tally.held += 1
    else:
        tally.findings.append("a signature was taken for another content")
    return tally.part()


def driver_answers(laboratory: Laboratory, folders: Folders) -> ValidationPart:
    """Every driver gives what its examples say; those of this laboratory stand damaged frames too."""
    tally = Tally("drivers")
    for name in drivers.names(folder=folders.drivers):
        with tally.tried(name):
            drivers.load(name, folder=folders.drivers)
    for name in sorted({entry.driver for entry in laboratory.instrument}):
        with tally.tried(name):
            shipped = Path(str(files("drivers") / "models" / f"{name}.toml"))
            file = drivers.file_of(name, folder=folders.drivers) or shipped
            for finding in (
                checking.check(file).findings if file.exists() else ()
            ):  # one in Python has no file
                tally.expect(f"{name}: {finding}", holds=False)
    return tally.part()


def rule_answers() -> ValidationPart:
    """Every rule table of every procedure can be read, and none says that it holds twice on one day."""
    tally = Tally("rules")
    for kind in catalogue.catalogue():
        for header in regulation.tables(kind):
            with tally.tried(header.id):
                regulation.content(header.id)
    return tally.part()


def golden_cases() -> tuple[GoldenCase, ...]:
    """The cases with their answers."""
    text = (files("bench") / "golden" / "cases.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text)["case"], tuple[GoldenCase, ...])


def case_answers() -> ValidationPart:
    """Every golden case comes out as it was worked out by hand."""
    tally = Tally("cases")
    for case in golden_cases():
        try:
            found = differences(case)
        except PlainError as refusal:
            found = [refusal.message]
        tally.expect(f"{case.name}: {'; '.join(found)}", holds=not found)
    return tally.part()


def differences(case: GoldenCase) -> list[str]:
    """What comes out otherwise than by hand, one clause each.

    Raises:
        ProcedureError: the case cannot be decided at all.
    """
    observed: dict[str, Any] = tomllib.loads(case.observed, parse_float=Decimal)
    conclusion = catalogue.find(str(observed["kind"])).compute(observed)
    found = [] if conclusion.verdict.outcome.value == case.outcome else [conclusion.verdict.outcome.value]
    for label, wanted in case.points.items():
        got = _told(conclusion, label)
        if got != wanted:
            found.append(f"{label} {got}")
    return found


def _told(conclusion: Conclusion, label: str) -> Wanted | None:
    for point in conclusion.points:
        if point.label == label and point.error is not None and point.tolerance is not None:
            upper = point.tolerance.upper
            return Wanted(error=_plain(point.error), upper=_plain(upper), outcome=point.outcome.value)
    return None


def _plain(quantity: Quantity) -> str:
    """A quantity without zeros that say nothing: `5.0 mg` is `5 mg`."""
    digits = quantity.digits
    return f"{digits.rstrip('0').rstrip('.') if '.' in digits else digits} {quantity.unit}"
