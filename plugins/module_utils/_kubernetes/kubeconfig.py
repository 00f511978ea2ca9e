# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kubeconfig by which a control plane reaches a member: a server, a CA and a token, all inline. No I/O.

istiod refuses what it would have to run or to open: exec, most auth-providers, paths of files (istio/istio, pkg/kube/util.go,
sanitizeKubeConfig), so nothing else is ever written.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import ipaddress
import json
import typing as t
from dataclasses import astuple, dataclass, field
from datetime import datetime, timezone
from urllib.parse import urlsplit

from .._errors import MeshError

with contextlib.suppress(ImportError):  # it comes with kubernetes, for which main() answers with missing_required_lib
    import yaml

Object = dict[str, t.Any]


@dataclass(frozen=True)
class ClusterCredential:
    """How one cluster is reached by a token. `name` stands for cluster, user and context alike; `ca` is PEM text."""

    name: str
    server: str
    token: str = field(repr=False)
    ca: str
    tls_server_name: str = ""

    def facts(self) -> Object:
        """What may be shown of it: secrets by fingerprint."""
        shown = {"server": self.server, "token": fingerprint(self.token), "ca": fingerprint(self.ca)}
        return {**shown, "tls_server_name": self.tls_server_name} if self.tls_server_name else shown


def render(credential: ClusterCredential) -> str:
    """The kubeconfig's text."""
    cluster = {
        "server": credential.server,
        "certificate-authority-data": base64.b64encode(credential.ca.encode()).decode(),
    }
    if credential.tls_server_name:
        cluster["tls-server-name"] = credential.tls_server_name
    name = credential.name
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": cluster}],
        "users": [{"name": name, "user": {"token": credential.token}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "current-context": name,
    }
    return yaml.safe_dump(config, sort_keys=False)


def parse(text: str) -> ClusterCredential | None:
    """What a kubeconfig made by render() says; None for any other kubeconfig, which is then to be written anew."""
    try:
        config = yaml.safe_load(text)
        (cluster,), (user,), (context,) = config["clusters"], config["users"], config["contexts"]
        names = {
            cluster["name"],
            user["name"],
            context["name"],
            config["current-context"],
            *context["context"].values(),
        }
        credential = ClusterCredential(
            name=names.pop(),
            server=cluster["cluster"]["server"],
            token=user["user"]["token"],
            ca=base64.b64decode(cluster["cluster"]["certificate-authority-data"]).decode(),
            tls_server_name=cluster["cluster"].get("tls-server-name", ""),
        )
        plain = all(isinstance(value, str) for value in astuple(credential))
        # kubectl and istioctl write an empty "preferences" too.
        plain = (
            plain
            and not names
            and {"preferences": {}, **yaml.safe_load(render(credential))} == {"preferences": {}, **config}
        )
    except (yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError):
        return None
    return credential if plain else None


def fingerprint(secret: str) -> str:
    """A sign by which two secrets can be told apart, not found out: the first 12 hexadecimal digits of its SHA-256."""
    return f"sha256:{hashlib.sha256(secret.encode()).hexdigest()[:12]}" if secret else ""


def check_server(server: str, cluster: str) -> str:
    """The URL of an API server as another cluster will use it. Raises MeshError where it cannot work from there."""
    todo = "Set mesh_cluster_api_server (option api_server) to the URL by which the primary reaches this API server"
    try:
        url = urlsplit(server)
        host = url.hostname if url.scheme == "https" and url.port != 0 else None
    except ValueError:
        host = None
    if not host:
        raise MeshError(f"api_server {server!r} is not an https URL", cluster=cluster, todo=todo)
    if is_loopback(host):
        raise MeshError(
            f"api_server {server!r} is a loopback address",
            cluster=cluster,
            why="in the primary it means the primary's own machine",
            todo=todo,
        )
    return server.rstrip("/")


def is_loopback(host: str) -> bool:
    """Whether a host name or address means the machine that uses it (the unspecified address included)."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        name = host.rstrip(".").lower()
        return name == "localhost" or name.endswith(".localhost")
    mapped = getattr(address, "ipv4_mapped", None) or address
    return mapped.is_loopback or mapped.is_unspecified


def expiry_of(token: str) -> str | None:
    """When a bearer token ends, ISO 8601 in UTC; None for one without an end, or that is no JSON web token."""
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return datetime.fromtimestamp(claims["exp"], tz=timezone.utc).isoformat().replace("+00:00", "Z")
    except (IndexError, KeyError, TypeError, ValueError):
        return None
