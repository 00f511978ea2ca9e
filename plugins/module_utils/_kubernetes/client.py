# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small client of one API server: known kinds without discovery, JSON in and out, errors that name cluster and object.

The kubernetes package loads the kubeconfig and owns authentication, TLS and the connection pool. Objects are plain dictionaries.
"""

from __future__ import annotations

import json
import re
import typing as t
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from functools import cached_property
from urllib.parse import urlencode

from .._errors import ApiError
from .access import Access, load_configuration
from .kinds import KNOWN_KINDS, Kind, describe
from .repeats import repeats

try:
    import kubernetes.client.rest
    import urllib3
except ImportError:
    pass  # main() answers with missing_required_lib (options.py)

FIELD_MANAGER = "multiregion.istio"
PAGE_SIZE = 500
CONNECT_TIMEOUT = 10.0
READ_TIMEOUT = 60.0
JSON = "application/json"
APPLY_PATCH = "application/apply-patch+yaml"
METADATA_LIST = f"{JSON};as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"

Object = dict[str, t.Any]


class KubernetesClient:
    """Requests to one API server. Safe to be used by several threads (the pool is urllib3's)."""

    def __init__(self, access: Access) -> None:
        self.access = access
        self.configuration = load_configuration(access)
        self._heard = ""
        self._pool = kubernetes.client.rest.RESTClientObject(self.configuration).pool_manager

    @property
    def cluster(self) -> str:
        """The cluster's name in messages: as given, else its context or server."""
        return self.access.name or self.access.context or str(self.configuration.host)

    def get(self, kind: Kind, name: str, namespace: str | None = None) -> Object | None:
        """The object, or None where it (or its kind, or its namespace) does not exist."""
        try:
            return self.request("GET", kind.path(name, namespace), what=f"read {describe(kind, name, namespace)}")
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    def list(
        self,
        kind: Kind,
        namespace: str | None = None,
        *,
        labels: str = "",
        fields: str = "",
        metadata_only: bool = False,
    ) -> list[Object]:
        """All objects of a kind, page by page; an empty list where the kind does not exist."""
        accept = METADATA_LIST if metadata_only else JSON
        query = {"limit": str(PAGE_SIZE), "labelSelector": labels, "fieldSelector": fields}
        items: list[Object] = []
        what = f"list {kind.plural}" + (f" in namespace {namespace}" if namespace else "")
        while True:
            try:
                page = self.request("GET", kind.path(namespace=namespace), query=query, what=what, accept=accept)
            except ApiError as error:
                if error.status == 404:
                    return []
                raise
            # The items of a list do not say what they are.
            items += [{**item, "apiVersion": kind.api_version, "kind": kind.kind} for item in page.get("items") or []]
            query["continue"] = page.get("metadata", {}).get("continue") or ""
            if not query["continue"]:
                return items

    def create(self, kind: Kind, body: Object, *, dry_run: bool = False, strict: bool = False) -> Object:
        """POST of one object; `dry_run` runs admission (webhooks too) and stores nothing, `strict` refuses unknown fields."""
        meta = body["metadata"]
        name = meta.get("name") or meta.get("generateName", "")
        return self.request(
            "POST",
            kind.path(namespace=meta.get("namespace")),
            query=_writing(dry_run, strict),
            body=body,
            what=f"create {describe(kind, name, meta.get('namespace'))}",
        )

    def apply(
        self,
        kind: Kind,
        body: Object,
        *,
        dry_run: bool = False,
        force: bool = True,
        field_manager: str = FIELD_MANAGER,
    ) -> Object:
        """Server-side apply of one object by our field manager; the answer is the whole object as stored.

        `force` takes over fields that another manager set; without it a conflict raises ApiError with status 409.
        """
        meta = body["metadata"]
        query = {
            "fieldManager": field_manager,
            "force": "true" if force else "",
            "fieldValidation": "Strict",
            "dryRun": "All" if dry_run else "",
        }
        return self.request(
            "PATCH",
            kind.path(meta["name"], meta.get("namespace")),
            query=query,
            body=body,
            content_type=APPLY_PATCH,
            what=f"apply {describe(kind, meta['name'], meta.get('namespace'))}",
        )

    def patch(
        self,
        kind: Kind,
        name: str,
        namespace: str | None,
        body: Object,
        *,
        dry_run: bool = False,
        strict: bool = False,
        subresource: str = "",
    ) -> Object:
        """A JSON merge patch, for single fields; the answer is the whole object as stored."""
        return self.request(
            "PATCH",
            kind.path(name, namespace) + (f"/{subresource}" if subresource else ""),
            query=_writing(dry_run, strict),
            body=body,
            content_type="application/merge-patch+json",
            what=f"change {describe(kind, name, namespace)}",
        )

    def delete(
        self,
        kind: Kind,
        name: str,
        namespace: str | None = None,
        *,
        dry_run: bool = False,
        uid: str = "",
        version: str = "",
        at_once: bool = False,
    ) -> bool:
        """Ask for deletion (`uid`, `version`: of that very object or state only); False where there was nothing to delete.

        at_once: a pod is killed without being asked to end, as by kubectl delete --force --grace-period=0
        """
        body: Object = {"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": "Background"}
        if at_once:
            body["gracePeriodSeconds"] = 0
        if uid or version:
            only = {"uid": uid, "resourceVersion": version}
            body["preconditions"] = {key: value for key, value in only.items() if value}
        if dry_run:
            body["dryRun"] = ["All"]  # beside a body the server does not look at the query
        what = f"delete {describe(kind, name, namespace)}"
        try:
            self.request("DELETE", kind.path(name, namespace), body=body, what=what, twice=bool(uid and not version))
        except ApiError as error:
            if error.status == 404:
                return False
            raise
        return True

    def version(self) -> Object:
        """The answer of /version: gitVersion, major, minor, platform ..."""
        return self.request("GET", "/version", what="read the server's version")

    @cached_property
    def release(self) -> tuple[int, int] | None:
        """(1, 34) of the server's version, asked for once; None where it does not tell."""
        try:
            found = re.match(r"v?(\d+)\.(\d+)", str(self.version().get("gitVersion")))
        except ApiError as error:
            if error.status not in (403, 404):
                raise
            found = None
        return (int(found[1]), int(found[2])) if found else None

    def is_before(self, release: tuple[int, int]) -> bool:
        """Whether the server is older; one that does not tell its version is taken for a new one."""
        return self.release is not None and self.release < release

    def now(self) -> datetime:
        """The time by the API server's clock, in UTC: those of two machines that use it may differ."""
        self.send("GET", "/version", "read the server's clock", {})
        return self.heard()

    def heard(self) -> datetime:
        """now() as the server's last answer had it, without asking."""
        try:
            return parsedate_to_datetime(self._heard).astimezone(timezone.utc)
        except (TypeError, ValueError):  # something on the way took the header out
            return datetime.now(timezone.utc)

    def kind_of(self, api_version: str, kind: str) -> Kind | None:
        """The Kind of an object: known, or found by one discovery request; None where the server does not serve it."""
        known = KNOWN_KINDS.get((api_version, kind))
        if known:
            return known
        root = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
        try:
            served = self.request("GET", root, what=f"discover {api_version}")
        except ApiError as error:
            if error.status == 404:
                return None
            raise
        for resource in served.get("resources", []):
            if resource["kind"] == kind and "/" not in resource["name"]:
                return Kind(api_version, kind, resource["name"], resource["namespaced"])
        return None

    def serves(self, kind: Kind) -> bool:
        """Whether the server answers for a kind: a new definition takes a moment after it is established."""
        try:
            self.request("GET", kind.path(), query={"limit": "1"}, what=f"list {kind.plural}")
        except ApiError as error:
            if error.status == 404:
                return False
            raise
        return True

    def request(
        self,
        method: str,
        path: str,
        *,
        what: str,
        query: t.Mapping[str, str] | None = None,
        body: t.Any = None,
        content_type: str = JSON,
        accept: str = JSON,
        twice: bool = False,
    ) -> Object:
        """One request, its JSON answer. Raises ApiError; `what` completes "cannot ..." in its message."""
        answer = self.send(method, path, what, query or {}, body, content_type, accept, twice=twice)
        return t.cast(Object, json.loads(answer.data))

    def send(
        self,
        method: str,
        path: str,
        what: str,
        query: t.Mapping[str, str],
        body: t.Any = None,
        content_type: str = JSON,
        accept: str = JSON,
        preload: bool = True,
        twice: bool = False,
    ) -> t.Any:
        """One request, sent again where repeats.py says so; urllib3's answer. Raises ApiError for one of 400 or more.

        preload: the answer is read to its end; else the caller reads it and gives its connection back
        twice:   it may be done twice, as reads and server-side applies always may
        """
        text = "&".join([urlencode([(key, value)]) for key, value in query.items() if value])
        headers = {"Accept": accept, "Content-Type": content_type, "User-Agent": FIELD_MANAGER}
        headers.update(self.authorization())
        try:
            answer = self._pool.request(
                method,
                str(self.configuration.host).rstrip("/") + path + (f"?{text}" if text else ""),
                headers=headers,
                body=None if body is None else json.dumps(body).encode(),
                timeout=urllib3.Timeout(connect=CONNECT_TIMEOUT, read=READ_TIMEOUT),
                retries=repeats(may_be_done_twice=twice or method == "GET" or content_type == APPLY_PATCH),
                preload_content=preload,
            )
        except urllib3.exceptions.HTTPError as error:
            raise ApiError(
                f"cannot {what}",
                cluster=self.cluster,
                why=f"no answer from {self.configuration.host}: {reason_of(error)}",
                todo="Check that this machine reaches the API server and that the kubeconfig names the right one",
            ) from error
        self._heard = answer.headers.get("Date") or ""
        if answer.status >= 400:
            raise refused(what, self.cluster, answer.status, answer.data)
        return answer

    def authorization(self) -> dict[str, str]:
        """Request headers that carry the identity; an expiring token is renewed by the kubernetes package."""
        return {setting["key"]: setting["value"] for setting in self.configuration.auth_settings().values()}


def _writing(dry_run: bool, strict: bool) -> dict[str, str]:
    """The query of a write that is no server-side apply."""
    validation = "Strict" if strict else ""
    return {"fieldManager": FIELD_MANAGER, "fieldValidation": validation, "dryRun": "All" if dry_run else ""}


def refused(what: str, cluster: str, status: int, data: bytes) -> ApiError:
    """The ApiError for an answer of 400 or more, with the reason that the server gave."""
    try:
        why = json.loads(data).get("message", "")
    except (ValueError, AttributeError):
        why = data[:300].decode(errors="replace").strip()
    todo = {
        401: "The credential is expired or unknown: fetch a new kubeconfig",
        403: "Grant the missing permission to the identity of this kubeconfig",
        415: "Server-side apply needs Kubernetes 1.16: give apply_method: client_side to modules that have this option",
    }.get(status, "")
    return ApiError(
        f"cannot {what}", status=status, cluster=cluster, why=f"{why or 'no reason given'} (HTTP {status})", todo=todo
    )


def reason_of(error: Exception) -> str:
    """The innermost reason of a urllib3 error, without the object addresses of its text."""
    inner = getattr(error, "reason", None) or error
    text = str(inner.args[-1] if inner.args else inner)  # of a time-out the connection itself comes before the text
    return text.split(": ", 1)[1] if "object at 0x" in text.split(": ", 1)[0] and ": " in text else text
