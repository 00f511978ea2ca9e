# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which requests to an API server are sent again, and how long they wait: urllib3's Retry with our rules.

| what happened | sent again |
|---|---|
| the connection could not be made | any request: it was never sent |
| the connection broke | what may be done twice |
| 429, with or without Retry-After | any request: the server says that it did nothing |
| 503 with Retry-After | what may be done twice |
| a time-out | none: it has waited enough |

What may be done twice: a read, a server-side apply, and the deletion of an object by its uid, whose second time finds nothing.
"""

from __future__ import annotations

import contextlib
import typing as t

TRIES_AGAIN = 3
LONGEST_PAUSE = 3  # seconds; so all pauses together are at most 9 s
BACKOFF = 0.3

with contextlib.suppress(ImportError):  # it comes with kubernetes, for which main() answers with missing_required_lib
    import urllib3

    class Repeats(urllib3.Retry):
        """The rules above; `allowed_methods` None is a request that may be done twice."""

        def is_retry(self, method: str, status_code: int, has_retry_after: bool = False) -> bool:
            return status_code == 429 or super().is_retry(method, status_code, has_retry_after)

        def get_retry_after(self, response: t.Any) -> float | None:
            asked = super().get_retry_after(response)
            return None if asked is None else min(asked, LONGEST_PAUSE)

        def increment(
            self, method: str | None = None, url: str | None = None, *args: t.Any, **fields: t.Any
        ) -> Repeats:
            error = fields.get("error")
            is_refusal = isinstance(error, urllib3.exceptions.NewConnectionError)
            if isinstance(error, urllib3.exceptions.TimeoutError) and not is_refusal:
                raise error
            return super().increment(method, url, *args, **fields)


def repeats(*, may_be_done_twice: bool) -> Repeats:
    """The rules for one request."""
    return Repeats(
        TRIES_AGAIN,
        connect=2,
        redirect=0,
        other=0,
        allowed_methods=None if may_be_done_twice else ("GET",),
        backoff_factor=BACKOFF,
        raise_on_status=False,
    )
