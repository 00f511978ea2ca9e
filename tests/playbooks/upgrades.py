"""Upgrades between the versions of Istio that the lab has, and what follows which revision."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from tests.lab.binaries import charts_of
from tests.lab.inventory import INVENTORY

from . import load
from .clusters import every, there

REVISION = "next"


def to(version: str, revision: str = "", **more: str) -> tuple[str, ...]:
    """The variables of a run that brings the mesh to a version, by a revision, and more variables."""
    charts = Path(yaml.safe_load(INVENTORY.read_text())["all"]["vars"]["mesh_chart_source"])
    asked = {
        "mesh_istio_version": version,
        "mesh_chart_source": charts_of(charts, version),
        "mesh_revision": revision,
        **more,
    }
    return tuple(word for name, value in asked.items() for word in ("-e", f"{name}={value}"))


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
