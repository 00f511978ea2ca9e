# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether every istiod pod reads a member by what its Secret says now. Pure.

What istiod tells (istio/istio, pkg/kube/multicluster/secretcontroller.go): it counts the events of members' Secrets, then
brings up a client of the new kubeconfig. From 1.30 on the former one serves until that has synced; before, it is stopped first.
"""

from __future__ import annotations

import typing as t

from .istiod import SYNCED, Istiod
from .mesh import endpoints_of

# An istiod that does not count events has heard of a Secret after so many seconds.
GRACE = 15.0
TIMED_OUT = "timeout"
# istio/istio issues 60612, 60920 and 61043: these go on with the former credential, or lose endpoints and gateways.
DEAF = ((1, 30, 0), (1, 30, 3))
# Up to here the former client is stopped first: endpoints may be missing for half a minute.
LAST_WITH_GAP = (1, 29)


def version_of(istiod: Istiod) -> tuple[int, ...]:
    """(1, 30, 2) of "1.30.2"; () where it is not told."""
    parts = istiod.version.partition("-")[0].split(".")
    return tuple(int(part) for part in parts) if all(part.isdigit() for part in parts) else ()


def is_deaf(istiod: Istiod) -> bool:
    """Whether it takes a new credential for certain only when it starts."""
    least, most = DEAF
    return least <= version_of(istiod) <= most


def has_gap(istiod: Istiod) -> bool:
    """Whether it drops the member's endpoints while it takes a new credential."""
    return () < version_of(istiod)[:2] <= LAST_WITH_GAP


def lacking(before: t.Sequence[Istiod], now: t.Sequence[Istiod], member: str, waited: float) -> list[str]:
    """What there is still to come, by pod: "istiod-1: syncing".

    before: the pods as seen before the Secret was written `waited` seconds ago
    """
    return [f"{one.pod}: {why}" for one in now for why in [lack(before, one, member, waited)] if why]


def lack(before: t.Sequence[Istiod], now: Istiod, member: str, waited: float) -> str:
    """What one pod lacks, "" for nothing. What no pod had before is not missed."""
    if now.error:
        return now.error
    former = next((one for one in before if one.pod == now.pod), None)
    if former and not has_heard(former, now, waited):
        return "has not heard of the new credential"
    status = now.status_of(member)
    if status != SYNCED:
        return status
    if any(addresses(one, member) for one in before) and not addresses(now, member):
        return "has no endpoints of it"
    gone = sorted({network for one in before for network in one.views.gateways or {}} - set(now.views.gateways or {}))
    return f"has no gateway into network {', '.join(gone)}" if gone else ""


def has_heard(former: Istiod, now: Istiod, waited: float) -> bool:
    """Whether it has heard of the Secret since: the count differs, be it that the process is another."""
    counts = former.views.secret_events, now.views.secret_events
    return waited >= GRACE if None in counts else counts[0] != counts[1]


def addresses(istiod: Istiod, member: str) -> int:
    found = endpoints_of(istiod, member)
    return found.addresses if found else 0
