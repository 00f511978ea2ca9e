#!/usr/bin/python
# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: sidecars_restart
short_description: Restart what runs a sidecar of another revision or version than a new pod would get
description:
  - A sidecar stays as it is until its pod is made anew. This restarts Deployments, StatefulSets and DaemonSets whose pods are behind, as
    C(kubectl rollout restart) does, and waits until all of their pods are new and available. Gateways are among them.
  - What a new pod would get is seen by one that is admitted and not stored. A pod with an image of its own (the annotation
    C(sidecar.istio.io/proxyImage)) keeps it.
  - Pods that a restart would not move are told with the reason, as those that nothing makes anew or whose labels ask for another revision.
extends_documentation_fragment:
  - multiregion.istio._kubernetes
  - multiregion.istio._attributes
  - multiregion.istio._attributes.writes
  - multiregion.istio._attributes.actiongroup_kubernetes
attributes:
  check_mode:
    details:
      - Sidecars are compared by O(revision) and O(version), since istiod may be yet to change.
options:
  name:
    description: Name of the cluster in messages.
    type: str
  namespace:
    description: Namespace of Istio. Its own gateways are restarted in any case.
    type: str
    default: istio-system
  revision:
    description: Revision that pods are to follow. Empty means the one without a name.
    type: str
    default: ''
  version:
    description: Version of Istio, by which check mode foretells what is behind.
    type: str
    default: ''
  moving:
    description: Namespaces of which check mode takes it that they ask for O(revision), since a task before would label them.
    type: list
    elements: str
    default: []
  restart:
    description: Whether to restart what users run. If not, RV(to_restart) has it.
    type: bool
    default: true
  at_once:
    description: How many are restarted at the same time. The first that does not come up keeps the others from being begun.
    type: int
    default: 4
  wait_timeout:
    description: Seconds that each may take.
    type: int
    default: 600
author:
  - multiregion.istio contributors (!UNKNOWN)
seealso:
  - module: multiregion.istio.revisions_info
"""

EXAMPLES = r"""
- name: Have all sidecars follow the new revision
  multiregion.istio.sidecars_restart:
    kubeconfig: ~/.kube/ap-southeast-1.yaml
    revision: 1-31-0
"""

RETURN = r"""
restarted:
  description: What was restarted, with the pods that were behind.
  returned: success
  type: list
  elements: dict
  sample: [{"namespace": "shop", "kind": "Deployment", "name": "cart", "pods": ["cart-7c5f-x2x2p"]}]
to_restart:
  description: What O(restart) left to the user.
  returned: success
  type: list
  elements: dict
  sample: []
staying:
  description: What is behind and is not moved by a restart, with the reason.
  returned: success
  type: list
  elements: dict
  sample: [{"namespace": "shop", "kind": "Pod", "name": "debug", "pods": ["debug"], "why": "nothing makes it anew"}]
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.multiregion.istio.plugins.module_utils._istio.restart import run
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.options import access_options
from ansible_collections.multiregion.istio.plugins.module_utils._module import run_as_module


def argument_spec() -> dict[str, dict[str, t.Any]]:
    return {
        **access_options(),
        "name": {"type": "str"},
        "namespace": {"type": "str", "default": "istio-system"},
        "revision": {"type": "str", "default": ""},
        "version": {"type": "str", "default": ""},
        "moving": {"type": "list", "elements": "str", "default": []},
        "restart": {"type": "bool", "default": True},
        "at_once": {"type": "int", "default": 4},
        "wait_timeout": {"type": "int", "default": 600},
    }


def main() -> None:
    run_as_module(AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True), run)


if __name__ == "__main__":
    main()
