# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services that each cluster of a mesh keeps for itself, by patterns of namespace and name. No I/O."""

from __future__ import annotations

import re
import typing as t

from .._errors import MeshError
from .._names import DNS_LABEL

ANY = "*"
DOMAIN = "cluster.local"
DNS_NAME = re.compile(rf"{DNS_LABEL.pattern}(\.{DNS_LABEL.pattern})*")

Pattern = tuple[str, str]  # namespace, name of a Service or ANY


def pattern_of(text: t.Any) -> Pattern:
    """(namespace, name) of "namespace/name" or "namespace/*". Raises MeshError for anything else."""
    namespace, slash, name = text.partition("/") if isinstance(text, str) else ("", "", "")
    if slash and DNS_LABEL.fullmatch(namespace) and (name == ANY or DNS_LABEL.fullmatch(name)):
        return namespace, name
    raise MeshError(
        f"{text!r} does not say which Services stay in their cluster",
        why="Istio knows whole names of Services and whole namespaces only",
        todo="Give namespace/name or namespace/* in mesh_local_services",
    )


def is_local(service: t.Mapping[str, t.Any], patterns: t.Collection[Pattern]) -> bool:
    """Whether a Service is one that the patterns keep in its cluster."""
    return (service["namespace"], service["name"]) in patterns or (service["namespace"], ANY) in patterns


def service_settings(patterns: t.Iterable[t.Any], domain: str = DOMAIN) -> list[dict[str, t.Any]]:
    """meshConfig.serviceSettings for patterns; none for none. Raises MeshError for what cannot be a pattern or a domain.

    A host is exact, or "*." before the end of names (istio/istio, pilot/pkg/model/cluster_local.go).
    """
    if not (isinstance(domain, str) and DNS_NAME.fullmatch(domain)):
        raise MeshError(f"{domain!r} is no domain of a cluster", todo=f"Give one such as {DOMAIN}")
    hosts = dict.fromkeys(f"{name}.{namespace}.svc.{domain}" for namespace, name in map(pattern_of, patterns))
    return [{"settings": {"clusterLocal": True}, "hosts": list(hosts)}] if hosts else []
