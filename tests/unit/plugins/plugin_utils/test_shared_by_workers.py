# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ansible-playbook has loaded when it forks: what is missing then, each worker of each task loads for itself."""

from __future__ import annotations

import subprocess
import sys

LOADER = """
import sys
from ansible.plugins.loader import filter_loader, init_plugin_loader, test_loader
init_plugin_loader()
"""
OURS = "ansible_collections.multiregion.istio.plugins"


def loaded_by(code: str) -> set[str]:
    """The modules that a Python has after this code, with Ansible's loader set up."""
    shown = subprocess.run(
        [sys.executable, "-c", f"{LOADER}{code}\nprint(*sys.modules)"], capture_output=True, text=True, check=True
    )
    return set(shown.stdout.split())


def test_an_action_of_ours_brings_all_filters() -> None:
    loaded = loaded_by(f"import {OURS}.action.mesh_lock")
    assert {f"{OURS}.filter.{name}" for name in ("cluster", "network", "upgrade")} <= loaded
    assert any(name.startswith("ansible.plugins.test.core") for name in loaded)


def test_filters_need_neither_kubernetes_nor_the_clouds_libraries() -> None:
    loaded = loaded_by("filter_loader.get('multiregion.istio.cluster')")
    assert f"{OURS}.filter.upgrade" in loaded
    assert not {"kubernetes", "alibabacloud_tea_openapi"} & loaded
