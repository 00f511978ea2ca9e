# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The text by which all problems of a check are read at once."""

from __future__ import annotations

from ansible_collections.multiregion.istio.plugins.module_utils._problems import Problem, count, errors_first, report


def test_a_report_groups_by_cluster_and_puts_errors_first() -> None:
    problems = [
        Problem("warning", "cluster west is slow", cluster="west"),
        Problem("error", "kubeconfig x cannot be read", "No such file", "Set it", "east"),
        Problem("warning", "vSwitch block 10.0.0.0/24 is odd", cluster="east"),
        Problem("error", "helm is not found", todo="Install it"),
    ]
    assert report("Preflight", problems) == (
        "Preflight: 2 errors and 2 warnings.\n"
        "\n"
        "Whole mesh\n"
        "  error:   Helm is not found.\n"
        "           Install it.\n"
        "\n"
        "Cluster east\n"
        "  error:   Kubeconfig x cannot be read.\n"
        "           No such file.\n"
        "           Set it.\n"
        "  warning: vSwitch block 10.0.0.0/24 is odd.\n"
        "\n"
        "Cluster west\n"
        "  warning: Cluster west is slow."
    )


def test_a_report_without_problems_is_one_line() -> None:
    assert report("Preflight", []) == "Preflight: no problems."


def test_clusters_with_errors_come_before_those_with_warnings_only() -> None:
    problems = [Problem("warning", "a", cluster="a"), Problem("error", "b", cluster="b"), Problem("warning", "c")]
    assert [problem.what for problem in errors_first(problems)] == ["c", "b", "a"]


def test_counts_are_words() -> None:
    assert count([Problem("error", "x")]) == "1 error"
    assert count([Problem("warning", "x")] * 2) == "2 warnings"


def test_text_of_others_cannot_move_the_cursor_or_begin_a_line() -> None:
    text = report("Check", [Problem("error", "name 'x\x1b[2J'", why="one\n\nCluster fake", cluster="a\nb")])
    assert "\x1b" not in text
    assert "\nCluster fake" not in text
    assert "Cluster a\\nb" in text
