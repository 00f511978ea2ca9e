# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters in memory, for what real ones do not do on command: die at a chosen request."""

from __future__ import annotations

import base64
import json
import typing as t
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace

from ansible_collections.multiregion.istio.plugins.module_utils._errors import ApiError
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.access import Access
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.client import KubernetesClient
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.kinds import Kind

Object = dict[str, t.Any]
Key = tuple[str, "str | None", str]

CA = "-----BEGIN CERTIFICATE-----\n"


@dataclass
class Cluster:
    """Objects by kind, namespace and name. A token Secret is filled at once, as by the token controller."""

    objects: dict[Key, Object] = field(default_factory=dict)
    made: int = 0
    version: str = "v1.34.4"
    refused: set[str] = field(default_factory=set)  # tokens that it does not know

    def add(self, body: Object) -> None:
        metadata = body["metadata"]
        self.made += 1
        metadata.setdefault("uid", f"uid-{self.made}")
        if body.get("type") == "kubernetes.io/service-account-token":
            claims = {"kubernetes.io/serviceaccount/secret.name": metadata["name"], "uid": f"token-{metadata['uid']}"}
            body["data"] = {"token": encoded(token(claims)), "ca.crt": encoded(CA)}
        self.objects[body["kind"], metadata.get("namespace"), metadata["name"]] = body


class World:
    """All clusters by the kubeconfig that leads to them. `lives` is the number of requests after which none is answered."""

    def __init__(self, **clusters: Cluster) -> None:
        self.clusters = clusters
        self.requests: list[tuple[str, str, str]] = []
        self.lives = 1_000_000
        self.status = 0

    def client(self, access: Access) -> Client:
        return Client(self, access)

    def count(self, cluster: str, verb: str, what: str) -> None:
        self.requests.append((cluster, verb, what))
        self.lives -= 1
        if self.lives < 0:
            raise ApiError(f"cannot {verb} {what}", status=self.status, cluster=cluster, why="no answer")


class Client:
    """What our code uses of KubernetesClient."""

    release = KubernetesClient.__dict__["release"]
    is_before = KubernetesClient.is_before

    def __init__(self, world: World, access: Access) -> None:
        self.world, self.access, self.cluster = world, access, access.name
        self.where = world.clusters[access.kubeconfig or ""]
        self.configuration = SimpleNamespace(
            host="https://10.20.1.10:6443", tls_server_name=None, ssl_ca_cert=None, verify_ssl=True, proxy=None
        )

    def get(self, kind: Kind, name: str, namespace: str | None = None) -> Object | None:
        self.world.count(self.cluster, "get", f"{kind.kind} {name}")
        return deepcopy(self.where.objects.get((kind.kind, namespace, name)))

    def list(self, kind: Kind, namespace: str | None = None, *, labels: str = "") -> list[Object]:
        self.world.count(self.cluster, "list", kind.plural)
        key, _sign, value = labels.partition("=")
        found = [
            body
            for (sort, room, name), body in self.where.objects.items()
            if sort == kind.kind and namespace in (room, None)
        ]
        if not labels:
            return deepcopy(found)
        wanted = [
            body for body in found if (body["metadata"].get("labels") or {}).get(key, "") in ({value} if value else [])
        ]
        present = [body for body in found if not value and key in (body["metadata"].get("labels") or {})]
        return deepcopy([*wanted, *present])

    def apply(self, kind: Kind, body: Object, *, dry_run: bool = False, field_manager: str = "") -> Object:
        metadata = body["metadata"]
        self.world.count(self.cluster, "try" if dry_run else "apply", f"{kind.kind} {metadata['name']}")
        live = self.where.objects.get((kind.kind, metadata.get("namespace"), metadata["name"]))
        after = merged(live or {}, body)
        applied = {key: value for key, value in body.items() if key not in ("apiVersion", "kind")}
        applied["metadata"] = {key: value for key, value in metadata.items() if key not in ("name", "namespace")}
        entry = {"manager": "multiregion.istio", "operation": "Apply", "apiVersion": kind.api_version}
        after["metadata"]["managedFields"] = [{**entry, "fieldsV1": fields(applied)}]
        if not dry_run:
            self.where.add(after)
        return deepcopy(after)

    def create(self, kind: Kind, body: Object, *, dry_run: bool = False, strict: bool = False) -> Object:
        metadata = body["metadata"]
        self.world.count(self.cluster, "try" if dry_run else "create", f"{kind.kind} {metadata['name']}")
        after = deepcopy(body)
        if not dry_run:
            self.where.add(after)
        return deepcopy(after)

    def patch(self, kind: Kind, name: str, namespace: str | None, body: Object, *, dry_run: bool = False) -> Object:
        self.world.count(self.cluster, "patch", f"{kind.kind} {name}")
        after = merged(self.where.objects[kind.kind, namespace, name], body)
        if not dry_run:
            self.where.add(after)
        return deepcopy(after)

    def delete(
        self, kind: Kind, name: str, namespace: str | None = None, *, dry_run: bool = False, uid: str = ""
    ) -> bool:
        self.world.count(self.cluster, "delete", f"{kind.kind} {name}")
        live = self.where.objects.get((kind.kind, namespace, name))
        if live and live["metadata"].get("finalizers"):
            live["metadata"]["deletionTimestamp"] = "2026-11-24T10:00:00Z"
        elif not dry_run:
            self.where.objects.pop((kind.kind, namespace, name), None)
        return live is not None

    def request(self, method: str, path: str, *, what: str, body: Object) -> Object:
        """A TokenRequest: the token says what it is bound to, and that it ends in the year 2100."""
        self.world.count(self.cluster, "request", "token")
        account = path.split("/")[-2]
        bound = body["spec"]["boundObjectRef"]
        self.where.made += 1
        claims = {
            "jti": self.where.made,
            "iat": 4102444800 - body["spec"]["expirationSeconds"],
            "exp": 4102444800,
            "kubernetes.io": {
                "secret": {"name": bound["name"], "uid": bound["uid"]},
                "serviceaccount": {"name": account, "uid": self.uid_of("ServiceAccount", account)},
            },
        }
        return {"status": {"token": token(claims)}}

    def uid_of(self, kind: str, name: str) -> str:
        return next(
            str(body["metadata"]["uid"])
            for (sort, room, found), body in self.where.objects.items()
            if (sort, found) == (kind, name)
        )

    def now(self) -> datetime:
        """A minute a request."""
        return datetime(2026, 11, 29, 10, tzinfo=timezone.utc) + timedelta(minutes=len(self.world.requests))

    def heard(self) -> datetime:
        return self.now()

    def version(self) -> Object:
        self.world.count(self.cluster, "get", "version")
        if self.access.api_key in self.where.refused:
            raise ApiError("cannot read the server's version", status=401, cluster=self.cluster, why="Unauthorized")
        return {"gitVersion": self.where.version}

    def kind_of(self, api_version: str, kind: str) -> Kind:
        self.world.count(self.cluster, "discover", kind)
        return Kind(api_version, kind, f"{kind.lower()}s")


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def token(claims: Object) -> str:
    return f"h.{encoded(json.dumps(claims))}.s"


def fields(value: t.Any) -> Object:
    """The fieldsV1 of an applied value; lists are atomic here."""
    return {f"f:{key}": fields(below) for key, below in value.items()} if isinstance(value, dict) else {}


def merged(live: t.Any, change: t.Any) -> t.Any:
    """A JSON merge patch, which is near enough to an apply here."""
    if not isinstance(change, dict):
        return deepcopy(change)
    result = deepcopy(live) if isinstance(live, dict) else {}
    for key, value in change.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result
