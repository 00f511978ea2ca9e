# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All that was read of a mesh, and what every istiod pod together says of a member. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._errors import MeshError
from .istiod import SYNCED, Istiod
from .istiod_views import Endpoints, Proxy
from .locality import Locality
from .member import MemberState
from .record import AVAILABLE, Record


@dataclass(frozen=True)
class Mesh:
    """`primary` is the name of the primary, which is among the members; records by cluster name; locality where regions were given.

    records_error: why the records could not be read
    """

    primary: str
    namespace: str
    members: tuple[MemberState, ...]
    istiods: tuple[Istiod, ...]
    records: t.Mapping[str, Record]
    locality: Locality | None = None
    records_error: MeshError | None = None

    def state(self, name: str) -> MemberState:
        return next(member for member in self.members if member.name == name)

    def has_joined(self, name: str) -> bool:
        """Whether a member is on record, as far as that is known; the primary is a member once an istiod runs."""
        return bool(self.istiods) if name == self.primary else name in self.records or bool(self.records_error)


def sync_of(mesh: Mesh, name: str) -> list[dict[str, t.Any]]:
    """How each istiod pod sees a member, how many addresses and proxies it has of it; None where that is not known."""
    return [
        {
            "istiod": istiod.pod,
            "status": istiod.status_of(name),
            "endpoints": found.addresses if found else None,
            "proxies": None
            if istiod.views.proxies is None
            else sum(one.cluster == name for one in istiod.views.proxies),
        }
        for istiod in mesh.istiods
        for found in [endpoints_of(istiod, name)]
    ]


def endpoints_of(istiod: Istiod, name: str) -> Endpoints | None:
    """What an istiod pod has of a member's endpoints; None where it did not say."""
    known = istiod.views.endpoints
    return None if known is None else known.get(name, Endpoints())


def proxies_of(mesh: Mesh, name: str) -> list[Proxy] | None:
    """The proxies of a member, each at the istiod pod that it is connected to; None where one did not say."""
    views = [istiod.views.proxies for istiod in mesh.istiods]
    if not views or None in views:
        return None
    return [proxy for proxies in views for proxy in proxies or () if proxy.cluster == name]


def is_synced(mesh: Mesh, name: str) -> bool:
    """Whether every istiod pod, and at least one, reads the member."""
    return bool(mesh.istiods) and all(istiod.status_of(name) == SYNCED for istiod in mesh.istiods)


def status_of(mesh: Mesh, name: str) -> str:
    """The member's status in its RemoteIstio. The primary has none: Available where every istiod pod answers."""
    if name != mesh.primary:
        return mesh.records[name].status if name in mesh.records else ""
    return AVAILABLE if is_synced(mesh, name) else "Unavailable"
