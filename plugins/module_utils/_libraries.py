# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module says of a library that it needs and cannot import."""

from __future__ import annotations

import typing as t

from ansible.module_utils.basic import missing_required_lib


def first_missing(errors: t.Mapping[str, str]) -> tuple[str, str] | None:
    """(message, traceback) for fail_json where a library is missing, None where all are there.

    errors: the traceback of the import of each library by its name on PyPI, empty where that went well
    """
    for library, error in errors.items():
        if error:
            return missing_required_lib(library, url=f"https://pypi.org/project/{library}/"), error
    return None
