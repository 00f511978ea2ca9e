# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The certificate authority of one member, as Istio takes it from the Secret cacerts, and what is wrong with it. No I/O.

Source of the rules: istio/istio, security/pkg/pki/util/keycertbundle.go Verify and tools/certs/common.mk; RFC 5280, 4.2.1 and 6.1.
"""

from __future__ import annotations

import traceback
import typing as t
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .._errors import MeshError
from .._kubernetes.options import missing_libraries as missing_for_kubernetes
from .._libraries import first_missing
from .._problems import ERROR, WARNING, Problem
from .ca_identities import identity_problems

CRYPTOGRAPHY_ERROR = ""
try:
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
except ImportError:
    CRYPTOGRAPHY_ERROR = traceback.format_exc()  # main() answers with missing_required_lib

CERTIFICATE, KEY, ROOT, CHAIN = FILES = ("ca-cert.pem", "ca-key.pem", "root-cert.pem", "cert-chain.pem")
# How cert-manager and others name the same in a Secret of type kubernetes.io/tls; its certificate is the head of the chain.
TLS_NAMES = {"tls.crt": CERTIFICATE, "tls.key": KEY, "ca.crt": ROOT}
SMALLEST_RSA = 2048
WARN_DAYS = 30
LONGEST_CHAIN = 10
MAKE_NEW = "Have its authority issue it again, or make all of them by the playbook multiregion.istio.ca"


@dataclass(frozen=True)
class Bundle:
    """The PEM texts of one member by the names of FILES. `place` says in messages where they are."""

    place: str
    texts: t.Mapping[str, str] = field(repr=False)

    def name(self, file: str) -> str:
        """ "/etc/mesh-ca/east/ca-cert.pem", or "ca-cert.pem of Secret istio-system/cacerts"."""
        return f"{self.place}/{file}" if self.place.startswith("/") else f"{file} of {self.place}"


@dataclass(frozen=True)
class Expected:
    """What the mesh asks of a member's authority. `now` is aware of its zone."""

    cluster: str
    namespace: str
    trust_domain: str
    now: datetime


def missing_libraries() -> tuple[str, str] | None:
    """(message, traceback) where a library is missing, for fail_json; None where all are there."""
    return first_missing({"cryptography": CRYPTOGRAPHY_ERROR}) or missing_for_kubernetes()


def certificates(bundle: Bundle, file: str) -> list[x509.Certificate]:
    """The certificates of a file. Raises MeshError where there are none, or they cannot be read."""
    try:
        return x509.load_pem_x509_certificates(bundle.texts[file].encode())
    except ValueError as error:
        raise MeshError(
            f"{bundle.name(file)} holds no certificate that can be read", why=str(error), todo=MAKE_NEW
        ) from error


def root_prints(text: str) -> frozenset[str]:
    """SHA-256 fingerprints of the certificates in a PEM text, empty where it cannot be read."""
    try:
        return frozenset(fingerprint(one) for one in x509.load_pem_x509_certificates(text.encode()))
    except ValueError:
        return frozenset()


def fingerprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def bundle_problems(bundle: Bundle, expected: Expected) -> list[Problem]:
    """All that keeps Istio or proxies from using an authority, and what soon will."""
    missing = [file for file in FILES if not bundle.texts.get(file)]
    if missing:
        what = f"{', '.join(missing)} of the mesh's authority {'is' if len(missing) == 1 else 'are'} missing in {bundle.place}"
        todo = f"Put it there; {bundle.place} has to have {', '.join(FILES)}"
        return [Problem(ERROR, what, "istiod does not start with a part of them", todo, expected.cluster)]
    try:
        own, *_rest = certificates(bundle, CERTIFICATE)
        chain = certificates(bundle, CHAIN)
        roots = certificates(bundle, ROOT)
        found = [*key_problems(bundle, own), *path_problems(bundle, own, chain, roots, expected.now)]
        found += identity_problems(
            bundle.name(CERTIFICATE), [own, *chain, *roots], expected.namespace, expected.trust_domain
        )
    except MeshError as error:
        found = [Problem(ERROR, error.what, error.why, error.todo)]
    return [Problem(one.severity, one.what, one.why, one.todo, expected.cluster) for one in found]


def key_problems(bundle: Bundle, own: x509.Certificate) -> t.Iterator[Problem]:
    """Whether the key is one that Istio reads, and that of the certificate. Nothing of it is told."""
    name = bundle.name(KEY)
    try:
        key = serialization.load_pem_private_key(bundle.texts[KEY].encode(), None)
    except TypeError:
        todo = "Write it without one, to a file that only its owner can read: istiod cannot ask for it"
        yield Problem(ERROR, f"the key {name} is protected by a passphrase", todo=todo)
        return
    except (ValueError, UnsupportedAlgorithm):
        yield Problem(ERROR, f"{name} holds no private key that can be read", todo=MAKE_NEW)
        return
    if not isinstance(key, (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey)):
        yield Problem(ERROR, f"the key {name} is neither RSA nor EC", "Istio reads no other", MAKE_NEW)
    elif isinstance(key, rsa.RSAPrivateKey) and key.key_size < SMALLEST_RSA:
        yield Problem(
            ERROR, f"the key {name} has {key.key_size} bits", f"Proxies refuse RSA below {SMALLEST_RSA}", MAKE_NEW
        )
    elif key.public_key() != own.public_key():
        todo = "Put the key and the certificate of one and the same authority there"
        yield Problem(ERROR, f"the key {name} is not that of {bundle.name(CERTIFICATE)}", todo=todo)


def path_problems(
    bundle: Bundle, own: x509.Certificate, chain: list[x509.Certificate], roots: list[x509.Certificate], now: datetime
) -> t.Iterator[Problem]:
    """Whether the chain leads from the member's certificate to a root, by authorities that may sign and are in force."""
    if own not in chain:
        why = "istiod sends this file with each certificate: peers would not know who signed it"
        todo = f"Put {CERTIFICATE} at the begin of {CHAIN}, then all between it and the root"
        yield Problem(ERROR, f"{bundle.name(CHAIN)} does not have the certificate of {CERTIFICATE}", why, todo)
    path = path_of(own, chain, roots)
    if path[-1] not in roots:
        what = f"{bundle.name(CHAIN)} does not lead to {ROOT}: nobody there has signed {subject(path[-1])}"
        why = f"It names {path[-1].issuer.rfc4514_string() or 'nobody'} as its issuer"
        yield Problem(
            ERROR, what, why, "Put the root of that certificate into the one and all between them into the other"
        )
    for below, certificate in enumerate(path):
        name = subject(certificate)
        for what in sign_faults(certificate, below):
            yield Problem(
                ERROR, f"{name} in {bundle.place} {what}", "No certificate that it signs would be trusted", MAKE_NEW
            )
        yield from time_problems(f"{name} in {bundle.place}", certificate, now)


def path_of(
    own: x509.Certificate, chain: list[x509.Certificate], roots: list[x509.Certificate]
) -> list[x509.Certificate]:
    """From a certificate by its issuers to a root, or as far as they are known."""
    path = [own]
    while path[-1] not in roots and len(path) < LONGEST_CHAIN:
        issuer = next((one for one in [*roots, *chain] if one not in path and has_signed(one, path[-1])), None)
        if issuer is None:
            break
        path.append(issuer)
    return path


def has_signed(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return True


def sign_faults(certificate: x509.Certificate, below: int) -> t.Iterator[str]:
    """Why a certificate may not sign, `below` the count of authorities between it and those for workloads."""
    try:
        basic = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        basic = x509.BasicConstraints(ca=False, path_length=None)
    if not basic.ca:
        yield "is no authority (CA:TRUE)"
    if basic.path_length is not None and basic.path_length < below:
        yield f"allows {basic.path_length} authorities below it (pathlen), there are {below}"
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        usage = None
    if usage is not None and not usage.key_cert_sign:
        yield "may not sign certificates (key usage)"
    if isinstance(certificate.signature_hash_algorithm, (hashes.MD5, hashes.SHA1)):
        yield f"is signed by {certificate.signature_hash_algorithm.name}"


def time_problems(name: str, certificate: x509.Certificate, now: datetime) -> t.Iterator[Problem]:
    """Whether a certificate is in force now and for WARN_DAYS more."""
    end = certificate.not_valid_after_utc
    if certificate.not_valid_before_utc > now:
        why = f"It begins at {certificate.not_valid_before_utc:%Y-%m-%d %H:%M} UTC"
        yield Problem(ERROR, f"{name} is not valid yet", why, "Set this machine's clock, or wait")
    elif end <= now:
        yield Problem(ERROR, f"{name} has expired", f"It ended on {end:%Y-%m-%d}", MAKE_NEW)
    elif end <= now + timedelta(days=WARN_DAYS):
        why = f"From {end:%Y-%m-%d} on no workload trusts another"
        yield Problem(WARNING, f"{name} expires in {(end - now).days} days", why, MAKE_NEW)


def subject(certificate: x509.Certificate) -> str:
    return f"the certificate {certificate.subject.rfc4514_string() or '(without a subject)'}"
