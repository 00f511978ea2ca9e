# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A member's kubeconfig that is changed under an operator, which reads it once: noted in its Secret, and the operator restarted.

The note stays in the Secret, so that a later run restarts what an earlier one did not come to.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime

from .._errors import MeshError
from .._kubernetes.client import KubernetesClient
from .._wait import Progress
from . import registration
from .operator_deployment import Operator, find_operator, started_at
from .outcome import Done, Item
from .rollout import ask_restart, wait_restarted
from .rules import OPERATOR

Object = dict[str, t.Any]


@dataclass(frozen=True)
class Stale:
    """A kubeconfig that was changed, and the operator that may have read the former, or why it is not known.

    is_new: whether this run changes it
    """

    name: str
    changed: datetime
    operator: Operator | MeshError
    is_new: bool


def is_reconciled(params: t.Mapping[str, t.Any]) -> bool:
    """Whether an operator reconciles the member: nobody else keeps a kubeconfig that it has read."""
    return bool(params["rules"] == OPERATOR or params["operator"] or params["restart_operator"] or params.get("wait"))


def note_of(
    primary: KubernetesClient,
    secret: Object | None,
    text: str | None,
    name: str,
    params: t.Mapping[str, t.Any],
    *,
    known: bool,
) -> str:
    """What the annotation is to say: when the kubeconfig was last changed, "" where it never was under an operator.

    text:  the kubeconfig that is to be written, None where check mode does not make it
    known: whether the member is one already, so that an operator may have read its kubeconfig
    """
    is_changed = text is None or text != registration.kubeconfig_in(secret, name)
    if is_reconciled(params) and known and is_changed:
        return primary.now().strftime(registration.TIME)
    return registration.noted(secret, registration.CHANGED)


def stale_of(
    primary: KubernetesClient, secret: Object | None, note: str, name: str, params: t.Mapping[str, t.Any]
) -> Stale | None:
    """What there is to heed of a note, None for nothing.

    Raises MeshError where the operator is to be restarted and is not found.
    """
    if not note or not is_reconciled(params):
        return None
    operator: Operator | MeshError
    try:
        operator = find_operator(primary, params["operator"])
    except MeshError as error:
        if params["restart_operator"]:
            raise
        operator = error
    is_new = note != registration.noted(secret, registration.CHANGED)
    return Stale(name, datetime.fromisoformat(note), operator, is_new)


def heed(
    primary: KubernetesClient,
    stale: Stale,
    params: t.Mapping[str, t.Any],
    done: Done,
    planned: list[Item],
    progress: Progress,
    *,
    dry_run: bool,
) -> tuple[datetime | None, list[str]]:
    """Restart an operator that runs since before the change, or say how to.

    (since when it reads the kubeconfig, None while it may have the former; warnings); a restart comes into `done` and `planned`
    """
    what = f"the kubeconfig of {stale.name} was changed at {stale.changed.strftime(registration.TIME)}"
    operator = stale.operator
    if isinstance(operator, MeshError):
        # Said once: an operator that runs where we do not see it may have been restarted since.
        return None, [f"{what}, and the operator has to be restarted; {operator}"] if stale.is_new else []
    started = started_at(primary, operator)
    if started is None or started >= stale.changed:
        return stale.changed, []
    if not params["restart_operator"]:
        command = operator.command(primary, "rollout", "restart")
        return None, [
            f"{primary.cluster}: {what}, and {operator.title}, which runs since {started.strftime(registration.TIME)}, goes on with the one"
            f" that it read. Restart it: {command} (or set restart_operator)"
        ]
    planned.insert(len(done), Item(primary.cluster, operator.kind.kind, operator.name, operator.namespace))
    since = primary.now()
    change = ask_restart(primary, operator, since, f"restarted, since {what}", dry_run=dry_run)
    done.append((primary.cluster, change))
    if not dry_run:
        wait_restarted(primary, operator, params, progress)
    return since, []
