# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A credential taken out of a remote: rights, account, and last the Secret, by which a run that was interrupted finds the rest.

Only what is ours goes. What was adopted is kept, without our marks.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from functools import partial

from .._kubernetes import credentials
from .._kubernetes.apply import Change, delete_object, in_parallel
from .._kubernetes.client import KubernetesClient
from .._kubernetes.diff import visible
from .._kubernetes.kinds import SECRET, SERVICE_ACCOUNT, Kind
from .._kubernetes.ownership import ownership_of, without_marks
from . import rules
from .outcome import Done
from .remote_state import RemoteState, former_of, purpose_of
from .standing import title_of
from .terms import Terms

Object = dict[str, t.Any]


@dataclass(frozen=True)
class Part:
    """One object to remove, by its identity; `used_by` names what else needs it."""

    kind: Kind
    name: str
    namespace: str | None
    used_by: str = ""


def parts_of(former: list[Object], remaining: list[Object]) -> list[Part]:
    """What is behind credentials that go or change, in the order in which it goes, and which of those that remain needs it.

    Both are lists of credential Secrets.
    """
    users = {(kind, name): title_of(secret) for secret in remaining for kind, name in needs_of(secret)}
    found = [
        (kind, name, secret["metadata"].get("namespace"))
        for secret in former
        for kind, name in reversed(objects_behind(secret))
    ]
    return [
        Part(kind, name, namespace if kind.namespaced else None, users.get((kind, name), ""))
        for kind, name, namespace in dict.fromkeys(found)
    ]


def objects_behind(secret: Object) -> list[tuple[Kind, str]]:
    """The account and rights of ours behind a credential Secret, as its annotations note them."""
    metadata, account = secret["metadata"], account_of(secret)
    noted = (metadata.get("annotations") or {}).get(credentials.RULES_ANNOTATION, "")
    objects = rules.objects_of(noted, account, metadata.get("namespace") or "") if account else []
    return [(kind, body["metadata"]["name"]) for kind, body in objects]


def needs_of(secret: Object) -> list[tuple[Kind, str]]:
    """What a credential does not work without: an account of the charts too."""
    return [*objects_behind(secret), (SERVICE_ACCOUNT, account_of(secret))]


def account_of(secret: Object) -> str:
    return str((secret["metadata"].get("annotations") or {}).get(credentials.ACCOUNT_ANNOTATION) or "")


def remove_credentials(
    remote: KubernetesClient, secrets: list[Object], parts: list[Part], terms: Terms, done: Done
) -> None:
    """Remove what is behind credentials, then their Secrets; what happened to each comes into `done`."""
    lives = in_parallel([partial(remote.get, part.kind, part.name, part.namespace) for part in parts]) if parts else []
    for part, live in zip(parts, lives, strict=True):
        done.append((remote.cluster, remove(remote, part, live, terms)))
    for secret in secrets:
        part = Part(SECRET, secret["metadata"]["name"], terms.namespace)
        done.append((remote.cluster, remove(remote, part, secret, terms)))


def remove_former(remote: KubernetesClient, state: RemoteState, terms: Terms, done: Done) -> None:
    """Take out what an earlier task left that this one does not use: another kind of token, wider rights."""
    former, wanted = former_of(state, terms), terms.secret()
    others = [secret for secret in state.labelled if purpose_of(secret) != terms.purpose]
    behind = parts_of([*former, *filter(None, [state.secret])], [*others, *filter(None, [wanted])])
    remove_credentials(remote, former, [part for part in behind if not part.used_by], terms, done)


def remove(client: KubernetesClient, part: Part, live: Object | None, terms: Terms) -> Change:
    """Remove one object that is ours alone, or say why it is kept."""
    if live is None:
        return Change(part.kind.kind, part.namespace, part.name, "absent", before={}, after={})
    standing = ownership_of(live, terms.mesh_id)
    why = f"used by {part.used_by}" if part.used_by else ""
    if standing.standing != "ours":
        why = f"belongs to {standing.owner}" if standing.owner else "was not made by us"
    if not why and not standing.adopted:
        return delete_object(client, part.kind, live, dry_run=terms.dry_run)
    after = live
    if not why:
        why = "was adopted: it was there before us"
        after = client.patch(part.kind, part.name, part.namespace, without_marks(), dry_run=terms.dry_run)
    before = visible(live)
    return Change(part.kind.kind, part.namespace, part.name, "kept", before, visible(after), why=why)
