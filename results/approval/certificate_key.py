"""Signing with a person's certificate: a PKCS#12 file, or a token that never gives its key away (PKCS#11)."""

import contextlib
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from drivers.whole_file import read_bytes
from results.approval.signer import Act, refused

FIELD: Final = "Pengesahan"

_LARGEST: Final = 1_000_000
"""bytes of a file with a key and its certificates"""


class CertificateKey:
    """A certificate and its key; implements `PaperSigner`."""

    def __init__(self, opened: Callable[[], contextlib.AbstractContextManager[Any]]) -> None:
        """Take what opens the key for one signature."""
        self._opened = opened

    @classmethod
    def from_file(cls, path: Path, password: str) -> "CertificateKey":
        """A PKCS#12 file (`.p12`, `.pfx`)."""

        @contextlib.contextmanager
        def opened() -> Iterator[Any]:
            from pyhanko.sign import signers  # noqa: PLC0415 - heavy, and only for a signature

            try:
                content = read_bytes(path, most=_LARGEST)
            except OSError as fault:
                raise refused(f"{path} cannot be read") from fault
            signer = None
            with contextlib.suppress(ValueError, TypeError):  # wrong password, or no such file
                signer = signers.SimpleSigner.load_pkcs12_data(
                    content, other_certs=[], passphrase=password.encode()
                )
            if signer is None:
                raise refused(f"{path} does not open with this password")
            yield signer

        return cls(opened)

    @classmethod
    def from_token(cls, library: Path, token: str, pin: str, label: str) -> "CertificateKey":
        """A smart card, a USB token or a hardware module.

        Args:
            library: the maker's PKCS#11 library.
            token: label of the token.
            pin: the token's PIN.
            label: label of certificate and key on it.
        """

        @contextlib.contextmanager
        def opened() -> Iterator[Any]:
            from pkcs11.exceptions import PKCS11Error  # noqa: PLC0415 - only for a token
            from pyhanko.config.pkcs11 import TokenCriteria  # noqa: PLC0415
            from pyhanko.pdf_utils.misc import PdfError  # noqa: PLC0415
            from pyhanko.sign import pkcs11  # noqa: PLC0415

            try:
                session = pkcs11.open_pkcs11_session(
                    str(library), token_criteria=TokenCriteria(label=token), user_pin=pin
                )
            except (PKCS11Error, PdfError, OSError, RuntimeError) as fault:
                raise refused(f"the token {token} does not open ({type(fault).__name__})") from fault
            with session:
                try:
                    yield pkcs11.PKCS11Signer(session, cert_label=label, key_label=label)
                except PKCS11Error as fault:
                    raise refused(f"the token has no certificate {label}") from fault

        return cls(opened)

    def sign(self, paper: bytes, act: Act) -> bytes:
        """See `PaperSigner`."""
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter  # noqa: PLC0415
        from pyhanko.pdf_utils.misc import PdfError  # noqa: PLC0415
        from pyhanko.sign import fields, signers  # noqa: PLC0415

        with self._opened() as signer:
            try:
                writer = IncrementalPdfFileWriter(io.BytesIO(paper))
                taken = {name for name, _, _ in fields.enumerate_sig_fields(writer)}
                meta = signers.PdfSignatureMetadata(
                    field_name=next(name for name in _names() if name not in taken),
                    subfilter=fields.SigSeedSubFilter.PADES,
                    md_algorithm="sha256",
                    reason=act.meaning,
                    name=act.name,
                    location=act.place or None,
                )
                signed: bytes = signers.sign_pdf(writer, meta, signer=signer).getvalue()
            except PdfError as fault:
                raise refused(str(fault).rstrip(".")) from fault
        return signed


def _names() -> Iterator[str]:
    yield FIELD
    number = 2
    while True:
        yield f"{FIELD}{number}"
        number += 1
