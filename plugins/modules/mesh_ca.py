#!/usr/bin/python
# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mesh_ca
short_description: Check the certificate authority of a member, and put it where istiod takes it from
description:
  - Reads the files of one member's authority on this machine, an intermediate one under the root of the whole mesh, and makes
    the Secret C(cacerts) of them in the namespace of its control plane. Run it before istiod is installed there.
  - All of it is checked before anything is written. The files are there and only their owner reads the key, the key is that of the
    certificate, the chain leads to the root by certificates that may sign and are in force, all members have one root, and the
    root is that of the mesh where one runs.
  - An authority is chosen before the first install. Another root, or the change between V(self_signed) and V(cacerts) of O(ca), is
    refused. Another intermediate under the same root is written, and istiod takes it up without a restart. M(multiregion.istio.ca_rotation)
    brings another root into a mesh that runs.
  - A Secret C(cacerts) that somebody else made is checked, used as it is, and never changed or marked.
  - No key is ever shown, returned or logged.
extends_documentation_fragment:
  - multiregion.istio._kubernetes
  - multiregion.istio._apply
  - multiregion.istio._attributes
  - multiregion.istio._attributes.writes
  - multiregion.istio._attributes.actiongroup_kubernetes
attributes:
  diff_mode:
    details:
      - Of the Secret it is shown only which values differ.
requirements:
  - cryptography >= 42
options:
  name:
    description: Name of the member.
    type: str
    required: true
  mesh_id:
    description: Name of the mesh.
    type: str
    required: true
  namespace:
    description: Namespace of the control plane.
    type: str
    default: istio-system
  ca:
    description:
      - By which authority istiod signs. With V(self_signed) it makes one itself, and the Secret C(cacerts) must not be there.
      - With V(cacerts) it signs by the Secret C(cacerts).
    type: str
    choices: [self_signed, cacerts]
    default: self_signed
  dir:
    description:
      - Directory on this machine that has, with V(cacerts) of O(ca), for each member a directory of its name with C(ca-cert.pem),
        C(ca-key.pem), C(root-cert.pem) and C(cert-chain.pem).
      - A member whose Secret is there already needs no files. All that are in O(dir) must have the same root.
    type: path
  trust_domain:
    description: Trust domain of the mesh. A certificate that is for another one is refused.
    type: str
    default: cluster.local
  primary:
    description:
      - How the cluster of the mesh's control plane is reached, where it is another one. The root of the mesh is read there.
    type: dict
    suboptions:
      name:
        description: Its name, for messages.
        type: str
        default: primary
      kubeconfig:
        description: Path of a kubeconfig file.
        type: path
      context:
        description: Context in it.
        type: str
      host:
        description: URL of the API server.
        type: str
      api_key:
        description: Token.
        type: str
      ca_cert:
        description: Path of a certificate authority.
        type: path
        aliases: [ssl_ca_cert]
      client_cert:
        description: Path of a client certificate.
        type: path
        aliases: [cert_file]
      client_key:
        description: Path of its key.
        type: path
        aliases: [key_file]
      validate_certs:
        description: Whether the certificate of the API server is checked.
        type: bool
        aliases: [verify_ssl]
      proxy:
        description: URL of a proxy.
        type: str
      tls_server_name:
        description: Name that is looked for in the certificate of the API server.
        type: str
  fail_on:
    description:
      - The least severity of a problem that fails the task. With V(never) look at RV(problems); nothing is written where one of
        them is an error, and a cluster that does not answer is passed over.
    type: str
    choices: [error, warning, never]
    default: error
author:
  - multiregion.istio contributors (!UNKNOWN)
seealso:
  - module: multiregion.istio.mesh_objects
"""

EXAMPLES = r"""
- name: Give the control plane its authority before it is installed
  multiregion.istio.mesh_ca:
    kubeconfig: ~/.kube/cn-beijing-1.yaml
    name: cn-beijing-1
    mesh_id: mesh1
    ca: cacerts
    dir: /etc/mesh-ca
"""

RETURN = r"""
roots:
  description: SHA-256 fingerprints of the root certificates by which the member's workloads are trusted. Empty where istiod makes its own.
  returned: success
  type: list
  elements: str
problems:
  description: What is wrong, and what will be soon.
  returned: always
  type: list
  elements: dict
  contains:
    severity:
      description: V(error) or V(warning).
      type: str
      sample: warning
    cluster:
      description: Name of the member.
      type: str
      sample: ap-southeast-1
    what:
      description: What is wrong.
      type: str
      sample: the certificate CN=ap-southeast-1 in /etc/mesh-ca/ap-southeast-1 expires in 12 days
    why:
      description: Why it matters, or the reason. May be empty.
      type: str
    todo:
      description: What to do.
      type: str
objects:
  description: What happened to the Secret. Empty where it is not ours, or not needed.
  returned: success
  type: list
  elements: dict
  sample:
    - {kind: Secret, namespace: istio-system, name: cacerts, action: created}
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.multiregion.istio.plugins.module_utils._istio.ca_bundle import missing_libraries
from ansible_collections.multiregion.istio.plugins.module_utils._istio.mesh_ca import run
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.options import access_options, apply_options
from ansible_collections.multiregion.istio.plugins.module_utils._module import run_as_module


def argument_spec() -> dict[str, dict[str, t.Any]]:
    return {
        **access_options(),
        **apply_options(),
        "name": {"type": "str", "required": True},
        "mesh_id": {"type": "str", "required": True},
        "namespace": {"type": "str", "default": "istio-system"},
        "ca": {"type": "str", "choices": ["self_signed", "cacerts"], "default": "self_signed"},
        "dir": {"type": "path"},
        "trust_domain": {"type": "str", "default": "cluster.local"},
        "primary": {
            "type": "dict",
            "options": {"name": {"type": "str", "default": "primary"}, **access_options(environment=False)},
        },
        "fail_on": {"type": "str", "choices": ["error", "warning", "never"], "default": "error"},
    }


def main() -> None:
    run_as_module(AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True), run, missing_libraries)


if __name__ == "__main__":
    main()
