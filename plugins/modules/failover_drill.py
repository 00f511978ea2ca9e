#!/usr/bin/python
# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: failover_drill
short_description: Have a small workload fail in one region under load, and count what becomes of its requests
description:
  - One step of a drill at a time, as O(state) says. The role P(multiregion.istio.failover#role) does them in order; between V(broken)
    and V(mended) it may run tasks of the user that cut the workload off the network.
  - The workload is Envoy from the mesh's own proxy image with a sidecar, one pod in O(near) and one in the first member of each other
    region, under one Service with a port for each kind of load. Its failover policy is what the role
    P(multiregion.istio.failover_policy#role) would write. No Service of the user is touched.
  - The load is sent by C(vegeta) from a pod with a sidecar in O(near), at a constant rate whatever becomes of the requests. GETs, POSTs,
    gRPC calls (unary, without a message), GETs on a new TCP connection each, and lines on one long TCP connection.
  - Each request that reaches a workload is noted in its log, so what was worked on twice is counted, also by a pod that was killed.
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
      - All that is made is removed at the end.
  idempotent:
    support: none
    details:
      - Each drill measures anew.
requirements:
  - kubernetes >= 33.1
options:
  state:
    description:
      - V(present) has the workload run under O(policy).
      - V(started) has the load begin.
      - V(broken) waits for a sixth of O(duration) and then has the workload of O(near) fail. With O(how=cut) it only waits.
      - V(mended) waits for half of O(duration) and then puts it right. With O(how=cut) it only waits.
      - V(measured) waits for the end of the load, and tells what came of it.
      - V(absent) removes the namespace in every cluster, and with it all that was made.
    type: str
    choices: [present, started, broken, mended, measured, absent]
    default: present
  members:
    description: The members of the mesh, in two regions or more.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name of the member.
        type: str
        required: true
      region:
        description: Its region. Nodes need it as their label C(topology.kubernetes.io/region), by which the mesh knows what is near.
        type: str
        default: ''
      kubeconfig:
        description: Path of a kubeconfig file.
        type: path
      context:
        description: Context of the kubeconfig to use. The default is the current one.
        type: str
  primary:
    description: Name of the member whose DestinationRules and VirtualServices the mesh obeys.
    type: str
    required: true
  near:
    description:
      - Name of the member that sends, and whose workload fails. The default is the first one that is not in the region of O(primary).
    type: str
    default: ''
  run:
    description: A string by which the steps of one drill know each other. What another drill left behind is removed first.
    type: str
    default: drill
  namespace:
    description: The namespace that is made, and removed. One that exists and is not left from an earlier drill is refused.
    type: str
    default: multiregion-istio-failover
  mesh_id:
    description: Id of the mesh, put on what is made.
    type: str
    default: mesh1
  revision:
    description: Revision of istiod that is to inject sidecars. The default is the one without a name.
    type: str
    default: ''
  domain:
    description: DNS domain of the clusters.
    type: str
    default: cluster.local
  policy:
    description: Failover policy of the workload.
    type: str
    choices: [safe, quick]
    default: safe
  istio_version:
    description: As O(multiregion.istio.failover_policy_info#module:istio_version).
    type: str
    default: ''
  rtt_ms:
    description: As O(multiregion.istio.failover_policy_info#module:rtt_ms).
    type: int
    default: 200
  per_try_timeout:
    description: As O(multiregion.istio.failover_policy_info#module:per_try_timeout).
    type: float
    default: 5
  how:
    description:
      - How the workload fails. V(scaled) to zero; V(killed) without being asked to end, and not made anew; V(cut) off the network by tasks
        of the user; V(errors) answers 503 (to TCP connections too, but for the long one, which sends back whatever comes);
        V(slow) answers after O(slow_seconds).
    type: str
    choices: [scaled, killed, cut, errors, slow]
    default: scaled
  slow_seconds:
    description: Seconds until a slow workload answers.
    type: float
    default: 8
  duration:
    description: Seconds of load, at least 20.
    type: int
    default: 60
  rates:
    description:
      - Requests a second of the kinds C(get), C(post), C(grpc) and C(connections). Kinds without a rate send nothing. On the long
        connection a line goes out every tenth of a second.
    type: dict
    default:
      get: 50
      post: 50
      grpc: 20
      connections: 20
  image:
    description: Image of the workload, any with C(envoy) in its path. The default is, in each member, that of the sidecar.
    type: str
    default: ''
  load_image:
    description: Image of the load, any with C(vegeta), C(sh), C(nc), C(timeout) and C(sleep) in its path. Required with O(state=started).
    type: str
    default: ''
  image_pull_secrets:
    description: Names of Secrets with which the images are pulled, as O(multiregion.istio.mesh_requests#module:image_pull_secrets).
    type: list
    elements: str
    default: []
  image_pull_secrets_namespace:
    description: Namespace of the O(image_pull_secrets), as a rule that of the mesh.
    type: str
    default: istio-system
  load:
    description: What O(state=started) returned as RV(load). Required with O(state=broken) and O(state=mended).
    type: dict
  moments:
    description: The RV(moment) of O(state=broken) as C(broken), and that of O(state=mended) as C(mended). Required with O(state=measured).
    type: dict
  noted:
    description: What O(state=broken) returned as RV(noted).
    type: list
    elements: str
    default: []
  timeout:
    description: Seconds within which pods have to be Ready.
    type: int
    default: 120
notes:
  - The kubeconfigs need to make and delete namespaces, to make Deployments, Services and pods in O(namespace), to read logs and
    forward ports there, and to list nodes and pods; that of the primary to make DestinationRules and VirtualServices in O(namespace).
  - The module runs where the kubeconfigs are, as a rule on the machine that runs Ansible (C(ansible_connection=local)).
author:
  - multiregion.istio contributors (!UNKNOWN)
"""

EXAMPLES = r"""
- name: Have the workload of a drill run in two regions
  multiregion.istio.failover_drill:
    primary: cn-beijing-1
    near: ap-southeast-1
    members:
      - name: cn-beijing-1
        region: cn-beijing
        kubeconfig: ~/.kube/cn-beijing-1
      - name: ap-southeast-1
        region: ap-southeast-1
        kubeconfig: ~/.kube/ap-southeast-1
"""

RETURN = r"""
near:
  description: The workload's pod in the near member.
  returned: when O(state=present), not in check mode
  type: dict
  contains:
    cluster:
      description: The member.
      type: str
      sample: ap-southeast-1
    namespace:
      description: Namespace of the pod.
      type: str
      sample: multiregion-istio-failover
    pod:
      description: Name of the pod.
      type: str
      sample: failover-5f66db69b5-lrbgm
    address:
      description: Its IP address.
      type: str
      sample: 10.105.0.11
    node:
      description: Name of its node.
      type: str
      sample: ap-southeast-1-node-1
capacity:
  description: Of the near member, then of each member that takes over, what pods ask for and what is free on nodes for all.
  returned: when O(state=present), not in check mode
  type: list
  elements: dict
  sample:
    - {cluster: ap-southeast-1, region: ap-southeast-1, free_cpu: 1.2, free_memory_mib: 9000, asked_cpu: 0.6, asked_memory_mib: 900}
load:
  description: When the load began, by this machine's clock, and how many seconds the clock of its node is behind.
  returned: when O(state=started)
  type: dict
  sample: {started: 1795972777.1, behind: 0.0}
moment:
  description: When the workload failed, or was put right, in seconds since 1970 by the clock of the node that sends.
  returned: when O(state=broken) or O(state=mended)
  type: float
  sample: 1795972787.1
noted:
  description: What the log of a pod had that is gone now.
  returned: when O(state=broken)
  type: list
  elements: str
  sample: [post.load-scaled-safe 17]
runs:
  description: A dict for each kind of load.
  returned: when O(state=measured)
  type: list
  elements: dict
  contains:
    how:
      description: How the workload failed.
      type: str
      sample: scaled
    policy:
      description: Its failover policy.
      type: str
      sample: quick
    kind:
      description: Kind of load, C(stream) for the long connection.
      type: str
      sample: get
    delay_ms:
      description: How much longer an answer of another region took than one of the near region, medians of GETs.
      type: int
      sample: 81
    requests:
      description: How many were sent.
      type: int
      sample: 3000
    failed:
      description: How many of them had no answer, or one that tells of an error.
      type: int
      sample: 0
    duplicated:
      description: How many times a request reached a workload that had been given it, or another had, before.
      type: int
      sample: 0
    redirect_seconds:
      description:
        - Seconds from the failure to the first request from which on all were answered by another region within half a second beside the
          way. V(none) where it did not come to that.
      type: float
      sample: 0.6
    return_seconds:
      description: The same from the repair to the near region's answers.
      type: float
      sample: 11.2
    p50_ms:
      description: Median time to the end of a request.
      type: float
      sample: 2.1
    p99_ms:
      description: The time within which 99 of 100 ended.
      type: float
      sample: 85.0
    max_ms:
      description: The longest.
      type: float
      sample: 501.3
    before:
      description: The same figures of the requests sent before the failure; RV(runs[].during) and RV(runs[].after) of those after it.
      type: dict
      sample: {requests: 500, failed: 0, p50_ms: 2.0, p99_ms: 4.1, max_ms: 6.0}
    during:
      description: Of those sent between failure and repair.
      type: dict
      sample: {requests: 1000, failed: 0, p50_ms: 82.0, p99_ms: 90.0, max_ms: 501.3}
    after:
      description: Of those sent after the repair.
      type: dict
      sample: {requests: 1500, failed: 0, p50_ms: 2.1, p99_ms: 83.0, max_ms: 90.0}
    answered:
      description: How many each cluster answered.
      type: dict
      sample: {ap-southeast-1: 2100, cn-beijing-1: 900}
    why:
      description: Why the first request failed that did.
      type: str
      sample: ''
    timeline:
      description: Of GETs, what came of those sent in each second, counted from the failure.
      type: list
      elements: dict
      sample: [{second: 0, near: 3, far: 47, failed: 0, max_ms: 501.3}]
problems:
  description: What is wrong, as M(multiregion.istio.mesh_info) tells it.
  returned: when O(state=present) or O(state=measured), not in check mode
  type: list
  elements: dict
  sample: []
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.multiregion.istio.plugins.module_utils._istio.drill import run
from ansible_collections.multiregion.istio.plugins.module_utils._module import run_as_module

MEMBER_OPTIONS: dict[str, dict[str, t.Any]] = {
    "name": {"type": "str", "required": True},
    "region": {"type": "str", "default": ""},
    "kubeconfig": {"type": "path"},
    "context": {"type": "str"},
}
RATES = {"get": 50, "post": 50, "grpc": 20, "connections": 20}
CONSTRAINTS: dict[str, t.Any] = {
    "required_if": [
        ("state", "started", ["load_image"]),
        ("state", "broken", ["load"]),
        ("state", "mended", ["load"]),
        ("state", "measured", ["moments"]),
    ]
}


def argument_spec() -> dict[str, dict[str, t.Any]]:
    return {
        "state": {
            "type": "str",
            "default": "present",
            "choices": ["present", "started", "broken", "mended", "measured", "absent"],
        },
        "members": {"type": "list", "elements": "dict", "required": True, "options": MEMBER_OPTIONS},
        "primary": {"type": "str", "required": True},
        "near": {"type": "str", "default": ""},
        "run": {"type": "str", "default": "drill"},
        "namespace": {"type": "str", "default": "multiregion-istio-failover"},
        "mesh_id": {"type": "str", "default": "mesh1"},
        "revision": {"type": "str", "default": ""},
        "domain": {"type": "str", "default": "cluster.local"},
        "policy": {"type": "str", "default": "safe", "choices": ["safe", "quick"]},
        "istio_version": {"type": "str", "default": ""},
        "rtt_ms": {"type": "int", "default": 200},
        "per_try_timeout": {"type": "float", "default": 5},
        "how": {"type": "str", "default": "scaled", "choices": ["scaled", "killed", "cut", "errors", "slow"]},
        "slow_seconds": {"type": "float", "default": 8},
        "duration": {"type": "int", "default": 60},
        "rates": {"type": "dict", "default": RATES},
        "image": {"type": "str", "default": ""},
        "load_image": {"type": "str", "default": ""},
        "image_pull_secrets": {"type": "list", "elements": "str", "default": [], "no_log": False},
        "image_pull_secrets_namespace": {"type": "str", "default": "istio-system", "no_log": False},
        "load": {"type": "dict"},
        "moments": {"type": "dict"},
        "noted": {"type": "list", "elements": "str", "default": []},
        "timeout": {"type": "int", "default": 120},
    }


def main() -> None:
    run_as_module(AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True, **CONSTRAINTS), run)


if __name__ == "__main__":
    main()
