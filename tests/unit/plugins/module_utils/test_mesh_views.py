# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A mesh looked at closely: endpoints, networks, proxies and trust, by what each istiod pod and each member show."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._istio.health import mesh_problems, settling
from ansible_collections.multiregion.istio.plugins.module_utils._istio.istiod import Istiod, RegisteredCluster
from ansible_collections.multiregion.istio.plugins.module_utils._istio.istiod_views import (
    IN_TIME,
    NEVER,
    STALE,
    Endpoints,
    Proxy,
    Views,
)
from ansible_collections.multiregion.istio.plugins.module_utils._istio.member import Injection, MemberState
from ansible_collections.multiregion.istio.plugins.module_utils._istio.member_view import View
from ansible_collections.multiregion.istio.plugins.module_utils._istio.mesh import Mesh, sync_of
from ansible_collections.multiregion.istio.plugins.module_utils._istio.record import Record
from ansible_collections.multiregion.istio.plugins.module_utils._istio.serving import proxy_counts
from ansible_collections.multiregion.istio.plugins.module_utils._istio.trust import Webhook

ROOT, OTHER = frozenset({"a" * 64}), frozenset({"b" * 64})
CLUSTERS = tuple(RegisteredCluster(name, "", "synced") for name in ("east", "west"))
SHOP = Endpoints(frozenset({"shop/web", "shop/cart"}), 4)
PROXIES = (Proxy("east", "web-1.shop", IN_TIME), Proxy("west", "web-2.shop", IN_TIME))
VIEWS = Views({"east": SHOP, "west": SHOP}, {}, PROXIES)
VIEW = View(ROOT, (Webhook("istio-sidecar-injector", (ROOT,)),), frozenset({"shop/web", "kube-system/dns"}))


def member(name: str, **fields: t.Any) -> MemberState:
    rooms = frozenset({"istio-system", "shop"})
    state = MemberState(name, injection=Injection("shop", "proxyv2:1"), network="mesh", namespaces=rooms, view=VIEW)
    return replace(state, **fields)


def istiod(pod: str, **views: t.Any) -> Istiod:
    return Istiod(pod, "default", "1.31.0", CLUSTERS, views=replace(VIEWS, **views))


SOUND = Mesh(
    "east",
    "istio-system",
    (member("east"), member("west")),
    (istiod("istiod-1"), istiod("istiod-2", proxies=())),
    {"west": Record("west", "Available", "", "", True, None, None)},
)


def with_west(**fields: t.Any) -> Mesh:
    return replace(SOUND, members=(member("east"), member("west", view=replace(VIEW, **fields))))


def with_second(**views: t.Any) -> Mesh:
    return replace(SOUND, istiods=(istiod("istiod-1"), istiod("istiod-2", **{"proxies": (), **views})))


def found(mesh: Mesh) -> list[tuple[str, str, str]]:
    return [(problem.severity, problem.cluster, problem.what) for problem in mesh_problems(mesh)]


def test_a_sound_mesh_has_no_problems_and_nothing_to_wait_for() -> None:
    assert mesh_problems(SOUND) == []
    assert settling(SOUND) == []


def test_one_istiod_pod_without_endpoints_of_a_member_is_an_error_that_names_the_pod() -> None:
    mesh = with_second(endpoints={"east": SHOP})
    assert found(mesh) == [("error", "west", "istiod istiod-2 has no endpoints of the cluster")]
    assert settling(mesh) == ["west: istiod istiod-2 has no endpoints of shop/web"]
    assert [one["endpoints"] for one in sync_of(mesh, "west")] == [4, 0]


def test_single_services_that_an_istiod_pod_does_not_know_are_a_warning() -> None:
    mesh = with_second(endpoints={"east": SHOP, "west": Endpoints(frozenset({"shop/cart"}), 2)})
    assert found(mesh) == [("warning", "west", "istiod istiod-2 has no endpoints of shop/web")]


def test_a_member_without_ready_pods_needs_no_endpoints() -> None:
    nowhere = replace(with_west(services=frozenset()), istiods=(istiod("istiod-1", endpoints={"east": SHOP}),))
    assert found(nowhere) == []


def test_namespaces_outside_the_mesh_need_no_endpoints() -> None:
    outside = replace(
        with_west(services=frozenset({"kube-system/dns"})), istiods=(istiod("istiod-1", endpoints={"east": SHOP}),)
    )
    assert found(outside) == []


def test_a_member_that_is_not_read_is_told_once() -> None:
    timeout = replace(
        istiod("istiod-2", endpoints={"east": SHOP}, proxies=()),
        clusters=(CLUSTERS[0], RegisteredCluster("west", "", "timeout")),
    )
    assert found(replace(SOUND, istiods=(istiod("istiod-1"), timeout))) == [
        ("error", "west", "istiod does not read the cluster")
    ]


GATEWAYS = {"net1": ("10.1.1.7",), "net2": ("10.2.1.7",)}


def several(*gateways: dict[str, t.Any] | None) -> Mesh:
    """Two networks and an istiod pod for each view of their gateways."""
    istiods = tuple(istiod(f"istiod-{number}", gateways=one) for number, one in enumerate(gateways, 1))
    return replace(SOUND, members=(member("east", network="net1"), member("west", network="net2")), istiods=istiods)


def test_every_istiod_pod_knows_a_gateway_into_every_network_of_several() -> None:
    assert found(several(GATEWAYS, GATEWAYS)) == []
    mesh = several(GATEWAYS, {"net1": ("10.1.1.7",)})
    (problem,) = mesh_problems(mesh)
    assert (problem.severity, problem.cluster, problem.what) == ("error", "west", "no gateway leads into network net2")
    assert "istiod-2" in problem.why and "istiod-1" not in problem.why
    assert "multiregion.istio.remotes" in problem.todo
    assert settling(mesh) == ["west: no gateway leads into network net2"]


def test_a_cluster_that_has_not_joined_makes_no_further_network() -> None:
    apart = replace(several({}), records={})
    assert found(apart) == [("error", "west", "the cluster has no RemoteIstio")]


def test_a_flat_mesh_needs_no_gateways_and_unknown_ones_are_not_missing() -> None:
    assert found(SOUND) == []
    assert found(several(None)) == []


def test_proxies_that_do_not_listen_are_counted_for_their_member() -> None:
    late = (Proxy("west", "a.shop", STALE, "no such filter"), Proxy("west", "b.shop", NEVER), *PROXIES)
    mesh = replace(SOUND, istiods=(istiod("istiod-1", proxies=late), istiod("istiod-2", proxies=PROXIES)))
    (problem,) = mesh_problems(mesh)
    assert (problem.severity, problem.cluster) == ("warning", "west")
    assert problem.what == "2 of 4 proxies did not take their last configuration"
    assert problem.why.startswith("a.shop stale (no such filter), b.shop never acknowledged:")
    assert proxy_counts(mesh, "west") == {"connected": 4, "stale": 1, "never_acknowledged": 1}
    assert settling(mesh) == []  # they had their time


def test_proxies_of_which_one_pod_says_nothing_are_not_known() -> None:
    mesh = with_second(proxies=None, unread=("/debug/syncz: HTTP 404",))
    assert proxy_counts(mesh, "west") is None
    assert found(mesh) == [("warning", "east", "istiod istiod-2 does not tell all that it sees")]


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"root": OTHER}, "the cluster has another root certificate than the primary"),
        ({"root": frozenset()}, "ConfigMap istio-system/istio-ca-root-cert is missing"),
        (
            {"webhooks": (Webhook("x", (OTHER,)),)},
            "MutatingWebhookConfiguration x trusts another certificate authority than the mesh's",
        ),
        ({"webhooks": (Webhook("x", (frozenset(),)),)}, "MutatingWebhookConfiguration x has no CA bundle"),
    ],
)
def test_trust_of_a_member_is_judged_by_the_primary(fields: dict[str, t.Any], what: str) -> None:
    assert found(with_west(**fields)) == [("error", "west", what)]


def test_a_cluster_that_has_not_joined_is_only_told_to_join() -> None:
    others = Webhook("x", (OTHER,))
    apart = replace(with_west(root=OTHER, webhooks=(others,), unheeded={"Sidecar": ("shop/default",)}), records={})
    assert found(apart) == [("error", "west", "the cluster has no RemoteIstio")]


def test_without_a_root_in_the_primary_nobody_is_blamed() -> None:
    bare = member("east", view=replace(VIEW, root=frozenset()))
    assert found(replace(SOUND, members=(bare, member("west")))) == [
        ("warning", "east", "it is not known whether members trust the certificate authority of the mesh")
    ]


def test_a_root_that_may_not_be_read_is_a_warning_and_no_blame() -> None:
    errors = (MeshError("cannot read ConfigMap", why="forbidden"),)
    unread = member("east", view=replace(VIEW, root=None, errors=errors))
    assert found(replace(SOUND, members=(unread, member("west")))) == [
        ("warning", "east", "not all is known of the cluster: cannot read ConfigMap")
    ]


def test_resources_that_nobody_reads_are_told_of_the_remote() -> None:
    assert found(with_west(unheeded={"Sidecar": ("shop/default",)})) == [
        ("warning", "west", "Istio resources that nobody reads: 1 Sidecar (shop/default)")
    ]


def test_warnings_are_no_errors_and_a_pending_record_does_not_hide_the_views() -> None:
    mesh = replace(with_west(root=OTHER), records={}, records_error=MeshError("cannot list", why="forbidden"))
    assert ("error", "west", "the cluster has another root certificate than the primary") in found(mesh)
