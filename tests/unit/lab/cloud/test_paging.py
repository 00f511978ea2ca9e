"""Both ways of paging: no item is lost or doubled, and limits are the cloud's."""

from __future__ import annotations

import pytest

from tests.lab.cloud.errors import Refused
from tests.lab.cloud.paging import by_token, numbered
from tests.lab.cloud.request import Request

ITEMS = list(range(7))


def asked(**parameters: str) -> Request:
    return Request("List", parameters=parameters)


def test_numbered_pages_hold_every_item_once() -> None:
    pages = [numbered(asked(PageNumber=str(number), PageSize="3"), ITEMS) for number in (1, 2, 3, 4)]
    assert [items for items, info in pages] == [[0, 1, 2], [3, 4, 5], [6], []]
    assert pages[0][1] == {"PageNumber": 1, "PageSize": 3, "TotalCount": 7}
    assert numbered(asked(), ITEMS, default=5)[0] == [0, 1, 2, 3, 4]


def test_a_token_leads_to_the_next_page_until_there_is_none() -> None:
    found: list[int] = []
    token: dict[str, str] = {"NextToken": ""}
    while token:
        items, token = by_token(asked(MaxResult="3", **token), ITEMS, size="MaxResult")
        found += items
    assert found == ITEMS
    assert by_token(asked(MaxResults="7"), ITEMS) == (ITEMS, {})


@pytest.mark.parametrize("given", [{"PageSize": "51"}, {"PageSize": "0"}, {"PageNumber": "0"}])
def test_numbers_beyond_the_limits_are_refused(given: dict[str, str]) -> None:
    with pytest.raises(Refused, match="InvalidParameter"):
        numbered(asked(**given), ITEMS)


@pytest.mark.parametrize("given", [{"MaxResults": "101"}, {"MaxResults": "9"}, {"NextToken": "other"}])
def test_tokens_and_lengths_that_are_not_valid_are_refused(given: dict[str, str]) -> None:
    with pytest.raises(Refused, match="InvalidParameter"):
        by_token(asked(**given), ITEMS, least=10)
