# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificate authorities for tests: real ones, right where a test does not ask for something else."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NOW = datetime(2026, 6, 1, tzinfo=timezone.utc)
USAGE = dict.fromkeys(
    (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    ),
    False,
)


@dataclass(frozen=True)
class Authority:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: t.Any

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    @property
    def key_pem(self) -> str:
        return key_pem(self.key)


def key_pem(key: t.Any, passphrase: bytes = b"") -> str:
    cipher = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    text: bytes = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, cipher)
    return text.decode()


def authority(
    name: str,
    issuer: Authority | None = None,
    *,
    key: t.Any = None,
    is_ca: bool = True,
    path_length: int | None = None,
    signs: bool = True,
    begins: datetime = NOW - timedelta(days=1),
    ends: datetime = NOW + timedelta(days=365),
    extensions: t.Sequence[x509.ExtensionType] = (),
) -> Authority:
    """A certificate signed by `issuer`, or by itself."""
    own = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(is_ca, path_length if is_ca else None), critical=True)
        .add_extension(x509.KeyUsage(key_cert_sign=signs, **USAGE), critical=True)
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return Authority(builder.sign(issuer.key if issuer else own, hashes.SHA256()), own)


def texts(own: Authority, root: Authority, *between: Authority) -> dict[str, str]:
    """The files of a member."""
    return {
        "ca-cert.pem": own.pem,
        "ca-key.pem": own.key_pem,
        "root-cert.pem": root.pem,
        "cert-chain.pem": "".join(one.pem for one in (own, *between, root)),
    }


def write(directory: Path, files: t.Mapping[str, str]) -> None:
    """Write the files of a member as only their owner can read them."""
    directory.mkdir(mode=0o700, parents=True)
    for name, text in files.items():
        path = directory / name
        path.touch(mode=0o600)
        path.write_text(text)
