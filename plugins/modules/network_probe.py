#!/usr/bin/python
# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: network_probe
short_description: Prove by packets what pods of each cluster reach in the others
description:
  - In each cluster it makes a namespace with a small pod, the probe, which has no sidecar. Istio need not be there.
  - The probe of each cluster connects to the probe of each other one in the same network, by its address, and sends and receives
    100 KB, so that the path's MTU is proven, too. The payload is random, and known to this run only.
  - It also asks the API server of each other cluster over TLS. Any HTTP answer counts, since it is about the network. No credential
    is sent there, and the certificate is not looked at.
  - All of it is tried at the same time, and again until it works or the time is over, since rules and routes take a moment.
  - The probe is Envoy as it comes in the mesh's own proxy image. What it is to send comes in through a port-forward.
  - All that it made is removed at the end, also when it fails or is interrupted. What a killed run left behind is removed by the next.
  - The problems say on which side which port has to be opened for which addresses.
extends_documentation_fragment:
  - multiregion.istio._attributes
attributes:
  check_mode:
    support: full
    details:
      - Makes and sends nothing. Tells what would be tried, and whether the namespace may be used.
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
  clusters:
    description: The clusters. With only one there is nothing to prove, and nothing is made.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name of the cluster.
        type: str
        required: true
      kubeconfig:
        description: Path of a kubeconfig file.
        type: path
      context:
        description: Context of the kubeconfig to use. The default is the current one.
        type: str
      network:
        description:
          - Istio network of the cluster. Pods of clusters in the same network have to reach each other. Between different networks
            there are gateways, so only API servers are tried.
        type: str
        default: ''
      api_server:
        description: URL by which pods of the other clusters reach its API server. The default is the kubeconfig's.
        type: str
        default: ''
      api_server_proxy:
        description: URL of a proxy by which they do. Then the proxy is tried, not the API server. Not tried where it is a SOCKS proxy.
        type: str
        default: ''
      security_group_ids:
        description: Ids of the security groups of its nodes and pods, so that problems can name them.
        type: list
        elements: str
        default: []
  image:
    description: Image of the probe, any with C(envoy) in its path. As a rule the proxy image of the Istio that is to be installed.
    type: str
    required: true
  image_pull_secrets:
    description:
      - Names of Secrets with which the image is pulled. In each cluster those that are in O(image_pull_secrets_namespace) are copied
        into O(namespace), and go with it.
    type: list
    elements: str
    default: []
  image_pull_secrets_namespace:
    description: Namespace of the O(image_pull_secrets), as a rule that of the mesh.
    type: str
    default: istio-system
  namespace:
    description:
      - The namespace that is made in every cluster, and removed. One that exists and is not left from an earlier run is refused.
      - Two runs at the same time need two namespaces, since the second takes that of the first for a leftover.
    type: str
    default: multiregion-istio-network-probe
  mesh_id:
    description: Id of the mesh, put on what is made.
    type: str
    default: mesh1
  port:
    description: TCP port from 1024 on which the probes answer each other. Another is needed where not all ports are open between pods.
    type: int
    default: 8080
  timeout:
    description: Seconds within which the probes have to be Ready. The image has to be pulled in that time.
    type: int
    default: 120
  pair_timeout:
    description: Seconds within which a pod has to reach a target. Until then it is tried again.
    type: int
    default: 30
  fail_on:
    description: The least severity of a problem that fails the task. With V(never) look at RV(problems).
    type: str
    choices: [error, warning, never]
    default: error
notes:
  - The kubeconfigs need to make and delete namespaces, and to make pods and forward ports of pods in O(namespace).
  - The probe runs on one node of each cluster. Nodes with other security groups are not proven by it.
  - Pods are reached by IPv4.
  - The module runs where the kubeconfigs are, as a rule on the machine that runs Ansible (C(ansible_connection=local)).
seealso:
  - module: multiregion.istio.mesh_requests
author:
  - multiregion.istio contributors (!UNKNOWN)
"""

EXAMPLES = r"""
- name: Prove the network between three clusters, two of them in one Istio network
  multiregion.istio.network_probe:
    image: docker.io/istio/proxyv2:1.31.0
    clusters:
      - name: cn-beijing-1
        kubeconfig: ~/.kube/cn-beijing-1
        network: mesh1
        api_server: https://10.10.1.10:6443
      - name: cn-beijing-2
        kubeconfig: ~/.kube/cn-beijing-2
        network: mesh1
        api_server: https://10.10.2.10:6443
        security_group_ids: [sg-2ze0example]
      - name: ap-southeast-1
        kubeconfig: ~/.kube/ap-southeast-1
        network: ap-southeast-1
        api_server: https://10.20.1.10:6443

- name: Look at what is open, and fail for nothing
  multiregion.istio.network_probe:
    image: docker.io/istio/proxyv2:1.31.0
    clusters: "{{ my_clusters }}"
    fail_on: never
  register: network
"""

RETURN = r"""
pairs:
  description: What came of each target seen from each cluster. Returned when the task fails, too.
  returned: success
  type: list
  elements: dict
  contains:
    from:
      description: The cluster from whose pod it was tried.
      type: str
      sample: cn-beijing-1
    to:
      description: The cluster of the target.
      type: str
      sample: ap-southeast-1
    what:
      description: V(pod) for a pod of that cluster, V(api_server) for its API server or the proxy before it.
      type: str
      sample: pod
    address:
      description: Address or name of the target. Empty for a pod that there is not, and in check mode.
      type: str
      sample: 10.105.0.12
    port:
      description: TCP port of the target.
      type: int
      sample: 8080
    ok:
      description: Whether it was reached, with 100 KB both ways where it is a pod. V(none) in check mode.
      type: bool
      sample: true
    why:
      description: Why it was not, empty where it was.
      type: str
      sample: ''
reached:
  description: The ordered pairs of clusters between which all that was tried went through. Returned when the task fails, too.
  returned: success
  type: list
  elements: dict
  sample:
    - from: cn-beijing-1
      to: cn-beijing-2
problems:
  description:
    - What is wrong, with C(severity), C(what), C(why), C(todo) and C(cluster), the one in which something has to be changed.
    - Returned when the task fails, too.
  returned: success
  type: list
  elements: dict
  sample:
    - severity: error
      cluster: cn-beijing-2
      what: pods of cn-beijing-1 do not reach pods of cn-beijing-2 on TCP port 8080 (10.103.0.9)
      why: "no connection within 5 s: its packets are dropped or have no way"
      todo: >-
        The other way works, so there is a route: look at the security groups of cn-beijing-2 (sg-2ze0example): TCP port 8080 has to be
        let in from 10.101.0.7 (pod of cn-beijing-1) and 10.10.1.10 (its node), and by network policies
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.multiregion.istio.plugins.module_utils._istio.network_probe import run
from ansible_collections.multiregion.istio.plugins.module_utils._module import run_as_module

CLUSTER_OPTIONS: dict[str, dict[str, t.Any]] = {
    "name": {"type": "str", "required": True},
    "kubeconfig": {"type": "path"},
    "context": {"type": "str"},
    "network": {"type": "str", "default": ""},
    "api_server": {"type": "str", "default": ""},
    "api_server_proxy": {"type": "str", "default": ""},
    "security_group_ids": {"type": "list", "elements": "str", "default": []},
}


def argument_spec() -> dict[str, dict[str, t.Any]]:
    return {
        "clusters": {"type": "list", "elements": "dict", "required": True, "options": CLUSTER_OPTIONS},
        "image": {"type": "str", "required": True},
        "image_pull_secrets": {"type": "list", "elements": "str", "default": [], "no_log": False},
        "image_pull_secrets_namespace": {"type": "str", "default": "istio-system", "no_log": False},
        "namespace": {"type": "str", "default": "multiregion-istio-network-probe"},
        "mesh_id": {"type": "str", "default": "mesh1"},
        "port": {"type": "int", "default": 8080},
        "timeout": {"type": "int", "default": 120},
        "pair_timeout": {"type": "int", "default": 30},
        "fail_on": {"type": "str", "choices": ["error", "warning", "never"], "default": "error"},
    }


def main() -> None:
    run_as_module(AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True), run)


if __name__ == "__main__":
    main()
