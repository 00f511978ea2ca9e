#!/usr/bin/python
# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: remote_kubeconfig
short_description: Write a kubeconfig by which a control plane reaches a cluster
description:
  - Makes an account with the rights that a control plane needs, a token for it, and a kubeconfig file with that token. It takes
    the place of the script C(generate-kubeconfig.sh) on the page of Alibaba Cloud, for a control plane that others run.
    M(multiregion.istio.remote_istio) does not need it.
  - The file is written in one step and never readable by others. Its first line says whose it is. What it holds is read back, so
    that a second run changes nothing.
  - The token is confirmed by the cluster before it is written, and is never a value of Ansible.
  - All files that are written for one account share its Secret. O(state=absent) revokes the tokens in all of them.
extends_documentation_fragment:
  - multiregion.istio._kubernetes
  - multiregion.istio._credential
  - multiregion.istio._apply
  - multiregion.istio._attributes
  - multiregion.istio._attributes.writes
  - multiregion.istio._attributes.actiongroup_kubernetes
attributes:
  check_mode:
    details:
      - Works before the namespace exists.
  diff_mode:
    details:
      - Tokens and certificates are shown by fingerprint only.
options:
  dest:
    description:
      - Path of the file, on the machine where the module runs. Its directory has to exist. The mode is V(0600).
      - A file that this module did not write, or for another mesh, is refused.
    type: path
    required: true
  state:
    description:
      - With V(absent) account, rights and Secret go from the cluster where they are ours, then the file. What was adopted is kept.
      - What other credentials of ours in the cluster need is kept too.
    type: str
    choices: [present, absent]
    default: present
  credential_kind:
    choices: [token_secret, token_request]
  rules:
    choices: [reader, operator]
    default: reader
  force:
    description: Take over objects that belong to others, which then count as adopted, and overwrite or remove a file of others.
author:
  - multiregion.istio contributors (!UNKNOWN)
seealso:
  - module: multiregion.istio.remote_istio
"""

EXAMPLES = r"""
- name: A kubeconfig for a control plane that others run
  multiregion.istio.remote_kubeconfig:
    kubeconfig: ~/.kube/ap-southeast-1.yaml
    name: ap-southeast-1
    mesh_id: mesh1
    api_server: https://10.20.1.10:6443
    dest: ~/ap-southeast-1-for-istiod.yaml

- name: One for an operator, which ends after a day
  multiregion.istio.remote_kubeconfig:
    kubeconfig: ~/.kube/ap-southeast-1.yaml
    name: ap-southeast-1
    mesh_id: mesh1
    api_server: https://10.20.1.10:6443
    rules: operator
    credential_kind: token_request
    credential_lifetime: 86400
    dest: ~/ap-southeast-1

- name: Revoke it
  multiregion.istio.remote_kubeconfig:
    kubeconfig: ~/.kube/ap-southeast-1.yaml
    name: ap-southeast-1
    mesh_id: mesh1
    dest: ~/ap-southeast-1-for-istiod.yaml
    state: absent
"""

RETURN = r"""
dest:
  description: The file, links followed.
  returned: success
  type: str
  sample: /root/ap-southeast-1-for-istiod.yaml
expires:
  description: When its token ends, V(none) for one without an end and for one that is yet to be minted.
  returned: success
  type: str
  sample: null
objects:
  description:
    - What happened to each object in the cluster, in order, and to the file (kind V(File)).
    - Returned by a failure too, once something may have been written.
  returned: always
  type: list
  elements: dict
  contains:
    cluster:
      description: The cluster, empty for the file.
      type: str
      returned: always
      sample: ap-southeast-1
    kind:
      description: Its kind.
      type: str
      returned: always
      sample: ServiceAccount
    namespace:
      description: Its namespace, V(none) for a cluster-scoped object.
      type: str
      returned: always
      sample: istio-system
    name:
      description: Its name, the path of the file.
      type: str
      returned: always
      sample: multiregion-istio-reader
    action:
      description:
        - One of V(unchanged), V(created), V(changed), V(deleted), V(absent), V(kept); after a failure V(left) for what was not
          come to.
      type: str
      returned: always
      sample: created
    why:
      description: Why it was kept, or why its token was minted anew.
      type: str
      returned: when there is something to say
      sample: less than a third of its lifetime is left
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.multiregion.istio.plugins.module_utils._istio.remote_kubeconfig import run
from ansible_collections.multiregion.istio.plugins.module_utils._istio.terms import KUBECONFIG, credential_options
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.options import access_options
from ansible_collections.multiregion.istio.plugins.module_utils._module import run_as_module


def argument_spec() -> dict[str, dict[str, t.Any]]:
    return {
        **access_options(),
        **credential_options(purpose=KUBECONFIG),
        "dest": {"type": "path", "required": True},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    }


def main() -> None:
    run_as_module(AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True), run)


if __name__ == "__main__":
    main()
