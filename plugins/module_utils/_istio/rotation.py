# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logic of the module remote_credential: a member's credential made anew where it is near its end, without a gap."""

from __future__ import annotations

import typing as t
from datetime import datetime, timezone

from .._errors import MeshError
from .._kubernetes.apply import in_parallel
from .._kubernetes.client import KubernetesClient
from .._kubernetes.kinds import SECRET
from .._kubernetes.options import access_from
from .._kubernetes.ownership import ownership_of
from .._kubernetes.tokens import expiry_of, why_ends
from .._wait import Progress
from . import outcome, registration, resource
from .credential import confirm_given
from .operator_deployment import check_operator
from .outcome import Item
from .registering import held_in
from .remote_state import RemoteState, check_remote, read_remote
from .standing import check_staying, title_of
from .succession import Brought, Succession, bring, end_former, in_use, succession_of
from .taken import has_gap
from .task import Task
from .terms import ADOPTED, CONTROL_PLANE, Terms, terms_from

Object = dict[str, t.Any]

JOIN = "Run the playbook multiregion.istio.remotes"


def run(params: t.Mapping[str, t.Any], check_mode: bool, progress: Progress) -> Object:
    """Options of the module in, its result out. Raises MeshError."""
    resource.check_name(params["name"])
    check_operator(params["operator"])
    primary = KubernetesClient(access_from(params["primary"], params["primary"]["name"]))
    remote = KubernetesClient(access_from(params, params["name"]))
    terms = terms_from(params, remote, CONTROL_PLANE, dry_run=check_mode)
    calls: list[t.Callable[[], t.Any]] = [
        lambda: RemoteState([]) if terms.kind == ADOPTED else read_remote(remote, terms),
        lambda: primary.list(SECRET, terms.namespace, labels=registration.SELECTOR),
        lambda: primary.get(SECRET, terms.name, terms.namespace),
    ]
    state, registered, secret = in_parallel(calls)
    if secret is None:
        return untouched(terms, "it is no member: the primary has no credential of it", "none")
    check_primary(primary, registered, secret, terms)
    held = held_in(secret, terms.name)
    if terms.token_kind is None and (terms.kind == ADOPTED or held.credential == terms.address):
        token = held.credential.token if held.credential else ""
        return not_ours(terms, token, params)
    if terms.kind == "kubeconfig":
        path = params["credential_kubeconfig"]
        confirm_given(remote, terms.name, path, f"credential_kubeconfig {path}")
    terms, state = in_use(terms, state, held)
    warnings = check_remote(remote, state, terms)
    days, everything = params["threshold_days"], params["rotate"] == "all"
    plan = succession_of(remote, terms, state, held, secret, days=days, everything=everything)
    task = Task(primary, remote, params, progress, planned=planned(plan, primary.cluster))
    with outcome.told(task.done, task.planned):
        brought = bring(task, plan, known=True, proving=True)
        kept = end_former(task, plan, brought)
    result = rotated(task, plan, brought, kept)
    return {**result, "warnings": [*warnings, *result["warnings"]]}


def check_primary(primary: KubernetesClient, registered: list[Object], secret: Object, terms: Terms) -> None:
    """Raise MeshError where the Secret in the primary is not ours to be written."""
    registration.check_registered(registered, secret, terms.name, primary.cluster)
    check_staying(secret, primary.cluster, f"{JOIN}, which makes it anew once it has gone")
    standing = ownership_of(secret, terms.mesh_id)
    if terms.kind == ADOPTED or standing.standing == "ours":
        return
    raise MeshError(
        f"refused to change {title_of(secret)}; nothing was written",
        cluster=primary.cluster,
        why=f"it belongs to {standing.owner}" if standing.owner else "it was not made by us",
        todo=f"{JOIN}, which takes it over or says whose it is; or set credential_kind adopted, which leaves it alone",
    )


def planned(plan: Succession, primary: str) -> list[Item]:
    """Every object that may change, in order."""
    terms, wanted = plan.terms, plan.terms.secret()
    bodies = [*(body for kind, body in terms.objects), *([wanted] if wanted else [])]
    former = [Item(terms.name, SECRET.kind, secret["metadata"]["name"], terms.namespace) for secret in plan.former]
    own = [outcome.item(terms.name, body) for body in bodies]
    return [*own, Item(primary, SECRET.kind, terms.name, terms.namespace), *former]


def not_ours(terms: Terms, token: str, params: t.Mapping[str, t.Any]) -> Object:
    """What is told of a credential that we cannot make. Raises MeshError where it is near its end."""
    path = params["credential_kubeconfig"]
    is_file = terms.kind == "kubeconfig"
    what = f"it is that of {path}" if is_file else "it was adopted"
    todo = (
        f"Write a new identity to {path} and run this again, which gives it to the primary"
        if is_file
        else "Have whoever made it write a new one into the Secret, or set another remote_cluster_credential_kind and run"
        " multiregion.istio.remotes"
    )
    why = why_ends(token, datetime.now(timezone.utc), params["threshold_days"])
    if why:
        raise MeshError(
            f"the credential by which the primary reads it is not ours to renew: {what}",
            cluster=terms.name,
            why=why,
            todo=todo,
        )
    return untouched(
        terms,
        f"{what}, and not ours to renew. When its time has come: {todo[0].lower()}{todo[1:]}",
        "kept",
        expiry_of(token),
    )


def untouched(terms: Terms, why: str, action: str, expires: str | None = None) -> Object:
    credential: Object = {
        "kind": terms.kind,
        "action": action,
        "why": why,
        "expires": expires,
        "expired": expires,
        "revoked": [],
        "kept": [],
    }
    return {**outcome.results([]), "credential": credential, "summary": f"{terms.name}: {why}", "warnings": []}


def rotated(task: Task, plan: Succession, brought: Brought, kept: list[str]) -> Object:
    """The result of a task that came to its end."""
    terms, token = plan.terms, plan.held.credential.token if plan.held.credential else ""
    names = {secret["metadata"]["name"] for secret in plan.former}
    revoked = sorted(
        change.name for _cluster, change in task.done if change.action == "deleted" and change.name in names
    )
    action = "rotated" if plan.why else "refreshed" if brought.change.changed else "finished" if names else "unchanged"
    credential = {
        "kind": terms.kind,
        "action": action,
        "why": plan.why or reason(plan, brought),
        "expired": expiry_of(token),
        "expires": brought.issued.expires,
        "revoked": revoked,
        "kept": sorted(names - set(revoked)),
    }
    gap = [
        f"{task.primary.cluster}: istiod {one.version} drops the endpoints of {terms.name} for up to half a minute while it"
        " takes a new credential; Istio 1.30.4 and later do not"
        for one in brought.seen
        if has_gap(one)
    ]
    return {
        **outcome.results(task.done),
        "credential": credential,
        "summary": summary(terms, credential),
        "warnings": [*brought.advice, *kept, *brought.issued.warnings, *gap[:1]],
    }


def reason(plan: Succession, brought: Brought) -> str:
    """Why something was done without a new token."""
    old, new = plan.held.credential, brought.issued.credential
    if old and new and old != new:
        shown, after = old.facts(), new.facts()
        return "changed: " + ", ".join(key for key in after if after[key] != shown.get(key))
    return "an earlier run did not come to its end" if plan.former else ""


def summary(terms: Terms, credential: Object) -> str:
    """One sentence about a member, in the tense of the run."""
    will = terms.dry_run
    done = {
        "rotated": "would get a new credential" if will else "has a new credential",
        "refreshed": "would get its kubeconfig anew" if will else "has its kubeconfig anew",
        "finished": "would have what is left of an earlier run cleared away"
        if will
        else "an earlier rotation was finished",
        "unchanged": "nothing is due",
    }[credential["action"]]
    why = f" ({credential['why']})" if credential["why"] else ""
    new = credential["action"] == "rotated" and will
    ends = [credential["expired"] or "no end", "not minted yet" if new else credential["expires"] or "no end"]
    said = f"{terms.name}: {done}{why}. Its token ends: {' -> '.join(dict.fromkeys(ends))}."
    for title, names in (("To be revoked" if will else "Revoked", credential["revoked"]), ("Kept", credential["kept"])):
        said += f" {title}: Secret {', '.join(names)}." if names else ""
    return said
