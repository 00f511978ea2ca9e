# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every module says of check mode, diff mode, idempotency and its action group.

A module that only reads extends `multiregion.istio._attributes` and `multiregion.istio._attributes.reads`;
one that writes extends the first and `multiregion.istio._attributes.writes`;
one with the options of a cluster adds `multiregion.istio._attributes.actiongroup_kubernetes`, one with those of
Alibaba Cloud `multiregion.istio._attributes.actiongroup_alibaba`.
"""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in C(check_mode) and tell what it would change without changing anything.
  diff_mode:
    description: Returns the differences when run with C(--diff).
  idempotent:
    description: A second run with the same options, with nothing changed in between by others, reports no change.
"""

    READS = r"""
options: {}
attributes:
  check_mode:
    support: full
    details:
      - The module only reads.
  diff_mode:
    support: N/A
    details:
      - The module only reads.
  idempotent:
    support: full
    details:
      - The module only reads.
"""

    WRITES = r"""
options: {}
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
"""

    ACTIONGROUP_KUBERNETES = r"""
options: {}
attributes:
  action_group:
    description:
      - Use C(group/multiregion.istio.kubernetes) in C(module_defaults) to say once how the cluster is reached.
    support: full
    membership:
      - multiregion.istio.kubernetes
"""

    ACTIONGROUP_ALIBABA = r"""
options: {}
attributes:
  action_group:
    description:
      - Use C(group/multiregion.istio.alibaba) in C(module_defaults) to say once who calls and in which region.
    support: full
    membership:
      - multiregion.istio.alibaba
"""
