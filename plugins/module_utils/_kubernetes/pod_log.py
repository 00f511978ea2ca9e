# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the containers of pods write."""

from __future__ import annotations

import contextlib
import typing as t

from .client import KubernetesClient
from .kinds import POD, describe

with contextlib.suppress(ImportError):  # main() answers with missing_required_lib (options.py)
    import urllib3


def read_log(client: KubernetesClient, pod: str, namespace: str, container: str, **query: str) -> str:
    """What a container wrote; `query` as the API has it (timestamps, sinceSeconds, limitBytes ...). Raises ApiError."""
    what = f"read the log of {describe(POD, pod, namespace)}"
    answer = client.send(
        "GET", f"{POD.path(pod, namespace)}/log", what, {"container": container, **query}, accept="*/*"
    )
    return t.cast(bytes, answer.data).decode(errors="replace")


def follow_log(client: KubernetesClient, pod: str, namespace: str, container: str, **query: str) -> t.Iterator[str]:
    """What a container wrote and goes on to write, in pieces, until it ends or is silent for a minute. Raises ApiError."""
    what = f"follow the log of {describe(POD, pod, namespace)}"
    following = {"container": container, "follow": "true", **query}
    answer = client.send("GET", f"{POD.path(pod, namespace)}/log", what, following, accept="*/*", preload=False)
    try:
        for piece in answer.stream():
            yield piece.decode(errors="replace")
    except urllib3.exceptions.HTTPError:
        return  # what came by then is what there is
    finally:
        answer.close()
