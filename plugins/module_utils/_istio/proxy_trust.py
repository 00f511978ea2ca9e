# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""By whom the workloads of a member are certified and whom they trust, as one of their proxies has it, and whether members agree.

Source: Envoy's administration page /config_dump, SecretsConfigDump (admin/v3); a sidecar of Istio names its certificate `default`
and what it trusts ROOTCA. Envoy redacts keys there.
"""

from __future__ import annotations

import base64
import binascii
import json
import typing as t
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

from .._errors import ApiError
from .._kubernetes.client import KubernetesClient
from .._kubernetes.port_forward import Answer, PortForward
from .._problems import ERROR, WARNING, Problem
from .ca_bundle import fingerprint, root_prints

try:
    from cryptography import x509
except ImportError:
    pass  # main() answers with missing_required_lib (ca_bundle.py)

ADMIN_PORT = 15000
PATH = "/config_dump?resource=dynamic_active_secrets"
OWN, TRUSTED = "default", "ROOTCA"


@dataclass(frozen=True)
class Trust:
    """What one proxy has.

    issuer:  who signed its certificate, as a distinguished name
    signer:  SHA-256 fingerprint of the certificate of who signed it, "" where it is not sent along
    begins:  when its certificate begins
    ends:    when that certificate ends
    roots:   SHA-256 fingerprints of the roots that it trusts
    error:   why it could not be read, and then the rest is empty
    pod:     namespace/name of its pod
    """

    cluster: str
    issuer: str = ""
    ends: datetime | None = None
    roots: frozenset[str] = frozenset()
    error: str = ""
    signer: str = ""
    begins: datetime | None = None
    pod: str = ""

    def as_dict(self) -> dict[str, t.Any]:
        """The member's entry in a task's result."""
        ends = f"{self.ends:%Y-%m-%dT%H:%M:%SZ}" if self.ends else ""
        return {"cluster": self.cluster, "issuer": self.issuer, "ends": ends, "roots": sorted(self.roots)}


def read_trust(client: KubernetesClient, namespace: str, pod: str) -> Trust:
    """Ask the sidecar of a pod. Never raises: what goes wrong is in `error`."""
    name = f"{namespace}/{pod}"
    try:
        with PortForward(client, namespace, pod, ADMIN_PORT) as forward:
            return replace(parse_trust(client.cluster, forward.get(PATH)), pod=name)
    except ApiError as error:
        return Trust(client.cluster, error=error.why or error.what, pod=name)
    except ValueError as error:
        return Trust(client.cluster, error=str(error), pod=name)


def parse_trust(cluster: str, answer: Answer) -> Trust:
    """The certificates in an answer of /config_dump. Raises ValueError."""
    if answer.status != 200:
        raise ValueError(f"{PATH} answered HTTP {answer.status}")
    try:
        secrets = {one["name"]: one["secret"] for one in json.loads(answer.body)["configs"]}
        chain = text_of(secrets[OWN]["tls_certificate"]["certificate_chain"])
        trusted = text_of(secrets[TRUSTED]["validation_context"]["trusted_ca"])
        own, *above = x509.load_pem_x509_certificates(chain.encode())
    except (KeyError, TypeError, binascii.Error) as error:
        raise ValueError(f"{PATH} does not tell a certificate and its root") from error
    return Trust(
        cluster,
        own.issuer.rfc4514_string(),
        own.not_valid_after_utc,
        root_prints(trusted),
        signer=fingerprint(above[0]) if above else "",
        begins=own.not_valid_before_utc,
    )


def text_of(source: t.Mapping[str, str]) -> str:
    """A DataSource of Envoy: bytes in base64, or text."""
    return base64.b64decode(source["inline_bytes"]).decode() if "inline_bytes" in source else source["inline_string"]


def trust_problems(trusts: t.Sequence[Trust]) -> t.Iterator[Problem]:
    """One error for each member that has other roots than most of the others; of two, than the first, as a rule the primary."""
    read = [one for one in trusts if not one.error]
    usual = Counter(one.roots for one in read).most_common(1)[0][0] if read else frozenset()
    like = next((one.cluster for one in read if one.roots == usual), "")
    for one in trusts:
        if one.error:
            todo = "Look at the sidecar of a pod there: istioctl proxy-config secret"
            yield Problem(WARNING, "its certificates are not known", one.error, todo, one.cluster)
        elif one.roots != usual:
            yield Problem(
                ERROR,
                f"workloads trust another root than those of {like}",
                why=f"They have {short(one.roots)}, signed by {one.issuer or 'nobody'}; {like} has {short(usual)}: "
                "requests between them are refused",
                todo="Give the member an authority under the root of the mesh (mesh_ca_dir), run the playbook multiregion.istio.remotes, "
                "then restart its workloads",
                cluster=one.cluster,
            )


def short(prints: frozenset[str]) -> str:
    """The begin of each fingerprint."""
    return ", ".join(f"{one[:11]}..." for one in sorted(prints)) or "no root"
