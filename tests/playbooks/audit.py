"""What was written to the clusters, and by whom, as their API servers' audit logs tell.

`python -m tests.playbooks.audit mark FILE` notes a moment, `... writes FILE` prints what was written since, a line each.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.lab.control_plane import audit_log
from tests.lab.topology import CLUSTERS

from .runs import Running

SECONDS = 300.0
CREATED = 201
# Questions in the form of an object that is created: SelfSubjectAccessReview, TokenReview and the like.
QUESTIONS = ("authorization.k8s.io", "authentication.k8s.io")


@dataclass(frozen=True)
class Write:
    """A request that was to change something, whatever became of it. `resource` is as in "deployments.apps"."""

    cluster: str
    verb: str
    resource: str
    subresource: str
    namespace: str
    name: str
    agent: str
    code: int

    @property
    def title(self) -> str:
        """What was written, in one line."""
        path = "/".join(part for part in (self.namespace, self.name, self.subresource) if part)
        return f"{self.cluster}: {self.verb} {self.resource} {path} ({self.code}, {self.agent.split('/')[0]})"


class Mark:
    """A moment, after which writes are looked at."""

    def __init__(self) -> None:
        logs = {cluster.name: audit_log(cluster.name) for cluster in CLUSTERS}
        self.offsets = {name: log.stat().st_size for name, log in logs.items() if log.exists()}

    def writes(self, *clusters: str) -> list[Write]:
        """What people and their programs have written to these clusters, or to any, since then."""
        found = [
            write for name in clusters or self.offsets for event in self._events(name) if (write := read(name, event))
        ]
        return [write for write in found if not (write.resource == "services" and write.subresource == "status")]

    def wait(self, wanted: Callable[[Write], bool], what: str, run: Running) -> Write:
        """The first write since then that is `wanted`; fails where it does not come, or the run that makes it ends."""
        deadline = time.monotonic() + SECONDS
        while True:
            goes_on = run.lives and time.monotonic() < deadline
            if found := next(filter(wanted, self.writes()), None):
                return found
            assert goes_on, run.ended().story(f"never wrote {what}")
            time.sleep(0.05)

    def _events(self, cluster: str) -> Iterator[dict[str, Any]]:
        with audit_log(cluster).open("rb") as log:
            log.seek(self.offsets[cluster])
            for line in log:
                if line.endswith(b"\n"):
                    yield json.loads(line)


def read(cluster: str, event: dict[str, Any]) -> Write | None:
    """The write that an event tells of; None for a dry run, a question, or what Kubernetes itself does.

    The lab's load balancers write the status of Services by the user's own name: Mark leaves that out.
    """
    target = event.get("objectRef") or {}
    group = target.get("apiGroup", "")
    dry = "dryRun=All" in event["requestURI"] or "All" in ((event.get("requestObject") or {}).get("dryRun") or [])
    if dry or group in QUESTIONS or event["user"]["username"].startswith("system:"):
        return None
    return Write(
        cluster,
        event["verb"],
        f"{target.get('resource', '')}{'.' if group else ''}{group}",
        target.get("subresource", ""),
        target.get("namespace", "") if target.get("resource") != "namespaces" else "",
        target.get("name", ""),
        event.get("userAgent", ""),
        event.get("responseStatus", {}).get("code", 0),
    )


def unlocked(writes: Iterable[Write]) -> list[Write]:
    """The writes without those of the lock by which one run keeps others away."""
    return [one for one in writes if one.resource != "leases.coordination.k8s.io"]


def titles(writes: Iterable[Write]) -> list[str]:
    """What was written, a line each."""
    return [one.title for one in writes]


def release(name: str, cluster: str) -> Callable[[Write], bool]:
    """Whether a write is the record by which Helm begins a new revision of a release, which is pending then."""
    secret = f"sh.helm.release.v1.{name}.v"

    def is_it(write: Write) -> bool:
        return (
            write.cluster == cluster
            and write.resource == "secrets"
            and write.name.startswith(secret)
            and write.code == CREATED
        )

    return is_it


def made(writes: Iterable[Write]) -> set[tuple[str, str, str, str]]:
    """The objects that came into being: (cluster, resource, namespace, name)."""
    return {
        (one.cluster, one.resource, one.namespace, one.name)
        for one in writes
        if one.code == CREATED and not one.subresource
    }


def main(command: str, file: str) -> None:
    """Note a moment in a file, or print what was written since the one that is noted there."""
    mark, path = Mark(), Path(file)
    if command == "mark":
        path.write_text(json.dumps(mark.offsets))
    else:
        mark.offsets = json.loads(path.read_text())
        print("\n".join(titles(mark.writes())))


if __name__ == "__main__":
    main(*sys.argv[1:])
