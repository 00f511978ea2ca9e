# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether istiod reads a member by what its Secret says now, from what its pods told before and tell now."""

from __future__ import annotations

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._istio.istiod import Istiod, RegisteredCluster
from ansible_collections.multiregion.istio.plugins.module_utils._istio.istiod_views import (
    Endpoints,
    Views,
    parse_secret_events,
)
from ansible_collections.multiregion.istio.plugins.module_utils._istio.taken import GRACE, has_gap, is_deaf, lacking
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.port_forward import Answer

NETWORKS = {"network2": ("10.2.0.1",)}


def istiod(
    status: str = "synced",
    events: int | None = 1,
    addresses: int = 3,
    networks: dict[str, tuple[str, ...]] | None = None,
    pod: str = "istiod-1",
    version: str = "1.31.0",
) -> Istiod:
    endpoints = {"east": Endpoints(frozenset({"shop/web"}), addresses)} if addresses else {}
    gateways = NETWORKS if networks is None else networks
    views = Views(endpoints=endpoints, gateways=gateways, secret_events=events)
    return Istiod(pod, "default", version, (RegisteredCluster("east", "istio-system/east", status),), views=views)


@pytest.mark.parametrize(
    ("now", "missing"),
    [
        (istiod(events=2), []),
        (istiod(events=1), ["istiod-1: has not heard of the new credential"]),
        (istiod(events=2, status="syncing"), ["istiod-1: syncing"]),
        (istiod(events=2, status="timeout"), ["istiod-1: timeout"]),
        (istiod(events=2, addresses=0), ["istiod-1: has no endpoints of it"]),
        (istiod(events=2, networks={}), ["istiod-1: has no gateway into network network2"]),
        (istiod(events=0), []),  # its process is another, which has read the Secret when it began
        (istiod(events=1, pod="istiod-2"), []),  # a new pod likewise
        (Istiod("istiod-1", "default", error="Pod is not Ready"), ["istiod-1: Pod is not Ready"]),
    ],
)
def test_what_a_pod_lacks(now: Istiod, missing: list[str]) -> None:
    assert lacking([istiod()], [now], "east", 1.0) == missing


def test_every_pod_counts() -> None:
    before = [istiod(), istiod(pod="istiod-2")]
    now = [istiod(events=2), istiod(events=1, pod="istiod-2")]
    assert lacking(before, now, "east", 1.0) == ["istiod-2: has not heard of the new credential"]


def test_what_no_pod_had_before_is_not_missed() -> None:
    bare = istiod(addresses=0, networks={})
    assert lacking([bare], [istiod(events=2, addresses=0, networks={})], "east", 1.0) == []


def test_a_pod_that_another_has_endpoints_before_which_it_had_not_is_still_asked_for_them() -> None:
    before = [istiod(addresses=0), istiod(pod="istiod-2")]
    now = [istiod(events=2, addresses=0), istiod(events=2, pod="istiod-2")]
    assert lacking(before, now, "east", 1.0) == ["istiod-1: has no endpoints of it"]


def test_a_pod_that_counts_nothing_is_given_time() -> None:
    before, now = [istiod(events=None)], [istiod(events=None)]
    assert lacking(before, now, "east", GRACE - 1) == ["istiod-1: has not heard of the new credential"]
    assert lacking(before, now, "east", GRACE) == []


@pytest.mark.parametrize(
    ("version", "deaf", "gap"),
    [
        ("1.28.3", False, True),
        ("1.29.9", False, True),
        ("1.30.0", True, False),
        ("1.30.3", True, False),
        ("1.30.3-distroless", True, False),
        ("1.30.4", False, False),
        ("1.31.0", False, False),
        ("", False, False),
        ("unknown", False, False),
    ],
)
def test_versions_that_do_not_take_a_credential_or_drop_endpoints_meanwhile(
    version: str, deaf: bool, gap: bool
) -> None:
    one = istiod(version=version)
    assert (is_deaf(one), has_gap(one)) == (deaf, gap)


def test_the_events_of_all_kinds_are_summed() -> None:
    text = b"""# TYPE remote_cluster_secret_events_total counter
remote_cluster_secret_events_total{event="add"} 2
remote_cluster_secret_events_total{event="update"} 1e+01
istiod_managed_clusters{cluster_type="remote"} 2
"""
    assert parse_secret_events(Answer(200, {}, text)) == 12
    assert parse_secret_events(Answer(200, {}, b"up 1")) is None
