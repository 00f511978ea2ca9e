"""`site.yml --check --diff` where nothing is there yet. What it foretells is compared with what then comes in test_05."""

from __future__ import annotations

from .conftest import Foretold


def test_check_mode_on_empty_clusters_ends_without_error(foretold: Foretold) -> None:
    foretold.run.succeeded()
    assert foretold.run.shown


def test_check_mode_on_empty_clusters_writes_nothing(foretold: Foretold) -> None:
    assert [write.title for write in foretold.writes] == []
