# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which revision of the control plane the pods of a cluster follow, and which they would follow if they were made anew. No I/O."""

from __future__ import annotations

import typing as t
from dataclasses import asdict, dataclass

from .member import INJECTION_LABEL, REVISION_LABEL
from .pods import proxy_image
from .sidecars import Workload, with_sidecar, workload_of

Object = dict[str, t.Any]

# The injector writes it into each pod, "default" for the revision without a name.
REVISION_ANNOTATION = "istio.io/rev"
INJECT_LABEL = "sidecar.istio.io/inject"
# A pod with an image of its own keeps that, whatever the version.
OWN_IMAGE = "sidecar.istio.io/proxyImage"
ROLLED = ("DaemonSet", "Deployment", "StatefulSet")


@dataclass(frozen=True)
class Follower:
    """Pods of one workload that follow one revision ("" the default one)."""

    workload: Workload
    revision: str
    pods: tuple[str, ...]

    def as_dict(self) -> Object:
        return {**asdict(self.workload), "revision": self.revision, "pods": list(self.pods)}


@dataclass(frozen=True)
class Target:
    """What pods are to follow; `image` of the sidecar as a new pod gets it, "" where that is not known, and then its tag `version`."""

    revision: str
    image: str = ""
    version: str = ""


def asked_by(labels: t.Mapping[str, str]) -> str | None:
    """The revision that labels of a namespace ask for, None for none: istio-injection decides, a revision only where it is absent."""
    if INJECTION_LABEL in labels:
        return "" if labels[INJECTION_LABEL] == "enabled" else None
    return _named(labels.get(REVISION_LABEL))


def asked_for(pod: Object, namespaces: t.Mapping[str, str | None]) -> str | None:
    """The revision that would inject a pod if it were made anew; None where none would."""
    by_namespace = namespaces.get(pod["metadata"]["namespace"])
    if by_namespace is not None:
        return by_namespace
    labels = pod["metadata"].get("labels") or {}
    if labels.get(INJECT_LABEL) == "true":
        return _named(labels.get(REVISION_LABEL, "default"))
    return _named(labels.get(REVISION_LABEL))


def followed_by(pod: Object) -> str:
    """The revision that injected a pod."""
    return _named((pod["metadata"].get("annotations") or {}).get(REVISION_ANNOTATION, "default")) or ""


def followers(pods: t.Iterable[Object]) -> list[Follower]:
    """By workload and revision."""
    found: dict[tuple[Workload, str], list[str]] = {}
    for pod in with_sidecar(pods):
        found.setdefault((workload_of(pod), followed_by(pod)), []).append(pod["metadata"]["name"])
    return [
        Follower(workload, revision, tuple(sorted(found[workload, revision]))) for workload, revision in sorted(found)
    ]


def is_behind(pod: Object, target: Target) -> bool:
    """Whether a pod with a sidecar is not yet as a new one would be."""
    if followed_by(pod) != target.revision:
        return True
    if OWN_IMAGE in (pod["metadata"].get("annotations") or {}):
        return False
    image = proxy_image(pod)
    return image != target.image if target.image else bool(target.version) and not has_tag(image, target.version)


def has_tag(image: str, version: str) -> bool:
    """Whether an image is of a version, with what may follow it, as in 1.31.0-distroless."""
    tag = image.rsplit("/", 1)[-1].partition(":")[2]
    return tag == version or tag.startswith(f"{version}-")


def behind(
    pods: t.Iterable[Object], namespaces: t.Mapping[str, str | None], target: Target
) -> tuple[dict[Workload, list[str]], dict[Workload, tuple[str, list[str]]]]:
    """(what is to be restarted, with its pods; what a restart does not move, with why and its pods)."""
    restart: dict[Workload, list[str]] = {}
    stay: dict[Workload, tuple[str, list[str]]] = {}
    for pod in with_sidecar(pods):
        if not is_behind(pod, target):
            continue
        workload, asked = workload_of(pod), asked_for(pod, namespaces)
        if asked != target.revision:
            why = (
                f"its labels ask for revision {asked or 'default'}"
                if asked is not None
                else "its namespace asks for no sidecar"
            )
        elif workload.kind not in ROLLED:
            why = "nothing makes it anew" if workload.kind == "Pod" else f"a {workload.kind} is not restarted"
        else:
            restart.setdefault(workload, []).append(pod["metadata"]["name"])
            continue
        stay.setdefault(workload, (why, []))[1].append(pod["metadata"]["name"])
    return restart, stay


def _named(revision: str | None) -> str | None:
    if not revision:
        return None
    return "" if revision == "default" else revision
