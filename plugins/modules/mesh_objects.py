#!/usr/bin/python
# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mesh_objects
short_description: Apply Kubernetes objects of a mesh with regard to who owns them
description:
  - Brings a list of objects of any kinds into one cluster, in order, by server-side apply (field manager
    C(multiregion.istio)) or as O(apply_method) says, or takes them out again in reverse order.
  - What it makes carries the labels C(app.kubernetes.io/managed-by=multiregion.istio) and
    C(multiregion.istio/mesh=<mesh_id>).
  - An object that was there before without any mark of an owner is adopted, said in a warning, and annotated
    C(multiregion.istio/adopted=true).
  - An object that belongs to somebody else (another value of C(app.kubernetes.io/managed-by), a mark of Helm, Argo CD or
    Flux, an owner reference other than the Istio resource, another mesh, or a CustomResourceDefinition that is not ours) is
    refused, and then nothing of the list is written.
  - A namespace that belongs to others, or to Kubernetes itself, is never refused unless it belongs to another mesh. It gets the
    labels and annotations that were asked for and no mark, and is never deleted.
  - Labels, annotations and fields that others set on our objects stay as they are. Fields that we applied and no longer ask
    for are removed.
extends_documentation_fragment:
  - multiregion.istio._kubernetes
  - multiregion.istio._apply
  - multiregion.istio._wait
  - multiregion.istio._attributes
  - multiregion.istio._attributes.writes
  - multiregion.istio._attributes.actiongroup_kubernetes
attributes:
  check_mode:
    details:
      - The API server is asked by a dry run. An object whose namespace or kind is yet to come is predicted as created.
  diff_mode:
    details:
      - Values of Secrets are never shown, only that they differ.
options:
  objects:
    description:
      - The objects, each with C(apiVersion), C(kind), C(metadata.name) and, where its kind has one, C(metadata.namespace).
      - A CustomResourceDefinition is waited for, so that objects of its kind may follow in the same list.
    type: list
    elements: dict
    required: true
  mesh_id:
    description: The mesh that the objects belong to.
    type: str
    required: true
  state:
    description:
      - With V(absent) what is ours is deleted. What was adopted is kept, our marks are taken off it, and it is named with the
        action V(kept), as is what belongs to others.
      - The Secrets C(cacerts) and C(istio-ca-secret), and a namespace that holds one of them, are kept unless O(remove_ca).
      - A CustomResourceDefinition is deleted only where no object of its kind is there, unless O(force). Else it is kept, with the names
        of these in RV(objects[].why).
      - A namespace is deleted only where all in it is ours or was put there by Kubernetes or istiod itself. Else it is kept,
        with the names of the objects of others in RV(objects[].why).
    type: str
    choices: [present, absent]
    default: present
  force:
    description:
      - Take over what belongs to others. It counts as adopted from then on.
      - With O(state=absent), delete what is listed whoever made it, but for namespaces of others.
    type: bool
    default: false
  removed_releases:
    description:
      - With O(state=absent) in check mode, names of Helm releases that the run would have uninstalled by then. What they made in
        a namespace does not keep it.
    type: list
    elements: str
    default: []
  helm_release:
    description:
      - With O(state=absent), a Helm release of ours as C(namespace/name). What it made counts as ours. It is for definitions, which Helm
        keeps when it uninstalls a release.
    type: str
    default: ''
  remove_ca:
    description:
      - With O(state=absent), the Secrets C(cacerts) and C(istio-ca-secret) are deleted where they are listed. C(istio-ca-secret), which
        istiod makes, counts as ours then. What is signed by another key afterwards is not trusted by what is signed by this one.
    type: bool
    default: false
  wait:
    description: With O(state=absent), whether to wait until what was deleted has gone.
  wait_timeout:
    description: Seconds for each single wait, that for a CustomResourceDefinition to be served included.
author:
  - multiregion.istio contributors (!UNKNOWN)
seealso:
  - module: multiregion.istio.remote_istio
"""

EXAMPLES = r"""
- name: Namespace of the mesh in a remote cluster
  multiregion.istio.mesh_objects:
    kubeconfig: ~/.kube/ap-southeast-1.yaml
    mesh_id: mesh1
    objects:
      - apiVersion: v1
        kind: Namespace
        metadata:
          name: istio-system
          annotations:
            topology.istio.io/controlPlaneClusters: cn-beijing-1

- name: Take it out again
  multiregion.istio.mesh_objects:
    kubeconfig: ~/.kube/ap-southeast-1.yaml
    mesh_id: mesh1
    state: absent
    wait: true
    objects:
      - apiVersion: v1
        kind: Namespace
        metadata:
          name: istio-system
"""

RETURN = r"""
objects:
  description: What happened to each object, in the order in which they were handled.
  returned: success
  type: list
  elements: dict
  contains:
    kind:
      description: Its kind.
      type: str
      returned: always
      sample: Namespace
    namespace:
      description: Its namespace, V(none) for a cluster-scoped object.
      type: str
      returned: always
      sample: istio-system
    name:
      description: Its name.
      type: str
      returned: always
      sample: istio-system
    action:
      description: One of V(unchanged), V(created), V(changed), V(deleted), V(absent), V(kept).
      type: str
      returned: always
      sample: created
    why:
      description: Why it was kept.
      type: str
      returned: when the action is V(kept)
      sample: "was adopted: it was there before us"
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.objects import run
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.options import access_options, apply_options
from ansible_collections.multiregion.istio.plugins.module_utils._module import run_as_module
from ansible_collections.multiregion.istio.plugins.module_utils._wait import wait_options


def argument_spec() -> dict[str, dict[str, t.Any]]:
    return {
        **access_options(),
        **apply_options(),
        **wait_options(),
        "objects": {"type": "list", "elements": "dict", "required": True},
        "mesh_id": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "force": {"type": "bool", "default": False},
        "removed_releases": {"type": "list", "elements": "str", "default": []},
        "helm_release": {"type": "str", "default": ""},
        "remove_ca": {"type": "bool", "default": False},
    }


def main() -> None:
    run_as_module(AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True), run)


if __name__ == "__main__":
    main()
