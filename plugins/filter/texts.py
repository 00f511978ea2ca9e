# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters multiregion.istio.changes and problem_report. Documented in files of their names."""

from __future__ import annotations

import typing as t

from ansible_collections.multiregion.istio.plugins.module_utils._istio.changes import changes
from ansible_collections.multiregion.istio.plugins.module_utils._problems import Problem, report


def problem_report(problems: t.Iterable[t.Mapping[str, str]], subject: str) -> str:
    """The problems that a module returned, as text for a terminal."""
    return report(subject, [Problem(**problem) for problem in problems])


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"changes": changes, "problem_report": problem_report}
