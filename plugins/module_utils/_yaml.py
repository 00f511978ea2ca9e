# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""YAML of plain data, by the parser in C where PyYAML has it: the one in Python takes 4 ms for a kubeconfig, which every worker reads."""

from __future__ import annotations

import typing as t

try:
    import yaml
except ImportError:
    Error: type[Exception] = ValueError  # it comes with kubernetes, for which main() answers with missing_required_lib
else:
    Error = yaml.YAMLError


def load(text: str) -> t.Any:
    """The one document in a text. Raises Error."""
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def dump(value: t.Any) -> str:
    """Text for a value, keys in their order."""
    return str(yaml.dump(value, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper), sort_keys=False))
