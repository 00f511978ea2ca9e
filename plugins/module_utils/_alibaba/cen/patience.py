# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for many objects at once by the one list that tells of all of them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..._wait import Acceptor, Clock, Progress, State, Wait, wait_until
from ..client import Client

Row = dict[str, t.Any]
# title of an object -> its status, of those that are not yet as they should be
Pending = dict[str, str]


@dataclass(frozen=True)
class Patience:
    """timeout, interval: seconds. Attaching a VPC may take 42 minutes, detaching 20 (terraform-provider-alicloud)."""

    progress: Progress
    timeout: float = 2520
    interval: float = 2
    clock: Clock = field(default_factory=Clock)

    def until_none(self, what: str, todo: str, pending: t.Callable[[], Pending]) -> None:
        """Look until nothing is pending. Raises MeshError at the time-out, with what is pending and its status."""

        def read() -> State:
            left = pending()
            return {"left": [f"{title}: {status or 'not there'}" for title, status in left.items()], "known": True}

        wait = Wait(
            what,
            (Acceptor("length(left) == `0`"),),
            status="join(', ', left)",
            todo=todo,
            timeout=self.timeout,
            interval=self.interval,
        )
        wait_until(read, wait, self.progress, self.clock)


def statuses(client: Client, action: str, identity: str, status: str, **parameters: str) -> dict[str, str]:
    """id -> status of all that a call lists."""
    return {row[identity]: row.get(status, "") for row in client.pages(action, path=None, **parameters)}


def unlike(wanted: t.Mapping[str, str], there: t.Mapping[str, str], success: str) -> Pending:
    """title -> status of those whose status is another. wanted: id -> title."""
    return {title: there.get(key, "") for key, title in wanted.items() if there.get(key) != success}


def remaining(going: t.Mapping[str, str], there: t.Mapping[str, str]) -> Pending:
    """title -> status of those that are still there."""
    return {title: there[key] for key, title in going.items() if key in there}
