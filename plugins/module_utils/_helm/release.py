# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Helm's own record of a release, read from the cluster without Helm.

Helm keeps each revision in a Secret of the release's namespace (type helm.sh/release.v1), with its number and status as
labels and, as base64 of gzip of JSON, the chart, the values and the manifest. Source: helm, pkg/storage/driver/util.go.
"""

from __future__ import annotations

import base64
import gzip
import json
import typing as t
import zlib
from dataclasses import dataclass, field

from .._errors import MeshError
from .._kubernetes.client import KubernetesClient
from .._kubernetes.kinds import SECRET, describe

Object = dict[str, t.Any]

# The value of our charts by which a release is known as ours. All of Istio's charts take unknown keys below `global`.
MARK = "multiregionIstio"
GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class Record:
    """One revision as the labels of its Secret tell it."""

    secret: str
    revision: int
    status: str

    @property
    def is_pending(self) -> bool:
        """Whether Helm takes it for a run that still goes on."""
        return self.status.startswith("pending-")


@dataclass(frozen=True)
class Release:
    """One revision, whole.

    values:       as they were given, without the chart's own
    manifest:     YAML of what the chart made, hooks apart
    apply_method: ssa where Helm applied it on the server, else csa
    """

    record: Record
    chart: str = ""
    chart_version: str = ""
    values: Object = field(default_factory=dict)
    manifest: str = ""
    apply_method: str = "csa"

    @property
    def mark(self) -> Object:
        """What we wrote into the values: `mesh` and, where it is so, `adopted` and `repair`; {} for a release of others."""
        shared = self.values.get("global")
        mark = shared.get(MARK) if isinstance(shared, dict) else None
        return mark if isinstance(mark, dict) else {}


@dataclass(frozen=True)
class History:
    """All revisions that Helm kept, oldest first; the newest one whole and the newest that is deployed.

    mark: that of the newest revision which has one: an upgrade by hand drops it, and makes the release nobody else's
    """

    records: tuple[Record, ...] = ()
    newest: Release | None = None
    deployed: Release | None = None
    mark: Object = field(default_factory=dict)

    @property
    def exists(self) -> bool:
        return self.newest is not None and self.newest.record.status != "uninstalled"


def read_history(client: KubernetesClient, namespace: str, name: str) -> History:
    """What Helm knows of a release; an empty History where it knows nothing."""
    found = client.list(SECRET, namespace, labels=f"owner=helm,name={name}", metadata_only=True)
    return read_listed(client, namespace, found)


def read_listed(client: KubernetesClient, namespace: str, found: t.Iterable[Object]) -> History:
    """The same, of all its Secrets as metadata."""
    records = sorted((record_of(secret) for secret in found), key=lambda record: record.revision)
    if not records:
        return History()
    newest = read_release(client, namespace, records[-1])
    deployed = newest if newest.record.status == "deployed" else None
    older = [record for record in reversed(records[:-1]) if record.status == "deployed"]
    if deployed is None and older:
        deployed = read_release(client, namespace, older[0])
    return History(tuple(records), newest, deployed, last_mark(client, namespace, records, newest))


def last_mark(client: KubernetesClient, namespace: str, records: list[Record], newest: Release) -> Object:
    """The mark of the newest revision that has one. As a rule that is the newest of all."""
    if newest.mark:
        return newest.mark
    for record in reversed(records[:-1]):
        mark = read_release(client, namespace, record).mark
        if mark:
            return mark
    return {}


def record_of(secret: Object) -> Record:
    labels = secret["metadata"].get("labels") or {}
    version = labels.get("version", "")
    return Record(secret["metadata"]["name"], int(version) if version.isdigit() else 0, labels.get("status", "unknown"))


def read_release(client: KubernetesClient, namespace: str, record: Record) -> Release:
    """One revision, whole. Raises MeshError where it cannot be read or has just gone."""
    title = describe(SECRET, record.secret, namespace)
    secret = client.get(SECRET, record.secret, namespace)
    try:
        if secret is None:
            raise ValueError("it has just gone")
        return release_of(record, decode(secret["data"]["release"]))
    except (ValueError, KeyError, TypeError, AttributeError, EOFError, OSError, zlib.error) as error:
        raise MeshError(
            f"cannot read Helm's record of a release, {title}",
            cluster=client.cluster,
            why=str(error) or type(error).__name__,
            todo="Run it again. If it stays so, another Helm works there, or the record is broken",
        ) from None


def decode(text: str) -> Object:
    """The release in the `data.release` of a Secret: base64 by Kubernetes, base64 and gzip by Helm, JSON."""
    packed = base64.b64decode(base64.b64decode(text))
    return t.cast(Object, json.loads(gzip.decompress(packed) if packed.startswith(GZIP) else packed))


def release_of(record: Record, body: Object) -> Release:
    metadata = body["chart"]["metadata"]
    return Release(
        record=record,
        chart=str(metadata["name"]),
        chart_version=str(metadata["version"]),
        values=body.get("config") or {},
        manifest=body.get("manifest") or "",
        apply_method=body.get("apply_method") or "csa",
    )
