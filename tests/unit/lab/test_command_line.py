"""What the command line asks for."""

from __future__ import annotations

import pytest

from tests.lab.__main__ import main, wanted


def names(arguments: list[str], count: int = 0) -> list[str]:
    clusters, planes = wanted(arguments, count)
    return [*(cluster.name for cluster in clusters), *(plane.name for plane in planes)]


def test_without_names_all_three_clusters_are_meant() -> None:
    assert names([]) == ["cn-beijing-1", "cn-beijing-2", "ap-southeast-1"]


def test_a_count_means_control_planes_alone() -> None:
    assert names([], 2) == ["api-1", "api-2"]


def test_names_and_a_count_together_mean_each_once() -> None:
    assert names(["cn-beijing-1", "api-2"], 2) == ["cn-beijing-1", "api-2", "api-1"]


def test_a_wrong_name_ends_with_the_names_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["up", "cn-bejing-1"]) == 1
    assert "there are cn-beijing-1, cn-beijing-2, ap-southeast-1 and api-1" in capsys.readouterr().err
