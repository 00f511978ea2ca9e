# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Istio runs on which Kubernetes."""

from __future__ import annotations

import re
import typing as t

from .._problems import ERROR, WARNING, Problem

Version = tuple[int, ...]

# Istio minor: oldest and newest Kubernetes minor. Source: istio.io "Supported releases" (istio/istio.io,
# data/compatibility/supportStatus.yml); the oldest is also istioctl's own limit (istio/istio, MinK8SVersion).
SUPPORTED_KUBERNETES: dict[Version, tuple[Version, Version]] = {
    (1, 30): ((1, 32), (1, 36)),
    (1, 31): ((1, 32), (1, 36)),
}
NEWEST_KNOWN = max(SUPPORTED_KUBERNETES)
# Before it a changed credential can cost a remote's endpoints until istiod restarts (istio/istio 60612, 60920, 61043).
OLDEST_ISTIO: Version = (1, 30, 4)


def parse_istio(text: str) -> Version | None:
    """(1, 31, 0) of "1.31.0", "v1.31.0-rc.1"; None of anything else."""
    match = re.fullmatch(r"v?(\d+)\.(\d+)\.(\d+)([-+][0-9A-Za-z.+-]+)?", text)
    return tuple(int(part) for part in match.groups()[:3]) if match else None


def parse_minor(text: str) -> Version | None:
    """(1, 34) of "1.34"; None of anything else."""
    match = re.fullmatch(r"(\d+)\.(\d+)", text)
    return (int(match[1]), int(match[2])) if match else None


def dotted(version: Version) -> str:
    return ".".join(map(str, version))


def istio_problems(text: str) -> t.Iterator[Problem]:
    """Whether this collection can install that Istio at all."""
    version = parse_istio(text)
    if not version:
        yield Problem(
            ERROR, f"{text!r} is no version of Istio", todo="Set mesh_istio_version to a release such as 1.31.0"
        )
    elif version < OLDEST_ISTIO:
        yield Problem(
            ERROR,
            f"Istio {text} is too old for this collection",
            why=f"Before {dotted(OLDEST_ISTIO)} istiod can lose the endpoints of a cluster whose credential changes",
            todo=f"Set mesh_istio_version to {dotted(OLDEST_ISTIO)} or later",
        )
    elif version[:2] > NEWEST_KNOWN:
        yield Problem(
            WARNING,
            f"Istio {text} is newer than this collection knows",
            why=f"Clusters were checked for what Istio {dotted(NEWEST_KNOWN)} needs",
            todo="Look at istio.io, Supported releases, for its Kubernetes versions",
        )


def kubernetes_problems(istio: str, kubernetes: str, cluster: str) -> t.Iterator[Problem]:
    """Whether a cluster of that Kubernetes minor ("1.34") can run that Istio. Nothing where either is unknown."""
    version, minor = parse_istio(istio), parse_minor(kubernetes)
    if not version or not minor:
        return
    known = min(version[:2], NEWEST_KNOWN)
    if known not in SUPPORTED_KUBERNETES:
        return  # too old, and said so
    oldest, newest = SUPPORTED_KUBERNETES[known]
    why = f"Istio {dotted(known)} supports Kubernetes {dotted(oldest)} to {dotted(newest)}"
    if minor < oldest:
        todo = "Upgrade the cluster, or leave it out of the mesh"
        yield Problem(ERROR, f"Kubernetes {kubernetes} is too old for Istio {istio}", why, todo, cluster)
    elif minor > newest:
        todo = "Upgrade Istio first where a newer release supports it"
        yield Problem(WARNING, f"Kubernetes {kubernetes} is newer than Istio {istio} supports", why, todo, cluster)
