#!/usr/bin/python
# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: remote_istio
short_description: Join a cluster to a mesh as a remote, recorded as a RemoteIstio in the primary
description:
  - The task's cluster is the remote; the options O(primary) say how the cluster of the control plane is reached.
  - In the remote it makes a token Secret for the ServiceAccount by which the control plane reads the cluster (Istio's base chart
    brings the account). In the primary it makes the Secret that registers the remote, named O(name), with the one key
    O(name), then the RemoteIstio. Its status is written by whoever reconciles it.
  - A token is minted where there is none, is confirmed by the remote's API server before the primary gets it, and is never a
    value of Ansible. The token in use is read back, so that a second run changes nothing; one that was made anew in the remote
    is written again.
  - Both clusters are read at once. What is refused, by us or by the primary's API server, is refused before anything is written.
  - What it makes is marked as ours. What others own is refused; see M(multiregion.istio.mesh_objects) for who owns what.
extends_documentation_fragment:
  - multiregion.istio._kubernetes
  - multiregion.istio._wait
  - multiregion.istio._attributes
  - multiregion.istio._attributes.writes
  - multiregion.istio._attributes.actiongroup_kubernetes
attributes:
  check_mode:
    details:
      - Works before the ServiceAccount, the namespaces or the definition of RemoteIstio exist; what depends on them is predicted.
  diff_mode:
    details:
      - Tokens and certificates are shown by fingerprint only.
options:
  primary:
    description: How the cluster of the control plane is reached. It has the same options as the remote, but no environment variables.
    type: dict
    required: true
    suboptions:
      name:
        description: Its name in messages.
        type: str
        default: primary
      kubeconfig:
        description: Path of a kubeconfig file.
        type: path
      context:
        description: Context of the kubeconfig to use. The default is the current one.
        type: str
      host:
        description: URL of the API server.
        type: str
      api_key:
        description: Bearer token.
        type: str
      ca_cert:
        description: Path of the file with the certificate authority of the API server.
        type: path
        aliases: [ssl_ca_cert]
      client_cert:
        description: Path of the file with the client's certificate.
        type: path
        aliases: [cert_file]
      client_key:
        description: Path of the file with the client's private key.
        type: path
        aliases: [key_file]
      validate_certs:
        description: Whether the certificate of the API server is checked.
        type: bool
        aliases: [verify_ssl]
      proxy:
        description: URL of an HTTP proxy on the way to the API server.
        type: str
      tls_server_name:
        description: Name to look for in the certificate of the API server.
        type: str
  name:
    description:
      - Name of the cluster in the mesh. It is the name of the RemoteIstio, of the Secret and its key, and of everything in the
        kubeconfig that the Secret holds.
      - A DNS-1123 label.
    type: str
    required: true
  mesh_id:
    description: The mesh that the cluster joins.
    type: str
    required: true
  namespace:
    description: Namespace of the control plane, the same in both clusters.
    type: str
    default: istio-system
  state:
    description: The cluster is a member.
    type: str
    choices: [present]
    default: present
  api_version:
    description: The API of the RemoteIstio.
    type: str
    default: istio.alibabacloud.com/v1beta1
  api_server:
    description:
      - URL by which the primary reaches the API server of the remote. The default is the one that Ansible uses.
      - A loopback address is refused.
    type: str
  api_server_tls_server_name:
    description:
      - Name that the primary looks for in the certificate of that API server, where it differs from the name in O(api_server).
    type: str
  service_account:
    description: The ServiceAccount in the remote by which the control plane reads it.
    type: str
    default: istio-reader-service-account
  auto_injection_namespaces:
    description: C(spec.autoInjectionNamespaces), the namespaces of the remote whose pods get a sidecar.
    type: list
    elements: str
    default: [default]
  docker_image_region:
    description: C(spec.dockerImage.region), for example V(cn-beijing). Left out where not given.
    type: str
  hub:
    description:
      - C(spec.hub), where images come from, for example V(registry.cn-beijing.aliyuncs.com/aliacs-app-catalog). Left out where not
        given.
    type: str
  include_ip_ranges:
    description: C(spec.includeIPRanges), the destinations that sidecars capture.
    type: str
    default: '*'
  gateways:
    description: C(spec.gateways).
    type: dict
    default: {k8singress: {}}
  proxy_settings:
    description: C(spec.proxy).
    type: dict
    default: {}
  security:
    description: C(spec.security).
    type: dict
    default: {}
  citadel:
    description: C(spec.citadel). Left out where not given.
    type: dict
  sidecar_injector:
    description: C(spec.sidecarInjector).
    type: dict
    default: {}
    suboptions:
      enabled:
        description: C(enabled).
        type: bool
        default: true
      replica_count:
        description: C(replicaCount).
        type: int
        default: 1
  spec:
    description: Anything else of the spec, by the names of the API. It is merged last. Lists replace.
    type: dict
    default: {}
  force:
    description: Take over objects that belong to others. They count as adopted from then on.
    type: bool
    default: false
  wait:
    description: Whether to wait until an operator says that the RemoteIstio is V(Available).
author:
  - multiregion.istio contributors (!UNKNOWN)
seealso:
  - module: multiregion.istio.remote_istio_info
  - module: multiregion.istio.remote_istio_status
  - module: multiregion.istio.mesh_objects
"""

EXAMPLES = r"""
- name: Join a cluster
  multiregion.istio.remote_istio:
    kubeconfig: ~/.kube/ap-southeast-1.yaml
    primary:
      kubeconfig: ~/.kube/cn-beijing-1.yaml
    name: ap-southeast-1
    mesh_id: mesh1
    api_server: https://10.20.1.10:6443

- name: Join it as the page of Alibaba Cloud says, and wait for the operator
  multiregion.istio.remote_istio:
    kubeconfig: ~/.kube/cn-beijing-2.yaml
    primary:
      kubeconfig: ~/.kube/cn-beijing-1.yaml
    name: cn-beijing-2
    mesh_id: mesh1
    auto_injection_namespaces: [default]
    docker_image_region: cn-beijing
    hub: registry.cn-beijing.aliyuncs.com/aliacs-app-catalog
    include_ip_ranges: '*'
    sidecar_injector:
      enabled: true
      replica_count: 1
    wait: true
"""

RETURN = r"""
remote_istio:
  description: The RemoteIstio, without status and bookkeeping; in check mode as it would be.
  returned: success
  type: dict
  sample:
    apiVersion: istio.alibabacloud.com/v1beta1
    kind: RemoteIstio
    metadata: {name: ap-southeast-1, namespace: istio-system}
    spec: {autoInjectionNamespaces: [default], includeIPRanges: '*'}
status:
  description: Its status.
  returned: success
  type: dict
  sample: {Status: Available, LastVerified: '2026-11-24T10:00:00Z'}
credential:
  description: How the control plane reaches the remote. No secrets.
  returned: success
  type: dict
  contains:
    secret:
      description: The Secret in the primary.
      type: str
      returned: always
      sample: istio-system/ap-southeast-1
    api_server:
      description: The URL in it.
      type: str
      returned: always
      sample: https://10.20.1.10:6443
    expires:
      description: When its token ends, V(none) for one without an end.
      type: str
      returned: always
      sample: null
objects:
  description: What happened to the token Secret, the Secret of the primary and the RemoteIstio.
  returned: success
  type: list
  elements: dict
  sample:
    - {kind: Secret, namespace: istio-system, name: ap-southeast-1, action: created}
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.multiregion.istio.plugins.module_utils._istio.remote_istio import run
from ansible_collections.multiregion.istio.plugins.module_utils._istio.resource import API_VERSION
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.options import access_options
from ansible_collections.multiregion.istio.plugins.module_utils._module import run_as_module
from ansible_collections.multiregion.istio.plugins.module_utils._wait import wait_options


def argument_spec() -> dict[str, dict[str, t.Any]]:
    return {
        **access_options(),
        **wait_options(),
        "primary": {
            "type": "dict",
            "required": True,
            "options": {"name": {"type": "str", "default": "primary"}, **access_options(environment=False)},
        },
        "name": {"type": "str", "required": True},
        "mesh_id": {"type": "str", "required": True},
        "namespace": {"type": "str", "default": "istio-system"},
        "state": {"type": "str", "choices": ["present"], "default": "present"},
        "api_version": {"type": "str", "default": API_VERSION},
        "api_server": {"type": "str"},
        "api_server_tls_server_name": {"type": "str"},
        "service_account": {"type": "str", "default": "istio-reader-service-account"},
        "force": {"type": "bool", "default": False},
        **spec_options(),
    }


def spec_options() -> dict[str, dict[str, t.Any]]:
    return {
        "auto_injection_namespaces": {"type": "list", "elements": "str", "default": ["default"]},
        "docker_image_region": {"type": "str"},
        "hub": {"type": "str"},
        "include_ip_ranges": {"type": "str", "default": "*"},
        "gateways": {"type": "dict", "default": {"k8singress": {}}},
        "proxy_settings": {"type": "dict", "default": {}},
        "security": {"type": "dict", "default": {}},
        "citadel": {"type": "dict"},
        "sidecar_injector": {
            "type": "dict",
            "default": {},
            "options": {
                "enabled": {"type": "bool", "default": True},
                "replica_count": {"type": "int", "default": 1},
            },
        },
        "spec": {"type": "dict", "default": {}},
    }


def main() -> None:
    run_as_module(AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True), run)


if __name__ == "__main__":
    main()
