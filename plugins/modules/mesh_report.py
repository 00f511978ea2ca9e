#!/usr/bin/python
# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mesh_report
short_description: Make one HTML page out of the result files of a mesh
description:
  - Reads C(preflight.json), C(prerequisites.json), C(primary.json), C(remotes.json), C(verify.json), C(leave.json) and C(failover.json),
    each where it is there, and writes a page that needs no other file and no network.
  - The page begins with whether the mesh is well and, if not, what to do first. After that come all problems, a map of the regions, the
    address plan to scale with what overlaps, members, requests, the network and what of it costs money, and the stages of the last run.
  - Where the preflight refused a plan, its file alone is enough.
  - Contacts nothing. The same result files make the same page, byte for byte.
extends_documentation_fragment:
  - multiregion.istio._attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details:
      - A page is too long to be read as a difference.
  idempotent:
    support: full
author:
  - multiregion.istio contributors (!UNKNOWN)
requirements:
  - python >= 3.11
  - Jinja2
options:
  results_dir:
    description: Directory of the result files, which the roles call C(mesh_results_dir).
    type: path
    required: true
  path:
    description:
      - File that the page is written to, with mode 0600. Its directory has to be there.
      - Without it, C(report.html) in O(results_dir).
    type: path
    default: ''
  title:
    description: Heading of the page. Without it, the name of the mesh.
    type: str
    default: ''
seealso:
  - module: multiregion.istio.mesh_preflight
  - module: multiregion.istio.mesh_info
notes:
  - Run it where the result files are, which is the machine that runs C(ansible-playbook).
"""

EXAMPLES = r"""
- name: Make the page beside the result files
  multiregion.istio.mesh_report:
    results_dir: .mesh

- name: Make a page for others to read
  multiregion.istio.mesh_report:
    results_dir: .mesh
    path: /srv/reports/mesh1.html
    title: Mesh of the shop
"""

RETURN = r"""
path:
  description: The page.
  returned: success
  type: str
  sample: /home/ops/.mesh/report.html
files:
  description: The result files that it was made of.
  returned: success
  type: list
  elements: str
  sample: [preflight.json, verify.json]
state:
  description:
    - How the mesh is. V(good), V(concern) with warnings, V(bad), or V(unknown) where it was not verified, or not since it was changed.
  returned: success
  type: str
  sample: good
verdict:
  description: The same in words, with what to do first.
  returned: success
  type: str
  sample: "Mesh mesh1 is well: 3 clusters in 2 regions, 120 of 120 requests answered (2026-11-29T13:42:36Z)."
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.multiregion.istio.plugins.module_utils._libraries import first_missing
from ansible_collections.multiregion.istio.plugins.module_utils._module import run_as_module
from ansible_collections.multiregion.istio.plugins.module_utils._report.page import JINJA2_ERROR
from ansible_collections.multiregion.istio.plugins.module_utils._report.run import run


def argument_spec() -> dict[str, dict[str, t.Any]]:
    return {
        "results_dir": {"type": "path", "required": True},
        "path": {"type": "path", "default": ""},
        "title": {"type": "str", "default": ""},
    }


def missing() -> tuple[str, str] | None:
    return first_missing({"Jinja2": JINJA2_ERROR})


def main() -> None:
    run_as_module(AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True), run, missing)


if __name__ == "__main__":
    main()
