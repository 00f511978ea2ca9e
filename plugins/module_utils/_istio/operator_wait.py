# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for the operator that reconciles an Istio or RemoteIstio.

Its status has neither conditions nor an observedGeneration, so "Available" may be about the spec before ours. What shows an
answer is that the status was written after the spec: seen by a watch from our write on, or, where an earlier run wrote the
spec, by the note of when that was (spec_note.py). Source of the states: banzaicloud/istio-operator, pkg/controller/{istio,remoteistio}.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from datetime import datetime

from .._errors import ApiError, MeshError
from .._kubernetes.apply import Change
from .._kubernetes.client import KubernetesClient
from .._kubernetes.kinds import Kind, describe
from .._kubernetes.watch import watch_object
from .._wait import Acceptor, Clock, Progress, Wait, check_expression, wait_until
from .operator_deployment import check_operator, where_it_logs
from .resource import API_VERSION, status_of
from .spec_note import spec_time

Object = dict[str, t.Any]

RECONCILING = "Reconciling"
# So long a result has to stand that may be the one of a round which was under way when the spec was written.
STANDS = 5.0


def operator_options() -> dict[str, dict[str, t.Any]]:
    """The argument spec of a module that waits for an operator, beside wait_options(); plugins/doc_fragments/_operator.py."""
    return {
        "api_version": {"type": "str", "default": API_VERSION},
        "operator": {"type": "str"},
        "wait_success": {"type": "str", "default": "status.Status == 'Available'"},
        "wait_failure": {"type": "str"},
    }


def check_operator_options(params: t.Mapping[str, t.Any]) -> None:
    """Raise MeshError for what cannot be, before anything is read."""
    check_operator(params["operator"])
    for option in ("wait_success", "wait_failure"):
        if params[option] is not None:
            check_expression(option, params[option])


def wait_for_operator(
    client: KubernetesClient,
    kind: Kind,
    before: Object | None,
    change: Change,
    params: t.Mapping[str, t.Any],
    progress: Progress,
    *,
    since: datetime | None = None,
    clock: Clock | None = None,
) -> Object:
    """Wait until the operator has brought about what an object asks for; the object then.

    before: the object as read before it was applied, None for a new one
    change: what applying it did
    params: wait_success, wait_failure, wait_timeout, wait_interval; operator (operator_deployment.py)
    since:  when something else than the spec asked the operator for an answer, such as its restart
    Raises MeshError at the time-out, at wait_failure and where the object is deleted meanwhile. ReconcileFailed by itself is
    no end: it heals as a rule.
    """
    clock = clock or Clock()
    follower = follower_of(client, kind, before, change.stored or before or {}, params["wait_interval"], clock, since)
    failure, success = params["wait_failure"], params["wait_success"]
    acceptors = [Acceptor(f"answered && ({failure})", "failure")] if failure else []
    wait = Wait(
        what=f"{kind.kind} {change.name}",
        acceptors=(*acceptors, Acceptor(f"answered && ({success})")),
        status="said",
        reason="status.ErrorMessage",
        cluster=client.cluster,
        timeout=params["wait_timeout"],
        interval=0,  # the follower takes its time
    )
    try:
        return wait_until(follower.read, wait, progress, clock)
    except ApiError:
        raise
    except MeshError as error:
        if error.todo:
            raise
        why = f"{follower.silence}; {error.why}" if not follower.answered else error.why
        todo = where_it_logs(client, params["operator"])
        raise MeshError(error.what, cluster=error.cluster, why=why, todo=todo) from error


@dataclass
class Follower:
    """Reads one state of an object after the other, as soon as there is one, and within about `interval` seconds in any case.

    reference: the object when it was written or, unchanged, read
    answered:  whether the operator has answered to it
    is_busy:   whether it was at work on the former spec when this one was written
    silence:   what to say while it has not answered
    """

    client: KubernetesClient
    kind: Kind
    reference: Object
    interval: float
    clock: Clock
    answered: bool
    is_busy: bool
    silence: str
    latest: Object = field(default_factory=dict)
    events: t.Iterator[Object | None] | None = None
    is_broken: bool = False
    may_watch: bool = True
    ended: float | None = None

    def read(self) -> Object:
        """The next state, or the same again, with `answered`, and `said`: its status in words. Raises ApiError."""
        if not self.latest:
            self.latest = self.reference
        else:
            self.take(self.look() if self.is_broken else self.follow())
        return {**self.latest, "answered": self.answered, "said": self.said()}

    def follow(self) -> Object | None:
        """The next state by a watch, the latest again where none comes in time."""
        began, metadata = self.clock.now(), self.latest["metadata"]
        if self.events is None:
            version, room = metadata.get("resourceVersion", ""), metadata.get("namespace")
            self.events = watch_object(self.client, self.kind, metadata["name"], room, version, self.interval)
        try:
            return next(self.events)
        except StopIteration:
            self.events = None
            # Something on the way may end each watch at once.
            self.clock.sleep(max(0.0, self.interval - (self.clock.now() - began)))
            return self.latest
        except ApiError as error:
            self.events, self.is_broken = None, True
            self.may_watch = error.status not in (403, 405)
            return self.latest

    def look(self) -> Object | None:
        """The object as it is, a while after a watch broke."""
        self.clock.sleep(self.interval)
        metadata = self.reference["metadata"]
        found = self.client.get(self.kind, metadata["name"], metadata.get("namespace"))
        self.is_broken = not self.may_watch
        return found

    def take(self, found: Object | None) -> None:
        """Note a state and whether it shows an answer. Raises MeshError for an object that is gone."""
        metadata = self.reference["metadata"]
        title = describe(self.kind, metadata["name"], metadata.get("namespace"))
        is_other = found is not None and found["metadata"].get("uid") != metadata.get("uid")
        if found is None or is_other or found["metadata"].get("deletionTimestamp"):
            raise MeshError(
                f"{title} was deleted while the operator was waited for",
                cluster=self.client.cluster,
                todo="Find out who deletes it, then run this again",
            )
        self.latest = found
        if self.answered or (self.ended is None and mark_of(found) == mark_of(self.reference)):
            return
        self.silence = "no operator has answered to the change of the spec: it was still at work on the former one"
        is_next = self.ended is not None and status_of(found).get("Status") == RECONCILING
        self.ended = self.clock.now() if self.ended is None else self.ended
        self.answered = not self.is_busy or is_next or self.clock.now() - self.ended >= STANDS

    def said(self) -> str:
        """The status in words, with whether it is believed."""
        status = str(status_of(self.latest).get("Status") or "")
        return status if self.answered or not status else f"{status}, not an answer yet"


def follower_of(
    client: KubernetesClient,
    kind: Kind,
    before: Object | None,
    reference: Object,
    interval: float,
    clock: Clock,
    since: datetime | None,
) -> Follower:
    """What follows an object, with what its status says of an answer at the beginning."""
    status, is_changed = status_of(reference), (before or {}).get("spec") != reference.get("spec")
    silence = "no operator has answered: " + (
        "the status is as it was before the change of the spec"
        if is_changed
        else "the status is older than what was asked"
    )
    return Follower(
        client,
        kind,
        reference,
        interval,
        clock,
        answered=bool(status) and not is_changed and is_later(reference, since),
        is_busy=is_changed and status.get("Status") == RECONCILING,
        silence=silence if status else "no operator has answered: there is no status",
    )


def mark_of(found: Object) -> tuple[Object, datetime | None]:
    """By what a later status can be told: what it says, and when it was written, where only a status counts for that."""
    return status_of(found), status_time(found, subresource="status")


def is_later(found: Object, since: datetime | None) -> bool:
    """Whether the status of an object is not older than our spec and `since`; True where the server does not tell."""
    status, spec = status_time(found), spec_time(found)
    return status is None or all(status >= asked.replace(microsecond=0) for asked in (spec, since) if asked)


def status_time(found: Object, subresource: str = "") -> datetime | None:
    """When the status was last written; None where the server does not tell.

    Before Kubernetes 1.22 the time is the one of whatever its writer wrote, unless only the `subresource` status counts.
    """
    owners = [entry for entry in entries(found) if "f:status" in (entry.get("fieldsV1") or {})]
    times = [written_at(entry) for entry in owners if not subresource or entry.get("subresource") == subresource]
    return max(filter(None, times), default=None)


def entries(found: Object) -> list[Object]:
    return found["metadata"].get("managedFields") or []


def written_at(entry: Object) -> datetime | None:
    return datetime.fromisoformat(entry["time"]) if entry.get("time") else None
