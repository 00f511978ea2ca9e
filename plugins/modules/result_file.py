#!/usr/bin/python
# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: result_file
short_description: Write what became of a stage of the mesh to its result file
description:
  - Makes the directory where there is none, for its owner alone (mode 0700), and writes C(STAGE.json) into it, which only its owner
    may read (mode 0600). The file is replaced in one step, so that a run that is killed leaves the former one.
  - The playbook C(multiregion.istio.report) and people read these files.
extends_documentation_fragment:
  - multiregion.istio._attributes
attributes:
  check_mode:
    support: full
    details:
      - Writes nothing.
  diff_mode:
    support: N/A
    details:
      - What is written is about the run itself, so it differs each time.
  idempotent:
    support: full
    details:
      - It is never a change, since no cluster is changed by it.
options:
  dir:
    description: The directory of the result files.
    type: path
    required: true
  stage:
    description: Name of the stage, which is that of the file without C(.json).
    type: str
    required: true
  content:
    description: What became of the stage.
    type: dict
    required: true
notes:
  - The module runs where the files are wanted, as a rule on the machine that runs Ansible (C(ansible_connection=local)).
author:
  - multiregion.istio contributors (!UNKNOWN)
"""

EXAMPLES = r"""
- name: Write verify.json
  multiregion.istio.result_file:
    dir: ./.mesh
    stage: verify
    content:
      stage: verify
      failure: ""
"""

RETURN = r"""
path:
  description: The file.
  returned: success
  type: str
  sample: /home/me/.mesh/verify.json
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.multiregion.istio.plugins.module_utils._module import run_as_module
from ansible_collections.multiregion.istio.plugins.module_utils._result_file import no_library, run


def argument_spec() -> dict[str, dict[str, t.Any]]:
    return {
        "dir": {"type": "path", "required": True},
        "stage": {"type": "str", "required": True},
        "content": {"type": "dict", "required": True},
    }


def main() -> None:
    run_as_module(AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True), run, no_library)


if __name__ == "__main__":
    main()
