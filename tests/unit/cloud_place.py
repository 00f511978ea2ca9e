# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A place in which playbooks are run on the lab's cloud: real runs of ansible-playbook over loopback HTTP, without any Kubernetes."""

from __future__ import annotations

import typing as t
from collections import Counter
from pathlib import Path

import yaml

from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.ack_lookup import listed, looked_up
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.client import Client
from tests.lab.cloud.account import KEY
from tests.lab.cloud.decide import allowed
from tests.lab.cloud.endpoint import Endpoint
from tests.lab.cloud.server import Cloud
from tests.playbooks.runs import Finished, Workplace

Object = dict[str, t.Any]
PRIMARY, NEIGHBOUR, FAR, TERWAY = "cn-beijing-1", "cn-beijing-2", "ap-southeast-1", "ap-southeast-1-terway"
MESH = (PRIMARY, NEIGHBOUR, FAR)


class Place:
    """A directory with an inventory of the cloud's clusters, in which the playbook is run."""

    def __init__(self, place: Path, cloud: Cloud, endpoint: Endpoint, client: Client) -> None:
        self.workplace, self.cloud, self.endpoint = Workplace(place), cloud, endpoint
        self.path = place / "inventory.yml"
        rows = [row for region in ("cn-beijing", "ap-southeast-1") for row in listed(client, region)]
        self.hosts = {one.cluster.name: one.variables() for one in looked_up(client, rows)}
        self.variables: Object = {"network_prerequisites_cross_border_approved": True}
        self.members: tuple[str, ...] = MESH
        cloud.calls.clear()

    def run(self, *arguments: str, playbook: str = "prerequisites", **variables: t.Any) -> Finished:
        """A run with these variables, which must not have shown the key's secret."""
        primary, *remotes = ({name: self.hosts[name]} for name in self.members)
        access = {"endpoints": dict(self.endpoint.endpoints)}
        common = {"mesh_alibaba_access": access, "mesh_flat_across_vpcs": True, **self.variables, **variables}
        groups = {
            "istio_primary": {"hosts": primary},
            "istio_remotes": {"hosts": {name: host for each in remotes for name, host in each.items()}},
        }
        self.path.write_text(yaml.safe_dump({"all": {"vars": common, "children": groups}}))
        keys = {"ALICLOUD_ACCESS_KEY": KEY.id, "ALICLOUD_SECRET_KEY": KEY.secret}
        with self.workplace.start(playbook, *arguments, inventory=self.path, environment=keys) as running:
            run = running.wait()
        assert KEY.secret not in run.output
        return run

    def result(self, stage: str = "prerequisites") -> Object:
        return t.cast(Object, self.workplace.result(stage))

    def writes(self) -> Counter[str]:
        """What was written since this was asked last."""
        found = Counter(call.action for call in self.cloud.writes if not call.code)
        self.cloud.calls.clear()
        return found

    def reached(self, places: dict[str, str]) -> set[tuple[str, str]]:
        """Pairs of clusters of which one reaches the other by TCP."""
        state = self.cloud.state
        pairs = {(here, there) for here in self.members for there in self.members if here != there}
        return {(a, b) for a, b in pairs if allowed(state, places[a], places[b], "tcp", 8080).allowed}
