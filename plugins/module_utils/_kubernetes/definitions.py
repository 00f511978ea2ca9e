# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a definition may go: whoever deletes one deletes all objects of its kind."""

from __future__ import annotations

import typing as t

from .apply import defined_kinds
from .client import KubernetesClient
from .leftovers import SHOWN, release_of
from .ownership import ownership_of

Object = dict[str, t.Any]


def why_in_use(
    client: KubernetesClient, definition: Object, mesh_id: str, releases: t.Collection[str], *, check_mode: bool
) -> str:
    """Why a CustomResourceDefinition is not to be deleted, in words; "" where no object of its kind is there.

    In check mode what is ours, or of `releases`, counts as gone: the run would have removed it by then.
    """
    kinds = defined_kinds(definition)
    found = client.list(kinds[0], metadata_only=True) if kinds else []
    return why_kept([each for each in found if not (check_mode and is_going(each, mesh_id, releases))])


def why_kept(users: t.Sequence[Object]) -> str:
    names = sorted("/".join(filter(None, (x["metadata"].get("namespace"), x["metadata"]["name"]))) for x in users)
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"objects of its kind are there, which would go with it: {', '.join(names[:SHOWN])}{more}" if names else ""


def is_going(live: Object, mesh_id: str, releases: t.Collection[str]) -> bool:
    standing = ownership_of(live, mesh_id)
    return (standing.standing == "ours" and not standing.adopted) or release_of(live) in releases
