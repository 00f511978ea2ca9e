# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose network a cluster is in: a label that this collection applied counts, one that somebody wrote is drift."""

from __future__ import annotations

import typing as t

from ansible_collections.multiregion.istio.plugins.module_utils._istio.istio_reader import NETWORK, network_of


def room(manager: str, operation: str) -> dict[str, t.Any]:
    """The mesh's namespace, labelled by a field manager."""
    fields: dict[str, t.Any] = {"f:metadata": {"f:labels": {f"f:{NETWORK}": {}}}}
    entry = {"manager": manager, "operation": operation, "apiVersion": "v1", "fieldsV1": fields}
    return {"metadata": {"name": "istio-system", "labels": {NETWORK: "east"}, "managedFields": [entry]}}


def test_a_label_that_we_applied_is_the_network() -> None:
    assert network_of(room("multiregion.istio", "Apply")) == "east"
    assert network_of(room("multiregion.istio", "Update")) == "east"  # client-side


def test_a_label_that_somebody_wrote_is_none() -> None:
    assert network_of(room("kubectl-patch", "Update")) == ""
    assert network_of({"metadata": {"name": "istio-system"}}) == ""
    assert network_of({}) == ""
