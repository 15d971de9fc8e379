"""Tokens as a registry wants them: signed by RS256, named by the fingerprint of the key."""

import time
from base64 import b32encode
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from secrets import token_hex
from typing import Final

from attrs import Factory, field, frozen
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.support.registry.accounts import Access

ISSUER: Final = "gitlab-issuer"
SERVICE: Final = "container_registry"


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65_537, key_size=2048)


@frozen
class Signer:
    key: rsa.RSAPrivateKey = field(factory=_new_key)
    _signing: RSAKey = Factory(lambda self: _signing_key(self.key), takes_self=True)

    def token(self, user: str, access: Sequence[Access], seconds: int = 300) -> str:
        """A token for this access; negative seconds make one that has lapsed already."""
        now = int(time.time())
        times = {"iat": now, "nbf": now - 600, "exp": now + seconds}
        claims = {"iss": ISSUER, "aud": SERVICE, "sub": user, "jti": token_hex(8), "access": list(access), **times}
        return jwt.encode({"typ": "JWT", "alg": "RS256", "kid": fingerprint(self.key)}, claims, self._signing)

    def certificate(self) -> bytes:
        """What the registry trusts instead of the key itself (`rootcertbundle`), in PEM."""
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, ISSUER)])
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder(subject_name=name, issuer_name=name, public_key=self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=30))
            .sign(self.key, hashes.SHA256())
            .public_bytes(Encoding.PEM)
        )


def fingerprint(key: rsa.RSAPrivateKey) -> str:
    """The key's id as a registry derives it: 240 bits of SHA-256 in twelve groups of base32."""
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    text = b32encode(sha256(der).digest()[:30]).decode()
    return ":".join(text[start : start + 4] for start in range(0, len(text), 4))


def _signing_key(key: rsa.RSAPrivateKey) -> RSAKey:
    return RSAKey.import_key(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
