#!/usr/bin/python
# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mesh_info
short_description: Tell how a mesh is, seen from its control plane and from every member
description:
  - The task's cluster is the primary. All members are read at the same time.
  - Every istiod pod is asked which clusters it reads, since pods of istiod differ in that when an API server was away for a while.
  - Each of them is asked too which endpoints of every member it has, which gateways it knows into other networks, and which
    of its proxies did not take their last configuration.
  - In each member a pod is admitted, without being stored, in one namespace that has Istio's label, to see that it gets a sidecar.
    The root certificates of all members and the CA bundles of their injection webhooks are compared with the primary's.
  - Resources of Istio that users wrote in remotes are told, since istiod reads those of the primary alone.
  - What is wrong is returned, the task does not fail. A member that cannot be reached is a problem of that member.
requirements:
  - netaddr >= 1.3
extends_documentation_fragment:
  - multiregion.istio._kubernetes
  - multiregion.istio._attributes
  - multiregion.istio._attributes.reads
  - multiregion.istio._attributes.actiongroup_kubernetes
options:
  name:
    description: Name of the primary as a cluster of the mesh.
    type: str
    required: true
  members:
    description: The members to look at. The primary need not be among them.
    type: list
    elements: dict
    default: []
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
      region:
        description: Region of the member.
        type: str
        default: ''
  region:
    description:
      - Region of the primary.
      - With members in several regions it is a problem, of severity V(warning), when no DestinationRule lets a host go over to
        another region. Where locality routing is on, nodes without a label that tells where they are are a problem too.
    type: str
    default: ''
  credential_days:
    description:
      - Days that the credential of a member has to last. With fewer left it is a problem, of severity V(warning).
      - One whose whole life is short is a problem only once less than a third of it is left.
    type: int
    default: 30
  credential_error_days:
    description: Days with fewer than which left that problem is of severity V(error). An expired one always is.
    type: int
    default: 0
  eastwest_public:
    description: Whether load balancers between members may have public addresses. Else it is a problem, of severity V(warning).
    type: bool
    default: false
  namespace:
    description: Namespace of the mesh, the same in all members.
    type: str
    default: istio-system
  api_version:
    description: API group and version of RemoteIstio.
    type: str
    default: istio.alibabacloud.com/v1beta1
  wait:
    description:
      - Whether to look again while something may heal by itself, as a pod that starts, a member that istiod is about to read or
        a load balancer without an address.
    type: bool
    default: false
  wait_for:
    description:
      - V(settled) waits while something may heal by itself, as O(wait) says.
      - V(served) waits until every istiod reads the O(members) and a new pod of a namespace with Istio's label gets a sidecar there,
        whatever else is wrong. Then endpoints, proxies, certificates and resources are not looked at.
      - V(moved) waits until every proxy of the O(members) is connected to an istiod of O(revision), but for O(staying).
    type: str
    choices: [settled, served, moved]
    default: settled
  revision:
    description: With O(wait_for=moved) the revision. Empty means the one without a name.
    type: str
    default: ''
  staying:
    description: With O(wait_for=moved) the proxies, as C(pod.namespace), that may be connected to another one.
    type: list
    elements: str
    default: []
  wait_timeout:
    description: Seconds after which it is told how things stand then.
    type: int
    default: 60
  wait_interval:
    description: Seconds between two looks.
    type: float
    default: 2
notes:
  - The kubeconfig of the primary needs to list secrets and RemoteIstio objects and to forward ports of pods in O(namespace), with
    members in several regions also to list DestinationRules. All need to list pods and services and to get ConfigMaps in
    O(namespace), to list namespaces, EndpointSlices and MutatingWebhookConfigurations, and to create pods (which are not
    stored); with locality routing to list nodes; those of remotes to list Istio's resources.
  - What may not be read is a problem of severity V(warning), since it is not checked.
author:
  - multiregion.istio contributors (!UNKNOWN)
"""

EXAMPLES = r"""
- name: Look at the mesh
  multiregion.istio.mesh_info:
    kubeconfig: ~/.kube/cn-beijing-1
    name: cn-beijing-1
    region: cn-beijing
    members:
      - name: cn-beijing-2
        kubeconfig: ~/.kube/cn-beijing-2
        region: cn-beijing
      - name: ap-southeast-1
        kubeconfig: ~/.kube/ap-southeast-1
        region: ap-southeast-1
  register: mesh

- name: Fail when a member is not read by all of istiod
  ansible.builtin.assert:
    that: mesh.members | rejectattr('synced') | length == 0
"""

RETURN = r"""
members:
  description: The members, the primary first, the others in the order given.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Its name.
      type: str
      sample: ap-southeast-1
    role:
      description: V(primary) or V(remote).
      type: str
      sample: remote
    network:
      description: Its Istio network, by the label of the mesh's namespace.
      type: str
      sample: network1
    status:
      description:
        - The status of its RemoteIstio, empty where there is none.
        - Of the primary, which has none, V(Available) where every istiod pod answers and reads its own cluster, else V(Unavailable).
      type: str
      sample: Available
    last_verified:
      description: When its status was last proven, empty where it never was.
      type: str
      sample: '2026-11-24T10:00:00Z'
    synced:
      description: Whether every istiod pod reads it.
      type: bool
      sample: true
    sync:
      description:
        - How each istiod pod sees it, how many addresses of its Services that has and how many of its proxies are connected to it; V(none)
          where it is not known.
      type: list
      elements: dict
      sample: [{"istiod": "istiod-5f9c7d7b9-8xk2p", "status": "synced", "endpoints": 12, "proxies": 4}]
    endpoints:
      description: The lowest of these numbers.
      type: int
      sample: 12
    proxies:
      description:
        - Its proxies that are connected to istiod, and how many of them did not take their last configuration within 10 seconds,
          or never took one. V(none) where it is not known.
      type: dict
      sample: {"connected": 9, "stale": 0, "never_acknowledged": 0}
    revisions:
      description: How many of its proxies are connected to istiod of each revision.
      type: dict
      sample: {"default": 9}
    pods:
      description: The pods of the mesh's namespace. The reason tells why one is not Ready.
      type: list
      elements: dict
      sample: [{"name": "istio-ingressgateway-7c5f-x2x2p", "ready": true, "restarts": 0, "reason": ""}]
    injection:
      description:
        - What became of a pod in a namespace with Istio's label; the image is that of the sidecar.
        - It is not known where the kubeconfig's identity may not create pods.
      type: dict
      sample: {"ok": true, "known": true, "namespace": "default", "image": "docker.io/istio/proxyv2:1.31.0", "why": ""}
    gateways:
      description:
        - The Services of type LoadBalancer in the mesh's namespace.
        - The purpose is V(ingress), V(east-west) for requests of other networks, or V(istiod) for the one by which remotes reach it.
        - The kinds tell of each address whether it is V(private) or V(public), or a V(host name).
      type: list
      elements: dict
      sample: [{"name": "istio-ingressgateway", "purpose": "ingress", "addresses": ["10.10.1.200"], "kinds": ["private"]}]
    credential:
      description: What the primary has to read it. The days are V(none) where it never expires.
      type: dict
      sample: {"present": true, "days_left": null}
    root:
      description: The root certificate that its proxies trust, by the first digits of its SHA-256; empty where there is none.
      type: str
      sample: "sha256:21d2781c6445"
    unheeded:
      description: How many resources of Istio users wrote in it that istiod does not read, by kind.
      type: dict
      sample: {"VirtualService": 2}
    problems:
      description: What is wrong with it, as in RV(problems).
      type: list
      elements: dict
istiods:
  description: The pods of istiod in the primary.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the pod.
      type: str
      sample: istiod-5f9c7d7b9-8xk2p
    revision:
      description: Its revision.
      type: str
      sample: default
    version:
      description: Its version, empty where it did not answer.
      type: str
      sample: 1.31.0
    networks:
      description: The addresses of gateways that it knows, by network; V(none) where it is not known.
      type: dict
      sample: {"network1": ["10.10.1.201"], "network2": ["10.20.1.201"]}
strangers:
  description: Clusters that belong to the mesh and are not among O(members), so that they were not looked at.
  returned: success
  type: list
  elements: str
  sample: []
waiting:
  description: What was still to come when the wait had ended.
  returned: success
  type: list
  elements: str
  sample: []
problems:
  description: All that is wrong, by cluster, errors first.
  returned: success
  type: list
  elements: dict
  contains:
    severity:
      description: V(error) or V(warning).
      type: str
      sample: error
    cluster:
      description: The member, empty where it is about the whole mesh.
      type: str
      sample: ap-southeast-1
    what:
      description: What is wrong.
      type: str
      sample: istiod does not read the cluster
    why:
      description: How that shows.
      type: str
      sample: "istiod-5f9c7d7b9-8xk2p: timeout"
    todo:
      description: What to do.
      type: str
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.multiregion.istio.plugins.module_utils._istio.mesh_info import missing_libraries, run
from ansible_collections.multiregion.istio.plugins.module_utils._istio.resource import API_VERSION
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.options import access_options
from ansible_collections.multiregion.istio.plugins.module_utils._module import run_as_module

MEMBER_OPTIONS: dict[str, dict[str, t.Any]] = {
    "name": {"type": "str", "required": True},
    "kubeconfig": {"type": "path"},
    "context": {"type": "str"},
    "region": {"type": "str", "default": ""},
}


def argument_spec() -> dict[str, dict[str, t.Any]]:
    return {
        **access_options(),
        "name": {"type": "str", "required": True},
        "region": {"type": "str", "default": ""},
        "members": {"type": "list", "elements": "dict", "default": [], "options": MEMBER_OPTIONS},
        "credential_days": {"type": "int", "default": 30},
        "credential_error_days": {"type": "int", "default": 0},
        "eastwest_public": {"type": "bool", "default": False},
        "namespace": {"type": "str", "default": "istio-system"},
        "api_version": {"type": "str", "default": API_VERSION},
        "wait": {"type": "bool", "default": False},
        "wait_for": {"type": "str", "choices": ["settled", "served", "moved"], "default": "settled"},
        "revision": {"type": "str", "default": ""},
        "staying": {"type": "list", "elements": "str", "default": []},
        "wait_timeout": {"type": "int", "default": 60},
        "wait_interval": {"type": "float", "default": 2},
    }


def main() -> None:
    run_as_module(AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True), run, missing_libraries)


if __name__ == "__main__":
    main()
