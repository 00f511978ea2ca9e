# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of an operator's status is taken for an answer, what is told meanwhile, and how the wait ends."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import datetime
from types import SimpleNamespace

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._errors import ApiError, MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._istio import operator_wait
from ansible_collections.multiregion.istio.plugins.module_utils._istio.operator_wait import wait_for_operator
from ansible_collections.multiregion.istio.plugins.module_utils._istio.resource import kind_of
from ansible_collections.multiregion.istio.plugins.module_utils._istio.spec_note import note_in, noted
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.apply import Change
from ansible_collections.multiregion.istio.plugins.module_utils._wait import Clock

Object = dict[str, t.Any]
# What a watch of so many seconds brings, or how it fails.
Step: t.TypeAlias = "list[t.Any] | ApiError"

PARAMS: Object = {
    "wait_success": "status.Status == 'Available'",
    "wait_failure": None,
    "wait_timeout": 20,
    "wait_interval": 2,
    "operator": None,
}
LOG = "See what it says: kubectl --namespace istio-operator logs deployment/the-operator."
OPERATOR = {
    "metadata": {"name": "the-operator", "namespace": "istio-operator"},
    "spec": {
        "template": {
            "spec": {"containers": [{"name": "manager", "image": "ghcr.io/banzaicloud/istio-operator:0.10.8"}]}
        }
    },
}
SPEC_CHANGED = "multiregion.istio/spec-changed"


def member(status: str = "", error: str = "", hub: str = "a", version: str = "1", **metadata: t.Any) -> Object:
    said = {"Status": status, **({"ErrorMessage": error} if error else {})}
    place = {"name": "east", "namespace": "istio-system", "uid": "u", "resourceVersion": version, **metadata}
    return {"kind": "RemoteIstio", "metadata": place, "spec": {"hub": hub}, **({"status": said} if status else {})}


def owned(spec: str, status: str, subresource: str = "status") -> Object:
    """An object that says Available, with the times of day at which we changed its spec and its status was written."""
    entries: list[Object] = [
        {
            "manager": "istio-operator",
            "operation": "Update",
            "time": f"2026-11-29T{status}Z",
            "fieldsV1": {"f:status": {"f:Status": {}}},
            **({"subresource": subresource} if subresource else {}),
        },
    ]
    return member("Available", managedFields=entries, annotations={SPEC_CHANGED: f"2026-11-29T{spec}Z"})


class Primary:
    """An API server whose watches bring what `steps` says, one step each, and then nothing more."""

    def __init__(self, steps: list[Step], found: list[Object | ApiError | None]) -> None:
        self.steps, self.found = steps, found
        self.seconds = 0.0
        self.requests: list[str] = []
        self.cluster = "primary"
        self.access = SimpleNamespace(kubeconfig=None, context=None, host=None)

    def get(self, kind: t.Any, name: str, namespace: str | None) -> Object | None:
        self.requests.append(f"get at {self.seconds:g}")
        found = self.found.pop(0) if len(self.found) > 1 else self.found[0]
        if isinstance(found, ApiError):
            raise found
        return deepcopy(found)

    def list(self, kind: t.Any) -> t.Any:
        return [OPERATOR] if kind.kind == "Deployment" else []

    def send(self, method: str, path: str, what: str, query: dict[str, str], preload: bool) -> t.Any:
        assert path.endswith("/namespaces/istio-system/remoteistios")
        assert (query["fieldSelector"], query["watch"], preload) == ("metadata.name=east", "true", False)
        self.requests.append(f"watch from {query['resourceVersion']} at {self.seconds:g}")
        step = self.steps.pop(0) if self.steps else []
        if isinstance(step, ApiError):
            raise step
        return SimpleNamespace(stream=lambda: self.stream(step, float(query["timeoutSeconds"])), close=lambda: None)

    def stream(self, step: t.Sequence[t.Any], seconds: float) -> Iterator[bytes]:
        for found in step:
            sort = "DELETED" if found is None else found.get("type", "MODIFIED")
            event = found if found and "type" in found else {"type": sort, "object": found or member()}
            text = json.dumps(event).encode() + b"\n"
            yield text[:7]  # an event may come in pieces
            yield text[7:]
        self.seconds += seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


class Waited(t.NamedTuple):
    state: Object
    lines: list[str]
    primary: Primary


@pytest.fixture
def wait() -> Callable[..., Waited]:
    def call(
        before: Object | None,
        stored: Object,
        *steps: Step,
        found: list[Object | ApiError | None] | None = None,
        since: str = "",
        **params: t.Any,
    ) -> Waited:
        primary, lines = Primary(list(steps), found or [member("Available")]), list[str]()
        change = Change("RemoteIstio", "istio-system", "east", "changed", {}, {}, stored=stored)
        state = wait_for_operator(
            t.cast("t.Any", primary),
            kind_of(),
            before,
            change,
            {**PARAMS, **params},
            lines.append,
            since=datetime.fromisoformat(f"2026-11-29T{since}Z") if since else None,
            clock=Clock(now=lambda: primary.seconds, sleep=primary.sleep),
        )
        return Waited(state, lines, primary)

    return call


Wait = Callable[..., Waited]


def test_a_new_member_is_followed_without_delay_and_every_status_is_told(wait: Wait) -> None:
    error = 'could not populate sign certs: Secret "istio-ca-secret" not found'
    states = [member("Created"), member("Reconciling"), member("ReconcileFailed", error), member("Reconciling")]
    done = wait(None, member(version="7"), [*states, member("Available", version="9")])
    assert done.state["status"] == {"Status": "Available"}
    assert done.lines == [
        "RemoteIstio east: nothing yet",
        "RemoteIstio east: Created",
        "RemoteIstio east: Reconciling",
        f"RemoteIstio east: ReconcileFailed ({error})",
        "RemoteIstio east: Reconciling",
        "RemoteIstio east: Available",
    ]
    assert done.primary.requests == ["watch from 7 at 0"]
    assert done.primary.seconds == 0


def test_a_status_from_before_the_change_is_no_answer(wait: Wait) -> None:
    changed = member("Available", hub="b", version="7")
    same = member("Available", hub="b", version="8", labels={"a": "b"})
    done = wait(
        member("Available"), changed, [], [same], [member("Reconciling", hub="b")], [member("Available", hub="b")]
    )
    assert done.lines == [
        "RemoteIstio east: Available, not an answer yet",
        "RemoteIstio east: Reconciling",
        "RemoteIstio east: Available",
    ]
    assert done.primary.seconds == 6
    assert done.primary.requests[:3] == ["watch from 7 at 0", "watch from 7 at 2", "watch from 8 at 4"]


@pytest.mark.parametrize(
    ("before", "stored", "why"),
    [
        (
            member("Available"),
            member("Available", hub="b"),
            "no operator has answered: the status is as it was before the change of the spec; "
            "last status: Available, not an answer yet",
        ),
        (None, member(), "no operator has answered: there is no status; last status: none"),
        (member(), {}, "no operator has answered: there is no status; last status: none"),
        (
            owned("11:00:01", "11:00:00"),
            {},
            "no operator has answered: the status is older than what was asked; last status: Available, not an answer yet",
        ),
    ],
)
def test_an_operator_that_never_answers_is_told_with_the_command_for_its_log(
    wait: Wait, before: Object | None, stored: Object, why: str
) -> None:
    with pytest.raises(MeshError) as raised:
        wait(before, stored)
    assert str(raised.value) == f"cluster primary: RemoteIstio east did not come about in 20 s: {why}. {LOG}"


def test_an_operator_that_fails_to_the_end_is_quoted(wait: Wait) -> None:
    with pytest.raises(MeshError) as raised:
        wait(None, member(), [member("ReconcileFailed", "no gateway")], [member("Reconciling")])
    assert "in 20 s: last status: Reconciling, last reason given: no gateway. See what" in str(raised.value)


def test_an_unchanged_member_that_is_available_needs_no_request(wait: Wait) -> None:
    for before in (member("Available"), owned("11:00:00", "11:00:00"), owned("10:00:00", "11:00:00")):
        assert wait(before, {}).primary.requests == []


@pytest.mark.parametrize("since", ["", "12:00:00.5"])
def test_a_status_that_is_older_than_what_was_asked_is_no_answer_in_a_later_run(wait: Wait, since: str) -> None:
    before = owned("11:59:59" if not since else "10:00:00", "11:00:00")
    done = wait(before, {}, [member("Reconciling"), member("Available")], since=since)
    assert done.lines[0] == "RemoteIstio east: Available, not an answer yet"
    assert len(done.primary.requests) == 1
    assert wait(owned("10:00:00", "12:00:00"), {}, since=since).primary.requests == []


def test_marks_on_what_somebody_else_wrote_ask_for_no_new_answer(wait: Wait) -> None:
    before, adopted = member("Available"), member("Available", labels={"multiregion.istio/mesh": "mesh1"})
    assert wait(before, adopted).primary.requests == []


def test_a_status_that_was_written_again_is_an_answer_though_it_says_the_same(wait: Wait) -> None:
    before = owned("11:00:00", "11:00:00")
    changed = {**before, "spec": {"hub": "b"}}
    answer = owned("11:00:00", "11:00:07")
    assert wait(before, changed, ApiError("x", status=410), found=[answer]).primary.seconds == 2
    # A server that does not tell a status apart shows the time of whatever its writer wrote.
    old, later = owned("11:00:00", "11:00:00", ""), owned("11:00:00", "11:00:07", "")
    with pytest.raises(MeshError, match="no operator has answered"):
        wait(old, {**old, "spec": {"hub": "b"}}, [later])


def test_the_end_of_a_round_that_was_under_way_is_believed_only_once_it_stands(wait: Wait) -> None:
    before, busy = member("Reconciling"), member("Reconciling", hub="b")
    done = wait(before, busy, [member("Available"), member("Reconciling")], [member("Available")])
    assert done.lines[1:] == [
        "RemoteIstio east: Available, not an answer yet",
        "RemoteIstio east: Reconciling",
        "RemoteIstio east: Available",
    ]
    assert done.primary.seconds == 2
    assert wait(before, busy, [member("Available")]).primary.seconds == 6
    with pytest.raises(MeshError, match="no operator has answered to the change of the spec: it was still at work"):
        wait(before, busy, [member("Available")], wait_timeout=3)


@pytest.mark.parametrize(
    ("failure", "requests"),
    [
        (ApiError("x", status=410), ["watch from 1 at 0", "get at 2", "watch from 5 at 2"]),
        (ApiError("x", status=0), ["watch from 1 at 0", "get at 2", "watch from 5 at 2"]),
        ([{"type": "ERROR", "object": {"code": 410}}], ["watch from 1 at 0", "get at 2", "watch from 5 at 2"]),
        (ApiError("x", status=403), ["watch from 1 at 0", "get at 2", "get at 4"]),
    ],
)
def test_where_a_watch_breaks_the_object_is_read_anew(wait: Wait, failure: Step, requests: list[str]) -> None:
    found: list[Object | ApiError | None] = [member("Reconciling", version="5"), member("Available")]
    done = wait(None, member(), failure, [member("Available")], found=found)
    assert done.state["status"]["Status"] == "Available"
    assert done.primary.requests == requests


def test_a_server_that_is_away_for_a_while_is_waited_for_without_hurry(wait: Wait) -> None:
    away = ApiError("cannot read", status=0, why="connection refused")
    done = wait(None, member(), away, found=[away, away, member("Available")])
    assert done.primary.requests == ["watch from 1 at 0", "get at 2", "get at 4", "get at 6"]
    with pytest.raises(MeshError, match="last reason given: connection refused"):
        wait(None, member(), away, found=[away])


@pytest.mark.parametrize(
    ("step", "found"),
    [
        ([None], None),
        (ApiError("x", status=410), None),
        (ApiError("x", status=410), member("Available", uid="another")),
        ([member("Available", deletionTimestamp="2026-11-29T10:00:00Z")], None),
    ],
)
def test_a_member_that_is_deleted_meanwhile_ends_the_wait(wait: Wait, step: Step, found: Object | None) -> None:
    with pytest.raises(MeshError, match="RemoteIstio istio-system/east was deleted while the operator was waited for"):
        wait(None, member(), step, found=[found])


def test_what_the_task_calls_failure_counts_once_the_operator_has_answered(wait: Wait) -> None:
    failed, changed = member("ReconcileFailed", "forbidden"), member("ReconcileFailed", "forbidden", hub="b")
    with pytest.raises(MeshError, match="will not come about: last status: ReconcileFailed") as raised:
        wait(failed, changed, [member("Reconciling"), failed], wait_failure="status.ErrorMessage == 'forbidden'")
    assert LOG in str(raised.value)
    done = wait(failed, changed, [member("Reconciling"), member("Available")], wait_failure="status.ErrorMessage")
    assert done.state["status"]["Status"] == "Available"


class Now:
    """An API server of which only the clock is asked."""

    def now(self) -> datetime:
        return datetime.fromisoformat("2026-11-29T11:00:00Z")


def note(wanted: Object, live: Object | None) -> str:
    return note_in(noted(t.cast(t.Any, Now()), wanted, live))


def test_a_change_of_the_spec_is_noted_in_the_object_and_one_of_its_labels_is_not() -> None:
    earlier: Object = {"annotations": {SPEC_CHANGED: "2026-11-29T10:00:00Z"}}
    assert note(member(hub="b"), member(**earlier)) == "2026-11-29T11:00:00Z"
    assert note(member(labels={"a": "b"}), member(**earlier)) == "2026-11-29T10:00:00Z"
    assert note(member(), member()) == ""
    assert note(member(), None) == ""


def test_a_list_that_becomes_shorter_is_a_change_and_what_an_operator_added_is_none() -> None:
    wanted, live = member(), member()
    wanted["spec"], live["spec"] = {"namespaces": ["a"]}, {"namespaces": ["a", "b"]}
    assert note(wanted, live) == "2026-11-29T11:00:00Z"
    live["spec"] = {"namespaces": ["a"], "proxyInit": {}}
    assert note(wanted, live) == ""


def test_options_that_cannot_be_are_refused_by_name() -> None:
    operator_wait.check_operator_options({**PARAMS, "operator": "istio-system/istio-operator"})
    for name in ("operator", "/a", "a/", "a/b/c"):
        with pytest.raises(MeshError, match=f"operator '{name}' is not of the form namespace/name"):
            operator_wait.check_operator_options({**PARAMS, "operator": name})
    with pytest.raises(MeshError, match="wait_failure 'a ==' is no JMESPath"):
        operator_wait.check_operator_options({**PARAMS, "wait_failure": "a =="})
