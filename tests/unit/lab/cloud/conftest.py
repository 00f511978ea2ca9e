"""In these tests every answer of the lab's cloud is compared with the official clients' models."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.lab.cloud.official import CheckedCloud


@pytest.fixture
def cloud() -> Iterator[CheckedCloud]:
    made = CheckedCloud()
    yield made
    assert made.wrong == []
