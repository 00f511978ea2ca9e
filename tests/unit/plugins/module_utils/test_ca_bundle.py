# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of an authority is refused before a cluster gets it."""

from __future__ import annotations

import typing as t
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from ansible_collections.multiregion.istio.plugins.module_utils._istio.ca_bundle import (
    Bundle,
    Expected,
    bundle_problems,
)
from tests.unit.authorities import NOW, Authority, authority, key_pem, texts

ROOT = authority("root", path_length=1)
OWN = authority("own", ROOT, path_length=0)
Names = x509.SubjectAlternativeName


def problems(files: t.Mapping[str, str]) -> list[str]:
    """The problems as "severity what", all of them of the member, with something to do."""
    found = bundle_problems(Bundle("/ca/east", files), Expected("east", "istio-system", "cluster.local", NOW))
    assert {one.cluster for one in found} <= {"east"}
    assert all(one.todo for one in found)
    return [f"{one.severity} {one.what}" for one in found]


def test_nothing_is_said_of_a_right_one() -> None:
    assert problems(texts(OWN, ROOT)) == []


def test_nothing_is_said_of_a_chain_of_several_nor_of_several_roots() -> None:
    top = authority("top", path_length=2)
    between = authority("between", top, path_length=1)
    own = authority("own", between, path_length=0)
    files = texts(own, top, between)
    assert problems({**files, "root-cert.pem": ROOT.pem + top.pem}) == []


def test_nothing_is_said_of_rsa() -> None:
    own = authority("own", ROOT, key=rsa.generate_private_key(65537, 2048))
    assert problems(texts(own, ROOT)) == []


@pytest.mark.parametrize("file", ["ca-cert.pem", "ca-key.pem", "root-cert.pem", "cert-chain.pem"])
def test_a_file_that_is_missing_is_named(file: str) -> None:
    (found,) = problems({**texts(OWN, ROOT), file: ""})
    assert found.startswith(f"error {file}")


@pytest.mark.parametrize("file", ["ca-cert.pem", "root-cert.pem", "cert-chain.pem"])
def test_what_is_no_certificate_is_named(file: str) -> None:
    (found,) = problems({**texts(OWN, ROOT), file: "nothing of the kind"})
    assert found == f"error /ca/east/{file} holds no certificate that can be read"


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (key_pem(ec.generate_private_key(ec.SECP256R1())), "is not that of /ca/east/ca-cert.pem"),
        (key_pem(OWN.key, b"secret"), "is protected by a passphrase"),
        (key_pem(ed25519.Ed25519PrivateKey.generate()), "is neither RSA nor EC"),
        (key_pem(rsa.generate_private_key(65537, 1024)), "has 1024 bits"),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "holds no private key"),
    ],
    ids=["another", "passphrase", "ed25519", "short", "broken"],
)
def test_a_key_that_istiod_cannot_use_is_an_error(key: str, said: str) -> None:
    (found,) = problems({**texts(OWN, ROOT), "ca-key.pem": key})
    assert said in found
    assert key not in found


def test_a_chain_without_the_certificate_itself_is_an_error() -> None:
    (found,) = problems({**texts(OWN, ROOT), "cert-chain.pem": ROOT.pem})
    assert "does not have the certificate of ca-cert.pem" in found


def test_a_chain_that_leads_to_another_root_is_an_error() -> None:
    (found,) = problems({**texts(OWN, ROOT), "root-cert.pem": authority("root").pem, "cert-chain.pem": OWN.pem})
    assert "does not lead to root-cert.pem" in found


@pytest.mark.parametrize(
    ("own", "root", "said"),
    [
        (authority("own", ROOT, is_ca=False), ROOT, "CN=own in /ca/east is no authority (CA:TRUE)"),
        (authority("own", ROOT, signs=False), ROOT, "CN=own in /ca/east may not sign certificates"),
    ],
    ids=["no authority", "usage"],
)
def test_what_may_not_sign_is_an_error(own: Authority, root: Authority, said: str) -> None:
    (found,) = problems(texts(own, root))
    assert said in found


def test_a_root_that_allows_no_authority_below_it_is_an_error() -> None:
    root = authority("root", path_length=0)
    (found,) = problems(texts(authority("own", root), root))
    assert "CN=root in /ca/east allows 0 authorities below it (pathlen), there are 1" in found


@pytest.mark.parametrize(
    ("begins", "ends", "said"),
    [
        (-2, -1, "error the certificate CN=own in /ca/east has expired"),
        (1, 9, "error the certificate CN=own in /ca/east is not valid yet"),
        (-2, 29, "warning the certificate CN=own in /ca/east expires in 29 days"),
    ],
)
def test_what_is_not_in_force_is_told(begins: int, ends: int, said: str) -> None:
    own = authority("own", ROOT, begins=NOW + timedelta(days=begins), ends=NOW + timedelta(days=ends))
    assert problems(texts(own, ROOT)) == [said]


def test_an_expired_root_is_told_too() -> None:
    root = authority("root", begins=NOW - timedelta(days=9), ends=NOW - timedelta(days=1))
    assert problems(texts(authority("own", root), root)) == ["error the certificate CN=root in /ca/east has expired"]


def test_another_trust_domain_is_an_error() -> None:
    own = authority("own", ROOT, extensions=[Names([x509.UniformResourceIdentifier("spiffe://other.example/x")])])
    (found,) = problems(texts(own, ROOT))
    assert "is for the trust domain other.example" in found


@pytest.mark.parametrize(
    ("permitted", "excluded", "said"),
    [
        ([x509.UniformResourceIdentifier("other.example")], None, ["spiffe://cluster.local"]),
        ([x509.UniformResourceIdentifier("cluster.local")], None, []),
        (None, [x509.DNSName("svc")], ["istiod.istio-system.svc"]),
        ([x509.DNSName("istio-system.svc")], None, []),
        ([x509.DNSName("example.com")], None, ["istiod.istio-system.svc"]),
    ],
)
def test_name_constraints_have_to_allow_the_names_of_the_mesh(
    permitted: t.Any, excluded: t.Any, said: list[str]
) -> None:
    own = authority("own", ROOT, extensions=[x509.NameConstraints(permitted, excluded)])
    assert [text.split(" excludes ")[1].split()[0] for text in problems(texts(own, ROOT))] == said


def test_the_key_is_not_in_what_a_bundle_says_of_itself() -> None:
    assert OWN.key_pem.splitlines()[1] not in repr(Bundle("/ca/east", texts(OWN, ROOT)))
