# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One object as it changes: a watch of the Kubernetes API. Whoever reads it looks anew (client.get) where it breaks."""

from __future__ import annotations

import contextlib
import json
import math
import typing as t

from .._errors import ApiError
from .client import KubernetesClient
from .kinds import Kind, describe

with contextlib.suppress(ImportError):  # main() answers with missing_required_lib (options.py)
    import urllib3

Object = dict[str, t.Any]

# The server ends a watch before our client takes its silence for a time-out (client.READ_TIMEOUT).
LONGEST = 30


def watch_object(
    client: KubernetesClient, kind: Kind, name: str, namespace: str | None, version: str, seconds: float
) -> t.Iterator[Object | None]:
    """Every state of an object after its resourceVersion `version`, None once it has been deleted, for about `seconds`.

    Raises ApiError: 403 where it may not be watched, 410 where the server has forgotten that version, 0 where the
    connection was cut.
    """
    what = f"watch {describe(kind, name, namespace)}"
    query = {
        "watch": "true",
        "fieldSelector": f"metadata.name={name}",
        "resourceVersion": version,
        "timeoutSeconds": str(min(LONGEST, math.ceil(seconds))),
    }
    answer = client.send("GET", kind.path(namespace=namespace), what, query, preload=False)
    try:
        for line in lines(answer.stream()):
            yield state_in(json.loads(line), what, client.cluster)
    except (urllib3.exceptions.HTTPError, ValueError) as error:
        raise ApiError(f"cannot {what}", cluster=client.cluster, why=f"the connection was cut: {error}") from error
    finally:
        answer.close()


def lines(pieces: t.Iterable[bytes]) -> t.Iterator[bytes]:
    """The lines of a text that comes in pieces; what comes after the last end of a line is no line yet."""
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        yield from whole


def state_in(event: Object, what: str, cluster: str) -> Object | None:
    """The object of an event, None for its deletion."""
    if event["type"] == "ERROR":
        status = event["object"]
        raise ApiError(
            f"cannot {what}", cluster=cluster, status=status.get("code") or 0, why=str(status.get("message") or "")
        )
    return None if event["type"] == "DELETED" else t.cast(Object, event["object"])
