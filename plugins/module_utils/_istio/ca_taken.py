# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Having istiod sign by the Secret cacerts as it is now, and seeing that each of its pods does.

istiod takes up another intermediate by itself, other roots only as a setting has it (ISTIO_MULTIROOT_MESH): for these it is restarted.
Source: istio/istio, pilot/pkg/bootstrap/istio_ca.go handleEvent, which then has its own certificate signed by the new authority and
tells when that ends (security/pkg/server/ca/monitoring.go).
"""

from __future__ import annotations

import hashlib
import time
import typing as t
from dataclasses import dataclass

from .._errors import ApiError
from .._kubernetes.client import KubernetesClient
from .._kubernetes.kinds import CONFIG_MAP, DEPLOYMENT, POD
from .._kubernetes.port_forward import PortForward
from .._wait import Acceptor, Progress, Wait, wait_until
from .ca_bundle import CERTIFICATE, ROOT, Bundle, certificates, fingerprint, has_signed, root_prints
from .ca_rotation import ends_of, signer
from .istiod import MONITORING_PORT, SELECTOR, list_istiods
from .rollout import rollout
from .trust import ROOT_CONFIG_MAP

try:
    from cryptography import x509
except ImportError:
    pass  # main() answers with missing_required_lib (ca_bundle.py)

Object = dict[str, t.Any]

INJECTION_PORT = 15017  # where istiod answers by the certificate that it signed for itself
ENDS = "citadel_server_cert_chain_expiry_timestamp"
# Annotations: of the pods, by which the kubelet looks at their Secrets at once and not within a minute; of the Deployment's template.
TOUCHED, ROOTS = "multiregion.istio/ca", "multiregion.istio/ca-roots"
# Seconds between the Secret and a restart: a kubelet that has it for another pod may give a new one what it had, and roots are read once.
SETTLING = 5

Told = t.Sequence[KubernetesClient]  # the clusters in which an istiod writes roots into namespaces


@dataclass(frozen=True)
class Istiod:
    """An istiod that signs, in the cluster of its client, and whom it tells of its roots."""

    client: KubernetesClient
    namespace: str
    told: Told


def has_taken(istiod: Istiod, bundle: Bundle, *, other_roots: bool) -> bool:
    """Whether nothing is to be done for istiod to sign by a bundle that is in the Secret. other_roots: as take()."""
    is_started = not to_restart(istiod.client, istiod.namespace, bundle, other_roots=other_roots)
    return is_started and not look(istiod, bundle)["why"]


def take(istiod: Istiod, bundle: Bundle, timeout: int, progress: Progress, *, other_roots: bool) -> bool:
    """Have istiod sign by a bundle that is in the Secret; whether something had to be done for that.

    other_roots: whether the roots change in this rotation. Raises MeshError where istiod does not take it in `timeout` seconds.
    """
    client, namespace = istiod.client, istiod.namespace
    if has_taken(istiod, bundle, other_roots=other_roots):
        return False
    restarts = to_restart(client, namespace, bundle, other_roots=other_roots)
    if restarts:
        time.sleep(SETTLING)
    for deployment in restarts:
        progress(f"{client.cluster}: restarting {deployment['metadata']['name']}, which reads roots when it starts")
        template = {"metadata": {"annotations": {ROOTS: mark_of(bundle)}}}
        client.patch(DEPLOYMENT, deployment["metadata"]["name"], namespace, {"spec": {"template": template}})

    def read() -> Object:
        touch(client, namespace, bundle)
        return look(istiod, bundle)

    wait = Wait(
        what=f"istiod signing by {signer(bundle)[:11]}...",
        acceptors=(Acceptor("why == ''"),),
        status="why || 'yes'",
        cluster=client.cluster,
        todo=f"Look at its log: kubectl --namespace {namespace} logs --selector {SELECTOR} | grep -i cert."
        f" Where roots are not told, restart it: kubectl --namespace {namespace} rollout restart deployment --selector {SELECTOR}."
        " Then run the same playbook again",
        timeout=timeout,
    )
    wait_until(read, wait, lambda line: progress(f"{client.cluster}: {line}"))
    return True


def mark_of(bundle: Bundle) -> str:
    """The roots of a bundle in a few digits."""
    return hashlib.sha256("".join(sorted(root_prints(bundle.texts[ROOT]))).encode()).hexdigest()[:16]


def to_restart(client: KubernetesClient, namespace: str, bundle: Bundle, *, other_roots: bool) -> list[Object]:
    """The Deployments of istiod that were started with other roots than a bundle's.

    One without our mark was as well, where the roots change; elsewhere it was never in a rotation of them.
    """
    marks = {mark_of(bundle)} if other_roots else {mark_of(bundle), None}
    return [
        one
        for one in client.list(DEPLOYMENT, namespace, labels=SELECTOR)
        if notes_of(one["spec"]["template"]).get(ROOTS) not in marks
    ]


def touch(client: KubernetesClient, namespace: str, bundle: Bundle) -> None:
    """Have the kubelet bring the Secret into istiod's pods now."""
    for pod in list_istiods(client, namespace):
        if notes_of(pod).get(TOUCHED) != signer(bundle)[:23]:
            body = {"metadata": {"annotations": {TOUCHED: signer(bundle)[:23]}}}
            client.patch(POD, pod["metadata"]["name"], namespace, body)


def notes_of(found: Object) -> Object:
    """The annotations of an object."""
    return (found.get("metadata") or {}).get("annotations") or {}


def look(istiod: Istiod, bundle: Bundle) -> dict[str, str]:
    """{"why": why istiod does not sign by the bundle yet}, "" where all of its pods do and its roots are told."""
    client, namespace = istiod.client, istiod.namespace
    for deployment in client.list(DEPLOYMENT, namespace, labels=SELECTOR):
        so_far = rollout(deployment)
        if not so_far["done"]:
            return {"why": f"Deployment {deployment['metadata']['name']} is being rolled out: {so_far['said']}"}
    pods = list_istiods(client, namespace)
    whys = [f"{one['metadata']['name']}: {why}" for one in pods if (why := look_at(client, one, bundle))]
    if not pods or whys:
        return {"why": "; ".join(whys) or "no pod of istiod runs"}
    untold = [one.cluster for one in istiod.told if told_roots(one, namespace) != root_prints(bundle.texts[ROOT])]
    return {"why": f"ConfigMap {ROOT_CONFIG_MAP} has other roots in {', '.join(untold)}" if untold else ""}


def told_roots(client: KubernetesClient, namespace: str) -> frozenset[str]:
    """Fingerprints of the roots that istiod has written into a cluster."""
    return root_prints(((client.get(CONFIG_MAP, ROOT_CONFIG_MAP, namespace) or {}).get("data") or {}).get(ROOT, ""))


def look_at(client: KubernetesClient, pod: Object, bundle: Bundle) -> str:
    """Why a pod does not sign by the bundle yet: by its own certificate and by the end of the one that it signs by."""
    name, namespace = pod["metadata"]["name"], pod["metadata"]["namespace"]
    own = certificates(bundle, CERTIFICATE)[0]
    try:
        with PortForward(client, namespace, name, INJECTION_PORT) as forward:
            issued = x509.load_der_x509_certificate(forward.certificate(bundle.texts[ROOT]))
        with PortForward(client, namespace, name, MONITORING_PORT) as forward:
            ends = ends_in(forward.get("/metrics").body.decode(errors="replace"))
    except ApiError as error:
        return error.why or error.what
    if not has_signed(own, issued) or ends != int(ends_of(bundle).timestamp()):
        return f"it signs by another authority than {fingerprint(own)[:11]}..."
    return ""


def ends_in(metrics: str) -> int:
    """When the certificate ends that istiod signs by, in seconds since 1970; 0 where it is not told."""
    line = next((line for line in metrics.splitlines() if line.startswith(f"{ENDS} ")), "")
    return int(float(line.partition(" ")[2] or 0))
