#!/usr/bin/python
# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ca_rotation
short_description: Bring a running mesh to another certificate authority, one step at a time
description:
  - Compares the Secret C(cacerts) of each member that signs, the primary and those with an injector of their own, with the files of
    the authority on this machine, and does the next step. Which one that is it finds from what stands.
  - Where only intermediates differ, under the same root, all are written (V(intermediates)). Proxies need nothing.
  - Where the root differs there are three steps, each a task of its own. With V(trust) every istiod trusts both roots. With
    V(issue) it signs under that of the files, which is refused while a proxy does not trust it. With V(drop) the former root is
    dropped, which is refused while a proxy has a certificate that the files' authorities did not sign.
  - A step goes from member to member, the primary first. It goes on when every pod of istiod there serves a certificate of the
    authority. Where the roots change istiod is restarted, since by default it reads them at its start alone. No workload is.
  - A step that was cut off is finished by the next run. Files that are put back lead the same way back, from any step.
  - All of it is checked before anything is written. The files are right, all members answer, and all that the primary knows are given.
  - A Secret that somebody else made, and a mesh by an authority that istiod made itself, are refused.
  - No key is ever shown, returned or logged.
extends_documentation_fragment:
  - multiregion.istio._apply
  - multiregion.istio._attributes
  - multiregion.istio._attributes.writes
attributes:
  diff_mode:
    details:
      - Of the Secrets it is shown only which values differ.
requirements:
  - kubernetes >= 33.1
  - cryptography >= 42
options:
  members:
    description: All clusters of the mesh, the primary first.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name of the member.
        type: str
        required: true
      kubeconfig:
        description: Path of a kubeconfig file.
        type: path
      context:
        description: Context of the kubeconfig to use. The default is the current one.
        type: str
  mesh_id:
    description: Name of the mesh.
    type: str
    required: true
  dir:
    description: Directory on this machine with the files, as that of M(multiregion.istio.mesh_ca).
    type: path
    required: true
  namespace:
    description: Namespace of the control plane.
    type: str
    default: istio-system
  trust_domain:
    description: Trust domain of the mesh. A certificate that is for another one is refused.
    type: str
    default: cluster.local
  api_version:
    description: API version of RemoteIstio, the record of the members in the primary.
    type: str
    default: istio.alibabacloud.com/v1beta1
  timeout:
    description: Seconds that the istiod of a member has to sign by what was written.
    type: int
    default: 300
notes:
  - The kubeconfigs need to write the Secret, to change Deployments and pods of O(namespace), and to list pods and forward their ports.
  - Proxies outside of pods, as on virtual machines, are not seen.
author:
  - multiregion.istio contributors (!UNKNOWN)
seealso:
  - module: multiregion.istio.mesh_ca
"""

EXAMPLES = r"""
- name: Do the next step to the authority in /etc/mesh-ca
  multiregion.istio.ca_rotation:
    mesh_id: mesh1
    dir: /etc/mesh-ca
    members:
      - name: cn-beijing-1
        kubeconfig: ~/.kube/cn-beijing-1
      - name: ap-southeast-1
        kubeconfig: ~/.kube/ap-southeast-1
"""

RETURN = r"""
step:
  description: What was done, V(none), V(intermediates), V(trust), V(issue) or V(drop). Returned when the task fails at it, too.
  returned: success
  type: str
  sample: trust
members:
  description: Each member. Returned when the task fails at a step, too.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Its name.
      type: str
    before:
      description: By what it signed. V(none) for a member that does not, and has its certificates from the primary.
      type: dict
      sample: {intermediate: 'AA:BB', ends: '2028-06-01', roots: ['CC:DD']}
    after:
      description: By what it signs when the step is done.
      type: dict
    proxies:
      description: How many proxies run there.
      type: int
    outdated:
      description: Those of them whose certificate none of the files' authorities signed.
      type: int
    distrusting:
      description: Those of them that do not trust the root of the files.
      type: int
    unread:
      description: Those of them that did not tell. They are counted in the two before as well.
      type: int
objects:
  description: What happened to the Secrets.
  returned: success
  type: list
  elements: dict
  sample:
    - {kind: Secret, namespace: istio-system, name: cacerts, action: changed}
summary:
  description: All of it as text, with what comes next. Returned when the task fails at a step, too.
  returned: success
  type: str
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.multiregion.istio.plugins.module_utils._istio.ca_bundle import missing_libraries
from ansible_collections.multiregion.istio.plugins.module_utils._istio.ca_rotation_run import run
from ansible_collections.multiregion.istio.plugins.module_utils._istio.resource import API_VERSION
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.options import apply_options
from ansible_collections.multiregion.istio.plugins.module_utils._module import run_as_module

MEMBER_OPTIONS: dict[str, dict[str, t.Any]] = {
    "name": {"type": "str", "required": True},
    "kubeconfig": {"type": "path"},
    "context": {"type": "str"},
}


def argument_spec() -> dict[str, dict[str, t.Any]]:
    return {
        **apply_options(),
        "members": {"type": "list", "elements": "dict", "required": True, "options": MEMBER_OPTIONS},
        "mesh_id": {"type": "str", "required": True},
        "dir": {"type": "path", "required": True},
        "namespace": {"type": "str", "default": "istio-system"},
        "trust_domain": {"type": "str", "default": "cluster.local"},
        "api_version": {"type": "str", "default": API_VERSION},
        "timeout": {"type": "int", "default": 300},
    }


def main() -> None:
    run_as_module(AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True), run, missing_libraries)


if __name__ == "__main__":
    main()
