"""The certificate authority of the tests, kept in a folder so that an engine that trusts it once trusts it again."""

import fcntl
import ssl
import sys
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from attrs import frozen
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_CA_YEARS: Final = timedelta(days=3650)
_SERVER_DAYS: Final = timedelta(days=30)


@frozen
class Authority:
    """`certificates` holds its certificate alone: hand that folder to the engine as its folder of extra authorities."""

    certificates: Path
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def file(self) -> Path:
        return self.certificates / "ois-cfa-tests.crt"

    def server_context(self, *names: str) -> ssl.SSLContext:
        """A TLS server's side, with a fresh certificate for these names and addresses."""
        key = ec.generate_private_key(ec.SECP256R1())
        chain = _pem(_signed(self, key, names)) + _pem(self.certificate) + _key_pem(key)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with TemporaryDirectory() as folder:
            file = Path(folder, "server.pem")
            file.write_bytes(chain)
            context.load_cert_chain(file)
        return context

    def client_context(self) -> ssl.SSLContext:
        """A TLS client's side that trusts this authority and no other."""
        return ssl.create_default_context(cafile=str(self.file))


def kept_authority(folder: Path) -> Authority:
    """Read the authority that an earlier run left in `folder`, or make it; two workers make one."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _kept(folder)


def _kept(folder: Path) -> Authority:
    certificates, key_file = folder / "certificates", folder / "ois-cfa-tests.key"
    if key_file.exists():
        key = load_pem_private_key(key_file.read_bytes(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError(f"{key_file} holds another kind of key: remove {folder}")
        return Authority(
            certificates, x509.load_pem_x509_certificate((certificates / "ois-cfa-tests.crt").read_bytes()), key
        )
    key = ec.generate_private_key(ec.SECP256R1())
    made = Authority(certificates, _self_signed(key), key)
    certificates.mkdir(parents=True, exist_ok=True)
    made.file.write_bytes(_pem(made.certificate))
    key_file.touch(mode=0o600)
    key_file.write_bytes(_key_pem(key))
    return made


def _self_signed(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = _name("ois-cfa tests")
    return (
        _builder(name, name, key, _CA_YEARS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )


def _signed(by: Authority, key: ec.EllipticCurvePrivateKey, names: tuple[str, ...]) -> x509.Certificate:
    issuer = by.certificate.subject
    return (
        _builder(_name(names[0]), issuer, key, _SERVER_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.key.public_key()), critical=False)
        .sign(by.key, hashes.SHA256())
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, life: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder(subject_name=subject, issuer_name=issuer, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


if __name__ == "__main__":
    kept_authority(Path(sys.argv[1]))
