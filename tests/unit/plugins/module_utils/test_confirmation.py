# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a cluster knows an identity that has just been made."""

from __future__ import annotations

import typing as t
from types import SimpleNamespace

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._errors import ApiError, MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes import credentials


class Server:
    """Answers with each status in turn, then with the last again and again."""

    cluster = "cn-beijing-1"

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.asked = 0

    def version(self) -> dict[str, t.Any]:
        status = self.statuses[min(self.asked, len(self.statuses) - 1)]
        self.asked += 1
        if status != 200:
            raise ApiError("cannot read the server's version", status=status, cluster=self.cluster, why="Unauthorized")
        return {}


@pytest.fixture(autouse=True)
def time_that_passes_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    monkeypatch.setattr(credentials, "time", SimpleNamespace(monotonic=lambda: now[0], sleep=sleep))


def verify(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credentials, "by_token", lambda client, token: server)
    credentials.verify_token(t.cast("t.Any", server), "token", "istio-system/reader")


@pytest.mark.parametrize("status", [200, 403])
def test_a_token_that_is_known_is_asked_for_once(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(status)
    verify(server, monkeypatch)
    assert server.asked == 1


def test_a_server_that_still_goes_by_the_account_of_before_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(401, 401, 200)
    verify(server, monkeypatch)
    assert server.asked == 3


def test_a_token_that_stays_unknown_is_refused_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MeshError, match=r"refuses the token that it made for ServiceAccount istio-system/reader"):
        verify(Server(401), monkeypatch)


def test_the_identity_of_somebody_else_is_refused_at_once() -> None:
    server = Server(401, 200)
    with pytest.raises(MeshError, match="it is not known"):
        credentials.confirm(t.cast("t.Any", server), "it is not known", "Look at it")
    assert server.asked == 1
