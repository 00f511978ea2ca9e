# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waits as data, against a server that changes its mind."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.client import Client, Options
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.errors import AlibabaError
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.wait import Waiter, wait_for
from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._retry import Backoff
from ansible_collections.multiregion.istio.plugins.module_utils._wait import Clock, State
from tests.unit.scripted_cloud import refused, said, scripted

ATTACHED = Waiter(
    "ListTransitRouterVpcAttachments", "Status", ("Attached",), failure=("Detaching",), timeout=60, interval=5
)
DETACHED = Waiter("ListTransitRouterVpcAttachments", "Status", gone=True, timeout=60, interval=5)
RUNNING = Waiter("DescribeClusterDetail", "state", ("running",), failure=("failed",), timeout=60, interval=5)


def attachments(*statuses: str) -> t.Any:
    rows = [{"TransitRouterAttachmentId": "tr-attach-1", "Status": status} for status in statuses]
    return said({"TransitRouterAttachments": rows, "NextToken": ""})


def waited(waiter: Waiter, *answers: t.Any, **options: t.Any) -> tuple[State, list[str], float]:
    """(the state at the end, what was told, seconds slept)."""
    pauses: list[float] = []
    lines: list[str] = []
    clock = Clock(now=lambda: sum(pauses), sleep=pauses.append)
    with scripted(*answers) as script:
        who = Options("cn-beijing", "key", "secret", endpoints=script.endpoints)
        client = Client(who, backoff=Backoff(tries=1))
        state = wait_for(client, waiter, "the attachment", lines.append, clock=clock, **options)
    return state, lines, sum(pauses)


def test_a_wait_ends_with_a_state_of_success() -> None:
    state, lines, seconds = waited(ATTACHED, attachments(), attachments("Attaching"), attachments("Attached"))
    assert (state["status"], state["item"]["TransitRouterAttachmentId"], seconds) == ("Attached", "tr-attach-1", 10)
    assert lines == ["the attachment: nothing yet", "the attachment: Attaching", "the attachment: Attached"]


def test_a_wait_for_the_end_of_something_ends_when_it_is_gone() -> None:
    state, lines, seconds = waited(DETACHED, attachments("Detaching"), attachments())
    assert (state["found"], seconds) == (False, 5)
    assert lines[0] == "the attachment: Detaching"


def test_a_call_without_a_list_is_waited_for_too() -> None:
    state, lines, seconds = waited(
        RUNNING, said({"state": "initial"}), said({"state": "running"}), path={"ClusterId": "c1"}
    )
    assert state["item"] == {"state": "running"} and len(lines) == 2 and seconds == 5


def test_a_state_of_failure_ends_it_at_once_with_the_cluster_and_what_to_do() -> None:
    with pytest.raises(
        MeshError, match="^cluster east: the attachment will not come about: last status: Detaching. Look."
    ):
        waited(ATTACHED, attachments("Detaching"), cluster="east", todo="Look")


def test_a_state_that_does_not_change_ends_it_after_its_time() -> None:
    with pytest.raises(MeshError, match="did not come about in 60 s: last status: Attaching"):
        waited(ATTACHED, attachments("Attaching"))


def test_throttling_is_waited_out_though_its_code_is_400() -> None:
    state, lines, seconds = waited(ATTACHED, refused("Throttling.User"), attachments("Attached"))
    assert state["status"] == "Attached" and seconds == 5 and len(lines) == 1


def test_throttling_to_the_end_is_quoted() -> None:
    with pytest.raises(MeshError, match="last reason given: Throttling.User: slow down"):
        waited(ATTACHED, refused("Throttling.User", "slow down"))


def test_a_refusal_that_waiting_does_not_cure_ends_it() -> None:
    with pytest.raises(AlibabaError, match="RAM permission cen:ListTransitRouterVpcAttachments"):
        waited(ATTACHED, refused("Forbidden.RAM", status=403))
