# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one client for Alibaba Cloud: signed generic calls, all pages of an answer, and repeats where repeating is safe.

Signatures, time stamps and credentials are alibabacloud-tea-openapi's and alibabacloud-credentials', imported at the
first call. Their own repeating is off: RuntimeOptions' is ignored there (0.4.6), and it knows nothing of what may be sent twice.
"""

from __future__ import annotations

import hashlib
import json
import threading
import typing as t
import uuid
from urllib.parse import quote

from .._errors import MeshError
from .._retry import Backoff
from .._wait import Clock
from . import transport
from .actions import ACTIONS, PRODUCTS, Action
from .credentials import Credential, Options
from .errors import AlibabaError

__all__ = ["Client", "Options"]

Answer = dict[str, t.Any]

MOST_PAGES = 1000  # an answer that pages for ever is an error of the other side
RESOURCE_PARAMETERS = 3  # of a call, told in its errors


class Client:
    """Calls by name. May be used by several threads.

    intent: what makes the writes of one run one thing: a write repeated in the same run is done once, one of a later
            run is new. The default is random.
    """

    def __init__(
        self, options: Options, intent: str = "", *, backoff: Backoff | None = None, clock: Clock | None = None
    ) -> None:
        self.options = options
        self._intent = intent or uuid.uuid4().hex
        self._backoff = backoff or Backoff()
        self._clock = clock or Clock()
        self._senders: dict[tuple[str, str], transport.Sender] = {}
        self._lock = threading.Lock()
        self._credential: Credential | None = None

    def call(
        self,
        action: str,
        region: str = "",
        *,
        path: t.Mapping[str, str] | None = None,
        body: t.Mapping[str, t.Any] | None = None,
        **parameters: object,
    ) -> Answer:
        """The answer to one call.

        region:     "" is the region of the options. It is also sent as a parameter where the product wants that
        path:       values for {names} of a ROA call's path
        body:       JSON of a ROA call
        parameters: as the API names them; lists and dicts are flattened, None is left out
        Raises AlibabaError once repeating has not helped, and MeshError for credentials that cannot be had.
        """
        row = ACTIONS[action]
        region = region or self.options.region
        if row.region_parameter and region:
            parameters.setdefault(row.region_parameter, region)
        query = flattened(parameters)
        if row.token and not row.is_read and "ClientToken" not in query:  # a read with one is answered from memory
            query["ClientToken"] = client_token(action, region, query, self._intent)
        request = transport.Request(row, filled(row, path or {}), query, dict(body) if body else None)
        return self._repeated(request, region, where(region, path or {}, parameters))

    def pages(
        self,
        action: str,
        region: str = "",
        *,
        path: t.Mapping[str, str] | None = None,
        **parameters: object,
    ) -> list[Answer]:
        """The items of all pages, whatever way the call pages. Raises as call() does."""
        paging = ACTIONS[action].paging
        if paging is None:
            raise MeshError(f"{action} has no list of items in its answer")
        items: list[Answer] = []
        if paging.size:
            parameters.setdefault(paging.size, paging.length)
        for number in range(1, MOST_PAGES + 1):
            if paging.number:
                parameters[paging.number] = number
            answer = self.call(action, region, path=path, body=None, **parameters)
            page = found(answer, paging.items) or []
            items += page
            if paging.number:
                if not page or len(items) >= int(found(answer, paging.total) or 0):
                    return items
            elif not paging.size or not answer.get("NextToken"):
                return items
            else:
                parameters["NextToken"] = answer["NextToken"]
        raise MeshError(f"{action} goes on for more than {MOST_PAGES} pages")

    def _repeated(self, request: transport.Request, region: str, place: str) -> Answer:
        """The answer of the first try that succeeds."""
        sender = self._sender(request.action.product, region)
        failures, spent = 0, 0.0
        while True:
            try:
                return sender.send(request, place)
            except AlibabaError as error:
                failures += 1
                pause = self._backoff.pause(failures, spent, error.asked) if may_repeat(request.action, error) else None
                if pause is None:
                    raise
            self._clock.sleep(pause)
            spent += pause

    def _sender(self, product: str, region: str) -> transport.Sender:
        with self._lock:
            if self._credential is None:
                self._credential = Credential(self.options)
            if (product, region) not in self._senders:
                endpoint = self.options.endpoints.get(product) or PRODUCTS[product].endpoint(region)
                self._senders[product, region] = transport.Sender(endpoint, region, self._credential)
            return self._senders[product, region]


def may_repeat(action: Action, error: AlibabaError) -> bool:
    """Whether a call that failed so may be sent again: nothing was done, or doing it twice does it once."""
    return error.passing and (error.undone or action.may_be_sent_twice)


def flattened(parameters: t.Mapping[str, object]) -> dict[str, str]:
    """Parameters as they travel: Permissions.1.Policy, true and false, no None. Lists count from 1."""
    flat: dict[str, str] = {}

    def add(name: str, value: object) -> None:
        if isinstance(value, dict):
            for key, below in value.items():
                add(f"{name}.{key}", below)
        elif isinstance(value, (list, tuple)):
            for number, below in enumerate(value, start=1):
                add(f"{name}.{number}", below)
        elif isinstance(value, bool):
            flat[name] = str(value).lower()
        elif value is not None:
            flat[name] = str(value)  # a raw int is a TypeError in the SDK's signing

    for name, value in parameters.items():
        add(name, value)
    return flat


def client_token(action: str, region: str, query: t.Mapping[str, str], intent: str) -> str:
    """At most 64 ASCII characters, the same for the same write of one run."""
    text = json.dumps([action, region, dict(query), intent], sort_keys=True)
    return f"mri-{hashlib.sha256(text.encode()).hexdigest()[:48]}"


def filled(action: Action, path: t.Mapping[str, str]) -> str:
    """The path of a ROA call."""
    return action.path.format(**{name: quote(value, safe="") for name, value in path.items()})


def where(region: str, path: t.Mapping[str, str], parameters: t.Mapping[str, object]) -> str:
    """ "in cn-beijing (CenId cen-1, VpcId vpc-1)": what an error says of a call. Ids only, so no secret."""
    named = {**path, **{key: value for key, value in parameters.items() if key.endswith("Id") and key != "RegionId"}}
    ids = ", ".join([f"{key} {value}" for key, value in named.items() if isinstance(value, str)][:RESOURCE_PARAMETERS])
    place = f"in {region}" if region else ""
    return f"{place} ({ids})".strip() if ids else place


def found(answer: t.Mapping[str, t.Any], path: str) -> t.Any:
    """What is at the end of a path of keys, None where one is missing."""
    value: t.Any = answer
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value
