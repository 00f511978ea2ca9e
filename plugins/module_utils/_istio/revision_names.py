# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a revision of the control plane is called. No I/O, so that filters need nothing else."""

from __future__ import annotations

DEFAULT = "default"


def named(revision: str) -> str:
    """A revision as the inventory calls it."""
    return "" if revision == DEFAULT else revision


def title(revision: str) -> str:
    """A revision as it is told."""
    return revision or DEFAULT
