# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plugins of the collection and their documentation, with fragments merged into it as Ansible does."""

from __future__ import annotations

import importlib
import typing as t

import yaml

Dict = dict[str, t.Any]


def plugin(kind: str, name: str) -> t.Any:
    """plugin("modules", "mesh_lock") is that file, imported."""
    return importlib.import_module(f"ansible_collections.multiregion.istio.plugins.{kind}.{name}")


def fragment(reference: str) -> Dict:
    """multiregion.istio._attributes.reads: the variable READS of plugins/doc_fragments/_attributes.py. Ansible's own too."""
    namespace, collection, name, *variant = reference.split(".")
    package = "ansible" if namespace == "ansible" else f"ansible_collections.{namespace}.{collection}"
    source = importlib.import_module(f"{package}.plugins.doc_fragments.{name}").ModuleDocFragment
    loaded: Dict = yaml.safe_load(getattr(source, variant[0].upper() if variant else "DOCUMENTATION"))
    return loaded


def documentation_of(documented: t.Any) -> Dict:
    """DOCUMENTATION with its fragments merged into it; what the plugin says itself counts, key by key, as Ansible has it."""
    own = yaml.safe_load(documented.DOCUMENTATION)
    merged: Dict = {**own, "options": {}, "attributes": {}}
    for source in [*map(fragment, own.get("extends_documentation_fragment", [])), own]:
        for section in ("options", "attributes"):
            for key, value in (source.get(section) or {}).items():
                merged[section][key] = {**merged[section].get(key, {}), **value}
    return merged
