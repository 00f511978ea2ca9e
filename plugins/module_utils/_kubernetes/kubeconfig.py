# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kubeconfig by which a control plane reaches a member: a server, a CA and a token or certificate, all inline. No I/O.

istiod refuses what it would have to run or to open: exec, most auth-providers, paths of files (istio/istio, pkg/kube/util.go,
sanitizeKubeConfig), so nothing else is ever written.
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import typing as t
from dataclasses import astuple, dataclass, field
from urllib.parse import urlsplit

from .._errors import MeshError
from .._yaml import Error, dump, load

Object = dict[str, t.Any]


@dataclass(frozen=True)
class ClusterCredential:
    """How one cluster is reached. `name` stands for cluster, user and context alike.

    token, or client_certificate and client_key: the identity; the last two and `ca` are PEM text
    proxy:  URL of a proxy on the way, "" for none
    """

    name: str
    server: str
    token: str = field(repr=False)
    ca: str
    tls_server_name: str = ""
    proxy: str = ""
    client_certificate: str = ""
    client_key: str = field(default="", repr=False)

    def facts(self) -> Object:
        """What may be shown of it: secrets by fingerprint."""
        identity = "token" if self.token else "client_certificate"
        shown = {
            "server": self.server,
            identity: fingerprint(getattr(self, identity)),
            "ca": fingerprint(self.ca),
            "tls_server_name": self.tls_server_name,
            "proxy": without_password(self.proxy),
        }
        return {key: value for key, value in shown.items() if value or key not in ("tls_server_name", "proxy")}


def render(credential: ClusterCredential) -> str:
    """The kubeconfig's text."""
    return dump(content_of(credential))


def content_of(credential: ClusterCredential) -> Object:
    """The kubeconfig as a value."""
    optional = {"tls-server-name": credential.tls_server_name, "proxy-url": credential.proxy}
    cluster = {
        "server": credential.server,
        "certificate-authority-data": encoded(credential.ca),
        **{key: value for key, value in optional.items() if value},
    }
    user = {"token": credential.token}
    if credential.client_certificate:
        certificate, key = encoded(credential.client_certificate), encoded(credential.client_key)
        user = {"client-certificate-data": certificate, "client-key-data": key}
    name = credential.name
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": cluster}],
        "users": [{"name": name, "user": user}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "current-context": name,
    }


def parse(text: str) -> ClusterCredential | None:
    """What a kubeconfig made by render() says; None for any other kubeconfig, which is then to be written anew."""
    try:
        config = load(text)
        credential = _credential(config)
        plain = all(isinstance(value, str) for value in astuple(credential))
        # kubectl and istioctl write an empty "preferences" too.
        plain = plain and {"preferences": {}, **content_of(credential)} == {"preferences": {}, **config}
    except (Error, KeyError, TypeError, ValueError, AttributeError):
        return None
    return credential if plain else None


def _credential(config: Object) -> ClusterCredential:
    """The credential in a kubeconfig of our form, whose names are not looked at. Raises whatever another form leads to."""
    (cluster,), (user,) = config["clusters"], config["users"]
    where, who = cluster["cluster"], user["user"]
    return ClusterCredential(
        name=config["current-context"],
        server=where["server"],
        token=who.get("token", ""),
        ca=decoded(where["certificate-authority-data"]),
        tls_server_name=where.get("tls-server-name", ""),
        proxy=where.get("proxy-url", ""),
        client_certificate=decoded(who.get("client-certificate-data", "")),
        client_key=decoded(who.get("client-key-data", "")),
    )


def encoded(text: str) -> str:
    """Text in base 64, as kubeconfigs and Secrets hold it."""
    return base64.b64encode(text.encode()).decode()


def decoded(value: str | None) -> str:
    """The text of one value in base 64. Raises ValueError where it is none."""
    return base64.b64decode(value or "").decode()


def fingerprint(secret: str) -> str:
    """A sign by which two secrets can be told apart, not found out: the first 12 hexadecimal digits of its SHA-256."""
    return f"sha256:{hashlib.sha256(secret.encode()).hexdigest()[:12]}" if secret else ""


def check_server(server: str, cluster: str, field_name: str = "api_server") -> str:
    """The URL of an API server as another cluster will use it. Raises MeshError where it cannot work from there."""
    todo = "Set mesh_cluster_api_server (option api_server) to the URL by which the primary reaches this API server"
    host = _host_of(server, ("https",))
    if not host:
        raise MeshError(f"{field_name} {server!r} is not an https URL", cluster=cluster, todo=todo)
    if is_loopback(host):
        raise MeshError(
            f"{field_name} {server!r} is a loopback address",
            cluster=cluster,
            why="in the primary it means the primary's own machine",
            todo=todo,
        )
    return server.rstrip("/")


def check_proxy(proxy: str, cluster: str, field_name: str = "api_server_proxy") -> str:
    """The URL of a proxy as another cluster will use it. Raises MeshError where it cannot work from there."""
    host = _host_of(proxy, ("http", "https", "socks5"))
    if proxy and (not host or is_loopback(host)):
        raise MeshError(
            f"{field_name} cannot be used by the primary",
            cluster=cluster,
            why="it is a loopback address" if host else "it is no URL of the form http, https or socks5",
            todo="Set api_server_proxy to the URL of a proxy that pods of the primary reach",
        )
    return proxy


def without_password(url: str) -> str:
    """A URL as it may be shown: without user and password."""
    before, at, host = url.rpartition("@")
    return f"{before.split('//', 1)[0]}//{host}" if at else url


def _host_of(url: str, schemes: tuple[str, ...]) -> str | None:
    """The host of a URL; None where it has none, another scheme or a port that is none."""
    try:
        parts = urlsplit(url)
        return parts.hostname if parts.scheme in schemes and parts.port != 0 else None
    except ValueError:
        return None


def is_loopback(host: str) -> bool:
    """Whether a host name or address means the machine that uses it (the unspecified address included)."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        name = host.rstrip(".").lower()
        return name == "localhost" or name.endswith(".localhost")
    mapped = getattr(address, "ipv4_mapped", None) or address
    return mapped.is_loopback or mapped.is_unspecified
