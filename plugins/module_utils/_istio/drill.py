# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module failover_drill: a step of a failover drill, as `state` says."""

from __future__ import annotations

import threading
import time
import typing as t

from .._errors import MeshError
from .._interrupts import for_each
from .._kubernetes.access import Access
from .._kubernetes.client import KubernetesClient
from .._problems import ERROR, WARNING, Problem
from .._wait import Progress
from .drill_capacity import lacking
from .drill_load import Load
from .drill_results import Moments, has_no_effect
from .drill_room import Drill, capacities, prepare
from .drill_run import Measured, Run, measure, start
from .drill_ways import CUT, KILLED, SCALED, break_near, mend_near
from .drill_workload import GET, KINDS
from .failover_objects import timing_of
from .probe_room import access_by_name, find_leftovers, remove_leftovers

MOST_REQUESTS = 10_000  # of a kind, so that a kubelet keeps the whole log
BREAK_AFTER, MEND_AFTER = 1 / 6, 1 / 2  # of the duration
LEAST_SECONDS = 20
OTHERS = 0.05  # the share of other regions' answers before anything failed

Result = dict[str, t.Any]


def run(params: t.Mapping[str, t.Any], check_mode: bool, progress: Progress) -> Result:
    """Do the step. Raises MeshError; what was made by then stays for the state absent."""
    accesses = access_by_name(params["members"], "members")
    drill = drill_of(params, accesses)
    step = Run(params["how"], params["policy"], load_of(params))
    if check_mode:
        return look(drill)
    if params["state"] == "absent":
        return {"changed": clear(drill, progress)}
    if params["state"] == "present":
        return {"changed": True, **present(drill, step, progress)}
    if params["state"] == "started":
        progress(f"{drill.near}: {step.how}, policy {step.policy}: sending for {step.load.seconds} s")
        started, behind = start(drill, step, progress)
        return {"changed": True, "load": {"started": started, "behind": behind}}
    load = params["load"]
    if params["state"] == "broken":
        sleep_until(load["started"] + BREAK_AFTER * step.load.seconds)
        moment, noted = break_near(drill, step.how, params["slow_seconds"])
        progress(f"{drill.near}: its workload fails now ({step.how})")
        return {"changed": True, "moment": moment - load["behind"], "noted": noted}
    if params["state"] == "mended":
        sleep_until(load["started"] + MEND_AFTER * step.load.seconds)
        moment = mend_near(drill, step.how)
        progress(f"{drill.near}: its workload is put right again")
        return {"changed": True, "moment": moment - load["behind"]}
    moments = Moments(params["moments"]["broken"], params["moments"]["mended"])
    found = measure(drill, step, moments, params["noted"], progress)
    problems = [problem.as_dict() for problem in run_problems(found, step, drill)]
    return {"changed": True, "runs": found.rows, "problems": problems}


def drill_of(params: t.Mapping[str, t.Any], accesses: t.Mapping[str, Access]) -> Drill:
    """The drill as the options describe it. Raises MeshError."""
    regions = {member["name"]: member["region"] for member in params["members"]}
    near = params["near"] or near_name(regions, params["primary"])
    for option, name in (("near", near), ("primary", params["primary"])):
        if name not in accesses:
            raise MeshError(
                f"{option} is {name}, and members are {', '.join(accesses)}", todo=f"Name a member in {option}"
            )
    places = place_names(regions, near)
    names = dict.fromkeys([*places, params["primary"]])
    clients = {name: KubernetesClient(accesses[name]) for name in names}
    return Drill(
        namespace=params["namespace"],
        mesh_id=params["mesh_id"],
        timeout=params["timeout"],
        run=params["run"],
        pull_secrets=tuple(params["image_pull_secrets"]),
        pull_secrets_from=params["image_pull_secrets_namespace"],
        places={name: clients[name] for name in places},
        regions=regions,
        primary=clients[params["primary"]],
        revision=params["revision"],
        image=params["image"],
        load_image=params["load_image"],
        domain=params["domain"],
        timing=timing_of(params["rtt_ms"], params["per_try_timeout"], params["istio_version"]),
    )


def near_name(regions: t.Mapping[str, str], primary: str) -> str:
    """The first member that is not in the primary's region; the primary where there is none."""
    return next((name for name, region in regions.items() if region != regions.get(primary)), primary)


def place_names(regions: t.Mapping[str, str], near: str) -> list[str]:
    """The clusters that run the workload: the near one, and the first of each other region. Raises MeshError without any."""
    first: dict[str, str] = {}
    for name, region in regions.items():
        first.setdefault(region, name)
    others = [name for region, name in first.items() if region and region != regions[near]]
    if not others or not regions[near]:
        raise MeshError(
            "no other region can take over",
            cluster=near,
            why=f"the members' regions are {', '.join(f'{name}: {region or None}' for name, region in regions.items())}",
            todo="Set mesh_cluster_region of each cluster, and have members in two regions",
        )
    return [near, *others]


def load_of(params: t.Mapping[str, t.Any]) -> Load:
    """The load. Raises MeshError for one that cannot be measured."""
    seconds, rates = params["duration"], params["rates"]
    if seconds < LEAST_SECONDS:
        raise MeshError(
            f"duration is {seconds}", todo=f"Give at least {LEAST_SECONDS} seconds: failure and return take time"
        )
    names = [kind.name for kind in KINDS if kind.is_http]
    for name, rate in rates.items():
        if name not in names or rate < 0 or rate * seconds > MOST_REQUESTS:
            todo = f"Give requests a second for {', '.join(names)}, at most {MOST_REQUESTS} in all ({seconds} s)"
            raise MeshError(f"rates has {name}: {rate}", todo=todo)
    if not rates.get(GET.name):
        raise MeshError("rates has no get", todo="Give a rate for get: the way between the regions is measured by it")
    return Load(seconds, rates)


def look(drill: Drill) -> Result:
    """Check mode: whether the namespace may be used. Nothing is made."""
    for_each(lambda client: find_leftovers(client, drill), drill.clients, threading.Event())
    return {
        "changed": True,
        "load": {"started": 0.0, "behind": 0.0},
        "moment": 0.0,
        "noted": [],
        "runs": [],
        "problems": [],
    }


def present(drill: Drill, step: Run, progress: Progress) -> Result:
    """Have the workload run under the policy of the step."""
    pod = prepare(drill, step.policy, progress)
    near, *others = capacities(drill)
    todo = "Add nodes there, or know that a part of the workloads will stay Pending when this region fails"
    problems = [
        Problem(WARNING, "other regions have no room for all that runs here", why, todo, drill.near)
        for why in lacking(near, others)
    ]
    return {
        "near": {
            "cluster": drill.near,
            "namespace": drill.namespace,
            "pod": pod["metadata"]["name"],
            "address": pod["status"].get("podIP", ""),
            "node": pod["spec"].get("nodeName", ""),
        },
        "capacity": [one.as_dict() for one in (near, *others)],
        "problems": [problem.as_dict() for problem in problems],
    }


def clear(drill: Drill, progress: Progress) -> bool:
    """Remove the namespace in every cluster, and with it all that a drill made. Whether there was one."""

    def one(client: KubernetesClient) -> bool:
        told = f"{client.cluster}: removing namespace {drill.namespace}"
        return remove_leftovers(client, drill, lambda: progress(told))

    return any(for_each(one, drill.clients, threading.Event()))


def sleep_until(moment: float) -> None:
    """Until this time, in seconds since 1970."""
    time.sleep(max(0.0, moment - time.time()))


def run_problems(found: Measured, step: Run, drill: Drill) -> t.Iterator[Problem]:
    """What a run shows that should not be."""
    requests = found.requests[GET.name]
    (get,) = (row for row in found.rows if row["kind"] == GET.name)
    before = [one for one in requests if one.start < found.moments.broken]
    far = [one for one in before if one.cluster not in ("", drill.near)]
    if len(far) > OTHERS * len(before):
        yield Problem(
            WARNING,
            f"{len(far)} of {len(before)} GETs were answered by another region before anything failed",
            "The nearest region does not come first",
            "Set mesh_locality_routing to true and run primary.yml; check the region labels of the nodes",
            drill.near,
        )
    if step.how not in (SCALED, KILLED, CUT):
        return
    if has_no_effect(requests, found.moments, drill.near):
        todo = "Check failover_partition_tasks: they have to drop packets from and to the address of the pod that they are given"
        yield Problem(
            ERROR, f"the workload went on answering ({step.how})", "", todo if step.how == CUT else "", drill.near
        )
    elif get["redirect_seconds"] is None:
        yield Problem(
            ERROR,
            f"GETs were not answered by another region ({step.how}, {step.policy})",
            get["why"] or "They went on being sent to a region that does not answer",
            "Check that the members reach each other (verify.yml) and that nothing hides the DestinationRule",
            drill.near,
        )
