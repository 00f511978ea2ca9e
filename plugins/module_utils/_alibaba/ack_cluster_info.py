# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logic of the module ack_cluster_info."""

from __future__ import annotations

import typing as t

from .._wait import Progress
from .ack_lookup import detail_of, listed, looked_up, one_named
from .client import Client
from .options import options_of

Object = dict[str, t.Any]


def run(params: t.Mapping[str, t.Any], check_mode: bool, progress: Progress) -> Object:
    """Options of the module in, its result out. Raises MeshError."""
    client = Client(options_of(params))
    if params["cluster_id"]:
        rows = [detail_of(client, params["cluster_id"])]
    elif params["name"]:
        rows = [one_named(client, params["name"])]
    else:
        rows = listed(client)
    found = looked_up(client, rows)
    return {"changed": False, "clusters": [one.facts(params["api_server"]) for one in found]}
