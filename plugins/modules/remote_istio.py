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
  - In the remote it makes a credential for the control plane. In the primary it makes the Secret that registers the remote, named
    O(name), with the one key O(name), then the RemoteIstio. Its status is written by whoever reconciles it.
  - A token is minted where there is none, is confirmed by the remote's API server before the primary gets it, and is never a
    value of Ansible. The token in use is read back, so that a second run changes nothing; one that was made anew in the remote
    is written again.
  - Both clusters are read at once. What is refused, by us or by the primary's API server, is refused before anything is written.
    A task that ends halfway says what was done and what is left, and when it is run again goes on from there.
  - What it makes is marked as ours. What others own is refused; see M(multiregion.istio.mesh_objects) for who owns what.
extends_documentation_fragment:
  - multiregion.istio._kubernetes
  - multiregion.istio._credential
  - multiregion.istio._primary
  - multiregion.istio._apply
  - multiregion.istio._wait
  - multiregion.istio._operator
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
  name:
    description:
      - Name of the cluster in the mesh. It is the name of the RemoteIstio, of the Secret and its key, and of everything in the
        kubeconfig that the Secret holds.
      - A DNS-1123 label.
  state:
    description:
      - V(present) makes the cluster a member, V(absent) takes it out of the mesh.
      - With V(absent) the RemoteIstio is deleted and has to be gone (O(wait_timeout), whatever O(wait) says) before the Secret of the
        primary goes, since an operator needs that to clean the remote; then the credential goes from the remote. Of the remote
        only what is ours goes. Adopted objects there are kept and listed, what belongs to others in either cluster is too.
      - With V(absent) a remote that does not answer is no failure. The primary is cleaned, and RV(left) has the commands for
        the rest.
    type: str
    choices: [present, absent]
    default: present
  remote_is_gone:
    description: With O(state=absent), do not ask the remote at all. No kubeconfig of it is needed.
    type: bool
    default: false
  restart_operator:
    description:
      - An operator reads the kubeconfig of a member once. When it is changed, the Secret in the primary notes the time in the
        annotation C(multiregion.istio/kubeconfig-changed); an operator whose pods run since before then goes on with the former.
      - V(true) restarts it, as C(kubectl rollout restart) does, and waits (O(wait_timeout)) until its new pods serve. It is
        done after the Secret was written and before the RemoteIstio is. V(false) warns, with the command that does it.
      - Nothing of this is done where no operator reconciles, which is where none of O(rules=operator), O(operator),
        O(restart_operator) and O(wait) is given.
    type: bool
    default: false
  credential_kind:
    description:
      - V(token_secret) is a Secret of type C(kubernetes.io/service-account-token), as C(istioctl) makes it. Its token has no end.
      - V(token_request) is a token with an end, bound to a Secret of ours, so that deleting the Secret revokes it. It is minted
        anew once less than a third of its life is left, when another lifetime is asked for, or when the account or the Secret was
        made anew; so run this again before two thirds are over. The Secret in the primary notes its end in the annotation
        C(multiregion.istio/expires).
      - V(kubeconfig) is an identity of your own, the file O(credential_kubeconfig). Nothing is made in the remote.
      - V(adopted) is the kubeconfig that the Secret in the primary has already, from C(istioctl) or the scripts of the page of
        Alibaba Cloud. Its bytes stay, nothing is made or removed in the remote, and nobody has to be restarted. What would be
        refused of a V(kubeconfig) is refused of it too, and the remote has to confirm it. With O(state=absent) the Secret goes.
      - A token that is made anew, also since the kind or the account changes, comes beside the one in use. That is revoked once every
        istiod pod reads the member by the new one, as by M(multiregion.istio.remote_credential). See O(restart_operator) too.
    choices: [token_secret, token_request, kubeconfig, adopted]
  credential_kubeconfig:
    description:
      - Path of a kubeconfig file for the control plane, whose current context counts. A token or an inline client certificate is
        taken out of it and written in our own form, after the remote has confirmed it.
      - Refused is what a control plane in a pod cannot use, such as exec, auth-provider, paths of files or a loopback server. The
        kubeconfig by which Ansible itself reaches the cluster may have all of these.
    type: path
  rules:
    description:
      - V(charts) leaves account and rights to Istio's charts, which have to be there. Only the token is ours.
      - V(reader) gives the same rights in an account of ours.
      - V(operator) gives all rights, for an operator that installs what the cluster needs, as the page of Alibaba Cloud has it.
    choices: [charts, reader, operator]
    default: charts
  service_account:
    description:
      - The ServiceAccount in the remote by which the control plane reads it. The default is C(istio-reader-service-account) for
        the V(charts), C(multiregion-istio-reader) for the V(reader) and C(istio-operator) for the V(operator) of O(rules).
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
    description:
      - C(spec.gateways), which only the API of Alibaba Cloud has.
      - 'The default there is C({k8singress: {}}), an ingress gateway in the remote.'
    type: dict
  proxy_settings:
    description: C(spec.proxy).
    type: dict
    default: {}
  security:
    description: C(spec.security), which only the API of Alibaba Cloud has. The default there is C({}).
    type: dict
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
  wait:
    description: Whether to wait until O(wait_success) is true.
author:
  - multiregion.istio contributors (!UNKNOWN)
seealso:
  - module: multiregion.istio.remote_istio_info
  - module: multiregion.istio.remote_kubeconfig
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
    rules: operator
    wait: true

- name: Join it by a token that ends after a day, and run this twice a day
  multiregion.istio.remote_istio:
    kubeconfig: ~/.kube/ap-southeast-1.yaml
    primary:
      kubeconfig: ~/.kube/cn-beijing-1.yaml
    name: ap-southeast-1
    mesh_id: mesh1
    credential_kind: token_request
    credential_lifetime: 86400

- name: Take it out of the mesh
  multiregion.istio.remote_istio:
    kubeconfig: ~/.kube/ap-southeast-1.yaml
    primary:
      kubeconfig: ~/.kube/cn-beijing-1.yaml
    name: ap-southeast-1
    mesh_id: mesh1
    state: absent
"""

RETURN = r"""
remote_istio:
  description: The RemoteIstio, without status and bookkeeping; in check mode as it would be.
  returned: when O(state=present)
  type: dict
  sample:
    apiVersion: istio.alibabacloud.com/v1beta1
    kind: RemoteIstio
    metadata: {name: ap-southeast-1, namespace: istio-system}
    spec: {autoInjectionNamespaces: [default], includeIPRanges: '*'}
status:
  description: Its status.
  returned: when O(state=present)
  type: dict
  sample: {Status: Available, LastVerified: '2026-11-24T10:00:00Z'}
credential:
  description: How the control plane reaches the remote. No secrets.
  returned: when O(state=present)
  type: dict
  contains:
    kind:
      description: The O(credential_kind).
      type: str
      returned: always
      sample: token_secret
    rules:
      description: The O(rules), V(none) for a kubeconfig of your own or an adopted one.
      type: str
      returned: always
      sample: charts
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
      description: When its token ends, V(none) for one without an end, for a client certificate and for a token yet to be minted.
      type: str
      returned: always
      sample: null
objects:
  description:
    - What happened to each object, in order. With O(state=present) they are account, ClusterRole and ClusterRoleBinding where they
      are ours, the Secret of the token, the Secret of the primary, the operator where it was restarted and the RemoteIstio, then
      what an earlier credential left.
    - Returned by a failure too, once something may have been written.
  returned: always
  type: list
  elements: dict
  contains:
    cluster:
      description: The cluster that it is in.
      type: str
      returned: always
      sample: primary
    kind:
      description: Its kind.
      type: str
      returned: always
      sample: Secret
    namespace:
      description: Its namespace, V(none) for a cluster-scoped object.
      type: str
      returned: always
      sample: istio-system
    name:
      description: Its name.
      type: str
      returned: always
      sample: ap-southeast-1
    action:
      description:
        - One of V(unchanged), V(created), V(changed), V(deleted), V(absent), V(kept); after a failure V(left) for what was not
          come to.
      type: str
      returned: always
      sample: created
    why:
      description: Why it was kept or restarted, or why its token was minted anew.
      type: str
      returned: when there is something to say
      sample: "was adopted: it was there before us"
left:
  description: What could not be removed from a remote that was not to be had.
  returned: success
  type: list
  elements: dict
  contains:
    cluster:
      description: The remote.
      type: str
      returned: always
      sample: ap-southeast-1
    kind:
      description: Kind of the object.
      type: str
      returned: always
      sample: Secret
    namespace:
      description: Its namespace, V(none) for a cluster-scoped object.
      type: str
      returned: always
      sample: istio-system
    name:
      description: Its name.
      type: str
      returned: always
      sample: istio-reader-service-account-multiregion-istio-token
    why:
      description: Why it is left.
      type: str
      returned: always
      sample: "no answer from https://10.20.1.10:6443: Connection refused"
    command:
      description: The command that removes it later.
      type: str
      returned: always
      sample: >-
        kubectl --kubeconfig /root/.kube/ap-southeast-1.yaml delete secret istio-reader-service-account-multiregion-istio-token
        --namespace istio-system --ignore-not-found
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.multiregion.istio.plugins.module_utils._istio.operator_wait import operator_options
from ansible_collections.multiregion.istio.plugins.module_utils._istio.remote_istio import run
from ansible_collections.multiregion.istio.plugins.module_utils._istio.terms import CONTROL_PLANE, credential_options
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.options import access_options
from ansible_collections.multiregion.istio.plugins.module_utils._module import run_as_module
from ansible_collections.multiregion.istio.plugins.module_utils._wait import wait_options


def argument_spec() -> dict[str, dict[str, t.Any]]:
    return {
        **access_options(),
        **credential_options(purpose=CONTROL_PLANE),
        **wait_options(),
        **operator_options(),
        "primary": {
            "type": "dict",
            "required": True,
            "options": {"name": {"type": "str", "default": "primary"}, **access_options(environment=False)},
        },
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "remote_is_gone": {"type": "bool", "default": False},
        "restart_operator": {"type": "bool", "default": False},
        **spec_options(),
    }


def spec_options() -> dict[str, dict[str, t.Any]]:
    return {
        "auto_injection_namespaces": {"type": "list", "elements": "str", "default": ["default"]},
        "docker_image_region": {"type": "str"},
        "hub": {"type": "str"},
        "include_ip_ranges": {"type": "str", "default": "*"},
        "gateways": {"type": "dict"},
        "proxy_settings": {"type": "dict", "default": {}},
        "security": {"type": "dict"},
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
