# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether all members trust the certificate authority of the mesh. No I/O.

istiod writes its root into the ConfigMap istio-ca-root-cert of every namespace, for proxies, and into the injection webhooks, for the
API server; in a remote it does so where the namespace names it in topology.istio.io/controlPlaneClusters (istio/istio,
serviceregistry/kube/controller/multicluster.go).
"""

from __future__ import annotations

import base64
import hashlib
import re
import typing as t
from dataclasses import dataclass

from .._problems import ERROR, WARNING, Problem

Object = dict[str, t.Any]

ROOT_CONFIG_MAP, ROOT_KEY = "istio-ca-root-cert", "root-cert.pem"
INJECTOR = "sidecar-injector.istio.io"
CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)
WRITTEN = "istiod writes it where Namespace {namespace} has the annotation topology.istio.io/controlPlaneClusters"
AGAIN = "Run the playbook multiregion.istio.remotes; if it stays, look at istiod's log for this cluster"

# Certificates by the SHA-256 of each, whatever their order and what stands between them.
Certificates = frozenset[str]


@dataclass(frozen=True)
class Webhook:
    """A webhook configuration by which pods get sidecars, and the certificates that each of its webhooks trusts."""

    name: str
    bundles: tuple[Certificates, ...]


def certificates(text: str) -> Certificates:
    """The certificates in a PEM text."""
    found = set()
    for body in CERTIFICATE.findall(text):
        try:
            found.add(hashlib.sha256(base64.b64decode(body)).hexdigest())
        except ValueError:
            continue  # the text is cut: who relies on it trusts nothing
    return frozenset(found)


def root_in(config: Object | None) -> Certificates:
    """What a ConfigMap istio-ca-root-cert holds; empty where there is none."""
    return certificates(((config or {}).get("data") or {}).get(ROOT_KEY) or "")


def webhooks_in(configurations: t.Iterable[Object], namespace: str) -> tuple[Webhook, ...]:
    """The injection webhooks of the control plane in `namespace`, also those that reach it by an address of their own."""
    found = []
    for each in configurations:
        clients = [
            hook.get("clientConfig") or {}
            for hook in each.get("webhooks") or []
            if str(hook.get("name")).endswith(INJECTOR)
        ]
        ours = [client for client in clients if (client.get("service") or {}).get("namespace") in (None, namespace)]
        if ours:
            bundles = {certificates(decoded(client.get("caBundle"))) for client in ours}
            found.append(Webhook(each["metadata"]["name"], tuple(bundles)))
    return tuple(found)


def decoded(bundle: str | None) -> str:
    """The text of a caBundle; "" for what is none."""
    try:
        return base64.b64decode(bundle or "").decode(errors="replace")
    except ValueError:
        return ""


def awaited(root: Certificates | None, hooks: tuple[Webhook, ...] | None) -> list[str]:
    """What istiod has yet to write in a member: it does so a moment after the cluster has joined."""
    missing = [] if root is None or root else [f"ConfigMap {ROOT_CONFIG_MAP} is missing"]
    return missing + [f"{hook.name} has no CA bundle" for hook in hooks or () if frozenset() in hook.bundles]


def root_problems(cluster: str, namespace: str, root: Certificates | None, primary: Certificates) -> list[Problem]:
    """A remote's root against the primary's, which is known."""
    if root is None or root == primary:
        return []
    place = f"ConfigMap {namespace}/{ROOT_CONFIG_MAP}"
    if not root:
        why = f"proxies start with it; {WRITTEN.format(namespace=namespace)}"
        return [Problem(ERROR, f"{place} is missing", why, AGAIN, cluster)]
    return [
        Problem(
            ERROR,
            "the cluster has another root certificate than the primary",
            why=f"{place} holds {short(root)}, that of the primary {short(primary)}: their proxies do not trust each other",
            todo="Find out who writes it: another istiod in the cluster, or a cacerts of another root. Members share one root",
            cluster=cluster,
        )
    ]


def webhook_problems(
    cluster: str, namespace: str, hooks: tuple[Webhook, ...] | None, primary: Certificates
) -> t.Iterator[Problem]:
    """Whether the API server will trust istiod when it asks for sidecars. `primary` is empty where it is not known."""
    for hook in hooks or ():
        if frozenset() in hook.bundles:
            yield Problem(
                ERROR,
                f"MutatingWebhookConfiguration {hook.name} has no CA bundle",
                why=f"the API server does not trust istiod without, and refuses pods; {WRITTEN.format(namespace=namespace)}",
                todo=AGAIN,
                cluster=cluster,
            )
        others = [bundle for bundle in hook.bundles if bundle and not primary <= bundle]
        if others:
            yield Problem(
                ERROR,
                f"MutatingWebhookConfiguration {hook.name} trusts another certificate authority than the mesh's",
                why=f"its CA bundle holds {short(others[0])}, the root of the primary is {short(primary)}",
                todo=AGAIN,
                cluster=cluster,
            )


def unknown_root(primary: str, namespace: str) -> Problem:
    """The primary itself has none to compare with."""
    return Problem(
        WARNING,
        "it is not known whether members trust the certificate authority of the mesh",
        why=f"the primary has no ConfigMap {namespace}/{ROOT_CONFIG_MAP}",
        todo="Look at istiod's log: it writes the ConfigMap, unless another way of trust was set up",
        cluster=primary,
    )


def short(found: Certificates) -> str:
    """Certificates by the first digits of their SHA-256."""
    return ", ".join(f"sha256:{digest[:12]}" for digest in sorted(found))
