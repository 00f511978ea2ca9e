# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module cidr_overlap returns and when it fails."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._address_plan.run import run
from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError

Dict = dict[str, t.Any]


def cluster(name: str, first: int, **overrides: t.Any) -> Dict:
    blocks = {f"{kind}_cidrs": [f"{first + n}.0.0.0/16"] for n, kind in enumerate(("vpc", "pod", "service"))}
    rest = {
        "region": "",
        "provider": "none",
        "network": "m",
        "pods_in_vpc": False,
        "vswitch_cidrs": [],
        "addresses": [],
    }
    return {"name": name, "vpc_id": name, **blocks, **rest, **overrides}


def result(clusters: list[Dict], **options: t.Any) -> Dict:
    defaults = {"external_cidrs": [], "strict": True, "public_addresses": False, "fail_on": "error"}
    return run({"clusters": clusters, **defaults, **options}, check_mode=False, progress=print)


def test_a_sound_plan_passes_and_lists_its_blocks() -> None:
    answer = result([cluster("east", 10), cluster("west", 20)])
    assert answer["failed"] is False and answer["changed"] is False and answer["findings"] == []
    assert {"cluster": "east", "kind": "pod", "cidr": "11.0.0.0/16"} in answer["blocks"]


def test_a_finding_has_the_promised_shape() -> None:
    answer = result([cluster("east", 10), cluster("west", 20, pod_cidrs=["11.0.8.0/24"])])
    (finding,) = answer["findings"]
    assert finding.pop("message").startswith("pod block 11.0.0.0/16 of cluster east overlaps pod block 11.0.8.0/24")
    assert finding == {
        "rule": "between_clusters",
        "severity": "error",
        "left": {"cluster": "east", "kind": "pod", "cidr": "11.0.0.0/16"},
        "right": {"cluster": "west", "kind": "pod", "cidr": "11.0.8.0/24"},
        "overlap": "11.0.8.0/24",
    }


@pytest.mark.parametrize(
    ("fail_on", "strict", "fails"),
    [("error", True, True), ("error", False, False), ("warning", False, True), ("never", True, False)],
)
def test_fail_on_is_the_least_severity_that_fails(fail_on: str, strict: bool, fails: bool) -> None:
    clusters = [cluster("east", 10), cluster("west", 20, service_cidrs=["12.0.0.0/16"])]
    answer = result(clusters, fail_on=fail_on, strict=strict)
    assert answer["failed"] is fails
    assert "service block 12.0.0.0/16 of cluster east" in answer["report"].lower()


def test_two_clusters_of_one_name_are_refused() -> None:
    with pytest.raises(MeshError, match="several clusters are named east"):
        result([cluster("east", 10), cluster("east", 20)])
