# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module mesh_info: everything that can be read of a mesh, at once, and what is wrong with it."""

from __future__ import annotations

import time
import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace

from .._address_plan.blocks import NETADDR_ERROR
from .._errors import MeshError
from .._kubernetes import options
from .._kubernetes.access import Access
from .._kubernetes.apply import REQUESTS
from .._kubernetes.client import KubernetesClient
from .._kubernetes.kinds import CONFIG_MAP, NODE
from .._kubernetes.options import access_from
from .._libraries import first_missing
from .._problems import Problem, errors_first
from .._wait import Progress, soon
from .cluster_facts import node_facts
from .failover_objects import DESTINATION_RULE
from .health import Wishes, member_problems, mesh_problems, settling, strangers, unserved
from .istiod import Istiod, istiod_pods, read_istiod
from .locality import Locality, is_enabled, label_problems, several
from .member import MemberState, read_member
from .member_view import reading_problems
from .mesh import Mesh, is_synced, status_of, sync_of
from .record import Record, read_records
from .serving import elsewhere, proxy_counts, proxy_revisions
from .trust import short

THREADS = 32

Result = dict[str, t.Any]


def run(params: t.Mapping[str, t.Any], _check_mode: bool, progress: Progress) -> Result:
    """Read the mesh; with `wait`, again until nothing is settling any more or the time is over."""
    accesses = {member["name"]: access_from(member, member["name"]) for member in params["members"]}
    accesses[params["name"]] = access_from(params, params["name"])
    wishes = Wishes(params["credential_days"], params["eastwest_public"], params["credential_error_days"])
    thorough = not params["wait"] or params["wait_for"] != "served"
    began, shown = time.monotonic(), ""
    while True:
        mesh = read_mesh(params["name"], accesses, params["namespace"], params["api_version"], thorough=thorough)
        awaited = waited_for(mesh, params) if params["wait"] else []
        waiting = "; ".join(awaited)
        waited = time.monotonic() - began
        pause = soon(waited, params["wait_interval"])
        if not waiting or waited + pause > params["wait_timeout"]:
            regions = {params["name"]: params["region"], **{x["name"]: x["region"] for x in params["members"]}}
            found = result(replace(mesh, locality=read_locality(mesh, accesses, regions)), wishes)
            return {**found, "waiting": awaited}
        if waiting != shown:
            progress(f"waiting: {waiting}")
            shown = waiting
        time.sleep(pause)


def missing_libraries() -> tuple[str, str] | None:
    """(message, traceback) where a library is missing, for fail_json; None where all are there."""
    return options.missing_libraries() or first_missing({"netaddr": NETADDR_ERROR})


def waited_for(mesh: Mesh, params: t.Mapping[str, t.Any]) -> list[str]:
    """What is to come before the wait ends."""
    if params["wait_for"] == "served":
        return unserved(mesh, [member["name"] for member in params["members"]])
    if params["wait_for"] == "moved":
        names = [member["name"] for member in params["members"]]
        return [text for name in names for text in elsewhere(mesh, name, params["revision"], params["staying"])]
    return settling(mesh)


def read_mesh(
    primary: str, accesses: t.Mapping[str, Access], namespace: str, api_version: str, *, thorough: bool
) -> Mesh:
    """Read all clusters at once, then what the primary's istiod pods see."""
    # The more clusters are read at once, the fewer connections to each are worth it.
    each = max(REQUESTS, len(accesses))

    def read(access: Access) -> tuple[KubernetesClient | None, MemberState]:
        return read_member(access, namespace, is_remote=access.name != primary, thorough=thorough, each=each)

    with ThreadPoolExecutor(max_workers=THREADS) as pool:
        answers = list(pool.map(read, accesses.values()))
    members = {state.name: state for _client, state in answers}
    order = [primary, *(name for name in accesses if name != primary)]
    mesh = Mesh(primary, namespace, tuple(members[name] for name in order), (), {})
    client = next(client for client, state in answers if state.name == primary)
    return read_primary(client, mesh, api_version, thorough=thorough) if client else mesh


def read_primary(client: KubernetesClient, mesh: Mesh, api_version: str, *, thorough: bool) -> Mesh:
    """With what every istiod pod sees, and the members on record."""

    def ask(pod: Result) -> Istiod:
        return read_istiod(client, pod, thorough=thorough)

    with ThreadPoolExecutor(max_workers=THREADS) as pool:
        asked = pool.submit(read_records, client, mesh.namespace, api_version)
        istiods = tuple(pool.map(ask, istiod_pods(list(mesh.state(mesh.primary).objects))))
        try:
            records: dict[str, Record] = asked.result()
        except MeshError as error:
            return replace(mesh, istiods=istiods, records_error=error)
    return replace(mesh, istiods=istiods, records=records)


def read_locality(mesh: Mesh, accesses: t.Mapping[str, Access], regions: t.Mapping[str, str]) -> Locality | None:
    """What decides about failover where members are in several regions and a control plane runs; None elsewhere."""
    if not several(regions.values()) or not mesh.istiods:
        return None
    told = tuple(regions.values())
    names = {"istio" if one.revision in ("", "default") else f"istio-{one.revision}" for one in mesh.istiods}
    try:
        client = KubernetesClient(accesses[mesh.primary])
        configs = [client.get(CONFIG_MAP, name, mesh.namespace) for name in sorted(names)]
        enabled = any(map(is_enabled, configs))
        rules = tuple(client.list(DESTINATION_RULE))
    except MeshError as error:
        return Locality(told, error=f"{error.what}: {error.why}")
    reached = [state.name for state in mesh.members if enabled and not state.error]
    with ThreadPoolExecutor(max_workers=THREADS) as pool:
        labels = pool.map(lambda name: read_labels(accesses[name], regions.get(name, "")), reached)
        return Locality(told, enabled, rules, labels=tuple(problem for found in labels for problem in found))


def read_labels(access: Access, region: str) -> list[Problem]:
    """What is wrong with the labels of a member's nodes, by which Istio knows where pods are."""
    try:
        nodes = KubernetesClient(access).list(NODE, metadata_only=True)
    except MeshError as error:
        return reading_problems(access.name, [error])
    return list(label_problems(access.name, region, [node_facts(node) for node in nodes]))


def result(mesh: Mesh, wishes: Wishes) -> Result:
    """What the module returns."""
    return {
        "changed": False,
        "members": [member_result(mesh, state, wishes) for state in mesh.members],
        "istiods": [istiod_result(istiod) for istiod in mesh.istiods],
        "strangers": strangers(mesh),
        "problems": [problem.as_dict() for problem in errors_first(mesh_problems(mesh, wishes))],
    }


def istiod_result(istiod: Istiod) -> Result:
    """One istiod pod, as told in the module's RETURN."""
    gateways = istiod.views.gateways
    return {
        "name": istiod.pod,
        "revision": istiod.revision,
        "version": istiod.version,
        "networks": None if gateways is None else {name: list(found) for name, found in gateways.items()},
    }


def member_result(mesh: Mesh, state: MemberState, wishes: Wishes) -> Result:
    """One member, as told in the module's RETURN."""
    record, view = mesh.records.get(state.name), state.view
    sync = sync_of(mesh, state.name)
    return {
        "name": state.name,
        "role": "primary" if state.name == mesh.primary else "remote",
        "network": state.network,
        "status": status_of(mesh, state.name),
        "last_verified": record.last_verified if record else "",
        "synced": is_synced(mesh, state.name),
        "sync": sync,
        "endpoints": min((one["endpoints"] for one in sync if one["endpoints"] is not None), default=None),
        "proxies": proxy_counts(mesh, state.name),
        "revisions": proxy_revisions(mesh, state.name),
        "pods": [asdict(pod) for pod in state.pods],
        "injection": {**asdict(state.injection), "ok": state.injection.ok},
        "gateways": [
            {"name": one.name, "purpose": one.purpose, "addresses": list(one.addresses), "kinds": one.kinds}
            for one in state.gateways
        ],
        "credential": {
            "present": bool(record and record.has_credential),
            "days_left": record.days_left if record else None,
        },
        "root": short(view.root or frozenset()) if view else "",
        "unheeded": {kind: len(names) for kind, names in view.unheeded.items()} if view else {},
        "problems": [problem.as_dict() for problem in member_problems(mesh, state.name, wishes)],
    }
