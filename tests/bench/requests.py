"""How many requests API servers answer in a join, and in a run that finds nothing to do: counted in their audit logs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial

from tests.lab.control_plane import audit_log

from . import mesh
from .join import ready
from .operator import AGENT
from .place import PRIMARY, Place
from .row import Row, median_of
from .ways import PEERS_OF_A_JOIN, Way, ours

JOIN, AGAIN = 28, 12
BYSTANDERS = (AGENT, mesh.AGENT)
# The credential that was made is confirmed by a request of its own.
ACCOUNT = "system:serviceaccount:istio-system:"


def rows() -> Iterator[Row]:
    """Of one cluster: its own API server's and the primary's together. A median as all figures, since waiting asks more or less often."""
    with ready(1) as place:
        yield row("API requests of a join", place, JOIN, lambda way: counted_first(place, way))
        yield row("API requests of a run with nothing to do", place, AGAIN, lambda way: counted_again(place, way))


def row(work: str, place: Place, limit: int, count: Callable[[Way], int]) -> Row:
    mine = median_of(lambda: count(ours))
    theirs = {name: median_of(partial(count, way)) for name, way in PEERS_OF_A_JOIN.items()}
    return Row(work, mine, f"at most {limit}", mine <= limit, theirs, unit="requests", remark="both clusters together")


def counted_first(place: Place, way: Way) -> int:
    mesh.empty()
    return counted(place, way)


def counted_again(place: Place, way: Way) -> int:
    mesh.empty()
    way(place)
    return counted(place, way)


def counted(place: Place, way: Way) -> int:
    """The requests of one run."""
    planes = [PRIMARY.name, *{member.plane for member in place.members}]
    before = {plane: audit_log(plane).stat().st_size for plane in planes}
    way(place)
    # A watch is noted twice: when it begins and when it ends.
    return len({event["auditID"] for plane in planes for event in events(plane, before[plane]) if is_counted(event)})


def events(plane: str, offset: int) -> Iterator[dict[str, object]]:
    with audit_log(plane).open("rb") as log:
        log.seek(offset)
        for line in log:
            if line.endswith(b"\n"):
                yield json.loads(line)


def is_counted(event: dict[str, object]) -> bool:
    """Whether whoever was measured made a request: neither Kubernetes itself, nor the operator, nor this benchmark."""
    user = event["user"]
    name = str(user.get("username")) if isinstance(user, dict) else ""
    agent = str(event.get("userAgent", ""))
    return not agent.startswith(BYSTANDERS) and (not name.startswith("system:") or name.startswith(ACCOUNT))
