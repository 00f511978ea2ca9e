#!/usr/bin/python
# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: injection_namespaces
short_description: Label the namespaces of a cluster whose pods get a sidecar
description:
  - Sets the label C(istio-injection=enabled), or C(istio.io/rev=<revision>), on the namespaces listed, and nothing else.
  - Takes the label off namespaces that only this module labelled and that are no longer listed. A label that somebody else
    set is never touched.
  - A namespace that does not exist is named in a warning, as is one whose user set a contrary label (injection disabled, another
    revision).
  - Pods that run already are as they are until they are made anew.
extends_documentation_fragment:
  - multiregion.istio._kubernetes
  - multiregion.istio._attributes
  - multiregion.istio._attributes.writes
  - multiregion.istio._attributes.actiongroup_kubernetes
options:
  namespaces:
    description: The namespaces. An empty list takes our labels off all.
    type: list
    elements: str
    required: true
  revision:
    description: Revision of the control plane that injects. Empty means the default one.
    type: str
    default: ''
author:
  - multiregion.istio contributors (!UNKNOWN)
"""

EXAMPLES = r"""
- name: Sidecars in two namespaces
  multiregion.istio.injection_namespaces:
    kubeconfig: ~/.kube/ap-southeast-1.yaml
    namespaces: [default, shop]
"""

RETURN = r"""
labelled:
  description: Namespaces that got the label.
  returned: success
  type: list
  elements: str
  sample: [default]
unlabelled:
  description: Namespaces from which our label was taken.
  returned: success
  type: list
  elements: str
  sample: []
missing:
  description: Namespaces that are listed and do not exist.
  returned: success
  type: list
  elements: str
  sample: [shop]
kept:
  description: Namespaces that are listed and keep a contrary label of their user.
  returned: success
  type: list
  elements: str
  sample: []
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.multiregion.istio.plugins.module_utils._istio.injection import run
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.options import access_options
from ansible_collections.multiregion.istio.plugins.module_utils._module import run_as_module


def argument_spec() -> dict[str, dict[str, t.Any]]:
    return {
        **access_options(),
        "namespaces": {"type": "list", "elements": "str", "required": True},
        "revision": {"type": "str", "default": ""},
    }


def main() -> None:
    run_as_module(AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True), run)


if __name__ == "__main__":
    main()
