# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logic of the module remote_istio: the join of one member as seen from the two API servers, and its end.

Read both, refuse what must not be, then: a credential in the remote, its registration in the primary, the RemoteIstio.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .._kubernetes.apply import Change
from .._kubernetes.client import KubernetesClient
from .._kubernetes.kinds import SECRET
from .._kubernetes.options import access_from
from .._wait import Progress
from . import leave, outcome, registration, resource
from .adopted import adopted_credential, unheeded
from .changed_kubeconfig import heed, is_reconciled, note_of, stale_of
from .credential import NOT_YET, Held, Issued, bring_account, confirm_given, issue
from .join import Join, check, check_spec, read
from .operator_wait import check_operator_options, wait_for_operator
from .outcome import Done
from .revoke import remove_former
from .spec_note import noted
from .standing import with_marks
from .terms import ADOPTED, CONTROL_PLANE, Terms, terms_from

Object = dict[str, t.Any]


def run(params: t.Mapping[str, t.Any], check_mode: bool, progress: Progress) -> Object:
    """Options of the module in, its result out. Raises MeshError."""
    resource.check_name(params["name"])
    if params["state"] == "absent":
        return leave.run(params, check_mode, progress)
    check_operator_options(params)
    return join_member(params, check_mode, progress)


def join_member(params: t.Mapping[str, t.Any], check_mode: bool, progress: Progress) -> Object:
    """The result of the state present."""
    primary = KubernetesClient(access_from(params["primary"], params["primary"]["name"]))
    remote = KubernetesClient(access_from(params, params["name"]))
    terms = terms_from(params, remote, CONTROL_PLANE, dry_run=check_mode)
    join = Join(terms, resource.kind_of(params["api_version"]), resource.spec_from(params))
    before = read(remote, primary, join)
    warnings = check(before, join, remote, primary)
    if terms.kind == ADOPTED:
        adopted = adopted_credential(primary, remote, before.secret, join.name, join.namespace)
        warnings += unheeded(params, adopted)
        terms = replace(terms, address=adopted)
        join = replace(join, terms=terms)
    held = Held(
        registration.credential_in(before.secret, join.name), registration.noted(before.secret, registration.LIFETIME)
    )
    if terms.kind == "kubeconfig" and held.credential != terms.address:
        path = params["credential_kubeconfig"]
        confirm_given(remote, join.name, path, f"credential_kubeconfig {path}")
    join = check_spec(primary, before, join)

    done: Done = []
    plan = planned(join, primary.cluster)
    with outcome.told(done, plan):
        bring_account(remote, before.remote, terms, done)
        issued = issue(remote, before.remote, held, terms, done, progress)
        text = kubeconfig_of(issued, before.secret, terms)
        note = note_of(primary, before.secret, text, join.name, params, known=before.remote_istio is not None)
        stale = stale_of(primary, before.secret, note, join.name, params)
        done.append((primary.cluster, register(primary, before.secret, issued, text, note, terms)))
        since = None
        if stale:
            since, advice = heed(primary, stale, params, done, plan, progress, dry_run=check_mode)
            warnings += advice
        wanted = join.wanted(before.remote_istio)
        wanted = noted(primary, wanted, before.remote_istio) if is_reconciled(params) else wanted
        record = terms.apply(primary, join.kind, wanted, before.remote_istio)
        done.append((primary.cluster, record))
        status = resource.status_of(before.remote_istio)
        if params["wait"] and not check_mode:
            answer = wait_for_operator(primary, join.kind, before.remote_istio, record, params, progress, since=since)
            status = resource.status_of(answer)
        remove_former(remote, before.remote, terms, done)
    return {
        **outcome.results(done),
        "remote_istio": record.after,
        "status": status,
        "credential": {
            "secret": f"{join.namespace}/{join.name}",
            "kind": terms.kind,
            "rules": terms.rules if terms.token_kind else None,
            "api_server": terms.address.server,
            "expires": issued.expires,
        },
        "left": [],
        "warnings": [*warnings, *issued.warnings],
    }


def planned(join: Join, primary: str) -> list[outcome.Item]:
    """Every object that a join brings, in order."""
    wanted = [body for kind, body in join.terms.objects]
    secret = join.terms.secret()
    wanted += [secret] if secret else []
    own = [outcome.item(join.name, body) for body in wanted]
    return [*own, *[outcome.Item(primary, kind, join.name, join.namespace) for kind in (SECRET.kind, join.kind.kind)]]


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
