# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which way of writing an API server gets. Its version is asked for where it matters, once per client."""

from __future__ import annotations

import typing as t

from .client import KubernetesClient
from .client_side import merge_library

ApplyMethod = t.Literal["auto", "server_side", "client_side"]
WriteMethod = t.Literal["server_side", "client_side"]

# In it server-side apply is stable.
SERVER_SIDE_SINCE = (1, 22)


def chosen(client: KubernetesClient, method: ApplyMethod) -> WriteMethod:
    """How to write to this server. Raises MeshError where the package for it is missing."""
    if method == "auto":
        method = "client_side" if client.is_before(SERVER_SIDE_SINCE) else "server_side"
    if method == "client_side":
        merge_library()
    return method
