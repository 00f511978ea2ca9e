# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a module that writes objects; the argument spec is apply_options() in module_utils/_kubernetes/options.py."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  apply_method:
    description:
      - How objects are written. With V(server_side) the API server merges and knows who set which field.
      - With V(client_side) three sides are merged here, as C(kubectl apply) does, by its annotation
        C(kubectl.kubernetes.io/last-applied-configuration). It needs the Python package C(openshift).
      - With V(auto) it is V(client_side) for API servers before 1.22, else V(server_side); the server is asked for its version
        where something may have to be written.
      - Objects that somebody's own C(kubectl apply) made can be written with either, and applied by C(kubectl) again. With
        V(client_side) what that annotation has and the task does not ask for is removed; with V(server_side) it stays.
      - Keep to one method for an object. Neither removes the fields that only the other one knows to be applied.
    type: str
    choices: [auto, server_side, client_side]
    default: auto
"""
