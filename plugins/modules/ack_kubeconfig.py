#!/usr/bin/python
# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ack_kubeconfig
short_description: Fetch the kubeconfig of an ACK cluster into a private file
description:
  - Fetches a kubeconfig with a lifetime from Container Service for Kubernetes (ACK) and writes it to a file that nobody else can
    read at any moment. It is never a value of Ansible.
  - ACK calls the cluster in every kubeconfig C(kubernetes). Cluster, user and context of the file are named after the cluster instead,
    so that several files can be used together.
  - The first line of the file says of which cluster it is and when it ends. A second run leaves the file alone while more than
    O(renew_before) of its life is left and its cluster, API server, names and lifetime are as asked for.
  - Its certificate stands for the RAM identity that calls. What that may do in the cluster is given by the cluster's RBAC.
  - It needs the RAM permissions C(cs:DescribeClusterDetail) and C(cs:DescribeClusterUserKubeconfig), and C(cs:GetClusters) with O(name).
extends_documentation_fragment:
  - multiregion.istio._alibaba
  - multiregion.istio._attributes
  - multiregion.istio._attributes.writes
  - multiregion.istio._attributes.actiongroup_alibaba
attributes:
  check_mode:
    details:
      - No credential is fetched.
  diff_mode:
    details:
      - What the file says of itself is shown, nothing of the credential.
  idempotent:
    details:
      - A file that comes to its end is written anew.
options:
  name:
    description:
      - Name of the cluster, exactly. It is an error if two clusters have it, or none.
      - One of O(name) and O(cluster_id) is required with O(state=present).
    type: str
  cluster_id:
    description: Id of the cluster.
    type: str
  dest:
    description: The file. Its directory has to exist. Links are followed.
    type: path
    required: true
  context:
    description: Name of the context in the file, and of its cluster and user. The default is the name of the cluster.
    type: str
  api_server:
    description: Which address of the API server the file names.
    type: str
    choices: [public, internal]
    default: public
  lifetime:
    description: Minutes from V(15) to V(4320) after which the credential ends.
    type: int
    default: 720
  renew_before:
    description:
      - The credential is fetched anew once this many minutes of its life are left, or fewer. The default is a third of O(lifetime).
    type: int
  state:
    description:
      - With V(absent) the file is removed. Its credential lives until its end, since ACK cannot revoke it alone.
    type: str
    choices: [present, absent]
    default: present
  force:
    description: Overwrite or remove a file that was not written by this module.
    type: bool
    default: false
author:
  - multiregion.istio contributors (!UNKNOWN)
seealso:
  - module: multiregion.istio.ack_cluster_info
  - module: multiregion.istio.remote_kubeconfig
"""

EXAMPLES = r"""
- name: Reach a cluster for the length of a run
  multiregion.istio.ack_kubeconfig:
    region: cn-beijing
    name: cn-beijing-1
    dest: "{{ mesh_cluster_kubeconfig }}"
    lifetime: 120

- name: Reach it from inside of its VPC
  multiregion.istio.ack_kubeconfig:
    region: cn-beijing
    cluster_id: c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f60
    dest: ~/.kube/cn-beijing-1.yaml
    api_server: internal

- name: Remove the file
  multiregion.istio.ack_kubeconfig:
    dest: ~/.kube/cn-beijing-1.yaml
    state: absent
"""

RETURN = r"""
dest:
  description: The file, links followed.
  returned: success
  type: str
  sample: /root/.kube/cn-beijing-1.yaml
context:
  description: The name of the context in it.
  returned: with O(state=present)
  type: str
  sample: cn-beijing-1
cluster_id:
  description: Id of the cluster.
  returned: with O(state=present)
  type: str
  sample: c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f60
name:
  description: Name of the cluster.
  returned: with O(state=present)
  type: str
  sample: cn-beijing-1
region:
  description: Its region.
  returned: with O(state=present)
  type: str
  sample: cn-beijing
api_server:
  description: The URL that the cluster gives for its API server.
  returned: with O(state=present)
  type: str
  sample: https://203.0.113.10:6443
expires:
  description: When the credential ends, V(none) for one that is yet to be fetched and for no file.
  returned: success
  type: str
  sample: "2026-11-24T14:16:30Z"
why:
  description: Why a file that was there was written anew, empty where it was not.
  returned: with O(state=present)
  type: str
  sample: it ends in 4 minutes
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.ack_kubeconfig import run
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.options import (
    alibaba_options,
    missing_libraries,
)
from ansible_collections.multiregion.istio.plugins.module_utils._module import run_as_module

CONSTRAINTS: dict[str, t.Any] = {
    "mutually_exclusive": [("name", "cluster_id")],
    "required_if": [("state", "present", ("name", "cluster_id"), True)],
}


def argument_spec() -> dict[str, dict[str, t.Any]]:
    return {
        **alibaba_options(),
        "name": {"type": "str"},
        "cluster_id": {"type": "str"},
        "dest": {"type": "path", "required": True},
        "context": {"type": "str"},
        "api_server": {"type": "str", "choices": ["public", "internal"], "default": "public"},
        "lifetime": {"type": "int", "default": 720},
        "renew_before": {"type": "int"},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "force": {"type": "bool", "default": False},
    }


def main() -> None:
    module = AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True, **CONSTRAINTS)
    run_as_module(module, run, missing_libraries)


if __name__ == "__main__":
    main()
