"""An authority that nobody else trusts, and a server's certificate by it."""

import datetime
import ipaddress
import ssl
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Authority:
    """`root` is the file to trust; `server` is what a server shows who it is with."""

    root: Path
    server: ssl.SSLContext


def authority(place: Path, name: str = "localhost") -> Authority:
    """Make one in `place`, with a certificate for `name` and for 127.0.0.1."""
    ours, theirs = (rsa.generate_private_key(65_537, 2_048) for _ in range(2))
    root = _signed("Goodword test root", ours, ours, [x509.BasicConstraints(True, None)])
    addresses = [x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    leaf = _signed(name, theirs, ours, [x509.SubjectAlternativeName(addresses)])
    (place / "root.pem").write_bytes(root.public_bytes(serialization.Encoding.PEM))
    chain = place / "server.pem"
    chain.write_bytes(
        leaf.public_bytes(serialization.Encoding.PEM)
        + theirs.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(chain)
    return Authority(place / "root.pem", server)


def _signed(
    name: str,
    key: rsa.RSAPrivateKey,
    by: rsa.RSAPrivateKey,
    more: list[x509.ExtensionType],
) -> x509.Certificate:
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Goodword test root")]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - DAY)
        .not_valid_after(now + DAY)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), False)
    )
    for one in more:
        made = made.add_extension(one, critical=isinstance(one, x509.BasicConstraints))
    return made.sign(by, hashes.SHA256())
