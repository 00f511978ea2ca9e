#!/usr/bin/python
# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mesh_lock
short_description: Keep two runs from changing one mesh at once
description:
  - Takes, renews or gives back the lock of a mesh, a Lease named C(multiregion-istio-<mesh_id>) in the primary cluster (in
    lower case, with C(-) for C(_) and C(.)), so that a run from a laptop and one from a scheduler do not meet half-way.
  - The holder is the run of C(ansible-playbook) that the task belongs to, by user, host, process and the time when it started. All
    tasks of a run share the lock, whichever host or play they belong to.
  - A lock that another run holds is refused with who holds it, since when, until when and what to do. It is taken over, with
    a warning, once its time is over, or when its run is seen to be dead, which can be told on its own machine alone.
  - Whether its time is over is judged by the API server's clock.
  - The lock is bookkeeping of the run, so the task is never C(changed).
extends_documentation_fragment:
  - multiregion.istio._kubernetes
  - multiregion.istio._attributes
  - multiregion.istio._attributes.actiongroup_kubernetes
attributes:
  check_mode:
    support: full
    details:
      - The lock is read and not taken. One that another run holds is a warning.
  diff_mode:
    support: none
  idempotent:
    support: full
options:
  mesh_id:
    description: The mesh that is to be changed.
    type: str
    required: true
  namespace:
    description: Namespace of the Lease. All who change the mesh have to name the same one.
    type: str
    default: kube-system
  state:
    description:
      - With V(present) the lock is taken, or renewed where this run has it.
      - With V(absent) it is given back where this run has it. The lock of another run stays, and that is no error.
    type: str
    choices: [present, absent]
    default: present
  duration:
    description:
      - Seconds after which the lock ends unless it is renewed by another task. Let it be longer than the longest part of a
        run between two renewals.
    type: int
    default: 1800
  force:
    description:
      - With O(state=present), take the lock from whoever has it. Make sure first that the other run is dead.
    type: bool
    default: false
notes:
  - Run it where C(ansible-playbook) runs (C(ansible_connection=local)). Elsewhere, and where there is no C(/proc) (macOS), the holder is
    known by user and host alone, so two runs of one user on one machine are not kept apart.
author:
  - multiregion.istio contributors (!UNKNOWN)
"""

EXAMPLES = r"""
- name: Change a mesh alone
  block:
    - name: Take the lock
      multiregion.istio.mesh_lock:
        kubeconfig: ~/.kube/cn-beijing-1.yaml
        mesh_id: mesh1

    - name: Change it
      ansible.builtin.include_role:
        name: multiregion.istio.primary_istio
  always:
    - name: Give the lock back
      multiregion.istio.mesh_lock:
        kubeconfig: ~/.kube/cn-beijing-1.yaml
        mesh_id: mesh1
        state: absent
"""

RETURN = r"""
lock:
  description: The lock as it is after the task. Also returned when it is refused.
  returned: success
  type: dict
  contains:
    name:
      description: Name of the Lease.
      type: str
      returned: always
      sample: multiregion-istio-mesh1
    namespace:
      description: Its namespace.
      type: str
      returned: always
      sample: kube-system
    holder:
      description: Who holds it, empty where nobody does.
      type: str
      returned: always
      sample: ops@laptop process 4711 started 2026-11-24T13:46:28Z
    since:
      description: When that run took it.
      type: str
      returned: always
      sample: "2026-11-24T13:46:30Z"
    until:
      description: When it ends unless it is renewed.
      type: str
      returned: always
      sample: "2026-11-24T14:16:30Z"
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.lease import run
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.options import access_options
from ansible_collections.multiregion.istio.plugins.module_utils._module import run_as_module


def argument_spec() -> dict[str, dict[str, t.Any]]:
    return {
        **access_options(),
        "mesh_id": {"type": "str", "required": True},
        "namespace": {"type": "str", "default": "kube-system"},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "duration": {"type": "int", "default": 1800},
        "force": {"type": "bool", "default": False},
    }


def main() -> None:
    run_as_module(AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True), run)


if __name__ == "__main__":
    main()
