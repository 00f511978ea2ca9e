# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values out of result files, which another version or a person may have written: what is not there, or not of its type, is empty."""

from __future__ import annotations

import math
import typing as t
from datetime import datetime, timezone

from .._problems import printable

Entry: t.TypeAlias = "t.Mapping[str, t.Any]"
LONGEST = 600  # characters of one value: a page that is too large to open tells nothing
FORM = "%Y-%m-%dT%H:%M:%SZ"


def text(entry: Entry, key: str) -> str:
    """One line without control characters, "" for what is no text, number or boolean."""
    value = entry.get(key)
    return shown(str(value)) if isinstance(value, (str, int, float)) else ""


def shown(value: str) -> str:
    line = printable(value)
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def lines(entry: Entry, key: str) -> tuple[str, ...]:
    """The lines of a text that are not empty."""
    value = entry.get(key)
    return tuple(shown(line) for line in value.splitlines() if line.strip()) if isinstance(value, str) else ()


def number(entry: Entry, key: str) -> float | None:
    """A finite number; None for everything else."""
    value = entry.get(key)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    return value


def count(entry: Entry, key: str) -> int:
    return int(number(entry, key) or 0)


def flag(entry: Entry, key: str) -> bool:
    return entry.get(key) is True


def inner(entry: Entry, key: str) -> Entry:
    value = entry.get(key)
    return value if isinstance(value, dict) else {}


def rows(entry: Entry, key: str) -> list[Entry]:
    """The dicts of a list."""
    value = entry.get(key)
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def texts(entry: Entry, key: str) -> list[str]:
    """The strings of a list."""
    value = entry.get(key)
    return [shown(row) for row in value if isinstance(row, str)] if isinstance(value, list) else []


def moment(entry: Entry, key: str) -> datetime | None:
    """A time as the roles write it."""
    try:
        return datetime.strptime(str(entry.get(key)), FORM).replace(tzinfo=timezone.utc)
    except ValueError:
        return None
