# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module mesh_info: everything that can be read of a mesh, at once, and what is wrong with it."""

from __future__ import annotations

import time
import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace

from .._errors import MeshError
from .._kubernetes.access import Access
from .._kubernetes.client import KubernetesClient
from .._kubernetes.kinds import CONFIG_MAP
from .._kubernetes.options import access_from
from .._problems import errors_first
from .._wait import Progress
from .failover_objects import DESTINATION_RULE
from .health import Mesh, is_synced, member_problems, mesh_problems, settling, status_of, sync_of, unserved
from .istiod import Istiod, istiod_pods, read_istiod
from .locality import Locality, is_enabled, several
from .member import MemberState, read_member
from .record import Record, read_records

THREADS = 32

Result = dict[str, t.Any]


def run(params: t.Mapping[str, t.Any], _check_mode: bool, progress: Progress) -> Result:
    """Read the mesh; with `wait`, again until nothing is settling any more or the time is over."""
    accesses = {member["name"]: access_from(member, member["name"]) for member in params["members"]}
    accesses[params["name"]] = access_from(params, params["name"])
    end = time.monotonic() + params["wait_timeout"]
    shown = ""
    while True:
        mesh = read_mesh(params["name"], accesses, params["namespace"], params["api_version"])
        waiting = "; ".join(waited_for(mesh, params)) if params["wait"] else ""
        if not waiting or time.monotonic() + params["wait_interval"] > end:
            regions = {params["name"]: params["region"], **{x["name"]: x["region"] for x in params["members"]}}
            return result(replace(mesh, locality=read_locality(mesh, accesses[mesh.primary], regions)))
        if waiting != shown:
            progress(f"waiting: {waiting}")
            shown = waiting
        time.sleep(params["wait_interval"])


def waited_for(mesh: Mesh, params: t.Mapping[str, t.Any]) -> list[str]:
    """What is to come before the wait ends."""
    if params["wait_for"] == "served":
        return unserved(mesh, [member["name"] for member in params["members"]])
    return settling(mesh)


def read_mesh(primary: str, accesses: t.Mapping[str, Access], namespace: str, api_version: str) -> Mesh:
    """Read all clusters at once, then what the primary's istiod pods see."""
    with ThreadPoolExecutor(max_workers=THREADS) as pool:
        read = list(pool.map(lambda access: read_member(access, namespace), accesses.values()))
    members = {state.name: state for _client, state in read}
    client = next(client for client, state in read if state.name == primary)
    istiods, records = read_primary(client, members[primary], namespace, api_version) if client else ([], {})
    order = [primary, *(name for name in accesses if name != primary)]
    return Mesh(primary, namespace, tuple(members[name] for name in order), tuple(istiods), records)


def read_primary(
    client: KubernetesClient, state: MemberState, namespace: str, api_version: str
) -> tuple[list[Istiod], dict[str, Record]]:
    """What every istiod pod sees, and the members on record."""
    with ThreadPoolExecutor(max_workers=THREADS) as pool:
        records = pool.submit(read_records, client, namespace, api_version)
        istiods = list(pool.map(lambda pod: read_istiod(client, pod), istiod_pods(list(state.objects))))
        return istiods, records.result()


def read_locality(mesh: Mesh, primary: Access, regions: t.Mapping[str, str]) -> Locality | None:
    """What decides about failover where members are in several regions and a control plane runs; None elsewhere."""
    if not several(regions.values()) or not mesh.istiods:
        return None
    told = tuple(regions.values())
    names = {"istio" if one.revision in ("", "default") else f"istio-{one.revision}" for one in mesh.istiods}
    try:
        client = KubernetesClient(primary)
        configs = [client.get(CONFIG_MAP, name, mesh.namespace) for name in sorted(names)]
        return Locality(told, any(map(is_enabled, configs)), tuple(client.list(DESTINATION_RULE)))
    except MeshError as error:
        return Locality(told, error=f"{error.what}: {error.why}")


def result(mesh: Mesh) -> Result:
    """What the module returns."""
    return {
        "changed": False,
        "members": [member_result(mesh, state) for state in mesh.members],
        "istiods": [
            {"name": istiod.pod, "revision": istiod.revision, "version": istiod.version} for istiod in mesh.istiods
        ],
        "problems": [problem.as_dict() for problem in errors_first(mesh_problems(mesh))],
    }


def member_result(mesh: Mesh, state: MemberState) -> Result:
    """One member, as told in the module's RETURN."""
    record = mesh.records.get(state.name)
    return {
        "name": state.name,
        "role": "primary" if state.name == mesh.primary else "remote",
        "status": status_of(mesh, state.name),
        "last_verified": record.last_verified if record else "",
        "synced": is_synced(mesh, state.name),
        "sync": sync_of(mesh, state.name),
        "pods": [asdict(pod) for pod in state.pods],
        "injection": {**asdict(state.injection), "ok": state.injection.ok},
        "gateways": [{"name": gateway.name, "addresses": list(gateway.addresses)} for gateway in state.gateways],
        "credential": {
            "present": bool(record and record.has_credential),
            "days_left": record.days_left if record else None,
        },
        "problems": [problem.as_dict() for problem in member_problems(mesh, state.name)],
    }
