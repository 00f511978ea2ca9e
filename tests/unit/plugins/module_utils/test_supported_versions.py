# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Istio runs on which Kubernetes."""

from __future__ import annotations

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._istio.supported_versions import (
    SUPPORTED_KUBERNETES,
    istio_problems,
    kubernetes_problems,
    parse_istio,
)


@pytest.mark.parametrize("text", ["1.31.0", "v1.31.0", "1.31.0-rc.1", "1.31.0+build.5"])
def test_releases_of_istio_are_read_in_every_form(text: str) -> None:
    assert parse_istio(text) == (1, 31, 0)


@pytest.mark.parametrize("text", ["", "latest", "1.31", "1.31.x", "1.31.0 "])
def test_what_is_no_release_is_an_error(text: str) -> None:
    assert [problem.severity for problem in istio_problems(text)] == ["error"]


@pytest.mark.parametrize("text", ["1.30.4", "1.31.0", "1.31.9"])
def test_known_releases_are_fine(text: str) -> None:
    assert list(istio_problems(text)) == []


@pytest.mark.parametrize("text", ["1.30.3", "1.29.9", "0.8.0"])
def test_releases_that_lose_endpoints_are_refused(text: str) -> None:
    (problem,) = istio_problems(text)
    assert problem.severity == "error" and "1.30.4 or later" in problem.todo


@pytest.mark.parametrize("text", ["1.32.0", "2.0.0"])
def test_a_release_that_is_not_known_yet_is_a_warning(text: str) -> None:
    (problem,) = istio_problems(text)
    assert problem.severity == "warning" and "Istio 1.31" in problem.why


@pytest.mark.parametrize(
    ("kubernetes", "severities"),
    [
        ("1.31", ["error"]),
        ("1.32", []),
        ("1.34", []),
        ("1.36", []),
        ("1.37", ["warning"]),
        ("2.0", ["warning"]),
        ("", []),
    ],
)
@pytest.mark.parametrize("istio", ["1.30.4", "1.31.0", "1.33.1"])
def test_kubernetes_is_judged_by_the_table_and_newer_istio_by_its_last_row(
    istio: str, kubernetes: str, severities: list[str]
) -> None:
    assert [problem.severity for problem in kubernetes_problems(istio, kubernetes, "east")] == severities


def test_a_problem_says_what_is_supported_and_names_the_cluster() -> None:
    (problem,) = kubernetes_problems("1.31.2", "1.28", "east")
    assert (problem.what, problem.cluster) == ("Kubernetes 1.28 is too old for Istio 1.31.2", "east")
    assert problem.why == "Istio 1.31 supports Kubernetes 1.32 to 1.36"


@pytest.mark.parametrize("istio", ["1.29.0", "latest"])
def test_nothing_is_said_of_kubernetes_where_istio_is_the_problem(istio: str) -> None:
    assert list(kubernetes_problems(istio, "1.20", "east")) == []


def test_every_row_of_the_table_is_a_range() -> None:
    assert all(oldest <= newest for oldest, newest in SUPPORTED_KUBERNETES.values())
