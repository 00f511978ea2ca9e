# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a rollout is done, and when it is late."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._istio.restart import progress_of
from ansible_collections.multiregion.istio.plugins.module_utils._istio.rollout import rollout

Object = dict[str, t.Any]

NEW: Object = {"observedGeneration": 2, "replicas": 1, "updatedReplicas": 1, "availableReplicas": 1, "readyReplicas": 1}


@pytest.mark.parametrize(
    ("status", "done"),
    [
        (NEW, True),
        ({**NEW, "observedGeneration": 1}, False),
        ({**NEW, "replicas": 2}, False),
        ({**NEW, "updatedReplicas": 0}, False),
        ({**NEW, "availableReplicas": 0, "readyReplicas": 0}, False),
        ({}, False),
    ],
)
@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet"])
def test_a_restart_is_done_once_only_new_pods_are_there_and_serve(kind: str, status: Object, done: bool) -> None:
    revisions = {"currentRevision": "a", "updateRevision": "b"} if kind == "StatefulSet" else {}
    live = {"kind": kind, "metadata": {"generation": 2}, "spec": {"replicas": 1}, "status": {**status, **revisions}}
    assert rollout(live)["done"] is done


def test_a_stateful_set_no_longer_counts_new_pods_once_all_are() -> None:
    ended = {**NEW, "updatedReplicas": 0, "currentRevision": "b", "updateRevision": "b"}
    live = {"kind": "StatefulSet", "metadata": {"generation": 2}, "spec": {"replicas": 1}, "status": ended}
    assert rollout(live)["done"]
    assert not rollout(None)["done"]


def deployment(**status: int) -> Object:
    return {"kind": "Deployment", "metadata": {"generation": 2}, "spec": {"replicas": 2}, "status": status}


@pytest.mark.parametrize(
    ("live", "done"),
    [
        (deployment(observedGeneration=2, updatedReplicas=2, availableReplicas=2, replicas=2), True),
        (deployment(observedGeneration=1, updatedReplicas=2, availableReplicas=2, replicas=2), False),
        (deployment(observedGeneration=2, updatedReplicas=1, availableReplicas=2, replicas=3), False),
        (deployment(observedGeneration=2, updatedReplicas=2, availableReplicas=1, replicas=2), False),
        (deployment(observedGeneration=2, updatedReplicas=2, availableReplicas=2, replicas=3), False),
        ({"kind": "DaemonSet", "metadata": {"generation": 1}, "spec": {}, "status": {"observedGeneration": 1,
          "desiredNumberScheduled": 2, "updatedNumberScheduled": 2, "numberAvailable": 2}}, True),
        ({"kind": "DaemonSet", "metadata": {"generation": 1}, "spec": {}, "status": {"observedGeneration": 1,
          "desiredNumberScheduled": 2, "updatedNumberScheduled": 1, "numberAvailable": 2}}, False),
    ],
)  # fmt: skip
def test_a_rollout_is_done_when_all_pods_are_new_and_available(live: Object, done: bool) -> None:
    assert rollout(live)["done"] == done


def test_a_rollout_that_is_late_has_failed() -> None:
    live = deployment(observedGeneration=2)
    live["status"]["conditions"] = [{"type": "Progressing", "reason": "ProgressDeadlineExceeded"}]
    assert rollout(live)["failed"]


def test_a_workload_that_goes_while_it_is_restarted_is_nobodys_to_wait_for() -> None:
    assert progress_of(None)["done"] and not progress_of(deployment(observedGeneration=1))["done"]
