# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A new credential at istiod: written, heard of by every pod, read by it; where one does not take it, it is restarted."""

from __future__ import annotations

import time
import typing as t
from functools import partial

from .._errors import ApiError, MeshError
from .._kubernetes.apply import Change, in_parallel
from .._kubernetes.client import KubernetesClient
from .._kubernetes.kinds import DEPLOYMENT, SECRET
from .._wait import Acceptor, Wait, wait_until
from . import registration
from .istiod import SELECTOR, Istiod, list_istiods, read_istiod
from .outcome import Item
from .rollout import Workload, ask_restart, wait_restarted
from .taken import TIMED_OUT, is_deaf, lacking
from .task import Task
from .terms import Terms

Object = dict[str, t.Any]

# Seconds in which istiod takes a credential where it does: it gives up on a cluster after 30 (PILOT_REMOTE_CLUSTER_TIMEOUT).
TAKEN_IN = 60


def look(primary: KubernetesClient, namespace: str) -> list[Istiod]:
    """Every istiod pod and what it sees."""
    pods = list_istiods(primary, namespace)
    return in_parallel([partial(read_istiod, primary, pod, counting=True) for pod in pods])


def have_taken(task: Task, before: list[Istiod], change: Change, terms: Terms) -> None:
    """Have every istiod pod read the member by what its Secret says. Raises MeshError where one does not.

    before: the pods as look() saw them before the Secret was written
    change: of the Secret; one that an earlier run wrote is touched, so that istiod tells that it has heard of it
    """
    deaf = next((istiod for istiod in before if is_deaf(istiod)), None)
    why = f"Istio {deaf.version} takes a new credential for certain only when it starts" if deaf else ""
    if not terms.dry_run and before and not change.changed:
        now = task.primary.now().strftime(registration.TIME)
        task.primary.patch(
            SECRET, terms.name, terms.namespace, {"metadata": {"annotations": {registration.REREAD: now}}}
        )
    if not terms.dry_run and before and not why:
        why = wait_taken(task, before, terms)
    if not why:
        return
    restart(task, why, terms)
    why = "" if terms.dry_run else wait_taken(task, before, terms)
    if why:
        raise not_taken(task, terms, f"not after its restart either; {why}")


def wait_taken(task: Task, before: list[Istiod], terms: Terms) -> str:
    """Wait for two looks in a row that show nothing lacking: what the first tells may be from before. Why it did not come, else "".

    Raises MeshError where istiod does not get through with the new credential: a restart would lose the member.
    """
    began, earlier = time.monotonic(), [["not looked at yet"]]

    def read() -> Object:
        now = look(task.primary, terms.namespace)
        missing = lacking(before, now, terms.name, time.monotonic() - began)
        taken = not missing and not earlier.pop()
        earlier.append(missing)
        failed = any(istiod.status_of(terms.name) == TIMED_OUT for istiod in now)
        return {
            "taken": taken,
            "failed": failed,
            "said": "; ".join(missing) or f"read by {len(now)} of {len(now)} pods",
        }

    wait = Wait(
        what=f"istiod and the credential of {terms.name}",
        acceptors=(Acceptor("failed"), Acceptor("taken")),
        status="said",
        cluster=task.primary.cluster,
        timeout=min(TAKEN_IN, task.params["wait_timeout"]),
        interval=task.params["wait_interval"],
    )
    try:
        state = wait_until(read, wait, task.progress)
    except ApiError:
        raise
    except MeshError as error:
        return error.why
    if state["failed"]:
        raise not_taken(task, terms, state["said"])
    return ""


def not_taken(task: Task, terms: Terms, why: str) -> MeshError:
    return MeshError(
        f"istiod does not read {terms.name} by its new credential; the former one is not revoked",
        cluster=task.primary.cluster,
        why=why,
        todo=f"See what istiod says (kubectl logs --namespace {terms.namespace} --selector {SELECTOR}) and whether its pods reach"
        f" the API server of {terms.name}",
    )


def restart(task: Task, why: str, terms: Terms) -> None:
    """Restart every istiod in a rolling way, and wait until the new pods serve. Raises MeshError where there is none to restart."""
    found = [Workload(DEPLOYMENT, body) for body in task.primary.list(DEPLOYMENT, terms.namespace, labels=SELECTOR)]
    if not found:
        raise not_taken(task, terms, f"{why}; no Deployment with the label {SELECTOR} is there to be restarted")
    for workload in found:
        if not terms.dry_run:
            task.progress(f"restarting {workload.title}: {why}")
        task.planned.insert(
            len(task.done), Item(task.primary.cluster, workload.kind.kind, workload.name, workload.namespace)
        )
        change = ask_restart(task.primary, workload, task.primary.now(), f"restarted: {why}", dry_run=terms.dry_run)
        task.done.append((task.primary.cluster, change))
        if not terms.dry_run:
            wait_restarted(task.primary, workload, task.params, task.progress)
