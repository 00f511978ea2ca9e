# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Secret by which a member's API is registered with the control plane, written."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .._kubernetes.apply import Change
from .._kubernetes.client import KubernetesClient
from .._kubernetes.kinds import SECRET
from . import registration, resource
from .credential import NOT_YET, Held, Issued
from .standing import with_marks
from .terms import ADOPTED, Terms

Object = dict[str, t.Any]


def held_in(secret: Object | None, name: str) -> Held:
    """The credential in use, and the lifetime that was asked for it."""
    return Held(registration.credential_in(secret, name), registration.noted(secret, registration.LIFETIME))


def kubeconfig_of(issued: Issued, live: Object | None, terms: Terms) -> str | None:
    """The kubeconfig to be written, None where check mode does not make the credential. An adopted one keeps its bytes."""
    if terms.kind == ADOPTED:
        return registration.kubeconfig_in(live, terms.name)
    return registration.kubeconfig_for(issued.credential, live) if issued.credential else None


def register(
    primary: KubernetesClient, live: Object | None, issued: Issued, text: str | None, note: str, terms: Terms
) -> Change:
    """The Secret in the primary, shown without what is secret in it."""
    notes = {registration.CHANGED: note} if note else {}
    if terms.kind == "token_request":
        notes |= {registration.EXPIRES: issued.expires or NOT_YET, registration.LIFETIME: str(terms.lifetime)}
    wanted = registration.registration(text or "", terms.name, terms.namespace, live, notes)
    if text is None:
        before = registration.shown(live or {}, terms.name)
        after = registration.shown(with_marks(wanted, live, terms.mesh_id), terms.name)
        after = {**resource.merged(before, after), "kubeconfig": issued.facts(terms)}
        action: t.Literal["created", "changed"] = "changed" if live else "created"
        return Change(SECRET.kind, terms.namespace, terms.name, action, before, after, why=issued.why)
    change = terms.apply(primary, SECRET, wanted, live)
    old, new = (registration.shown(side, terms.name) for side in (change.before, change.after))
    return replace(change, before=old, after=new, why=issued.why)
