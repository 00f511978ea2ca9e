# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What could not be removed from a remote that does not answer, with the command that removes it later. No I/O."""

from __future__ import annotations

import shlex
import typing as t
from dataclasses import asdict, dataclass

from .._kubernetes.kinds import SECRET
from .revoke import Part

Object = dict[str, t.Any]


@dataclass(frozen=True)
class Left:
    """One object that may still be there."""

    cluster: str
    kind: str
    namespace: str | None
    name: str
    why: str
    command: str

    def as_dict(self) -> Object:
        return asdict(self)


def left_in(params: t.Mapping[str, t.Any], parts: list[Part], secrets: list[str], why: str) -> list[Left]:
    """Entries for the objects behind a credential, then its Secrets, in the order in which they would go."""
    room = params["namespace"]
    return [
        Left(params["name"], part.kind.kind, part.namespace, part.name, why, command(params, part))
        for part in [*(part for part in parts if not part.used_by), *(Part(SECRET, name, room) for name in secrets)]
    ]


def command(params: t.Mapping[str, t.Any], part: Part) -> str:
    """The kubectl command that deletes an object, by the kubeconfig and context that the task was given."""
    words = ["kubectl"]
    for option in ("kubeconfig", "context"):
        words += [f"--{option}", params[option]] if params.get(option) else []
    words += ["delete", part.kind.kind.lower(), part.name]
    words += ["--namespace", part.namespace] if part.namespace else []
    return shlex.join([*words, "--ignore-not-found"])
