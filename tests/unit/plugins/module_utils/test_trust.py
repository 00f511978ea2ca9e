# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether members trust the certificate authority of the mesh."""

from __future__ import annotations

import base64
import typing as t

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._istio.trust import (
    Webhook,
    awaited,
    certificates,
    root_in,
    root_problems,
    short,
    webhook_problems,
    webhooks_in,
)


def pem(*names: str) -> str:
    """Texts in the form of certificates: what they say is not looked at."""
    bodies = [base64.b64encode(f"certificate {name}".encode()).decode() for name in names]
    return "".join(f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n" for body in bodies)


def configuration(*bundles: str, **client: t.Any) -> dict[str, t.Any]:
    where = client or {"service": {"name": "istiod", "namespace": "istio-system"}}
    hooks = [
        {
            "name": f"{number}.namespace.sidecar-injector.istio.io",
            "clientConfig": {**where, "caBundle": base64.b64encode(bundle.encode()).decode()},
        }
        for number, bundle in enumerate(bundles)
    ]
    return {"metadata": {"name": "istio-sidecar-injector"}, "webhooks": hooks}


OURS, OTHERS = certificates(pem("root")), certificates(pem("other"))


def injector(*bundles: frozenset[str]) -> tuple[Webhook, ...]:
    return (Webhook("istio-sidecar-injector", bundles),)


def told(hooks: tuple[Webhook, ...] | None, root: frozenset[str] = OURS) -> list[str]:
    found = list(webhook_problems("west", "istio-system", hooks, root))
    assert {problem.severity for problem in found} <= {"error"}
    return [problem.what for problem in found]


def test_certificates_are_the_same_in_any_order_and_form() -> None:
    text = pem("root", "old")
    assert certificates(text) == certificates(pem("old", "root").replace("\n", "\r\n")) == certificates(f"# x\n{text}")
    assert certificates(pem("root")) != certificates(pem("old"))
    assert certificates("-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----") == frozenset()


def test_a_certificate_is_shown_by_its_fingerprint_as_openssl_gives_it() -> None:
    # printf 'certificate root' | sha256sum
    assert short(certificates(pem("root"))) == "sha256:bfd90dde59fd"


def test_the_root_is_that_of_the_config_map() -> None:
    assert root_in({"data": {"root-cert.pem": pem("root")}}) == OURS
    assert root_in(None) == root_in({"data": None}) == frozenset()


def test_injection_webhooks_are_those_of_the_control_plane_of_the_mesh() -> None:
    elsewhere = configuration(pem("other"), service={"name": "istiod", "namespace": "other-mesh"})
    validating = {"metadata": {"name": "x"}, "webhooks": [{"name": "policy.example.com", "clientConfig": {}}]}
    by_address = configuration(pem("root"), url="https://10.0.0.1:15017/inject")
    found = webhooks_in([configuration(pem("root"), pem("root")), elsewhere, validating, by_address], "istio-system")
    assert found == injector(OURS) * 2


def test_a_bundle_that_is_no_text_in_base64_trusts_nothing() -> None:
    broken = configuration("")
    broken["webhooks"][0]["clientConfig"]["caBundle"] = "="
    assert webhooks_in([broken], "istio-system") == injector(frozenset())


def test_a_webhook_has_to_trust_the_root_of_the_primary() -> None:
    assert told(injector(OURS)) == []
    assert told(injector(OURS | OTHERS)) == []
    assert told(None) == []
    assert told(injector(OTHERS)) == [
        "MutatingWebhookConfiguration istio-sidecar-injector trusts another certificate authority than the mesh's"
    ]
    assert told(injector(OURS), root=OURS | OTHERS) == told(injector(OTHERS))


def test_a_webhook_without_a_bundle_is_told_though_the_root_is_not_known() -> None:
    missing = ["MutatingWebhookConfiguration istio-sidecar-injector has no CA bundle"]
    assert told(injector(frozenset(), OURS)) == missing
    assert told(injector(frozenset()), root=frozenset()) == missing


@pytest.mark.parametrize(
    ("root", "what"),
    [
        (OURS, []),
        (None, []),
        (frozenset(), ["ConfigMap istio-system/istio-ca-root-cert is missing"]),
        (OTHERS, ["the cluster has another root certificate than the primary"]),
        (OURS | OTHERS, ["the cluster has another root certificate than the primary"]),
    ],
)
def test_a_member_has_the_root_of_the_primary(root: frozenset[str] | None, what: list[str]) -> None:
    found = root_problems("west", "istio-system", root, OURS)
    assert [problem.what for problem in found] == what
    assert all(problem.severity == "error" and problem.todo and problem.cluster == "west" for problem in found)


def test_what_istiod_has_yet_to_write_is_waited_for_and_another_root_is_not() -> None:
    assert awaited(frozenset(), injector(frozenset())) == [
        "ConfigMap istio-ca-root-cert is missing",
        "istio-sidecar-injector has no CA bundle",
    ]
    assert awaited(OTHERS, injector(OTHERS)) == awaited(None, None) == []
