# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a module that waits for an operator; the argument spec is operator_options() in
module_utils/_istio/operator_wait.py."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  api_version:
    description: The API of the resource. V(istio.banzaicloud.io/v1beta1) is the one that it descends from.
    type: str
    default: istio.alibabacloud.com/v1beta1
  operator:
    description:
      - The Deployment (or StatefulSet) of the operator in the primary, as C(namespace/name).
      - Where it is not given, it is the one whose image is called C(istio-operator), whatever its registry and tag.
      - It is looked for only where it is needed, as for the command that shows its log when it did not do its work.
    type: str
  wait_success:
    description:
      - JMESPath expression over the resource that ends waiting.
      - A status from before the spec was changed is not taken for an answer to it, in this run or in a later one.
    type: str
    default: status.Status == 'Available'
  wait_failure:
    description:
      - JMESPath expression over the resource that ends waiting as a failure, for example
        V(contains(status.ErrorMessage || '', 'forbidden'\)).
      - Without it only the time ends a wait in vain, since C(ReconcileFailed) heals as a rule once its cause is gone.
    type: str
"""
