"""Certificates that people made for themselves, with the key, as a PKCS#12 file."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

PASSWORD = "rahasia"


def certificate_of(key, *names, serial=""):
    """Signed by its own key; names as common names, and a `serialNumber` where one is given."""
    said = [x509.NameAttribute(NameOID.COMMON_NAME, name) for name in names]
    said += [x509.NameAttribute(NameOID.SERIAL_NUMBER, serial)] if serial else []
    called = x509.Name(said)
    now = datetime.now(UTC)  # a certificate is valid by the clock on the wall
    use = {"digital_signature": True, "content_commitment": True}
    no = ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign")
    no += ("encipher_only", "decipher_only")
    return (
        x509.CertificateBuilder()
        .subject_name(called)
        .issuer_name(called)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.KeyUsage(**use, **dict.fromkeys(no, False)), critical=True)
        .sign(key, hashes.SHA256())
    )


def write_p12(path: Path, *names: str, serial: str = "") -> str:
    """Write a key with its certificate; gives the SHA-256 of the certificate, hexadecimal."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = certificate_of(key, *names, serial=serial)
    protection = serialization.BestAvailableEncryption(PASSWORD.encode())
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"own", key, certificate, None, protection))
    return certificate.fingerprint(hashes.SHA256()).hex()
