#!/usr/bin/python
# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mesh_requests
short_description: Prove by requests that every member of a mesh reaches every other
description:
  - In each member it makes a namespace with a small pod, the probe, which has a sidecar. Each probe answers with the name of its
    cluster, so an answer proves who gave it.
  - The Service of every probe exists in all members, but its pod in one only. So a request from one member to the probe of another
    is answered only if the mesh carries it there.
  - From every member O(count) requests are sent to every other, one after another on one connection, all pairs at the same
    time. The probe repeats nothing; what Istio itself repeats by default is not seen.
  - The probe is Envoy from the mesh's own proxy image. Its requests come in through a port-forward and go out through the sidecar.
  - All that it made is removed at the end, also when it fails or is interrupted. What a killed run left behind is removed by the next.
    Kubernetes takes some 5 seconds to end a namespace, which O(wait_for_removal) waits for.
  - The task fails when a pair did not answer every request, and names all such pairs.
extends_documentation_fragment:
  - multiregion.istio._attributes
attributes:
  check_mode:
    support: full
    details:
      - Makes and sends nothing. It is only looked whether the namespace may be used.
  diff_mode:
    support: N/A
    details:
      - Nothing is left that could differ.
  idempotent:
    support: full
    details:
      - Leaves nothing behind, and is never a change.
requirements:
  - kubernetes >= 33.1
options:
  members:
    description: The members, two or more.
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
  namespace:
    description:
      - The namespace that is made in every member, and removed. One that exists and is not left from an earlier run is refused.
      - Two runs at the same time need two namespaces, since the second takes that of the first for a leftover.
    type: str
    default: multiregion-istio-probe
  mesh_id:
    description: Id of the mesh, put on what is made.
    type: str
    default: mesh1
  revision:
    description: Revision of istiod that is to inject the sidecar. The default is the one without a name.
    type: str
    default: ''
  image:
    description:
      - Image of the probe, any with C(envoy) in its path.
      - The default is, in each member, the image that injection gives the sidecar.
    type: str
    default: ''
  image_pull_secrets:
    description:
      - Names of Secrets with which the images of probe and sidecar are pulled. In each member those that are in
        O(image_pull_secrets_namespace) are copied into O(namespace), and go with it.
    type: list
    elements: str
    default: []
  image_pull_secrets_namespace:
    description: Namespace of the O(image_pull_secrets), as a rule that of the mesh.
    type: str
    default: istio-system
  count:
    description: Requests from each member to each other.
    type: int
    default: 20
  timeout:
    description:
      - Seconds within which the probes have to be Ready, and then again within which a pair has to answer all requests. A pair
        that does not answer at first is tried again for so long.
    type: int
    default: 120
  wait_for_removal:
    description:
      - Whether to wait until the namespaces have ended, and to warn of one that does not. Without it their removal is only begun, which
        nothing undoes; the next run waits for it.
    type: bool
    default: true
notes:
  - The kubeconfigs need to make and delete namespaces, and to make pods and services and forward ports of pods in O(namespace).
  - The module runs where the kubeconfigs are, as a rule on the machine that runs Ansible (C(ansible_connection=local)).
author:
  - multiregion.istio contributors (!UNKNOWN)
"""

EXAMPLES = r"""
- name: Send requests between three clusters
  multiregion.istio.mesh_requests:
    members:
      - name: cn-beijing-1
        kubeconfig: ~/.kube/cn-beijing-1
      - name: cn-beijing-2
        kubeconfig: ~/.kube/cn-beijing-2
      - name: ap-southeast-1
        kubeconfig: ~/.kube/ap-southeast-1
"""

RETURN = r"""
requests:
  description: What came of each ordered pair of members. Returned when the task fails for a pair, too.
  returned: success
  type: list
  elements: dict
  contains:
    from:
      description: The member whose probe sent the requests.
      type: str
      sample: cn-beijing-1
    to:
      description: The member whose probe had to answer.
      type: str
      sample: ap-southeast-1
    sent:
      description:
        - Requests counted, from the first answer on. Where no answer ever came, all that were tried.
      type: int
      sample: 20
    ok:
      description: How many of them that member's probe answered.
      type: int
      sample: 20
    p50_ms:
      description: Median time from request to answer in whole milliseconds, measured in the probe. V(none) without an answer.
      type: int
      sample: 62
    max_ms:
      description: The longest such time.
      type: int
      sample: 71
    why:
      description: Why requests failed, empty where none did.
      type: str
      sample: ''
trust:
  description: By whom the probe of each member is certified and whom it trusts. Members whose roots differ are an error.
  returned: success
  type: list
  elements: dict
  contains:
    cluster:
      description: The member.
      type: str
      sample: cn-beijing-1
    issuer:
      description: Who signed the certificate of its probe.
      type: str
      sample: CN=Intermediate CA,O=mesh1,L=cn-beijing-1
    ends:
      description: When that certificate ends. Istio renews it before.
      type: str
      sample: '2026-06-02T08:00:00Z'
    roots:
      description: SHA-256 fingerprints of the roots that it trusts.
      type: list
      elements: str
image:
  description: Image of the probe, in the first member that had one.
  returned: success
  type: str
  sample: docker.io/istio/proxyv2:1.31.0
problems:
  description: What is wrong, as M(multiregion.istio.mesh_info) tells it. Returned when the task fails for a pair, too.
  returned: success
  type: list
  elements: dict
  sample: []
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.multiregion.istio.plugins.module_utils._istio.ca_bundle import missing_libraries
from ansible_collections.multiregion.istio.plugins.module_utils._istio.mesh_requests import run
from ansible_collections.multiregion.istio.plugins.module_utils._module import run_as_module

MEMBER_OPTIONS: dict[str, dict[str, t.Any]] = {
    "name": {"type": "str", "required": True},
    "kubeconfig": {"type": "path"},
    "context": {"type": "str"},
}


def argument_spec() -> dict[str, dict[str, t.Any]]:
    return {
        "members": {"type": "list", "elements": "dict", "required": True, "options": MEMBER_OPTIONS},
        "namespace": {"type": "str", "default": "multiregion-istio-probe"},
        "mesh_id": {"type": "str", "default": "mesh1"},
        "revision": {"type": "str", "default": ""},
        "image": {"type": "str", "default": ""},
        "image_pull_secrets": {"type": "list", "elements": "str", "default": [], "no_log": False},
        "image_pull_secrets_namespace": {"type": "str", "default": "istio-system", "no_log": False},
        "count": {"type": "int", "default": 20},
        "timeout": {"type": "int", "default": 120},
        "wait_for_removal": {"type": "bool", "default": True},
    }


def main() -> None:
    run_as_module(AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True), run, missing_libraries)


if __name__ == "__main__":
    main()
