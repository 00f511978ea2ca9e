# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many calls a big account takes, and what is told of a cluster."""

from __future__ import annotations

import typing as t

from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.ack import Network, cluster_of
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.ack_lookup import Found, networks_of
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.client import Client


class Account:
    """A client for VPCs that are all there, each with one vSwitch."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []

    def pages(self, action: str, region: str, *, VpcId: str) -> list[dict[str, t.Any]]:
        self.asked.append((action, region, VpcId))
        if action == "DescribeVSwitches":
            return [{"VSwitchId": f"vsw-of-{VpcId}", "CidrBlock": "10.0.1.0/24"}]
        return [{"VpcId": name, "CidrBlock": "10.0.0.0/16"} for name in VpcId.split(",")]


def test_vpcs_are_asked_for_twenty_at_a_time_and_each_but_once() -> None:
    account = Account()
    places = [("cn-beijing", f"vpc-{number}") for number in range(41)] * 2 + [("ap-southeast-1", "vpc-far")]
    networks = networks_of(t.cast(Client, account), places)
    assert set(networks) == set(places)
    assert all(list(network.vswitches) == [f"vsw-of-{vpc}"] for (_region, vpc), network in networks.items())
    asked = [(region, len(ids.split(","))) for action, region, ids in account.asked if action == "DescribeVpcs"]
    assert sorted(asked) == [("ap-southeast-1", 1), ("cn-beijing", 1), ("cn-beijing", 20), ("cn-beijing", 20)]
    assert len(account.asked) == 4 + 42


def test_what_the_cloud_does_not_say_is_empty() -> None:
    answer = {
        "next_version": "v1.35.0-aliyun.1",
        "tags": [{"key": "mesh", "value": "m1"}, {"key": "spot", "value": None}],
    }
    facts = Found(cluster_of(answer), Network()).facts()
    assert facts["next_version"] == "1.35.0-aliyun.1"
    assert facts["tags"] == {"mesh": "m1", "spot": ""}
    assert (facts["workers"], facts["version"]) == (None, "")
    assert Found(cluster_of({"tags": None}), Network()).facts()["tags"] == {}
