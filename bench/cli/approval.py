"""`tera approve`: check or approve a record with an electronic signature on its paper."""

import getpass
import os
import sys
from argparse import Namespace

from bench.approving import approve_paper
from bench.cli.exit_code import ExitCode
from bench.cli.output import emit, say
from bench.cli.records import load_signed
from bench.cli.typed_pin import typed_pin
from bench.cli.unpacked import named_record
from bench.errors import LaboratoryError
from bench.labels import Labels
from bench.laboratory import Folders, load
from bench.proving import proof
from bench.trail import Trail
from drivers.clock import SystemClock
from results.approval.certificate_key import CertificateKey
from results.approval.signer import PaperSigner
from results.approval.state_service import StateService
from results.journal import Journal


def approve(options: Namespace) -> int:
    """Sign the paper of a record."""
    laboratory, folders, clock = load(options.lab), Folders(options.lab), SystemClock()
    record = named_record(options.lab, options.file)
    verified = load_signed(options, record)
    with Journal(folders.journal) as journal:
        trail = Trail.of(laboratory, journal, clock)
        trail.seat(options.person)
        file = approve_paper(
            laboratory,
            record,
            verified,
            signer=_signer(options),
            who=options.person,
            meaning=options.meaning,
            prove=lambda who: proof(folders, trail, who, typed_pin(options, who), clock.utc()),
            trail=trail,
        )
    if options.json:
        emit({"record": verified.record.number, "paper": str(file), "meaning": options.meaning})
    else:
        say(f"{verified.record.number}  {options.meaning}  {file}")
    return ExitCode.DONE


def _signer(options: Namespace) -> PaperSigner:
    given = [name for name in ("p12", "token", "service") if getattr(options, name) is not None]
    if len(given) != 1:
        raise LaboratoryError(
            "usage.signer",
            "Name one way to sign.",
            "Give --p12 FILE, --token LABEL with --library, or --service URL with --nik.",
        )
    secret = _secret(options)
    if options.p12 is not None:
        return CertificateKey.from_file(options.p12, secret)
    if options.token is not None:
        if options.library is None:
            raise _missing("--library")
        return CertificateKey.from_token(
            options.library, options.token, secret, options.label or options.person
        )
    if options.nik is None:
        raise _missing("--nik")
    user, _, password = os.environ.get("TERA_SIGN_ACCOUNT", "").partition(":")
    return StateService(options.service, user=user, password=password, nik=options.nik, passphrase=secret)


def _secret(options: Namespace) -> str:
    """Password, PIN or passphrase: from TERA_PASSPHRASE, or asked without an echo."""
    if (given := os.environ.get("TERA_PASSPHRASE")) is not None or not sys.stdin.isatty():
        return given or ""
    return getpass.getpass(f"{Labels(options.lang).text('command.passphrase')}: ")


def _missing(option: str) -> LaboratoryError:
    return LaboratoryError(
        "usage.signer_option", "{option} is missing.", "See: tera approve --help.", option=option
    )
