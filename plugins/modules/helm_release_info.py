#!/usr/bin/python
# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: helm_release_info
short_description: Tell how a Helm release stands, what drifted from it and what is to be done
description:
  - Reads the release from the Secrets in which Helm keeps it, in every status. It needs no C(helm) program, writes nothing and takes
    a fraction of a second.
  - Compares each object of a deployed release with the cluster, by a server-side dry run as Helm's field manager C(helm). Fields
    that others write at run time are left out, such as the CA that istiod puts into its webhooks, or the replicas that a
    HorizontalPodAutoscaler sets. Fields that others added, and that the chart does not set, are no drift.
  - With O(mesh_id) it says what is to be done to have the release as wanted. The role P(multiregion.istio.helm_release#role) does that.
  - A release belongs to a mesh by the value C(global.multiregionIstio.mesh), which Helm stores in the same moment as the release.
    Hooks of charts are not looked at.
extends_documentation_fragment:
  - multiregion.istio._kubernetes
  - multiregion.istio._attributes
  - multiregion.istio._attributes.reads
  - multiregion.istio._attributes.actiongroup_kubernetes
attributes:
  diff_mode:
    support: full
    details:
      - C(diff) has what differs. Values of Secrets are never shown, only that they differ.
options:
  name:
    description: Name of the release.
    type: str
    required: true
  namespace:
    description: Namespace of the release.
    type: str
    required: true
  mesh_id:
    description: The mesh that the release is to belong to. With it RV(plan) is returned.
    type: str
  state:
    description: Whether the plan is to have the release, or to take it away.
    type: str
    choices: [present, absent]
    default: present
  chart:
    description:
      - Name of the wanted chart, or the absolute path of a directory that holds it, whose C(Chart.yaml) then tells name and version.
    type: path
  chart_version:
    description: Wanted version of the chart. It is not compared where it is not given.
    type: str
  values:
    description: Wanted values, without the mark of the mesh.
    type: dict
  force:
    description: Take over a release, or objects, of others. A release that was taken over is kept by O(state=absent).
    type: bool
    default: false
  manifest:
    description:
      - What a chart makes, as C(helm template) prints it. RV(drift) is then what installing or upgrading to it would change.
        An object whose namespace or kind is yet to come is predicted as created.
    type: str
author:
  - multiregion.istio contributors (!UNKNOWN)
seealso:
  - module: kubernetes.core.helm
"""

EXAMPLES = r"""
- name: See whether somebody changed istiod by hand
  multiregion.istio.helm_release_info:
    kubeconfig: ~/.kube/cn-beijing-1.yaml
    name: istiod
    namespace: istio-system
  register: istiod

- name: Say what was changed
  ansible.builtin.debug:
    msg: "{{ item.kind }} {{ item.name }}: {{ item.fields | join(', ') }}"
  loop: "{{ istiod.drift }}"
  loop_control:
    label: "{{ item.name }}"
"""

RETURN = r"""
release:
  description: The newest revision.
  returned: success
  type: dict
  contains:
    exists:
      description: Whether there is one. Without one nothing else is returned here.
      type: bool
      returned: always
      sample: true
    status:
      description: Its status, in Helm's words.
      type: str
      returned: when there is one
      sample: deployed
    pending:
      description: Whether Helm takes it for a run that still goes on. A killed run leaves it so.
      type: bool
      returned: when there is one
      sample: false
    revision:
      description: Its number.
      type: int
      returned: when there is one
      sample: 3
    deployed_revision:
      description: Number of the newest revision that is deployed.
      type: int
      returned: when there is one
      sample: 3
    chart:
      description: Name of its chart.
      type: str
      returned: when there is one
      sample: istiod
    chart_version:
      description: Version of its chart.
      type: str
      returned: when there is one
      sample: 1.31.0
    apply_method:
      description: V(ssa) where Helm applied it on the server, V(csa) where it did so itself, as Helm 3 does.
      type: str
      returned: when there is one
      sample: ssa
    release_values:
      description: Values that it was given. Empty for a release of others.
      type: dict
      returned: when there is one
      sample: {global: {multiregionIstio: {mesh: mesh1}}}
    mesh_id:
      description: The mesh that it belongs to, none for a release of others.
      type: str
      returned: when there is one
      sample: mesh1
    adopted:
      description: Whether it was there before the mesh took it over.
      type: bool
      returned: when there is one
      sample: false
    owner:
      description: Whose it is, where it is not the mesh's.
      type: str
      returned: when there is one
      sample: it was installed by Helm, not by this collection
drift:
  description:
    - The objects that Helm would change, create or delete, to have the release as it is stored, or as O(manifest) says; with
      O(state=absent) those that would go.
  returned: success
  type: list
  elements: dict
  contains:
    kind:
      description: Its kind.
      type: str
      returned: always
      sample: Deployment
    namespace:
      description: Its namespace, V(none) for a cluster-scoped object.
      type: str
      returned: always
      sample: istio-system
    name:
      description: Its name.
      type: str
      returned: always
      sample: istiod
    action:
      description: One of V(created) (it is missing), V(changed), V(deleted).
      type: str
      returned: always
      sample: changed
    fields:
      description: Paths of the fields that differ, where it is changed.
      type: list
      elements: str
      returned: always
      sample: ["spec.template.spec.containers[discovery].image"]
plan:
  description: What is to be done.
  returned: when O(mesh_id) is given
  type: dict
  contains:
    action:
      description: What will have been done. One of V(installed), V(upgraded), V(repaired), V(unchanged), V(removed), V(absent), V(kept).
      type: str
      returned: always
      sample: repaired
    changed:
      description: Whether anything is to be done.
      type: bool
      returned: always
      sample: true
    check_mode:
      description: Whether the task ran in check mode, so that a plan is all that is wanted.
      type: bool
      returned: always
      sample: false
    why:
      description: The reason, empty where there is nothing to say.
      type: str
      returned: always
      sample: "changed by others: Deployment istio-system/istiod (spec.replicas)"
    refused:
      description: Why nothing may be done, empty where it may.
      type: str
      returned: always
      sample: ""
    todo:
      description: What to do about a refusal.
      type: str
      returned: always
      sample: ""
    release_values:
      description: The values for Helm, with the mark of the mesh.
      type: dict
      returned: always
      sample: {global: {multiregionIstio: {mesh: mesh1, repair: 3}}}
    uninstall:
      description: Whether to uninstall, before anything else.
      type: bool
      returned: always
      sample: false
    delete:
      description: Objects to delete then, which an uninstall that was killed left.
      type: list
      elements: dict
      returned: always
      sample: []
    records:
      description: Names of Secrets to delete then, revisions that a killed run left unfinished.
      type: list
      elements: str
      returned: always
      sample: [sh.helm.release.v1.istiod.v3]
    patches:
      description: Merge patches to apply then, which put back what no apply of Helm does, a port of a Service with another number.
      type: list
      elements: dict
      returned: always
      sample: []
    force_conflicts:
      description: Whether Helm has to take fields back that others wrote.
      type: bool
      returned: always
      sample: true
kept:
  description: With O(state=absent), the objects that the chart wants to be kept, such as Istio's CRDs.
  returned: success
  type: list
  elements: dict
  sample:
    - apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata: {name: gateways.networking.istio.io}
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.multiregion.istio.plugins.module_utils._helm.info import run
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.options import access_options
from ansible_collections.multiregion.istio.plugins.module_utils._module import run_as_module

CONSTRAINTS: dict[str, t.Any] = {
    "required_by": {"chart": ["mesh_id"], "values": ["mesh_id"]},
    "mutually_exclusive": [("mesh_id", "manifest")],
}


def argument_spec() -> dict[str, dict[str, t.Any]]:
    return {
        **access_options(),
        "name": {"type": "str", "required": True},
        "namespace": {"type": "str", "required": True},
        "mesh_id": {"type": "str"},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "chart": {"type": "path"},
        "chart_version": {"type": "str"},
        "values": {"type": "dict"},
        "force": {"type": "bool", "default": False},
        "manifest": {"type": "str", "no_log": True},
    }


def main() -> None:
    run_as_module(AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True, **CONSTRAINTS), run)


if __name__ == "__main__":
    main()
