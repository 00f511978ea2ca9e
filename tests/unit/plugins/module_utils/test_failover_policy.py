# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Services fail over, by which objects, and what of users is left alone."""

from __future__ import annotations

import json
import typing as t
from dataclasses import replace

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._istio.failover_objects import (
    Timing,
    timing_of,
    traffic_policy,
)
from ansible_collections.multiregion.istio.plugins.module_utils._istio.failover_policy import (
    Plan,
    Seen,
    Settings,
    Wish,
    plan,
    wishes_of,
)
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.ownership import marked

Object = dict[str, t.Any]

SETTINGS = Settings("east", "mesh1", "istio-system", "cluster.local", Timing(200, 5))
SHOP = Wish("shop", (), "safe")
QUICK = Wish("shop", (), "quick")
HOST = "cart.shop.svc.cluster.local"


def service(name: str = "cart", namespace: str = "shop", **spec: t.Any) -> Object:
    return {"metadata": {"name": name, "namespace": namespace}, "spec": {"clusterIP": "10.0.0.1", **spec}}


def rule(host: str, name: str = "mine", namespace: str = "shop", policy: Object | None = None, **spec: t.Any) -> Object:
    """A DestinationRule of a user."""
    return thing("DestinationRule", name, namespace, {"host": host, "trafficPolicy": policy or {}, **spec})


def route(*hosts: str, name: str = "mine", namespace: str = "shop", **spec: t.Any) -> Object:
    """A VirtualService of a user."""
    return thing("VirtualService", name, namespace, {"hosts": list(hosts), **spec})


def thing(kind: str, name: str, namespace: str, spec: Object) -> Object:
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "networking.istio.io/v1", "kind": kind, "metadata": metadata, "spec": spec}


CART = [service()]
BOTH = Seen({"east": CART, "west": CART}, namespaces=frozenset({"shop"}))


def make(*wishes: Wish, seen: Seen = BOTH, **settings: t.Any) -> Plan:
    return plan(wishes or [SHOP], seen, replace(SETTINGS, **settings))


def titles(objects: t.Iterable[Object]) -> list[str]:
    return [f"{x['kind']} {x['metadata']['namespace']}/{x['metadata']['name']}" for x in objects]


def whats(planned: Plan) -> list[str]:
    return [problem.what for problem in planned.problems]


def again(planned: Plan, seen: Seen = BOTH) -> Seen:
    """What the next run reads, after the plan was carried out."""
    live = [marked(one, "mesh1", adopted=False) for one in planned.objects]
    rules = tuple(one for one in live if one["kind"] == "DestinationRule")
    return replace(seen, rules=(*seen.rules, *rules), routes=tuple(one for one in live if one not in rules))


RULE = "DestinationRule shop/failover-cart.shop"
ROUTE = "VirtualService shop/failover-cart.shop"


def test_safe_is_outlier_detection_and_no_retries() -> None:
    (found,) = make().objects
    assert found["metadata"] == {
        "name": "failover-cart.shop",
        "namespace": "shop",
        "labels": {"app.kubernetes.io/component": "failover-policy"},
    }
    assert found["spec"] == {
        "host": HOST,
        "exportTo": ["*"],
        "trafficPolicy": {
            "connectionPool": {
                "tcp": {"connectTimeout": "1s", "tcpKeepalive": {"time": "10s", "interval": "5s", "probes": 3}},
                "http": {"http2KeepAlive": {"interval": "3s", "timeout": "1s"}},
            },
            "outlierDetection": {
                "consecutive5xxErrors": 0,
                "consecutiveGatewayErrors": 5,
                "splitExternalLocalOriginErrors": True,
                "consecutiveLocalOriginFailures": 3,
                "interval": "1s",
                "baseEjectionTime": "30s",
                "maxEjectionPercent": 100,
                "minHealthPercent": 10,
            },
        },
    }


@pytest.mark.parametrize(
    ("policy", "rtt", "timeout"),
    [
        ("safe", 0, "1s"), ("safe", 200, "1s"), ("safe", 250, "1.25s"), ("safe", 333, "1.665s"), ("safe", 4000, "20s"),
        ("quick", 0, "0.5s"), ("quick", 80, "0.5s"), ("quick", 200, "0.8s"),
    ],
)  # fmt: skip
def test_connecting_may_take_some_round_trips_and_under_quick_fewer(policy: str, rtt: int, timeout: str) -> None:
    assert traffic_policy(Timing(rtt, 5), policy)["connectionPool"]["tcp"]["connectTimeout"] == timeout


@pytest.mark.parametrize(
    ("rtt", "tries", "name"), [(-1, 5, "rtt_ms"), (20000, 5, "rtt_ms"), (1, 0, "per_try_timeout"), (1, 9e9, "per_try")]
)
def test_times_that_no_network_has_are_refused(rtt: int, tries: float, name: str) -> None:
    with pytest.raises(MeshError, match=name) as refused:
        timing_of(rtt, tries, "1.31.0")
    assert refused.value.todo.startswith("Set it to a number from ")
    assert timing_of(0, 0.001, "") and timing_of(10_000, 3600, "")


@pytest.mark.parametrize(("version", "pings"), [("1.31.0", True), ("1.32.1", True), ("1.30.4", False), ("", False)])
def test_connections_of_http2_are_pinged_where_istio_can(version: str, pings: bool) -> None:
    pool = traffic_policy(timing_of(200, 5, version), "safe")["connectionPool"]
    assert pool.get("http") == ({"http2KeepAlive": {"interval": "3s", "timeout": "1s"}} if pings else None)


def test_quick_resends_what_may_be_sent_twice_and_of_all_else_what_was_not_sent() -> None:
    planned = make(QUICK, timing=Timing(200, 2.5))
    assert titles(planned.objects) == [RULE, ROUTE]
    policies = [one.objects[0]["spec"]["trafficPolicy"] for one in (planned, make())]
    assert policies[0]["outlierDetection"] == policies[1]["outlierDetection"]
    spec = planned.objects[1]["spec"]
    idempotent, others = spec["http"]
    assert (spec["hosts"], spec["exportTo"], "gateways" in spec) == ([HOST], ["*"], False)
    assert [match["method"]["exact"] for match in idempotent["match"]] == ["GET", "HEAD", "OPTIONS"]
    assert idempotent["retries"]["retryOn"] == "gateway-error,connect-failure,refused-stream,reset"
    assert idempotent["retries"]["perTryTimeout"] == "2.5s"
    assert "match" not in others
    assert others["retries"]["retryOn"] == "connect-failure,refused-stream,reset-before-request"
    assert "perTryTimeout" not in others["retries"]
    assert idempotent["route"] == others["route"] == [{"destination": {"host": HOST}}]


def test_a_second_run_finds_what_the_first_made() -> None:
    first = make(QUICK)
    second = make(QUICK, seen=again(first))
    assert (second.objects, second.outdated, second.problems) == (first.objects, [], [])


def test_from_quick_to_safe_the_routes_go() -> None:
    assert titles(make(seen=again(make(QUICK))).outdated) == [ROUTE]


def test_without_wishes_all_of_ours_goes_and_nothing_else() -> None:
    live = again(make(QUICK))
    mine = replace(live, rules=(*live.rules, rule("search")), routes=(*live.routes, route("search")))
    other_mesh = marked(live.rules[0], "mesh2", adopted=False)
    other_mesh["metadata"]["name"] = "of-mesh2"
    other_use = marked(rule("istiod"), "mesh1", adopted=False)
    planned = plan([], replace(mine, rules=(*mine.rules, other_mesh, other_use)), SETTINGS)
    assert titles(planned.outdated) == [RULE, ROUTE]
    assert (planned.objects, planned.problems) == ([], [])


def test_a_service_of_one_member_does_not_fail_over() -> None:
    seen = replace(BOTH, services={"east": [*CART, service("only")], "west": CART})
    planned = make(seen=seen)
    assert titles(planned.objects) == [RULE]
    assert planned.problems == []
    listed = make(Wish("shop", ("only", "cart", "none"), "safe"), seen=seen)
    assert titles(listed.objects) == [RULE]
    assert [(x.severity, x.what, x.why) for x in listed.problems] == [
        ("warning", "Service shop/only gets no failover policy", "it is in cluster east only"),
        ("warning", "Service shop/none gets no failover policy", "no cluster has it"),
    ]


def test_what_is_left_by_a_cluster_is_taken_away() -> None:
    seen = again(make())
    planned = make(seen=replace(seen, services={"east": CART, "west": []}))
    assert titles(planned.outdated) == [RULE]
    assert whats(planned) == ["namespace shop has no Service in several clusters"]


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        ({"clusterIP": "None"}, "it is headless"),
        ({"type": "ExternalName", "clusterIP": None}, "it is another name for something"),
    ],
)
def test_services_whose_pods_clients_choose_do_not_fail_over(spec: Object, why: str) -> None:
    seen = replace(BOTH, services={"east": [service("db", **spec), *CART], "west": [service("db"), *CART]})
    assert titles(make(seen=seen).objects) == [RULE]
    (problem,) = make(Wish("shop", ("db",), "safe"), SHOP, seen=seen).problems
    assert problem.why.startswith(why)


@pytest.mark.parametrize("pattern", [("shop", "cart"), ("shop", "*")])
def test_services_that_stay_in_their_cluster_do_not_fail_over(pattern: tuple[str, str]) -> None:
    planned = make(Wish("shop", ("cart",), "safe"), local=frozenset({pattern}))
    assert planned.objects == []
    assert "mesh_local_services" in planned.problems[0].why


def test_the_api_server_of_each_cluster_does_not_fail_over() -> None:
    own = [service("kubernetes", "default")]
    seen = Seen({"east": own, "west": own}, namespaces=frozenset({"default"}))
    assert make(Wish("default", (), "safe"), seen=seen).objects == []


def test_a_service_that_is_named_comes_before_the_rest_of_its_namespace() -> None:
    both = [*CART, service("search")]
    wishes = (SHOP, Wish("shop", ("search",), "quick"))
    planned = make(*wishes, seen=replace(BOTH, services={"east": both, "west": both, "north": [service("search")]}))
    assert [(x["service"], x["policy"], x["clusters"]) for x in planned.hosts] == [
        ("cart", "safe", ["east", "west"]),
        ("search", "quick", ["east", "west", "north"]),
    ]


def test_a_namespace_that_the_primary_does_not_have_gets_its_rules_in_the_root_namespace() -> None:
    away = replace(BOTH, services={"west": CART, "north": CART, "east": []}, namespaces=frozenset())
    planned = make(QUICK, seen=away)
    assert titles(planned.objects) == [
        "DestinationRule istio-system/failover-cart.shop",
        "VirtualService istio-system/failover-cart.shop",
    ]
    assert {json.dumps(one["spec"]["exportTo"]) for one in planned.objects} == {'["*"]'}
    assert planned.objects[0]["spec"]["host"] == HOST
    moved = make(QUICK, seen=replace(again(planned, away), namespaces=frozenset({"shop"})))
    assert titles(moved.objects) == [RULE, ROUTE]
    assert titles(moved.outdated) == titles(planned.objects)


def test_hosts_with_hyphens_do_not_get_one_name() -> None:
    pairs = [service("b-c", "a"), service("c", "a-b")]
    seen = Seen({"east": [], "west": pairs, "north": pairs})
    planned = make(Wish("a", (), "safe"), Wish("a-b", (), "safe"), seen=seen)
    assert len({one["metadata"]["name"] for one in planned.objects}) == 2


def test_clusters_may_have_another_domain() -> None:
    planned = make(domain="corp.example")
    assert planned.objects[0]["spec"]["host"] == "cart.shop.svc.corp.example"


DECIDING = [
    rule("cart"),
    rule("cart", namespace="shop", name="failover-cart.shop"),
    rule(HOST),
    rule("*.shop.svc.cluster.local"),
    rule("*.local", namespace="istio-system"),
    rule("*", namespace="istio-system"),
    rule(HOST, namespace="istio-system"),
    rule("cart", exportTo=["."]),
]


@pytest.mark.parametrize("theirs", DECIDING, ids=lambda x: f"{x['metadata']['namespace']} {x['spec']['host']}")
def test_a_users_rule_that_decides_about_a_host_stays_and_ours_goes(theirs: Object) -> None:
    planned = make(seen=replace(BOTH, rules=(theirs,)))
    assert planned.objects == []
    (problem,) = planned.problems
    title = titles([theirs])[0]
    assert (problem.severity, problem.cluster) == ("warning", "east")
    assert problem.what == f"{title} keeps shop/cart without a failover policy"
    assert json.dumps(traffic_policy(SETTINGS.timing, "safe")) in problem.todo
    assert planned.hosts[0]["by"] == [title]
    if theirs["metadata"]["name"] == "mine":
        assert titles(make(seen=replace(again(make()), rules=(*again(make()).rules, theirs))).outdated) == [RULE]


def test_a_users_rule_with_outlier_detection_is_a_failover_policy() -> None:
    theirs = rule("cart", policy={"outlierDetection": {"interval": "1s"}})
    planned = make(QUICK, seen=replace(BOTH, rules=(theirs,)))
    assert titles(planned.objects) == [ROUTE]
    assert planned.problems == []


@pytest.mark.parametrize(
    ("theirs", "clients"),
    [
        (rule(HOST, namespace="web"), "clients in namespace web"),
        (rule("*", namespace="web"), "clients in namespace web"),
        (rule("cart", workloadSelector={"matchLabels": {"a": "b"}}), "clients in namespace shop that it selects"),
        (rule(HOST, namespace="istio-system", exportTo=["."]), "clients in namespace istio-system"),
    ],
)
def test_a_users_rule_that_some_clients_have_hides_ours_from_those(theirs: Object, clients: str) -> None:
    planned = make(seen=replace(BOTH, rules=(theirs,)))
    assert titles(planned.objects) == [RULE]
    assert whats(planned) == [f"{titles([theirs])[0]} hides the failover policy of shop/cart from {clients}"]


@pytest.mark.parametrize(
    "theirs",
    [
        rule("cart", namespace="web"),
        rule("cart.shop", namespace="shop"),
        rule("*.web.svc.cluster.local"),
        rule("card"),
        rule("cart.shop.svc.cluster.local.example.org"),
    ],
    ids=lambda x: f"{x['metadata']['namespace']} {x['spec']['host']}",
)
def test_a_rule_for_another_host_is_no_matter(theirs: Object) -> None:
    planned = make(seen=replace(BOTH, rules=(theirs,)))
    assert (titles(planned.objects), planned.problems) == ([RULE], [])


def test_one_rule_for_many_hosts_is_told_once() -> None:
    many = [service(f"s{n}") for n in range(5)]
    seen = replace(BOTH, services={"east": many, "west": many}, rules=(rule("*.shop.svc.cluster.local"),))
    assert whats(make(seen=seen)) == [
        "DestinationRule shop/mine keeps shop/s0, shop/s1, shop/s2 and 2 more without a failover policy"
    ]


@pytest.mark.parametrize(
    "theirs",
    [
        route("cart"),
        route(HOST, namespace="web"),
        route("cart.shop", namespace="web"),
        route("other.example", "CART.shop.svc.cluster.local"),
        route("*.shop.svc.cluster.local", gateways=["istio-system/in", "mesh"]),
    ],
    ids=lambda x: f"{x['metadata']['namespace']} {x['spec']['hosts'][0]}",
)
def test_a_users_route_of_a_host_stays_and_ours_goes(theirs: Object) -> None:
    planned = make(QUICK, seen=replace(again(make(QUICK)), routes=(theirs, *again(make(QUICK)).routes)))
    assert (titles(planned.objects), titles(planned.outdated)) == ([RULE], [ROUTE])
    (problem,) = planned.problems
    assert problem.what == f"{titles([theirs])[0]} keeps shop/cart without the retries of the policy quick"
    assert "reset-before-request" in problem.todo and "gateway-error" in problem.todo
    assert make(seen=replace(BOTH, routes=(theirs,))).problems == []


@pytest.mark.parametrize("theirs", [route("cart", gateways=["in"]), route("cart", namespace="web"), route()])
def test_a_route_for_gateways_or_another_host_is_no_matter(theirs: Object) -> None:
    planned = make(QUICK, seen=replace(BOTH, routes=(theirs,)))
    assert (titles(planned.objects), planned.problems) == ([RULE, ROUTE], [])


def test_an_object_of_a_user_in_the_place_of_ours_is_not_taken() -> None:
    theirs = rule("search", name="failover-cart.shop")
    planned = make(seen=replace(BOTH, rules=(theirs,)))
    assert (planned.objects, planned.outdated) == ([], [])
    assert whats(planned) == [f"{RULE} is in the place of a failover policy"]


def test_while_a_cluster_does_not_answer_nothing_goes_that_it_may_be_a_part_of() -> None:
    both = [*CART, service("search")]
    seen = replace(BOTH, services={"east": both, "west": both})
    alone = replace(again(make(QUICK, seen=seen), seen), services={"east": both}, unread=("west",))
    planned = make(QUICK, seen=alone)
    assert (planned.objects, planned.outdated, planned.problems) == ([], [], [])
    assert titles(make(Wish("shop", ("cart",), "safe"), seen=alone).outdated) == [
        "DestinationRule shop/failover-search.shop",
        "VirtualService shop/failover-cart.shop",
        "VirtualService shop/failover-search.shop",
    ]


def test_what_is_known_all_the_same_goes_while_a_cluster_does_not_answer() -> None:
    seen = replace(again(make(QUICK)), unread=("north",))
    mine = replace(seen, routes=(*seen.routes, route("cart")))
    assert titles(make(QUICK, seen=mine).outdated) == [ROUTE]
    assert titles(make(seen=seen).outdated) == [ROUTE]


def test_a_service_that_a_cluster_without_answer_may_have_is_no_problem() -> None:
    alone = replace(BOTH, services={"east": CART}, unread=("west",))
    assert make(Wish("shop", ("cart", "search"), "safe"), seen=alone).problems == []


def test_of_several_users_rules_the_one_that_istio_takes_is_looked_at() -> None:
    detection: Object = {"outlierDetection": {}}
    rules = [
        rule(HOST, name="in-root", namespace="istio-system"),
        rule("*", name="all"),
        rule("*.shop.svc.cluster.local", name="wildcard"),
        rule(HOST, name="newer"),
        rule("cart", name="older", policy=detection),
    ]
    rules[3]["metadata"]["creationTimestamp"], rules[4]["metadata"]["creationTimestamp"] = "2026-02-01", "2026-01-01"
    planned = make(seen=replace(BOTH, rules=tuple(rules)))
    assert (planned.hosts[0]["by"], planned.problems) == (["DestinationRule shop/older"], [])
    wildcards = make(seen=replace(BOTH, rules=tuple(rules[:3])))
    assert whats(wildcards) == ["DestinationRule shop/wildcard keeps shop/cart without a failover policy"]


def test_what_the_clusters_that_answer_have_is_written_all_the_same() -> None:
    planned = make(seen=replace(BOTH, unread=("north",)))
    assert titles(planned.objects) == [RULE]


def entry(namespace: str = "shop", *hosts: str, policy: str = "safe") -> Object:
    return {"namespace": namespace, "hosts": list(hosts), "policy": policy}


def test_entries_are_read() -> None:
    assert wishes_of([entry(), entry("shop", "cart", policy="quick")], "istio-system") == [
        SHOP,
        Wish("shop", ("cart",), "quick"),
    ]


@pytest.mark.parametrize(
    ("entries", "what"),
    [
        ([entry("istio-system")], "namespace istio-system can have no failover policy"),
        ([entry("kube-system")], "namespace kube-system can have no failover policy"),
        ([entry("shop", "cart.shop")], "'cart.shop' is no name of a namespace or Service"),
        ([entry("shop", "cart.shop.svc.cluster.local")], "is no name of a namespace or Service"),
        ([entry("shop", "*")], "'*' is no name of a namespace or Service"),
        ([entry("Shop")], "'Shop' is no name of a namespace or Service"),
        ([entry(""), entry()], "'' is no name of a namespace or Service"),
        ([entry(), entry(policy="quick")], "namespace shop without hosts is in failover_policy_namespaces 2 times"),
        ([entry("shop", "a", "b"), entry("shop", "b")], "Service shop/b is in failover_policy_namespaces 2 times"),
    ],
)
def test_entries_that_cannot_be_meant_are_refused(entries: list[Object], what: str) -> None:
    with pytest.raises(MeshError, match="failover_policy_namespaces") as refused:
        wishes_of(entries, "istio-system")
    assert what in refused.value.what and refused.value.todo
