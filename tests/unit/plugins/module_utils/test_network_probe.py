# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""network_probe over clusters in memory and a network that lets through what it is told: pairs, problems, nothing left."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass, field

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._errors import ApiError, MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._istio import (
    network_probe,
    network_probe_pairs,
    probe_room,
)
from ansible_collections.multiregion.istio.plugins.module_utils._istio.probe_pod import LABEL
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.access import Access
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.kinds import Kind
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.port_forward import Answer
from tests.unit.fake_cluster import Client, Cluster, Object, World

ROOM = "probe"
DROPPED = "upstream_reset_before_response_started{connection_timeout}"
SLOW = "response_timeout"
PODS = {"east": "10.101.0.7", "west": "10.103.0.7", "north": "10.105.0.7"}
NODES = {"east": "10.10.1.10", "west": "10.10.2.10", "north": "10.20.1.10"}
SERVERS = {f"{address}:6443": name for name, address in NODES.items()}


@dataclass
class Network:
    """What is said of packets from a cluster to host:port, by method where it is only about that; else they get through."""

    world: World
    dropped: dict[tuple[str, str], str] = field(default_factory=dict)
    asked: list[tuple[str, str, str, str]] = field(default_factory=list)

    def answer(self, source: str, method: str, path: str, host: str, body: bytes | None) -> Answer:
        self.asked.append((source, method, path, host))
        code = self.dropped.get((source, host)) or self.dropped.get((source, f"{method} {path} {host}"))
        if code:
            return Answer(503, {}, code.encode())
        through = {"x-envoy-upstream-service-time": "1"}
        if host in SERVERS:
            return Answer(401, through, b"Unauthorized")
        target = next(name for name, address in PODS.items() if host == f"{address}:8080")
        if path == "/plain/payload":
            return Answer(200, through, payload(self.world, target))
        assert method == "GET" or body == payload(self.world, source)
        return Answer(200, through, target.encode())


def payload(world: World, cluster: str) -> bytes:
    """What the probe of a cluster was made with."""
    config = json.loads(probe_of(world, cluster)["spec"]["containers"][0]["args"][1])
    routes = config["static_resources"]["listeners"][0]["filter_chains"][0]["filters"][0]["typed_config"]
    text: str = routes["route_config"]["virtual_hosts"][0]["routes"][0]["direct_response"]["body"]["inline_string"]
    return text.encode()


def probe_of(world: World, cluster: str) -> Object:
    return world.clusters[cluster].objects["Pod", ROOM, f"probe-{cluster}"]


class Living(Client):
    """A cluster whose namespaces have an account and take all with them, and whose pods are Ready at once."""

    def create(self, kind: Kind, body: Object, *, dry_run: bool = False, strict: bool = False) -> Object:
        made = super().create(kind, body, dry_run=dry_run)
        if kind.kind == "Namespace":
            self.where.add(
                {"kind": "ServiceAccount", "metadata": {"name": "default", "namespace": made["metadata"]["name"]}}
            )
        if kind.kind == "Pod":
            self.live(made)["status"] = self.status()
        return made

    def live(self, made: Object) -> Object:
        metadata = made["metadata"]
        return self.where.objects[made["kind"], metadata["namespace"], metadata["name"]]

    def status(self) -> Object:
        ready = [{"type": "Ready", "status": "True"}]
        return {"conditions": ready, "podIP": PODS[self.cluster], "hostIP": NODES[self.cluster]}

    def delete(
        self, kind: Kind, name: str, namespace: str | None = None, *, dry_run: bool = False, uid: str = ""
    ) -> bool:
        if kind.kind == "Namespace":
            assert uid == self.where.objects["Namespace", None, name]["metadata"]["uid"]
            for key in [key for key in self.where.objects if key[1] == name]:
                del self.where.objects[key]
        return super().delete(kind, name, namespace, dry_run=dry_run, uid=uid)


@pytest.fixture
def world() -> World:
    return World(**{name: Cluster() for name in PODS})


@pytest.fixture
def network(world: World, monkeypatch: pytest.MonkeyPatch) -> Network:
    network = Network(world)

    class Forward:
        def __init__(self, client: Client, namespace: str, pod: str, port: int, *, read_timeout: float) -> None:
            assert (namespace, pod, port) == (ROOM, f"probe-{client.cluster}", 8081)
            self._source = client.cluster

        def __enter__(self) -> t.Self:
            return self

        def __exit__(self, *_exception: object) -> None: ...

        def request(
            self, method: str, path: str, headers: t.Mapping[str, str] | None = None, body: bytes | None = None
        ) -> Answer:
            return network.answer(self._source, method, path, (headers or {})["Host"], body)

    monkeypatch.setattr(network_probe_pairs, "PortForward", Forward)
    monkeypatch.setattr(network_probe_pairs, "RETRY_INTERVAL", 0.01)
    return network


def run(
    monkeypatch: pytest.MonkeyPatch,
    world: World,
    *names: str,
    check_mode: bool = False,
    client: t.Callable[[World, Access], Client] = Living,
    clusters: t.Mapping[str, Object] | None = None,
    **params: t.Any,
) -> Object:
    """The module over the clusters of these names, in one network unless `clusters` says more of them."""
    monkeypatch.setattr(network_probe, "KubernetesClient", lambda access: client(world, access))
    given = {
        "clusters": [
            {
                "name": name,
                "kubeconfig": name,
                "network": "mesh1",
                "api_server": f"https://{NODES[name]}:6443",
                "api_server_proxy": "",
                "security_group_ids": [f"sg-{name}"],
                **(clusters or {}).get(name, {}),
            }
            for name in names
        ],
        "image": "proxyv2:1",
        "image_pull_secrets": [],
        "image_pull_secrets_namespace": "istio-system",
        "namespace": ROOM,
        "mesh_id": "mesh1",
        "port": 8080,
        "timeout": 1,
        "pair_timeout": 0.05,
        "fail_on": "error",
        **params,
    }
    return network_probe.run(given, check_mode, lambda _line: None)


def failed(*arguments: t.Any, **options: t.Any) -> tuple[str, Object]:
    """(the message, the result) of a run that fails."""
    with pytest.raises(MeshError) as caught:
        run(*arguments, **options)
    return str(caught.value), caught.value.details


def shown(result: Object) -> list[tuple[str, str, str, bool | None]]:
    return [(pair["from"], pair["to"], pair["what"], pair["ok"]) for pair in result["pairs"]]


def nothing_left(world: World) -> bool:
    return not any(cluster.objects for cluster in world.clusters.values())


@pytest.mark.usefixtures("network")
def test_pods_and_api_servers_are_reached_both_ways_and_nothing_is_left(
    monkeypatch: pytest.MonkeyPatch, world: World
) -> None:
    result = run(monkeypatch, world, "east", "west")
    assert shown(result) == [
        ("east", "west", "pod", True),
        ("east", "west", "api_server", True),
        ("west", "east", "pod", True),
        ("west", "east", "api_server", True),
    ]
    assert [(pair["address"], pair["port"]) for pair in result["pairs"][:2]] == [
        ("10.103.0.7", 8080),
        ("10.10.2.10", 6443),
    ]
    assert result["reached"] == [{"from": "east", "to": "west"}, {"from": "west", "to": "east"}]
    assert (result["changed"], result["problems"], result["warnings"]) == (False, [], [])
    assert nothing_left(world)


def test_pods_send_and_receive_the_payload(monkeypatch: pytest.MonkeyPatch, world: World, network: Network) -> None:
    run(monkeypatch, world, "east", "west")
    to_west = [(method, path) for source, method, path, host in network.asked if host == "10.103.0.7:8080"]
    assert to_west == [("GET", "/plain/"), ("POST", "/plain/"), ("GET", "/plain/payload")]


def test_between_networks_only_api_servers_have_to_be_reached(
    monkeypatch: pytest.MonkeyPatch, world: World, network: Network
) -> None:
    apart = {"north": {"network": "north"}}
    result = run(monkeypatch, world, "east", "west", "north", clusters=apart)
    tried = {(pair["from"], pair["to"]) for pair in result["pairs"] if pair["what"] == "pod"}
    assert tried == {("east", "west"), ("west", "east")}
    assert len([pair for pair in result["pairs"] if pair["what"] == "api_server"]) == 6
    assert "10.105.0.7:8080" not in {host for *_rest, host in network.asked}


def test_a_group_that_lets_nobody_in_is_named_with_port_and_sources(
    monkeypatch: pytest.MonkeyPatch, world: World, network: Network
) -> None:
    network.dropped["east", "10.103.0.7:8080"] = DROPPED
    message, result = failed(monkeypatch, world, "east", "west")
    assert result["problems"] == [
        {
            "severity": "error",
            "cluster": "west",
            "what": "pods of east do not reach pods of west on TCP port 8080 (10.103.0.7)",
            "why": "no connection within 5 s: its packets are dropped or have no way",
            "todo": "The other way works, so there is a route: look at the security groups of west (sg-west): TCP port 8080 has to be"
            " let in from 10.101.0.7 (pod of east) and 10.10.1.10 (its node), and by network policies",
        }
    ]
    assert result["reached"] == [{"from": "west", "to": "east"}]
    assert "Network between the clusters: 1 error." in message
    assert nothing_left(world)


def test_routes_come_first_where_neither_way_works(
    monkeypatch: pytest.MonkeyPatch, world: World, network: Network
) -> None:
    network.dropped |= {("east", "10.103.0.7:8080"): DROPPED, ("west", "10.101.0.7:8080"): DROPPED}
    _message, result = failed(monkeypatch, world, "east", "west")
    assert [problem["cluster"] for problem in result["problems"]] == ["west", "east"]
    assert all("look first for routes between the pod blocks" in problem["todo"] for problem in result["problems"])


@pytest.mark.parametrize(
    ("request_line", "sender", "receiver"),
    [("POST /plain/", "east", "west"), ("GET /plain/payload", "west", "east")],
)
def test_large_packets_that_get_lost_are_told_with_their_direction(
    monkeypatch: pytest.MonkeyPatch, world: World, network: Network, request_line: str, sender: str, receiver: str
) -> None:
    network.dropped["east", f"{request_line} 10.103.0.7:8080"] = SLOW
    _message, result = failed(monkeypatch, world, "east", "west")
    (problem,) = result["problems"]
    assert problem["cluster"] == sender
    assert problem["what"].startswith(f"100 KB do not get from a pod of {sender} to one of {receiver}")
    assert "MTU" in problem["todo"] and f"sg-{sender}" in problem["todo"]


def test_an_api_server_behind_an_access_list_is_told_as_no_matter_of_groups(
    monkeypatch: pytest.MonkeyPatch, world: World, network: Network
) -> None:
    network.dropped["east", "10.10.2.10:6443"] = DROPPED
    _message, result = failed(monkeypatch, world, "east", "west")
    (problem,) = result["problems"]
    assert problem["cluster"] == "west"
    assert problem["what"] == "pods of east do not reach the API server of west on TCP port 6443 (10.10.2.10)"
    assert "10.101.0.7 (pod of east) and 10.10.1.10 (its node)" in problem["todo"]
    assert "access list of the load balancer" in problem["todo"]


def test_what_comes_into_force_late_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, world: World, network: Network
) -> None:
    attempts: list[str] = []
    original = network.answer

    def late(source: str, method: str, path: str, host: str, body: bytes | None) -> Answer:
        attempts.append(host)
        if host == "10.103.0.7:8080" and attempts.count(host) < 3:
            return Answer(503, {}, DROPPED.encode())
        return original(source, method, path, host, body)

    monkeypatch.setattr(network, "answer", late)
    assert run(monkeypatch, world, "east", "west", pair_timeout=5)["problems"] == []


@pytest.mark.parametrize(("fail_on", "fails"), [("error", True), ("warning", True), ("never", False)])
def test_the_task_fails_as_it_is_told(
    monkeypatch: pytest.MonkeyPatch, world: World, network: Network, fail_on: str, fails: bool
) -> None:
    network.dropped["east", "10.10.2.10:6443"] = DROPPED
    if fails:
        failed(monkeypatch, world, "east", "west", fail_on=fail_on)
    else:
        assert len(run(monkeypatch, world, "east", "west", fail_on=fail_on)["problems"]) == 1


def test_check_mode_makes_and_asks_nothing_and_says_what_would_be_tried(
    monkeypatch: pytest.MonkeyPatch, world: World, network: Network
) -> None:
    result = run(monkeypatch, world, "east", "west", check_mode=True)
    assert shown(result) == [
        ("east", "west", "pod", None),
        ("east", "west", "api_server", None),
        ("west", "east", "pod", None),
        ("west", "east", "api_server", None),
    ]
    assert (result["reached"], result["problems"], network.asked) == ([], [], [])
    assert {verb for _cluster, verb, _what in world.requests} == {"get"}


def leftover(**labels: str) -> Object:
    owned = {"app.kubernetes.io/managed-by": "multiregion.istio", "multiregion.istio/mesh": "mesh1", LABEL: "old"}
    return {"kind": "Namespace", "metadata": {"name": ROOM, "uid": "old", "labels": {**owned, **labels}}}


@pytest.mark.usefixtures("network")
@pytest.mark.parametrize("check_mode", [False, True])
def test_a_namespace_of_others_is_refused_and_kept(
    monkeypatch: pytest.MonkeyPatch, world: World, check_mode: bool
) -> None:
    foreign = leftover(**{"multiregion.istio/mesh": "other"})
    world.clusters["west"].add(foreign)
    _message, result = failed(monkeypatch, world, "east", "west", check_mode=check_mode)
    assert [problem["what"] for problem in result["problems"]] == [f"Namespace {ROOM} exists and is not ours to remove"]
    assert list(world.clusters["west"].objects.values()) == [foreign]
    assert not world.clusters["east"].objects


@pytest.mark.usefixtures("network")
def test_what_a_killed_run_left_is_removed_first(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    world.clusters["west"].add(leftover())
    run(monkeypatch, world, "east", "west")
    assert nothing_left(world)


@pytest.mark.usefixtures("network")
def test_a_cluster_without_a_probe_is_told_once_and_its_api_server_is_tried_all_the_same(
    monkeypatch: pytest.MonkeyPatch, world: World
) -> None:
    class Nodeless(Living):
        def status(self) -> Object:
            if self.cluster != "west":
                return super().status()
            return {"conditions": [{"type": "PodScheduled", "status": "False", "message": "0/0 nodes are available"}]}

    monkeypatch.setattr(probe_room, "INTERVAL", 0.01)
    _message, result = failed(monkeypatch, world, "east", "west", client=Nodeless, timeout=0.3)
    assert [problem["what"] for problem in result["problems"]] == ["Pod probe/probe-west did not come about in 0.3 s"]
    assert "0/0 nodes are available" in result["problems"][0]["why"]
    assert [(pair["what"], pair["ok"], pair["why"]) for pair in result["pairs"]] == [
        ("pod", False, "no probe in west"),
        ("api_server", True, ""),
        ("pod", False, "no probe in west"),
        ("api_server", False, "no probe in west"),
    ]
    assert nothing_left(world)


@pytest.mark.usefixtures("network")
def test_a_probe_without_an_ipv4_address_is_told(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    class Six(Living):
        def status(self) -> Object:
            return {**super().status(), "podIP": "fd00::7", "podIPs": [{"ip": "fd00::7"}]}

    message, _result = failed(monkeypatch, world, "east", "west", client=Six)
    assert "The probe has no IPv4 address" in message and "It has fd00::7" in message


@pytest.mark.usefixtures("network")
def test_of_two_addresses_of_a_pod_the_ipv4_one_is_tried(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    class Dual(Living):
        def status(self) -> Object:
            status = super().status()
            return {**status, "podIP": "fd00::7", "podIPs": [{"ip": "fd00::7"}, {"ip": status["podIP"]}]}

    assert run(monkeypatch, world, "east", "west", client=Dual)["problems"] == []


@pytest.mark.usefixtures("network")
@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("a bug")])
def test_everything_is_removed_when_the_run_is_broken_off(
    monkeypatch: pytest.MonkeyPatch, world: World, error: BaseException
) -> None:
    def broken(*_arguments: t.Any) -> t.NoReturn:
        raise error

    monkeypatch.setattr(network_probe, "measure", broken)
    with pytest.raises(type(error)):
        run(monkeypatch, world, "east", "west")
    assert nothing_left(world)
    assert ("west", "create", f"Namespace {ROOM}") in world.requests


def test_a_way_into_a_probe_that_is_broken_is_the_matter_of_its_own_cluster(
    monkeypatch: pytest.MonkeyPatch, world: World, network: Network
) -> None:
    original = network.answer

    def broken(source: str, *rest: t.Any) -> Answer:
        if source == "east":
            raise ApiError("no answer from port 8081 of Pod probe/probe-east", why="lost connection to pod")
        return original(source, *rest)

    monkeypatch.setattr(network, "answer", broken)
    _message, result = failed(monkeypatch, world, "east", "west")
    assert {(problem["cluster"], problem["what"]) for problem in result["problems"]} == {
        ("east", "nothing could be tried towards west")
    }


@pytest.mark.usefixtures("network")
def test_what_cannot_be_removed_is_a_warning(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    class Stubborn(Living):
        def delete(self, *_arguments: t.Any, **_options: t.Any) -> bool:
            raise ApiError("cannot delete", status=403, why="forbidden")

    result = run(monkeypatch, world, "east", "west", client=Stubborn)
    assert [problem["severity"] for problem in result["problems"]] == ["warning", "warning"]
    assert result["warnings"][0] == (
        "east: Namespace probe may be left behind: forbidden. The next run removes it; or kubectl delete namespace probe."
    )
    world.clusters["east"].objects.clear()
    world.clusters["west"].objects.clear()
    failed(monkeypatch, world, "east", "west", client=Stubborn, fail_on="warning")


@pytest.mark.usefixtures("network")
def test_one_cluster_alone_proves_nothing_and_gets_nothing(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    result = run(monkeypatch, world, "east")
    assert (result["pairs"], result["problems"]) == ([], [])
    assert {verb for _cluster, verb, _what in world.requests} == {"get"}


def test_a_proxy_is_tried_instead_of_the_api_server_before_which_it_is(
    monkeypatch: pytest.MonkeyPatch, world: World, network: Network
) -> None:
    monkeypatch.setitem(SERVERS, "proxy.example:3128", "west")
    proxied = {"west": {"api_server_proxy": "http://somebody:secret@proxy.example:3128"}}
    result = run(monkeypatch, world, "east", "west", clusters=proxied)
    assert ("east", "GET", "/plain/version", "proxy.example:3128") in network.asked
    assert "secret" not in json.dumps(result)


@pytest.mark.usefixtures("network")
def test_a_socks_proxy_is_not_tried_and_that_is_told(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    result = run(monkeypatch, world, "east", "west", clusters={"west": {"api_server_proxy": "socks5://proxy:1080"}})
    assert [(problem["severity"], problem["cluster"]) for problem in result["problems"]] == [("warning", "west")]
    assert ("east", "west", "api_server", True) not in shown(result)


@pytest.mark.usefixtures("network")
def test_an_api_server_that_only_its_own_machine_reaches_is_an_error(
    monkeypatch: pytest.MonkeyPatch, world: World
) -> None:
    local = {"west": {"api_server": "https://127.0.0.1:6443"}}
    _message, result = failed(monkeypatch, world, "east", "west", clusters=local)
    assert [problem["what"] for problem in result["problems"]] == [
        "api_server 'https://127.0.0.1:6443' is a loopback address"
    ]
    assert ("east", "west", "pod", True) in shown(result)


@pytest.mark.parametrize("port", [80, 8081, 65536])
def test_a_port_on_which_the_probe_cannot_answer_is_refused(
    monkeypatch: pytest.MonkeyPatch, world: World, port: int
) -> None:
    with pytest.raises(MeshError, match=f"cannot answer on {port}"):
        run(monkeypatch, world, "east", "west", port=port)
    assert world.requests == []


@pytest.mark.parametrize(
    ("url", "host", "path", "way"),
    [
        ("https://10.10.1.10:6443", "10.10.1.10:6443", "/version", "tls"),
        ("https://api.example/k8s/clusters/c-1/", "api.example:443", "/k8s/clusters/c-1/version", "tls"),
        ("https://[fd00::1]:6443", "[fd00::1]:6443", "/version", "tls"),
        ("http://proxy", "proxy:80", "/version", "plain"),
    ],
)
def test_an_api_server_is_asked_for_its_version_where_its_url_says(url: str, host: str, path: str, way: str) -> None:
    target = network_probe_pairs.api_server_target("west", url)
    assert (target.host, target.path, target.way) == (host, path, way)


def test_codes_that_nobody_knows_are_quoted() -> None:
    answer = Answer(500, {}, b"something\x1b[31m new")
    assert network_probe_pairs.judge(answer, None) == "HTTP 500 (something\\x1b[31m new)"
