# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module remote_istio_status: how members are, as the roles found it, written to their records in the primary."""

from __future__ import annotations

import typing as t

from .._kubernetes.client import KubernetesClient
from .._kubernetes.options import access_from
from .._wait import Progress
from . import resource
from .status import StatusChange, read_remote_istio, write_status

Result = dict[str, t.Any]


def run(params: t.Mapping[str, t.Any], check_mode: bool, progress: Progress) -> Result:
    """Write one status to each RemoteIstio named. Raises MeshError where one does not exist."""
    client = KubernetesClient(access_from(params))
    kind, given = resource.kind_of(params["api_version"]), resource.status_from(params)
    changes: dict[str, StatusChange] = {}
    for name in params["names"]:
        live = read_remote_istio(client, kind, name, params["namespace"], dry_run=check_mode)
        changes[name] = write_status(client, kind, live, given, dry_run=check_mode, progress=progress)
    return {
        "changed": any(change.changed for change in changes.values()),
        "statuses": {name: change.after for name, change in changes.items()},
        "diff": [entry for change in changes.values() for entry in change.diff()],
    }
