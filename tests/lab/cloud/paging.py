"""Both ways in which answers come in pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from .errors import Refused
from .request import Request

T = TypeVar("T")


def numbered(
    request: Request,
    items: Sequence[T],
    default: int = 10,
    most: int = 50,
    number: str = "PageNumber",
    size: str = "PageSize",
) -> tuple[list[T], dict[str, int]]:
    """(items of the page asked for, PageNumber, PageSize and TotalCount of the answer).

    :raises Refused: a page of more than `most` items, or a number below 1.
    """
    page, length = request.number(number, 1), request.number(size, default)
    if page < 1 or not 1 <= length <= most:
        raise Refused("InvalidParameter", f"{number} must be at least 1, and {size} from 1 to {most}.")
    start = (page - 1) * length
    return list(items[start : start + length]), {"PageNumber": page, "PageSize": length, "TotalCount": len(items)}


def by_token(
    request: Request, items: Sequence[T], default: int = 20, most: int = 100, least: int = 1, size: str = "MaxResults"
) -> tuple[list[T], dict[str, str]]:
    """(items of the page asked for, NextToken of the answer where there is more). The token says where to go on.

    :raises Refused: a page of another length than `least` to `most` items, or a token that is none of ours.
    """
    length, token = request.number(size, default), request.get("NextToken", "at-0")
    start = token.removeprefix("at-")
    if not least <= length <= most:
        raise Refused("InvalidParameter", f"{size} must be from {least} to {most}.")
    if start == token or not start.isdigit():
        raise Refused("InvalidParameter", "NextToken is not valid.")
    end = int(start) + length
    return list(items[int(start) : end]), {"NextToken": f"at-{end}"} if end < len(items) else {}
