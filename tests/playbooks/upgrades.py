"""Upgrades between the two names of the lab's one build of Istio, and what follows which revision."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from tests.lab.binaries import ISTIO_VERSION, NEXT_VERSION, next_charts
from tests.lab.inventory import INVENTORY

from . import load
from .clusters import every, there

REVISION = "next"


def to(version: str, revision: str = "") -> tuple[str, ...]:
    """The variables of a run that brings the mesh to a version, by a revision."""
    charts = Path(yaml.safe_load(INVENTORY.read_text())["all"]["vars"]["mesh_chart_source"])
    source = charts if version == ISTIO_VERSION else next_charts(charts)
    asked = {"mesh_istio_version": version, "mesh_chart_source": source, "mesh_revision": revision}
    return tuple(word for name, value in asked.items() for word in ("-e", f"{name}={value}"))


def before() -> tuple[str, ...]:
    """The version that the mesh is made with, without a revision."""
    return to(ISTIO_VERSION)


def canary(**more: str) -> tuple[str, ...]:
    """The next version, beside it, and more variables."""
    return (*to(NEXT_VERSION, REVISION), *(word for name, value in more.items() for word in ("-e", f"{name}={value}")))


def followed(cluster: str) -> set[tuple[str, str]]:
    """Revision and image of the proxies in a cluster, but for what sends."""
    pods = [pod for pod in every(cluster, "pods") if "istio.io/rev" in pod["metadata"].get("annotations", {})]
    return {
        (pod["metadata"]["annotations"]["istio.io/rev"], container["image"].rpartition(":")[2])
        for pod in pods
        if pod["metadata"]["labels"].get("app") != "load" and not pod["metadata"].get("deletionTimestamp")
        for container in [*pod["spec"]["containers"], *pod["spec"].get("initContainers", [])]
        if container["name"] == "istio-proxy"
    }


def asked(cluster: str) -> Any:
    """The labels by which the namespace of the load is injected."""
    labels = there(cluster, "namespace", load.ROOM)["metadata"]["labels"]
    return {key: value for key, value in labels.items() if key in ("istio-injection", "istio.io/rev")}
