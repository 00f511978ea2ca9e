"""The suite's own eyes: a secret that came out is found in every form, and a write is told from a dry run and a question."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from . import audit, leaks

TOKEN = "eyJhbGciOiJSUzI1NiIsImtpZCI6IkEifQ.eyJpc3MiOiJrdWJlcm5ldGVzIn0.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg"
KEY = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIBfirstlineofthekey\nsecondlineofthekey\n-----END EC PRIVATE KEY-----\n"
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIBdzCCAR2gAwIBAgIBADAKBggq\n-----END CERTIFICATE-----\n"
KUBECONFIG = (
    f"apiVersion: v1\nusers: [{{name: a, user: {{token: {TOKEN}}}}}]\nclusters: [{{cluster: {{server: https://a}}}}]"
)


@pytest.mark.parametrize("value", [TOKEN, KEY, KUBECONFIG], ids=["token", "key", "kubeconfig"])
@pytest.mark.parametrize("before", ["", "a", "ab"])
def test_a_secret_is_found_as_it_is_and_in_base64(value: str, before: str) -> None:
    secrets = [leaks.Secret("here", text) for text in leaks.secrets_in(value.encode())]
    shown = f"{before}{value}".encode()
    assert leaks.found_in({"a file": shown}, secrets) == ["a file shows here"]
    assert leaks.found_in({"a file": base64.b64encode(shown)}, secrets) == ["a file shows here"]
    assert leaks.found_in({"a file": b"something else"}, secrets) == []


def test_a_certificate_and_an_address_are_no_secrets() -> None:
    assert list(leaks.secrets_in(CERTIFICATE.encode())) == []
    assert "https://a" not in list(leaks.secrets_in(KUBECONFIG.encode()))


@pytest.mark.parametrize(
    "changes",
    [
        {"requestURI": "/api/v1/namespaces?dryRun=All"},
        {"verb": "delete", "requestObject": {"dryRun": ["All"]}},
        {"objectRef": {"apiGroup": "authorization.k8s.io", "resource": "selfsubjectaccessreviews"}},
        {"user": {"username": "system:serviceaccount:istio-system:istiod"}},
    ],
)
def test_what_changes_nothing_or_is_done_by_kubernetes_is_no_write(changes: dict[str, Any]) -> None:
    event = {
        "verb": "create",
        "requestURI": "/api/v1/namespaces",
        "user": {"username": "somebody"},
        "objectRef": {"resource": "namespaces", "name": "a"},
        "responseStatus": {"code": 201},
    }
    written = audit.read("cluster", event)
    assert written and written.resource == "namespaces" and written.code == audit.CREATED
    assert audit.read("cluster", {**event, **changes}) is None
