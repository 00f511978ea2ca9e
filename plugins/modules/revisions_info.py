#!/usr/bin/python
# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: revisions_info
short_description: Tell which revisions of a mesh's control plane stand in a cluster
description:
  - A revision is a Helm release C(istiod) or C(istiod-<revision>) that carries the mark of the mesh. Those of others are left out.
  - The revision that a cluster goes by is the one that its release C(istio-base) makes the default. Labels of namespaces, gateways and
    validation follow it.
  - With a O(version) it is a problem when the cluster goes by another revision or version, which an upgrade alone may change. Nothing is a
    problem where no revision of the mesh stands.
  - A cluster that does not answer is a finding, the task does not fail unless O(refuse) is set. One that refuses the identity fails it.
extends_documentation_fragment:
  - multiregion.istio._kubernetes
  - multiregion.istio._attributes
  - multiregion.istio._attributes.reads
  - multiregion.istio._attributes.actiongroup_kubernetes
options:
  name:
    description: Name of the cluster in messages.
    type: str
  namespace:
    description: Namespace of Istio.
    type: str
    default: istio-system
  mesh_id:
    description: The mesh whose revisions are told.
    type: str
    required: true
  revision:
    description: Revision that is asked for. Empty means the one without a name.
    type: str
    default: ''
  version:
    description: Version of Istio that is asked for. Empty means that nothing is compared.
    type: str
    default: ''
  chart_source:
    description: Where charts come from. A directory has one version, which is compared in place of O(version).
    type: str
    default: ''
  releases:
    description: Names of Helm releases that are about to be brought in. It is a problem when one of them is of others.
    type: list
    elements: str
    default: []
  refuse:
    description: Whether the task fails where anything is a problem, with the first.
    type: bool
    default: false
  followers:
    description: Whether to tell also which namespaces and workloads follow which revision.
    type: bool
    default: false
author:
  - multiregion.istio contributors (!UNKNOWN)
seealso:
  - module: multiregion.istio.sidecars_restart
"""

EXAMPLES = r"""
- name: See which revisions stand and who follows them
  multiregion.istio.revisions_info:
    kubeconfig: ~/.kube/cn-beijing-1.yaml
    mesh_id: mesh1
    followers: true
  register: standing
"""

RETURN = r"""
name:
  description: The name given.
  returned: success
  type: str
  sample: cn-beijing-1
reachable:
  description: Whether the cluster answered. If not, nothing else is told.
  returned: success
  type: bool
  sample: true
why:
  description: Why it did not.
  returned: success
  type: str
  sample: ""
kubernetes:
  description: The version of its API server, empty where it does not tell.
  returned: success
  type: str
  sample: "1.34"
revisions:
  description: The revisions with the versions of their charts. The one without a name is empty.
  returned: success
  type: list
  elements: dict
  sample: [{"revision": "", "version": "1.30.4"}, {"revision": "1-31-0", "version": "1.31.0"}]
current:
  description: The revision that the cluster goes by, V(none) where nothing says it.
  returned: success
  type: str
  sample: ""
namespaces:
  description: With O(followers) the namespaces whose labels ask for sidecars, with the revision.
  returned: success
  type: dict
  sample: {"default": "", "shop": "1-31-0"}
workloads:
  description: With O(followers) the workloads that run sidecars or are gateways, with the revision that injected their pods.
  returned: success
  type: list
  elements: dict
  sample: [{"namespace": "shop", "kind": "Deployment", "name": "cart", "revision": "1-31-0", "pods": ["cart-7c5f-x2x2p"]}]
problems:
  description: What is in the way of a playbook that is no upgrade, and of bringing in O(releases).
  returned: success
  type: list
  elements: dict
  contains:
    severity:
      description: Always V(error).
      type: str
      sample: error
    cluster:
      description: The cluster.
      type: str
      sample: cn-beijing-1
    what:
      description: What stands, and what is asked for; or the release.
      type: str
      sample: Istio 1.30.4 (revision default) stands here; the inventory asks for Istio 1.31.0 (revision default)
    why:
      description: Why that is refused.
      type: str
    todo:
      description: What to do.
      type: str
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.multiregion.istio.plugins.module_utils._istio.revisions import run
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.options import access_options
from ansible_collections.multiregion.istio.plugins.module_utils._module import run_as_module


def argument_spec() -> dict[str, dict[str, t.Any]]:
    return {
        **access_options(),
        "name": {"type": "str"},
        "namespace": {"type": "str", "default": "istio-system"},
        "mesh_id": {"type": "str", "required": True},
        "revision": {"type": "str", "default": ""},
        "version": {"type": "str", "default": ""},
        "chart_source": {"type": "str", "default": ""},
        "releases": {"type": "list", "elements": "str", "default": []},
        "refuse": {"type": "bool", "default": False},
        "followers": {"type": "bool", "default": False},
    }


def main() -> None:
    run_as_module(AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True), run)


if __name__ == "__main__":
    main()
