# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a module that can wait; the argument spec is wait_options() in module_utils/_wait.py."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  wait:
    description:
      - Whether to wait until what was asked for is true.
      - In check mode nothing is waited for.
    type: bool
    default: false
  wait_timeout:
    description:
      - Seconds after which waiting ends with an error that quotes the last state seen.
    type: int
    default: 600
  wait_interval:
    description:
      - Seconds between two looks, at most.
    type: float
    default: 2
"""
