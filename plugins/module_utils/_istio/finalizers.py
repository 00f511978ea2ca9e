# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting until a RemoteIstio that is being deleted has gone, and what to say of one that does not go."""

from __future__ import annotations

import typing as t

from .._kubernetes.apply import wait_for_absence
from .._kubernetes.client import KubernetesClient
from .._kubernetes.kinds import Kind
from .._wait import Progress
from .resource import status_of

Object = dict[str, t.Any]

# Who removes a finalizer; of any other the name says it. The operator's own spelling of it is the first.
OPERATOR = "the operator that reconciles RemoteIstio objects"
REMOVERS = {
    "remote-istio-operator.finializer.banzaicloud.io": OPERATOR,
    "remote-istio-operator.finalizer.banzaicloud.io": OPERATOR,
}


def wait_gone(
    primary: KubernetesClient,
    kind: Kind,
    live: Object,
    params: t.Mapping[str, t.Any],
    progress: Progress,
    *,
    has_secret: bool,
) -> None:
    """Wait until that very object has gone. Raises MeshError with the finalizers that hold it and who has to act.

    has_secret: whether the Secret of its name is there, without which the operator never takes its finalizer off
    """
    name, namespace = live["metadata"]["name"], live["metadata"]["namespace"]
    take_off = (
        f'kubectl patch remoteistio {name} -n {namespace} --type=merge -p \'{{"metadata":{{"finalizers":null}}}}\''
    )
    secret = (
        f"Secret {namespace}/{name} is still there on purpose: with it the operator reaches the remote to clean it. "
        "Look at the log of who has to remove the finalizer, then run this again. If nobody is there who could"
        if has_secret
        else f"Secret {namespace}/{name} is gone, and without it the operator fails to let the member go. It goes on when there is "
        f"one of that name again: kubectl create secret generic {name} -n {namespace}. If nobody is there who could go on"
    )
    wait_for_absence(
        primary,
        kind,
        live,
        held=held,
        todo=f"{secret}: {take_off}, and what the operator made in the remote stays",
        timeout=params["wait_timeout"],
        interval=params["wait_interval"],
        progress=progress,
    )


def held(found: Object) -> str:
    """Which finalizers hold an object, who removes them, and what he last said.

    The operator removes nothing while it reconciles without an error (banzaicloud/istio-operator, pkg/controller/remoteistio).
    """
    status = status_of(found)
    error_message = status.get("ErrorMessage") or ""
    if status.get("Status") == "Reconciling" and not error_message:
        error_message = "Reconciling, and before that has ended the operator removes nothing"
    names = found["metadata"].get("finalizers") or []
    each = [f"{name} (removed by {REMOVERS.get(name, 'the controller that set it')})" for name in names]
    said = f", its status says: {error_message}" if error_message else ""
    return f"held by the finalizers {', '.join(each)}{said}" if names else ""
