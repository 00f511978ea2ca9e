# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Sphinx makes the site of what .ci/docs has put together: the pages of the repository, and those of plugins and roles."""

project = "multiregion.istio"
copyright = "multiregion.istio contributors"  # noqa: A001 (Sphinx's own name)
extensions = ["myst_parser", "sphinx_antsibull_ext"]
root_doc = "index"
exclude_patterns = ["docs/docsite"]
html_theme = "sphinx_ansible_theme"
html_title = "multiregion.istio"
html_show_sphinx = False
pygments_style = "ansible"
nitpicky = True
myst_heading_anchors = 3  # links to headings, as repositories on the web have them
