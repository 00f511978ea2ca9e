# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module network_probe: what pods of each cluster reach in the others, proven by packets, and nothing left afterwards."""

from __future__ import annotations

import base64
import os
import threading
import typing as t
import uuid
from dataclasses import dataclass

from .._errors import MeshError
from .._interrupts import for_each
from .._kubernetes.access import Access, load_configuration
from .._kubernetes.client import KubernetesClient, Object
from .._kubernetes.kinds import POD
from .._kubernetes.kubeconfig import check_proxy, check_server
from .._kubernetes.ownership import marked
from .._problems import ERROR, FAILS_ON, WARNING, Problem, report
from .._wait import Progress
from .network_probe_advice import Place, pair_problems
from .network_probe_pairs import TO_POD, Pair, Target, api_server_target, measure, untried
from .network_probe_pod import PAYLOAD_SIZE, SEND_PORT, namespace_object, pod_object
from .probe_room import Room, access_by_name, clock_until, enter, find_leftovers, used, wait_for_pod

PAIRS_AT_ONCE = 16  # from one cluster: each is a connection through its API server and kubelet

Result = dict[str, t.Any]
Options = t.Mapping[str, t.Any]


@dataclass(frozen=True, kw_only=True)
class Plan(Room):
    """What is the same for all clusters. `pair_timeout` is in seconds, `payload` is text of PAYLOAD_SIZE bytes."""

    image: str
    port: int
    pair_timeout: float
    payload: str


@dataclass(frozen=True)
class Probe:
    """The probe of one cluster; `error` says why there is none, and then the rest is empty."""

    cluster: str
    client: KubernetesClient | None = None
    pod: str = ""
    node: str = ""
    error: MeshError | None = None


def run(params: Options, check_mode: bool, progress: Progress) -> Result:
    """Probe the network. Raises MeshError, with the result in its details, where something is not reached and `fail_on` says so."""
    accesses = access_by_name(params["clusters"], "clusters")
    plan = plan_of(params)
    servers, problems = api_servers(params["clusters"], accesses)
    left_behind: list[Problem] = []
    if check_mode or len(accesses) < 2:
        probes = look(accesses, plan)
        pairs = [pair for name in accesses for pair in wanted(name, params["clusters"], probes, servers, plan.port)]
    else:
        (probes, pairs), left_behind = used(
            plan,
            lambda: probe_all(accesses, params["clusters"], servers, plan, progress),
            lambda name: KubernetesClient(accesses[name]),
            progress,
        )
    problems += [
        *setup_problems(probes),
        *pair_problems(pairs, places(params["clusters"], probes)),
        *left_behind,
    ]
    result = {
        "changed": False,
        "pairs": [pair.as_dict() for pair in pairs],
        "reached": reached(pairs),
        "problems": [problem.as_dict() for problem in problems],
        "warnings": [f"{p.cluster}: {p.what}: {p.why}. {p.todo}." for p in left_behind],
    }
    if any(problem.severity in FAILS_ON[params["fail_on"]] for problem in problems):
        raise MeshError(report("Network between the clusters", problems), details=result)
    return result


def plan_of(params: Options) -> Plan:
    """The options that are the same for all clusters. Raises MeshError for a port that the probe cannot listen on."""
    if not 1024 <= params["port"] <= 65535 or params["port"] == SEND_PORT:
        raise MeshError(
            f"port: the probe cannot answer on {params['port']}",
            why=f"it needs one from 1024 to 65535, and not {SEND_PORT}, which it uses itself",
            todo="Give another, which the security groups let in",
        )
    return Plan(
        namespace=params["namespace"],
        mesh_id=params["mesh_id"],
        image=params["image"],
        pull_secrets=tuple(params["image_pull_secrets"]),
        pull_secrets_from=params["image_pull_secrets_namespace"],
        port=params["port"],
        timeout=params["timeout"],
        pair_timeout=params["pair_timeout"],
        run=uuid.uuid4().hex,
        payload=base64.b64encode(os.urandom(PAYLOAD_SIZE * 3 // 4)).decode(),
    )


def api_servers(
    clusters: t.Sequence[Options], accesses: t.Mapping[str, Access]
) -> tuple[dict[str, Target], list[Problem]]:
    """(the API server of each cluster as others reach it, or the proxy before it; the problems of those that have none)."""
    found: dict[str, Target] = {}
    problems = []
    for cluster in clusters:
        name = cluster["name"]
        try:
            url = check_proxy(cluster["api_server_proxy"], name) or check_server(
                cluster["api_server"] or str(load_configuration(accesses[name]).host), name
            )
        except MeshError as error:
            problems.append(Problem(ERROR, error.what, error.why, error.todo, name))
            continue
        if url.startswith("socks5:"):
            what = "whether others reach the proxy before its API server is not tried"
            todo = "Try it by hand; the probe speaks HTTP, not SOCKS"
            problems.append(Problem(WARNING, what, "it is a SOCKS proxy", todo, name))
        else:
            found[name] = api_server_target(name, url)
    return found, problems


def wanted(
    source: str,
    clusters: t.Sequence[Options],
    probes: t.Sequence[Probe],
    servers: t.Mapping[str, Target],
    port: int,
) -> list[Pair]:
    """What a pod of `source` has to reach: pods of the clusters in its network, and the API servers of all."""
    networks = {cluster["name"]: cluster["network"] for cluster in clusters}
    addresses = {probe.cluster: probe.pod for probe in probes}
    pairs = []
    for name, network in networks.items():
        if name == source:
            continue
        if network == networks[source]:
            pairs.append(Pair(source, Target(name, TO_POD, addresses.get(name, ""), port)))
        if name in servers:
            pairs.append(Pair(source, servers[name]))
    return pairs


def look(accesses: t.Mapping[str, Access], plan: Plan) -> list[Probe]:
    """Check mode: whether the namespace may be used in each cluster. Nothing is made or sent."""

    def one(access: Access) -> Probe:
        try:
            find_leftovers(KubernetesClient(access), plan)
        except MeshError as error:
            return Probe(access.name, error=error)
        return Probe(access.name)

    return for_each(one, list(accesses.values()), threading.Event())


def probe_all(
    accesses: t.Mapping[str, Access],
    clusters: t.Sequence[Options],
    servers: t.Mapping[str, Target],
    plan: Plan,
    progress: Progress,
) -> tuple[list[Probe], list[Pair]]:
    """Raise the probe in every cluster, then try from each that has one all that it has to reach."""
    stop = threading.Event()

    def raise_probe(access: Access) -> Probe:
        try:
            return prepare(KubernetesClient(access), plan, stop, progress)
        except MeshError as error:
            progress(f"{access.name}: no probe: {error.why or error.what}")
            return Probe(access.name, error=error)

    probes = for_each(raise_probe, list(accesses.values()), stop)

    def probe_from(probe: Probe) -> list[Pair]:
        return try_from(probe, wanted(probe.cluster, clusters, probes, servers, plan.port), plan, stop, progress)

    return probes, [pair for pairs in for_each(probe_from, probes, stop) for pair in pairs]


def prepare(client: KubernetesClient, plan: Plan, stop: threading.Event, progress: Progress) -> Probe:
    """Make the probe and wait until it is Ready. Raises MeshError; what was made by then is left for remove()."""
    cluster, clock = client.cluster, clock_until(stop)
    enter(client, plan, namespace_object(plan.namespace, plan.run), clock, progress)
    wanted_pod = pod_object(cluster, plan.namespace, plan.image, plan.port, plan.payload, plan.pull_secrets)
    client.create(POD, marked(wanted_pod, plan.mesh_id, adopted=False))
    status: Object = wait_for_pod(client, plan, clock, progress).get("status", {})
    addresses = [status.get("podIP", ""), *(entry.get("ip", "") for entry in status.get("podIPs") or ())]
    address = next((one for one in addresses if "." in one), "")
    if not address:
        why = f"it has {status.get('podIP') or 'none'}"
        raise MeshError("the probe has no IPv4 address", cluster=cluster, why=why, todo="Give pods IPv4 addresses")
    return Probe(cluster, client, address, status.get("hostIP", ""))


def try_from(
    probe: Probe, pairs: t.Sequence[Pair], plan: Plan, stop: threading.Event, progress: Progress
) -> list[Pair]:
    """All that one cluster has to reach, several at once."""

    def one(pair: Pair) -> Pair:
        if probe.client is None:
            return untried(pair, f"no probe in {pair.source}")
        if not pair.target.address:
            return untried(pair, f"no probe in {pair.target.cluster}")
        client, payload = probe.client, plan.payload.encode()
        return measure(client, plan.namespace, pair.target, payload, plan.pair_timeout, stop)

    outcomes = for_each(one, pairs, stop, PAIRS_AT_ONCE)
    if probe.client:
        told = ", ".join(f"{p.target.what} of {p.target.cluster} {'yes' if p.ok else 'no'}" for p in outcomes)
        progress(f"{probe.cluster}: reaches {told}")
    return outcomes


def places(clusters: t.Sequence[Options], probes: t.Sequence[Probe]) -> dict[str, Place]:
    """The clusters as advice names them."""
    groups = {cluster["name"]: tuple(cluster["security_group_ids"]) for cluster in clusters}
    return {probe.cluster: Place(probe.cluster, probe.pod, probe.node, groups[probe.cluster]) for probe in probes}


def setup_problems(probes: t.Sequence[Probe]) -> list[Problem]:
    """One problem for each cluster without a probe."""
    return [Problem(ERROR, p.error.what, p.error.why, p.error.todo, p.cluster) for p in probes if p.error]


def reached(pairs: t.Sequence[Pair]) -> list[dict[str, str]]:
    """The ordered pairs of clusters between which all that was tried went through."""
    between: dict[tuple[str, str], bool] = {}
    for pair in pairs:
        key = (pair.source, pair.target.cluster)
        between[key] = between.get(key, True) and bool(pair.ok)
    return [{"from": source, "to": target} for (source, target), is_open in between.items() if is_open]
