# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the steps of one task on a member share."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._kubernetes.client import KubernetesClient
from .._wait import Progress
from .outcome import Done, Item


@dataclass(frozen=True)
class Task:
    """The two clusters, the module's options and what was done of what is planned."""

    primary: KubernetesClient
    remote: KubernetesClient
    params: t.Mapping[str, t.Any]
    progress: Progress
    done: Done = field(default_factory=list)
    planned: list[Item] = field(default_factory=list)
