# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook cloud_probe on the lab's cloud: it tells what it sees, writes one file, and nothing to the cloud."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.client import Client
from tests.lab.cloud.endpoint import Endpoint
from tests.lab.cloud.server import Cloud
from tests.unit.cloud_place import FAR, NEIGHBOUR, Place


@pytest.fixture
def place(tmp_path: Path, cloud: Cloud, endpoint: Endpoint, client: Client) -> Iterator[Place]:
    yield Place(tmp_path, cloud, endpoint, client)


def test_a_joined_account_is_looked_at_and_left_as_it_is(place: Place) -> None:
    place.run("--tags", "network_prerequisites_cen").succeeded()
    place.cloud.calls.clear()

    run = place.run(playbook="cloud_probe").unchanged()
    run.says("as assumed listed_by_cen", "not seen third_region three regions")
    assert all(call.parameters.get("DryRun") == "true" for call in place.cloud.writes)
    file = place.workplace.place / ".mesh" / "cloud_probe.json"
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    result = place.result("cloud_probe")
    assert result["stage"] == "cloud_probe" and result["finished"].endswith("Z")
    rows = {row["fact"]: row for row in result["facts"]}
    assert {"fact", "about", "assumed", "seen", "detail", "call", "region", "cluster"} == set(rows["dry_run"])
    assert {rows[name]["seen"] for name in ("static_routes", "attached_again", "unknown_cluster")} == {"as assumed"}

    calls = len(place.cloud.calls)
    file.unlink()
    place.run("--check", playbook="cloud_probe").unchanged().says("as assumed listed_by_cen")
    assert not file.exists() and len(place.cloud.calls) == 2 * calls


def test_only_clusters_on_alibaba_cloud_are_looked_at(place: Place) -> None:
    for name in (NEIGHBOUR, FAR):
        place.hosts[name]["mesh_cluster_provider"] = "none"
    place.run(playbook="cloud_probe").unchanged()
    assert {call.region for call in place.cloud.calls if call.action == "DescribeVpcAttribute"} == {"cn-beijing"}
    for host in place.hosts.values():
        host["mesh_cluster_provider"] = "none"
    place.run(playbook="cloud_probe").refused("no cluster on Alibaba Cloud is given", "mesh_cluster_provider")


def test_a_key_among_the_variables_is_not_shown(place: Place) -> None:
    access = {"endpoints": dict(place.endpoint.endpoints), "access_key": "LTAIother", "secret_key": "s3cr3t-of-another"}
    run = place.run("-vvv", playbook="cloud_probe", mesh_alibaba_access=access).refused("InvalidAccessKeyId")
    assert "s3cr3t-of-another" not in run.output
