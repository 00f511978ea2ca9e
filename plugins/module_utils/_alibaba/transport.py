# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One call sent by alibabacloud-tea-openapi. All that is peculiar about that library (0.4.6) is known here.

- RuntimeOptions' repeating is ignored, so there is none; client.py repeats.
- It takes proxies from HTTP_PROXY and HTTPS_PROXY but does not know NO_PROXY.
- A scheme in the endpoint would be signed as part of the host.
- Its connections are those of the process, and stay open.
"""

from __future__ import annotations

import contextlib
import functools
import os
import threading
import typing as t
from dataclasses import dataclass

from .actions import PRODUCTS, Action
from .credentials import Credential
from .errors import no_answer, refusal

CONNECT_TIMEOUT = 5_000  # milliseconds
READ_TIMEOUT = 30_000
PROXIES = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy")


@dataclass(frozen=True)
class Request:
    """A call ready to be signed: its path filled in, its query flat, its body JSON."""

    action: Action
    path: str
    query: t.Mapping[str, str]
    body: t.Mapping[str, t.Any] | None


class Sender:
    """Sends calls to one endpoint. May be used by several threads."""

    def __init__(self, endpoint: str, region: str, credential: Credential) -> None:
        """endpoint: host, host:port, or either with http:// or https://; without one it is https"""
        from alibabacloud_tea_openapi.client import Client
        from alibabacloud_tea_openapi.utils_models import Config

        forget_connections_at_fork()
        scheme, separator, host = endpoint.rstrip("/").rpartition("://")
        self.host = host
        self._scheme = scheme if separator else "https"
        self._credential = credential
        self._client = Client(
            Config(
                credential=credential.client,
                endpoint=host,
                protocol=self._scheme.upper(),
                region_id=region or None,
                connect_timeout=CONNECT_TIMEOUT,
                read_timeout=READ_TIMEOUT,
                user_agent="multiregion.istio",
            )
        )

    def send(self, request: Request, place: str) -> dict[str, t.Any]:
        """The answer's body. `place` says in errors where and about what it is. Raises AlibabaError, MeshError."""
        from alibabacloud_tea_openapi.exceptions import AlibabaCloudException
        from alibabacloud_tea_openapi.utils_models import OpenApiRequest, Params
        from darabonba.runtime import RuntimeOptions

        action = request.action
        self._credential.check()
        params = Params(
            action=action.name,
            version=PRODUCTS[action.product].version,
            protocol="HTTPS",
            pathname=request.path,
            method=action.method,
            auth_type="AK",
            style=action.style,
            req_body_type="json" if action.style == "ROA" else "formData",
            body_type="json",
        )
        content = OpenApiRequest(query=dict(request.query), body=dict(request.body) if request.body else None)
        try:
            with proxies_as_asked(f"{self._scheme}://{self.host}"):
                answer = self._client.call_api(params, content, RuntimeOptions())
        except AlibabaCloudException as error:
            raise refusal(action, place, error) from None
        except Exception as error:  # UnretryableException around anything: connections, time-outs, answers of proxies
            raise no_answer(action, place, self.host, getattr(error, "inner_exception", None) or error) from None
        body = answer.get("body")
        return body if isinstance(body, dict) else {}


@functools.cache
def forget_connections_at_fork() -> None:
    """Ansible forks its workers after an inventory plugin has made calls: over one connection they would take each other's answers."""
    from darabonba.core import DaraCore
    from Tea.core import TeaCore

    def forget() -> None:
        for core in (DaraCore, TeaCore):  # the libraries keep their connections for the life of a process
            core._sessions.clear()

    os.register_at_fork(after_in_child=forget)


_direct = threading.Lock()
_hidden: dict[str, str] = {}
_hiding = 0


@contextlib.contextmanager
def proxies_as_asked(url: str) -> t.Iterator[None]:
    """Proxies out of the environment while a URL is called that NO_PROXY names."""
    from requests.utils import should_bypass_proxies

    if not any(name in os.environ for name in PROXIES) or not should_bypass_proxies(url, no_proxy=None):
        yield
        return
    _hide(1)
    try:
        yield
    finally:
        _hide(-1)


def _hide(change: int) -> None:
    """Take proxies away for the first of several threads, and give them back after the last."""
    global _hiding
    with _direct:
        _hiding += change
        if change > 0:
            _hidden.update({name: os.environ.pop(name) for name in PROXIES if name in os.environ})
        elif not _hiding:
            os.environ.update(_hidden)
            _hidden.clear()
