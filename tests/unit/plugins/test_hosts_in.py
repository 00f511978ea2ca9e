# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter by which a play imports what it needs before Ansible forks: it gives what a play without it would have."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.multiregion.istio.plugins.filter.cluster import hosts_in

GROUPS: dict[str, t.Any] = {"istio_remotes": ["west", "east"], "others": ["north"]}
REMOTES = Path(__file__).parents[3] / "playbooks/remotes.yml"


@pytest.mark.parametrize("name", ["istio_remotes", "nowhere"])
def test_hosts_are_those_that_the_inventory_says(name: str) -> None:
    assert hosts_in(GROUPS, name) == GROUPS.get(name, [])


def test_the_join_imports_before_it_forks() -> None:
    for play in yaml.safe_load(REMOTES.read_text(encoding="utf-8")):
        assert "multiregion.istio.hosts_in" in play["vars"]["mesh_remotes"]
