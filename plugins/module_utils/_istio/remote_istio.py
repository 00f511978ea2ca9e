# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logic of the module remote_istio: the join of one member as seen from the two API servers, and its end.

Read both, refuse what must not be, then: a credential in the remote, its registration in the primary, the RemoteIstio.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .._kubernetes.client import KubernetesClient
from .._kubernetes.kinds import SECRET
from .._kubernetes.options import access_from
from .._wait import Progress
from . import leave, outcome, resource
from .adopted import adopted_credential, unheeded
from .changed_kubeconfig import is_reconciled
from .credential import confirm_given
from .join import Join, check, check_spec, read
from .operator_wait import check_operator_options, wait_for_operator
from .registering import held_in
from .spec_note import noted
from .succession import bring, end_former, in_use, succession_of
from .task import Task
from .terms import ADOPTED, CONTROL_PLANE, terms_from

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
    held = held_in(before.secret, terms.name)
    terms, state = in_use(terms, before.remote, held)
    before, join = replace(before, remote=state), replace(join, terms=terms)
    warnings = check(before, join, remote, primary)
    if terms.kind == ADOPTED:
        adopted = adopted_credential(primary, remote, before.secret, join.name, join.namespace)
        warnings += unheeded(params, adopted)
        terms = replace(terms, address=adopted)
        join = replace(join, terms=terms)
    if terms.kind == "kubeconfig" and held.credential != terms.address:
        path = params["credential_kubeconfig"]
        confirm_given(remote, join.name, path, f"credential_kubeconfig {path}")
    join = check_spec(primary, before, join)
    plan = succession_of(remote, terms, state, held, before.secret)
    join = replace(join, terms=plan.terms)

    task = Task(primary, remote, params, progress, planned=planned(join, primary.cluster))
    with outcome.told(task.done, task.planned):
        brought = bring(task, plan, known=before.remote_istio is not None)
        wanted = join.wanted(before.remote_istio)
        wanted = noted(primary, wanted, before.remote_istio) if is_reconciled(params) else wanted
        record = terms.apply(primary, join.kind, wanted, before.remote_istio)
        task.done.append((primary.cluster, record))
        status = resource.status_of(before.remote_istio)
        if params["wait"] and not check_mode:
            answer = wait_for_operator(
                primary, join.kind, before.remote_istio, record, params, progress, since=brought.since
            )
            status = resource.status_of(answer)
        kept = end_former(task, plan, brought)
    return {
        **outcome.results(task.done),
        "remote_istio": record.after,
        "status": status,
        "credential": {
            "secret": f"{join.namespace}/{join.name}",
            "kind": terms.kind,
            "rules": terms.rules if terms.token_kind else None,
            "api_server": terms.address.server,
            "expires": brought.issued.expires,
        },
        "left": [],
        "warnings": [*warnings, *brought.advice, *kept, *brought.issued.warnings],
    }


def planned(join: Join, primary: str) -> list[outcome.Item]:
    """Every object that a join brings, in order."""
    wanted = [body for kind, body in join.terms.objects]
    secret = join.terms.secret()
    wanted += [secret] if secret else []
    own = [outcome.item(join.name, body) for body in wanted]
    return [*own, *[outcome.Item(primary, kind, join.name, join.namespace) for kind in (SECRET.kind, join.kind.kind)]]
