# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run of a failover drill: the load is sent, and when the near workload has failed and is right again, what came of it is told."""

from __future__ import annotations

import threading
import time
import typing as t
from dataclasses import dataclass

from .._errors import MeshError
from .._interrupts import for_each
from .._kubernetes.client import KubernetesClient, Object
from .._kubernetes.kinds import POD
from .._kubernetes.ownership import marked
from .._kubernetes.pod_log import follow_log, read_log
from .._wait import Acceptor, Progress, Wait, wait_until
from .drill_load import TIMEOUT, Load, attack_name, load_pod
from .drill_results import (
    Moments,
    Request,
    delay_of,
    duplicated,
    epoch,
    lines_of,
    moment_of_cut,
    requests_of,
    row,
    timeline,
)
from .drill_room import INTERVAL, Drill, workload_pods
from .drill_ways import CUT, notes_of
from .drill_workload import GET, STREAM
from .pods import pod_state

NEEDS = "Set failover_load_image to an image with vegeta, sh, nc, timeout and sleep in its path"
SKEW = 1.0  # seconds; less may be what it takes to read a log


@dataclass(frozen=True)
class Run:
    """One way to fail under one policy."""

    how: str
    policy: str
    load: Load

    @property
    def pod(self) -> str:
        return f"load-{self.how}-{self.policy}"


@dataclass(frozen=True)
class Measured:
    """What a run gave: a row a kind of load, the requests by kind, and when the near workload failed and was put right."""

    rows: list[Object]
    requests: dict[str, list[Request]]
    moments: Moments


def start(drill: Drill, run: Run, progress: Progress) -> tuple[float, float]:
    """Have the load begin: (when, how many seconds the clock of its node is behind this machine's). Raises MeshError."""
    client = drill.places[drill.near]
    pod = load_pod(run.pod, drill.namespace, drill.load_image, run.load, drill.pull_secrets)
    client.create(POD, marked(pod, drill.mesh_id, adopted=False))
    _wait_for(client, drill, run, "running", drill.timeout, progress)
    return time.time(), _clock_behind(client, drill, run)


def _clock_behind(client: KubernetesClient, drill: Drill, run: Run) -> float:
    """By the lines of a log as they come, each with the node's time; 0 where it is no more than they take to come."""
    first = run.load.kinds[0].name
    for piece in follow_log(client, run.pod, drill.namespace, first, timestamps="true", tailLines="1"):
        behind = time.time() - epoch(piece.split(" ", 1)[0])
        return behind if abs(behind) > SKEW else 0.0
    raise MeshError(
        f"Pod {drill.namespace}/{run.pod} sends nothing",
        cluster=client.cluster,
        todo=NEEDS,
    )


def _wait_for(client: KubernetesClient, drill: Drill, run: Run, state: str, timeout: float, progress: Progress) -> None:
    """Until the containers of the load are all `running`, or all `terminated`."""
    names = {kind.name for kind in run.load.kinds}

    def read() -> Object:
        pod = client.get(POD, run.pod, drill.namespace) or {}
        statuses = pod.get("status", {}).get("containerStatuses") or []
        states = {one["name"]: one["state"] for one in statuses if one["name"] in names}
        ends = {name: one["terminated"] for name, one in states.items() if "terminated" in one}
        bad = [_why(client, drill, run, name, end) for name, end in ends.items() if end["exitCode"]]
        done = len([one for one in states.values() if state in one])
        return {
            "done": done == len(names),
            "bad": bool(bad),
            "status": f"{done} of {len(names)} containers {state}",
            "reason": bad[0] if bad else pod_state(pod).reason if pod else "gone",
        }

    wait = Wait(
        what=f"Pod {drill.namespace}/{run.pod}",
        acceptors=(Acceptor("bad", "failure"), Acceptor("done")),
        status="status",
        reason="reason",
        cluster=client.cluster,
        todo=NEEDS,
        timeout=timeout,
        interval=INTERVAL,
    )
    wait_until(read, wait, lambda line: progress(f"{client.cluster}: {line}"))


def _why(client: KubernetesClient, drill: Drill, run: Run, container: str, end: Object) -> str:
    """What a container that ended had to say at last."""
    lines = read_log(client, run.pod, drill.namespace, container, tailLines="1").splitlines()
    said = end.get("message") or next(iter(lines), "")
    return f"container {container} ended with exit code {end['exitCode']}: {said.strip()}"


def measure(drill: Drill, run: Run, moments: Moments, noted: t.Sequence[str], progress: Progress) -> Measured:
    """What came of the load, once it has ended; `noted` is what a pod had noted that is gone. Raises MeshError."""
    near = drill.places[drill.near]
    _wait_for(near, drill, run, "terminated", run.load.seconds + TIMEOUT + drill.timeout, progress)
    found = _requests(near, drill, run)
    if run.how == CUT:
        http = [one for kind, ones in found.items() if kind != STREAM.name for one in ones]
        moments = Moments(moment_of_cut(http, drill.near, moments.mended, moments.broken), moments.mended)
    notes = [*noted, *_notes(drill, run)]
    near.delete(POD, run.pod, drill.namespace, at_once=True)
    delay = delay_of(found.get(GET.name, []), drill.near, moments.broken)
    rows = [
        {
            "how": run.how,
            "policy": run.policy,
            "kind": kind,
            **row(ones, twice(notes, kind, run), moments, drill.near, delay),
            **({"timeline": timeline(ones, moments.broken, drill.near)} if kind == GET.name else {}),
        }
        for kind, ones in found.items()
    ]
    return Measured(rows, found, moments)


def twice(notes: t.Sequence[str], kind: str, run: Run) -> int:
    """How many requests of a kind reached a workload again."""
    name = f"{attack_name(kind, run.pod)} "
    return duplicated(note for note in notes if note.startswith(name))


def _requests(client: KubernetesClient, drill: Drill, run: Run) -> dict[str, list[Request]]:
    """By kind."""

    def one(name: str) -> list[Request]:
        if name == STREAM.name:
            return lines_of(read_log(client, run.pod, drill.namespace, name, timestamps="true"))
        return requests_of(read_log(client, run.pod, drill.namespace, name))

    names = [kind.name for kind in run.load.kinds]
    return dict(zip(names, for_each(one, names, threading.Event()), strict=True))


def _notes(drill: Drill, run: Run) -> list[str]:
    """Of all pods of the workload that are there."""
    seconds = run.load.seconds + TIMEOUT + round(drill.timeout)

    def one(client: KubernetesClient) -> list[str]:
        pods = workload_pods(client, drill.namespace)
        return [note for pod in pods for note in notes_of(client, pod, drill.namespace, seconds)]

    return [note for notes in for_each(one, list(drill.places.values()), threading.Event()) for note in notes]
