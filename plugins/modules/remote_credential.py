#!/usr/bin/python
# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: remote_credential
short_description: Make the credential anew by which a control plane reads a member, without a gap
description:
  - The task's cluster is the remote; the options O(primary) say how the cluster of the control plane is reached. The member has
    joined by M(multiregion.istio.remote_istio), with the same options.
  - A new token is made beside the one in use, in a Secret of another name. The remote's API server confirms it, the Secret of the
    primary is written, and every istiod pod has to read the member by it, with endpoints and gateways where it had some before.
    Only then the former Secret is deleted, which revokes its token.
  - An istiod that does not take it within a minute is restarted in a rolling way; so is at once one of Istio 1.30.0 to 1.30.3,
    which is known for that. Where it does not help, or where istiod does not get through with the new one, the task fails and the
    former one is not revoked.
  - A kubeconfig in the primary that does not say what it should, such as another certificate authority of the API server, is
    written anew, due or not.
  - A task that was killed anywhere is finished by the next. The token in use is never revoked, and no other of ours stays.
  - A member of M(multiregion.istio.remote_istio) whose token is made anew there goes the same way.
extends_documentation_fragment:
  - multiregion.istio._kubernetes
  - multiregion.istio._credential
  - multiregion.istio._primary
  - multiregion.istio._apply
  - multiregion.istio._attributes
  - multiregion.istio._attributes.writes
  - multiregion.istio._attributes.actiongroup_kubernetes
attributes:
  check_mode:
    details:
      - Foretells every step but what depends on how istiod takes it.
  diff_mode:
    details:
      - Tokens and certificates are shown by fingerprint only.
options:
  rotate:
    description:
      - V(due) makes a token anew that is near its end (O(threshold_days)), that the remote does not know any more, or that is
        not of the O(credential_kind) and O(credential_lifetime) that are asked for. V(all) makes every token anew, which is the
        only way for one without an end.
    type: str
    choices: [due, all]
    default: due
  threshold_days:
    description:
      - A token is near its end with fewer days left, a short-lived one with less than a third of its life.
    type: int
    default: 30
  credential_kind:
    description:
      - As for M(multiregion.istio.remote_istio). Another one than that in use is a reason to make the token anew.
      - V(kubeconfig) and V(adopted) cannot be made. What O(credential_kubeconfig) holds is given to the primary where it is
        another than before; else the task fails once the one in use is near its end, and says who has to renew it.
    choices: [token_secret, token_request, kubeconfig, adopted]
  credential_kubeconfig:
    description: Path of a kubeconfig file for the control plane, as for M(multiregion.istio.remote_istio).
    type: path
  rules:
    description: As for M(multiregion.istio.remote_istio).
    choices: [charts, reader, operator]
    default: charts
  operator:
    description:
      - The Deployment (or StatefulSet) of the operator in the primary, as C(namespace/name).
      - Where it is not given, it is the one whose image is called C(istio-operator), whatever its registry and tag.
    type: str
  restart_operator:
    description:
      - An operator reads the kubeconfig of a member once. V(true) restarts it after the Secret was written, V(false) warns with
        the command that does it. Until it is restarted, the former token is not revoked.
    type: bool
    default: false
  wait_timeout:
    description: Seconds in which a restarted workload has to serve. Of them at most 60 are for istiod to take a credential.
    type: int
    default: 600
  wait_interval:
    description: Seconds between two looks.
    type: float
    default: 2
author:
  - multiregion.istio contributors (!UNKNOWN)
seealso:
  - module: multiregion.istio.remote_istio
  - module: multiregion.istio.mesh_info
"""

EXAMPLES = r"""
- name: Make the token anew where fewer than 30 days are left
  multiregion.istio.remote_credential:
    kubeconfig: ~/.kube/ap-southeast-1.yaml
    primary:
      kubeconfig: ~/.kube/cn-beijing-1.yaml
    name: ap-southeast-1
    mesh_id: mesh1
    credential_kind: token_request
    credential_lifetime: 7776000

- name: Make a token without an end anew
  multiregion.istio.remote_credential:
    kubeconfig: ~/.kube/ap-southeast-1.yaml
    primary:
      kubeconfig: ~/.kube/cn-beijing-1.yaml
    name: ap-southeast-1
    mesh_id: mesh1
    rotate: all
"""

RETURN = r"""
credential:
  description: What became of the credential. No secrets.
  returned: success
  type: dict
  contains:
    kind:
      description: The O(credential_kind).
      type: str
      returned: always
      sample: token_request
    action:
      description:
        - V(rotated) has a new token, V(refreshed) another kubeconfig about the same token, V(finished) what an earlier task left,
          V(unchanged) nothing. V(kept) is not ours to renew, V(none) is no member.
      type: str
      returned: always
      sample: rotated
    why:
      description: Why, empty where there is nothing to say.
      type: str
      returned: always
      sample: the one in use ends in 6.0 days
    expired:
      description: When the token ends that was in use before, V(none) for one without an end.
      type: str
      returned: always
      sample: '2026-12-06T10:00:00Z'
    expires:
      description: When the token ends that is in use now, V(none) for one without an end and for one yet to be minted.
      type: str
      returned: always
      sample: '2027-02-28T10:00:00Z'
    revoked:
      description: Secrets of the remote that were deleted, and their tokens with them.
      type: list
      elements: str
      returned: always
      sample: [istio-reader-service-account-multiregion-istio-bound]
    kept:
      description: Secrets of the remote whose tokens may still be used.
      type: list
      elements: str
      returned: always
      sample: []
summary:
  description: All of it in a sentence.
  returned: success
  type: str
  sample: >-
    ap-southeast-1: has a new credential (the one in use ends in 6.0 days). Its token ends: 2026-12-06T10:00:00Z -> 2027-02-28T10:00:00Z.
    Revoked: Secret istio-reader-service-account-multiregion-istio-bound.
objects:
  description:
    - What happened to each object, in order. They are account, ClusterRole and ClusterRoleBinding where they are ours, the Secret
      of the token, the Secret of the primary, what was restarted, then what is revoked.
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
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.multiregion.istio.plugins.module_utils._istio.rotation import run
from ansible_collections.multiregion.istio.plugins.module_utils._istio.terms import CONTROL_PLANE, credential_options
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.options import access_options
from ansible_collections.multiregion.istio.plugins.module_utils._module import run_as_module


def argument_spec() -> dict[str, dict[str, t.Any]]:
    return {
        **access_options(),
        **credential_options(purpose=CONTROL_PLANE),
        "primary": {
            "type": "dict",
            "required": True,
            "options": {"name": {"type": "str", "default": "primary"}, **access_options(environment=False)},
        },
        "rotate": {"type": "str", "choices": ["due", "all"], "default": "due"},
        "threshold_days": {"type": "int", "default": 30},
        "operator": {"type": "str"},
        "restart_operator": {"type": "bool", "default": False},
        "wait_timeout": {"type": "int", "default": 600},
        "wait_interval": {"type": "float", "default": 2},
    }


def main() -> None:
    run_as_module(AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True), run)


if __name__ == "__main__":
    main()
