"""All that two clusters hold, without what differs from run to run by itself, and how two such listings differ."""

from __future__ import annotations

import json
from typing import Any

from tests.playbooks.clusters import kubectl

Listing = dict[str, Any]  # what an object is by "CLUSTER KIND NAMESPACE/NAME"

LEFT_OUT = ("events", "events.events.k8s.io", "componentstatuses")
LOCKS = "multiregion-istio-"  # other Leases are Kubernetes' own, and renewed by it
LABELS_OF_TIME = ("modifiedAt", "kubernetes.io/legacy-token-last-used")
STATUS_OF_TIME = "LastVerified"


def listing(*clusters: str) -> Listing:
    """Every object of every kind in these clusters."""
    found = {}
    for cluster in clusters:
        names = kubectl(cluster, "api-resources", "--verbs", "list", "--output", "name").split()
        wanted = ",".join(name for name in names if name not in LEFT_OUT)
        for item in json.loads(kubectl(cluster, "get", wanted, "--all-namespaces", "--output", "json"))["items"]:
            meta = item["metadata"]
            if item["kind"] == "Lease" and not meta["name"].startswith(LOCKS):
                continue
            group = item["apiVersion"].rpartition("/")[0]
            found[f"{cluster} {item['kind']}.{group} {meta.get('namespace', '')}/{meta['name']}"] = content(item)
    return found


def content(item: dict[str, Any]) -> Any:
    """What has to be the same after any two runs: marks, and the spec; of data, which may be secret, the keys."""
    meta = item["metadata"]
    kept = {key: value for key, value in item.items() if key not in ("apiVersion", "kind", "metadata", "status")}
    if item["kind"] in ("Secret", "Lease"):
        kept = {"type": item.get("type"), "data": sorted(item.get("data") or {})}
    if item["kind"] == "RemoteIstio":
        kept["status"] = {key: value for key, value in item.get("status", {}).items() if key != STATUS_OF_TIME}
    return {
        "labels": {key: value for key, value in (meta.get("labels") or {}).items() if key not in LABELS_OF_TIME},
        "annotations": sorted(meta.get("annotations") or {}),
        "finalizers": meta.get("finalizers"),
        "ends": "deletionTimestamp" in meta,
        **kept,
    }


def differences(wanted: Listing, found: Listing) -> list[str]:
    """What is too much, what is missing, and what is not as wanted; a line each."""
    lines = [f"orphan: {title}" for title in found if title not in wanted]
    lines += [f"missing: {title}" for title in wanted if title not in found]
    both = [title for title in wanted if title in found and wanted[title] != found[title]]
    return lines + [f"differs: {title}: {wanted[title]} is wanted, {found[title]} found" for title in both]
