# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From one credential of a member to the next: a new one beside the one in use, the primary's Secret, then the end of the former.

Nothing has to be remembered between two runs: what the Secret in the primary says is in use, and every other Secret in the
remote that is ours and for the same purpose was left by a run that did not come to its end, or is an earlier kind.
"""

from __future__ import annotations

import itertools
import math
import typing as t
from dataclasses import dataclass, replace
from datetime import datetime

from .._kubernetes.apply import Change
from .._kubernetes.client import KubernetesClient
from .._kubernetes.credentials import slot_in
from .._kubernetes.kinds import SECRET
from .._kubernetes.tokens import secret_of
from . import registration
from .changed_kubeconfig import heed, note_of, stale_of
from .credential import Held, Issued, bring_account, issue, why_anew
from .hand_over import have_taken, look
from .istiod import Istiod
from .registering import kubeconfig_of, register
from .remote_state import RemoteState, former_of, ours_in
from .revoke import remove_former
from .standing import title_of
from .task import Task
from .terms import Terms

Object = dict[str, t.Any]


@dataclass(frozen=True)
class Succession:
    """What is to become of a member's credential.

    terms, state: by the Secret in the remote that is to be used
    why:    why the token in use is not kept, "" where it is or where there is none
    former: the Secrets to be deleted once the primary uses the other
    secret: the Secret in the primary as it is
    """

    terms: Terms
    state: RemoteState
    held: Held
    secret: Object | None
    why: str
    former: list[Object]


@dataclass(frozen=True)
class Brought:
    """The credential in the primary.

    change: of its Secret
    since:  since when an operator reads it, None while it may have the former
    advice: what there is to do until it does
    """

    issued: Issued
    change: Change
    since: datetime | None
    advice: list[str]
    seen: list[Istiod]


def in_use(terms: Terms, state: RemoteState, held: Held) -> tuple[Terms, RemoteState]:
    """Both by the Secret that the token in use is of, where that is one of ours by these terms."""
    if not terms.token_kind:
        return terms, state
    name = token_secret(held)
    slot = slot_in(name, terms.secret_names[0])
    found = next((secret for secret in ours_in(state, terms) if secret["metadata"]["name"] == name), None)
    return (replace(terms, slot=slot), replace(state, secret=found)) if slot and found else (terms, state)


def beside(remote: KubernetesClient, terms: Terms, state: RemoteState, held: Held) -> tuple[Terms, RemoteState]:
    """Both for a new Secret beside the one in use; as they are where that is another, or none."""
    if not state.secret or token_secret(held) != state.secret["metadata"]["name"]:
        return terms, state
    known = {secret["metadata"]["name"] for secret in state.labelled}
    for slot in itertools.count(1):
        new = replace(terms, slot=slot)
        name = new.secret_names[0]
        if name not in known and remote.get(SECRET, name, terms.namespace) is None:
            return new, replace(state, secret=None)
    raise AssertionError("unreachable")


def token_secret(held: Held) -> str:
    """The name of the Secret in the remote that the token in use is of, "" where it does not say."""
    return secret_of(held.credential.token) if held.credential else ""


def succession_of(
    remote: KubernetesClient,
    terms: Terms,
    state: RemoteState,
    held: Held,
    secret: Object | None,
    *,
    days: float = math.inf,
    everything: bool = False,
) -> Succession:
    """What is due. `terms` and `state` are those of in_use().

    days:       as in tokens.why_ends()
    everything: a new token whatever is left of the one in use
    """
    why = why_anew(remote, state, held, terms, days)
    if everything and not why and terms.token_kind and token_secret(held):
        why = "a new one is asked for"
    if why:
        terms, state = beside(remote, terms, state, held)
    return Succession(terms, state, held, secret, why, former_of(state, terms))


def bring(task: Task, plan: Succession, *, known: bool, proving: bool = False) -> Brought:
    """Account, Secret and token in the remote, then the Secret in the primary, and an operator that is to be restarted for it.

    known:   whether the member is one already, so that an operator may have read its kubeconfig
    proving: whether istiod has to take the Secret even where no other credential is to be revoked
    """
    terms, params, live = plan.terms, task.params, plan.secret
    bring_account(task.remote, plan.state, terms, task.done)
    issued = issue(task.remote, plan.state, plan.held, plan.why, terms, task.done, task.progress)
    text = kubeconfig_of(issued, live, terms)
    note = note_of(task.primary, live, text, terms.name, params, known=known)
    stale = stale_of(task.primary, live, note, terms.name, params)
    is_new = text is None or text != registration.kubeconfig_in(live, terms.name)
    seen = look(task.primary, terms.namespace) if plan.former or (proving and is_new) else []
    change = register(task.primary, live, issued, text, note, terms)
    task.done.append((task.primary.cluster, change))
    since: datetime | None = None
    advice: list[str] = []
    if stale:
        since, advice = heed(task.primary, stale, params, task.done, task.planned, task.progress, dry_run=terms.dry_run)
    if proving and is_new and not plan.former:
        have_taken(task, seen, change, terms)
    return Brought(issued, change, since, advice, seen)


def end_former(task: Task, plan: Succession, brought: Brought) -> list[str]:
    """Revoke what was before, once it is used no more: warnings where it may be."""
    if plan.former and brought.advice:
        names = ", ".join(map(title_of, plan.former))
        return [
            f"{plan.terms.name}: {names} is kept, since an operator may use its token: run this again once it is restarted"
        ]
    if plan.former:
        have_taken(task, brought.seen, brought.change, plan.terms)
    remove_former(task.remote, plan.state, plan.terms, task.done)
    return []
