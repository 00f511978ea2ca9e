# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""README's table of variables is whole: a tired reader finds every one of them in one place, and none that has no effect."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import yaml

from ansible_collections.multiregion.istio.plugins.module_utils._inventory import LISTS, TEXTS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
# What a user includes; the roles below them get their values from these.
ROLES = (
    "mesh_preflight",
    "network_prerequisites",
    "primary_istio",
    "remote_cluster",
    "failover_policy",
    "failover",
    "certificate_authority",
    "ca_rotation",
    "mesh_verification",
    "mesh_upgrade",
)
INVENTORY = ROOT / "plugins" / "module_utils" / "_inventory.py"


def listed() -> set[str]:
    """The variables in the first column of the table."""
    section = README.split("## Variables", 1)[1].split("\n## ", 1)[0]
    return {
        name for row in re.findall(r"^\| ([^|]*) \|", section, re.MULTILINE) for name in re.findall(r"\w+_\w+", row)
    }


def own_variables() -> set[str]:
    """Options of roles that are not another name of a mesh_ variable, nor a value that the playbooks give."""
    own = set()
    for role in ROLES:
        defaults: dict[str, t.Any] = yaml.safe_load((ROOT / "roles" / role / "defaults/main.yml").read_text("utf-8"))
        own |= {name for name, value in defaults.items() if not (isinstance(value, str) and "{{" in value)}
    return own


def mesh_variables() -> set[str]:
    """The variables of mesh and cluster that roles, playbooks and the filter look up."""
    texts = [path.read_text("utf-8") for path in (ROOT / "roles").glob("*/defaults/main.yml")]
    texts += [path.read_text("utf-8") for path in (ROOT / "playbooks").rglob("*.yml")]
    found = {name for text in texts for name in re.findall(r"\b(mesh_\w+) \| default", text)}
    cluster = {f"mesh_cluster_{name}" for name in (*TEXTS, *LISTS)}
    return found | cluster | set(re.findall(r'"(mesh_[a-z_]+)"', INVENTORY.read_text("utf-8")))


def test_each_variable_is_in_the_table() -> None:
    assert sorted((own_variables() | mesh_variables()) - listed()) == []


def test_the_table_lists_no_variable_that_nothing_reads() -> None:
    assert sorted(listed() - own_variables() - mesh_variables()) == []


def test_links_lead_to_files() -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", README)
    assert targets and [target for target in targets if not (ROOT / target).exists()] == []
