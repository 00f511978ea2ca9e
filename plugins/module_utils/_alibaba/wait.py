# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for what Alibaba Cloud does after it has answered, as data: the call that tells, and which states end the wait."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass

from .._errors import ApiError
from .._wait import Acceptor, Clock, Progress, State, Wait, wait_until
from .actions import ACTIONS
from .client import Client, found
from .errors import AlibabaError


@dataclass(frozen=True)
class Waiter:
    """How one kind of object comes about, or goes.

    action:  the call that tells; one that pages is read whole, and its first item counts
    status:  path of the status in the answer, or in the item: keys divided by dots
    success: statuses that end the wait; with `gone` also that there is no item any more
    failure: statuses from which success will not come
    timeout, interval: seconds
    """

    action: str
    status: str
    success: tuple[str, ...] = ()
    failure: tuple[str, ...] = ()
    gone: bool = False
    timeout: float = 600
    interval: float = 5

    def acceptors(self) -> tuple[Acceptor, ...]:
        success = [Acceptor(f"contains(`{json.dumps(self.success)}`, status)")]
        if self.gone:
            success.append(Acceptor("found == `false`"))
        return (*success, Acceptor(f"contains(`{json.dumps(self.failure)}`, status)", "failure"))


def wait_for(
    client: Client,
    waiter: Waiter,
    what: str,
    progress: Progress,
    region: str = "",
    *,
    path: t.Mapping[str, str] | None = None,
    cluster: str = "",
    todo: str = "",
    clock: Clock | None = None,
    **parameters: object,
) -> State:
    """{found, status, item} as it was when the wait ended well.

    what: completes "waiting for ..." in messages
    parameters: of the waiter's call
    Raises MeshError for a state of failure and at the time-out, AlibabaError for a refusal that waiting does not cure.
    """
    wait = Wait(
        what,
        waiter.acceptors(),
        status="status",
        cluster=cluster,
        todo=todo,
        timeout=waiter.timeout,
        interval=waiter.interval,
    )

    def read() -> State:
        try:
            item = read_one(client, waiter, region, path, parameters)
        except AlibabaError as error:
            if not error.passing:
                raise
            # wait_until goes by the HTTP code, and the cloud throttles with 400 too
            raise ApiError(error.what, status=503, why=error.why, todo=error.todo) from error
        return {"found": item is not None, "status": found(item or {}, waiter.status) or "", "item": item}

    return wait_until(read, wait, progress, clock)


def read_one(
    client: Client,
    waiter: Waiter,
    region: str,
    path: t.Mapping[str, str] | None,
    parameters: t.Mapping[str, object],
) -> dict[str, t.Any] | None:
    """The object as the waiter's call tells it, None where there is none."""
    if ACTIONS[waiter.action].paging is None:
        return client.call(waiter.action, region, path=path, body=None, **parameters)
    items = client.pages(waiter.action, region, path=path, **parameters)
    return items[0] if items else None
