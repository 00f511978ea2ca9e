#!/usr/bin/python
# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: primary_istio
short_description: Have an operator run the control plane of a mesh, by its Istio resource
description:
  - Brings the resource of the kind Istio into the cluster of the control plane. An operator that owns this kind has to be
    installed, such as that of Alibaba Cloud or C(banzaicloud/istio-operator) before 2.11. The options are those of the console's
    form C(Deploy Istio).
  - Releases of operators have different fields. The definition that is served decides in which form an option is written. A field
    that it does not have is refused, with the option that asked for it, before anything is written.
  - Only what is given is written. Where the resource is made by this module, O(locality_routing), O(auto_injection_namespaces),
    O(ingress) and the mesh's name are written as their defaults say, too, where the definition has a field for them.
  - A resource that was there before without any mark of an owner is adopted, said in a warning. What the options do not say
    stays as it is, so adopting by itself makes the operator change nothing. What others own is refused; see
    M(multiregion.istio.mesh_objects) for who owns what.
  - An operator takes one Istio resource. A second one is refused, whatever its name and namespace.
  - Fields into which an operator writes its own defaults are no change.
extends_documentation_fragment:
  - multiregion.istio._kubernetes
  - multiregion.istio._apply
  - multiregion.istio._wait
  - multiregion.istio._operator
  - multiregion.istio._attributes
  - multiregion.istio._attributes.writes
  - multiregion.istio._attributes.actiongroup_kubernetes
attributes:
  check_mode:
    details:
      - Works before the namespace exists. The definition of Istio has to be there.
  diff_mode:
    details:
      - The whole spec is shown. It holds no passwords, since add-ons take theirs from Secrets of yours.
options:
  name:
    description: Name of the Istio resource.
    type: str
    default: istio-config
  namespace:
    description: Its namespace, that of the control plane.
    type: str
    default: istio-system
  mesh_id:
    description: Name of the mesh, for our marks, and for C(spec.meshID) where the resource is made by this module.
    type: str
    required: true
  force:
    description: Take over what belongs to others. It counts as adopted from then on.
    type: bool
    default: false
  version:
    description: C(spec.version), the version of Istio. An operator takes those of its own release only.
    type: str
  hub:
    description: C(spec.hub), where images come from, for example V(registry.cn-beijing.aliyuncs.com/aliacs-app-catalog).
    type: str
  multi_cluster_mode:
    description:
      - Console C(Multiple clusters with a Single Control Plane). V(gateway) (C(No Flat Network or VPN)) sets C(spec.meshExpansion).
        V(flat) and V(disabled) unset it.
    type: str
    choices: [disabled, flat, gateway]
  locality_routing:
    description:
      - Console C(Enable locality based service routing), C(spec.localityLB.enabled).
      - Where the resource is made by this module the default is V(false), and is written.
    type: bool
  trace_sampling:
    description: C(spec.pilot.traceSampling), the percentage of requests that are traced, from 0 to 100.
    type: float
  tracing:
    description: Where traces go.
    type: dict
    suboptions:
      enabled:
        description: Whether there are any. The default is V(true) where O(tracing.address) is given.
        type: bool
      address:
        description:
          - C(host:port) of an endpoint that takes traces of Zipkin, C(spec.tracing.zipkin.address).
          - A URL, such as the endpoint of Alibaba Cloud's Tracing Analysis, is C(spec.tracingOnExtZipkin.externalZipkin.endpoint).
        type: str
  egress:
    description: Console C(Control Egress Traffic).
    type: dict
    suboptions:
      include_cidrs:
        description:
          - C(spec.includeIPRanges), the destinations that sidecars capture (console C(CIDR Blocks for Internal Access)).
          - V([*]) alone is all (console C(All)).
        type: list
        elements: str
      exclude_cidrs:
        description:
          - C(spec.excludeIPRanges), the destinations that sidecars leave alone (console C(CIDR Blocks for External Access)). They win.
        type: list
        elements: str
      policy:
        description:
          - C(spec.outboundTrafficPolicy.mode). With V(REGISTRY_ONLY) captured requests to hosts that the mesh does not know fail.
        type: str
        choices: [ALLOW_ANY, REGISTRY_ONLY]
  ingress:
    description:
      - The ingress gateway, C(spec.gateways.ingress). Where that is a list it is the entry with the C(gatewayName) C(ingressgateway),
        and the other entries stay.
    type: dict
    suboptions:
      enabled:
        description: Whether there is one. Where the resource is made by this module the default is V(true).
        type: bool
      service_type:
        description: C(serviceType).
        type: str
        choices: [LoadBalancer, NodePort, ClusterIP]
      annotations:
        description:
          - C(serviceAnnotations). The filter P(multiregion.istio.ingress_annotations#filter) makes those for a public or internal load
            balancer, or for an existing one, on Alibaba Cloud.
        type: dict
      ports:
        description: C(ports), each with C(port), and C(name), C(targetPort) and C(nodePort) where wanted.
        type: list
        elements: dict
      min_replicas:
        description: C(minReplicas).
        type: int
      max_replicas:
        description: C(maxReplicas).
        type: int
  prometheus:
    description: Prometheus, where the operator has this add-on. Banzai's has none.
    type: dict
    suboptions:
      enabled:
        description: C(spec.prometheus.enabled), whether one is installed.
        type: bool
      endpoint:
        description: C(spec.prometheus.endpoint), the URL of one that is there.
        type: str
  grafana:
    description: Grafana, where the operator has this add-on. Banzai's has none.
    type: dict
    suboptions:
      enabled:
        description: C(spec.grafana.enabled), whether it is installed.
        type: bool
      secret_name:
        description: C(spec.grafana.security.secretName), a Secret of O(namespace) with user and password. It has to exist.
        type: str
  kiali:
    description: Kiali, where the operator has this add-on. Banzai's has none.
    type: dict
    suboptions:
      enabled:
        description: C(spec.kiali.enabled), whether it is installed.
        type: bool
      secret_name:
        description: C(spec.kiali.dashboard.secretName), a Secret of O(namespace) with user and password. It has to exist.
        type: str
  auto_injection_namespaces:
    description:
      - C(spec.autoInjectionNamespaces), the namespaces of this cluster whose pods get a sidecar. The list replaces the one that is
        there.
      - Where the resource is made by this module the default is V([default]).
    type: list
    elements: str
  spec:
    description:
      - Anything else of the spec, by the names of the API. It is merged last. Lists replace.
      - It is shown in diffs and results, so passwords have no place in it.
    type: dict
    default: {}
  wait:
    description: Whether to wait until O(wait_success) is true.
author:
  - multiregion.istio contributors (!UNKNOWN)
seealso:
  - module: multiregion.istio.remote_istio
  - module: multiregion.istio.mesh_objects
"""

EXAMPLES = r"""
- name: Have the operator of Alibaba Cloud run the control plane, and wait for it
  multiregion.istio.primary_istio:
    kubeconfig: ~/.kube/cn-beijing-1.yaml
    mesh_id: mesh1
    version: 1.1.4
    hub: registry.cn-beijing.aliyuncs.com/aliacs-app-catalog
    multi_cluster_mode: flat
    trace_sampling: 100
    ingress:
      annotations:
        service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type: intranet
    wait: true

- name: The same by Banzai's operator, where clusters reach one another by gateways
  multiregion.istio.primary_istio:
    kubeconfig: ~/.kube/cn-beijing-1.yaml
    api_version: istio.banzaicloud.io/v1beta1
    mesh_id: mesh1
    version: 1.10.4
    multi_cluster_mode: gateway
    tracing:
      address: zipkin.monitoring:9411
    egress:
      include_cidrs: [10.0.0.0/8, 172.16.0.0/12]
    spec:
      meshPolicy:
        mtlsMode: STRICT

- name: Adopt the one that the console made, without a change
  multiregion.istio.primary_istio:
    kubeconfig: ~/.kube/cn-beijing-1.yaml
    mesh_id: mesh1
"""

RETURN = r"""
istio:
  description: The Istio resource, without status and bookkeeping; in check mode as it would be.
  returned: success
  type: dict
  sample:
    apiVersion: istio.alibabacloud.com/v1beta1
    kind: Istio
    metadata: {name: istio-config, namespace: istio-system}
    spec: {version: 1.1.4, localityLB: {enabled: false}}
status:
  description: Its status, C(Status) and where there is one C(ErrorMessage) and C(GatewayAddress).
  returned: success
  type: dict
  sample: {Status: Available, GatewayAddress: [47.94.0.1]}
has_ingress_address:
  description: Whether an ingress gateway is asked for whose Service is a load balancer.
  returned: success
  type: bool
  sample: true
objects:
  description:
    - What happened to the Istio resource.
    - Returned by a failure too, once it was written.
  returned: always
  type: list
  elements: dict
  contains:
    cluster:
      description: The cluster that it is in.
      type: str
      returned: always
      sample: cn-beijing-1
    kind:
      description: Its kind.
      type: str
      returned: always
      sample: Istio
    namespace:
      description: Its namespace.
      type: str
      returned: always
      sample: istio-system
    name:
      description: Its name.
      type: str
      returned: always
      sample: istio-config
    action:
      description: One of V(unchanged), V(created) and V(changed).
      type: str
      returned: always
      sample: created
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.multiregion.istio.plugins.module_utils._istio.istio_resource import run
from ansible_collections.multiregion.istio.plugins.module_utils._istio.operator_wait import operator_options
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.options import access_options, apply_options
from ansible_collections.multiregion.istio.plugins.module_utils._module import run_as_module
from ansible_collections.multiregion.istio.plugins.module_utils._wait import wait_options

Options = dict[str, dict[str, t.Any]]


def argument_spec() -> Options:
    return {
        **access_options(),
        **apply_options(),
        **wait_options(),
        **operator_options(),
        "name": {"type": "str", "default": "istio-config"},
        "namespace": {"type": "str", "default": "istio-system"},
        "mesh_id": {"type": "str", "required": True},
        "force": {"type": "bool", "default": False},
        **spec_options(),
    }


def spec_options() -> Options:
    """What becomes fields of the spec. Nothing is written that is not given, so nothing has a default."""
    addon = {"enabled": {"type": "bool"}, "secret_name": {"type": "str", "no_log": False}}
    return {
        "version": {"type": "str"},
        "hub": {"type": "str"},
        "multi_cluster_mode": {"type": "str", "choices": ["disabled", "flat", "gateway"]},
        "locality_routing": {"type": "bool"},
        "trace_sampling": {"type": "float"},
        "tracing": {"type": "dict", "options": {"enabled": {"type": "bool"}, "address": {"type": "str"}}},
        "egress": {
            "type": "dict",
            "options": {
                "include_cidrs": {"type": "list", "elements": "str"},
                "exclude_cidrs": {"type": "list", "elements": "str"},
                "policy": {"type": "str", "choices": ["ALLOW_ANY", "REGISTRY_ONLY"]},
            },
        },
        "ingress": {
            "type": "dict",
            "options": {
                "enabled": {"type": "bool"},
                "service_type": {"type": "str", "choices": ["LoadBalancer", "NodePort", "ClusterIP"]},
                "annotations": {"type": "dict"},
                "ports": {"type": "list", "elements": "dict"},
                "min_replicas": {"type": "int"},
                "max_replicas": {"type": "int"},
            },
        },
        "prometheus": {"type": "dict", "options": {"enabled": {"type": "bool"}, "endpoint": {"type": "str"}}},
        "grafana": {"type": "dict", "options": addon},
        "kiali": {"type": "dict", "options": addon},
        "auto_injection_namespaces": {"type": "list", "elements": "str"},
        "spec": {"type": "dict", "default": {}},
    }


def main() -> None:
    run_as_module(AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True), run)


if __name__ == "__main__":
    main()
