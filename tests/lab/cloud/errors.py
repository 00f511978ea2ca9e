"""How a handler refuses a call."""

from __future__ import annotations

from collections.abc import Mapping


class Refused(Exception):
    """An answer other than success.

    status:      the HTTP code
    retry_after: seconds that the caller is asked to wait, 0 for no word about it
    detail:      further fields of the answer's body
    """

    def __init__(
        self,
        code: str,
        message: str,
        status: int = 400,
        *,
        retry_after: float = 0,
        detail: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.retry_after = retry_after
        self.detail = detail or {}
