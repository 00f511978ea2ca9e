# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Sphinx makes the site of what .ci/docs has put together: the pages of the repository, and those of plugins and roles."""

from typing import Any

from docutils import nodes

project = "multiregion.istio"
copyright = "multiregion.istio contributors"
extensions = ["myst_parser", "sphinx_antsibull_ext"]
root_doc = "index"
exclude_patterns = ["docs/docsite"]
html_theme = "sphinx_ansible_theme"
html_title = project
html_show_sphinx = False
pygments_style = "ansible"
nitpicky = True
myst_heading_anchors = 3  # links to headings, as repositories on the web have them

# What the pages of plugins refer to in Ansible's own documentation. Its index would have to be fetched by each build.
ANSIBLE = "https://docs.ansible.com/ansible/latest"
CONFIGURATION = f"{ANSIBLE}/reference_appendices/config.html"
LABELS = {
    "action_plugins": f"{ANSIBLE}/plugins/action.html",
    "ansible_collections.kubernetes.core.helm_module": f"{ANSIBLE}/collections/kubernetes/core/helm_module.html",
    "ansible_configuration_settings": CONFIGURATION,
    "common_return_values": f"{ANSIBLE}/reference_appendices/common_return_values.html",
}


def ansible_page(app: Any, env: Any, node: Any, content: Any) -> nodes.reference | None:
    """A link to Ansible's documentation in the place of a reference that this site does not have."""
    target = node["reftarget"]
    if node["reftype"] == "envvar" and target.startswith("ANSIBLE_"):
        return nodes.reference("", "", content, refuri=f"{CONFIGURATION}#envvar-{target}")
    return nodes.reference("", "", content, refuri=LABELS[target]) if target in LABELS else None


def setup(app: Any) -> None:
    """Called by Sphinx."""
    app.connect("missing-reference", ansible_page)
