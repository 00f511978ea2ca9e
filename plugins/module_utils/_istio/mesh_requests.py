# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module mesh_requests: real requests from every member to every other, and nothing left afterwards."""

from __future__ import annotations

import threading
import typing as t
import uuid

from .._errors import MeshError
from .._interrupts import for_each
from .._kubernetes.access import Access
from .._kubernetes.client import KubernetesClient
from .._problems import ERROR, Problem, report
from .._wait import Progress
from .probe_requests import Line, Outcome, measure
from .probe_room import access_by_name, find_leftovers, used
from .probe_site import Plan, Site, prepare
from .proxy_trust import trust_problems

PAIRS_AT_ONCE = 8  # from one member: each is a connection through its API server and kubelet

Result = dict[str, t.Any]


def run(params: t.Mapping[str, t.Any], check_mode: bool, progress: Progress) -> Result:
    """Send the requests. Raises MeshError, with the result in its details, where one pair did not answer all of them."""
    accesses = checked_members(params["members"])
    plan = Plan(
        members=tuple(accesses),
        namespace=params["namespace"],
        mesh_id=params["mesh_id"],
        revision=params["revision"],
        image=params["image"],
        pull_secrets=tuple(params["image_pull_secrets"]),
        pull_secrets_from=params["image_pull_secrets_namespace"],
        timeout=params["timeout"],
        waits=params["wait_for_removal"],
        run=uuid.uuid4().hex,
    )
    if check_mode:
        sites, outcomes = predict(accesses, plan)
        left_behind: list[Problem] = []
    else:
        (sites, outcomes), left_behind = used(
            plan,
            lambda: send(accesses, plan, params["count"], progress),
            lambda name: KubernetesClient(accesses[name]),
            progress,
        )
    trusts = [site.trust for site in sites if site.trust]
    problems = [
        *setup_problems(sites),
        *trust_problems(trusts),
        *pair_problems(outcomes, params["count"]),
        *left_behind,
    ]
    result = {
        "changed": False,
        "requests": [outcome.as_dict() for outcome in outcomes],
        "trust": [trust.as_dict() for trust in trusts],
        "image": next((site.image for site in sites if site.image), ""),
        "problems": [problem.as_dict() for problem in problems],
        "warnings": [f"{p.cluster}: {p.what}: {p.why}. {p.todo}." for p in left_behind],
    }
    errors = [problem for problem in problems if problem.severity == ERROR]
    if errors:
        raise MeshError(report("Requests between the members", errors), details=result)
    return result


def checked_members(members: t.Sequence[t.Mapping[str, t.Any]]) -> dict[str, Access]:
    """The members by name. Raises MeshError for fewer than two, a name given twice or one that is no DNS label."""
    accesses = access_by_name(members, "members")
    if len(accesses) < 2:
        raise MeshError("members: at least two are needed", todo="A mesh of one cluster has nobody to send requests to")
    return accesses


def predict(accesses: t.Mapping[str, Access], plan: Plan) -> tuple[list[Site], list[Outcome]]:
    """Check mode: whether the namespace may be used in each member, and the pairs. Nothing is made or sent."""

    def look(access: Access) -> Site:
        try:
            find_leftovers(KubernetesClient(access), plan)
        except MeshError as error:
            return Site(access.name, error=error)
        return Site(access.name, image=plan.image)

    sites = for_each(look, list(accesses.values()), threading.Event())
    return sites, [Outcome(source, target) for source in accesses for target in accesses if source != target]


def send(
    accesses: t.Mapping[str, Access], plan: Plan, count: int, progress: Progress
) -> tuple[list[Site], list[Outcome]]:
    """Raise the probe in every member, then send from each that has one to each other that has one."""
    stop = threading.Event()

    def raise_probe(access: Access) -> Site:
        try:
            return prepare(KubernetesClient(access), plan, stop, progress)
        except MeshError as error:
            progress(f"{access.name}: no probe: {error.why or error.what}")
            return Site(access.name, error=error)

    sites = for_each(raise_probe, list(accesses.values()), stop)
    by_source = for_each(lambda site: send_from(site, sites, plan, count, stop, progress), sites, stop)
    return sites, [outcome for outcomes in by_source for outcome in outcomes]


def send_from(
    site: Site, sites: t.Sequence[Site], plan: Plan, count: int, stop: threading.Event, progress: Progress
) -> list[Outcome]:
    """All pairs of one source, several at once."""

    def one(other: Site) -> Outcome:
        missing = next((candidate.cluster for candidate in (site, other) if candidate.client is None), "")
        if missing or site.client is None:
            return Outcome(site.cluster, other.cluster, why=f"no probe in {missing}")
        with Line(site.client, plan.namespace, site.cluster) as line:
            return measure(line, site.cluster, other.cluster, count, plan.timeout, stop)

    outcomes = for_each(one, [other for other in sites if other is not site], stop, PAIRS_AT_ONCE)
    if site.client:
        answered = ", ".join(f"{o.target} {o.ok}/{o.sent}" for o in outcomes)
        progress(f"{site.cluster}: answers to its requests: {answered}")
    return outcomes


def setup_problems(sites: t.Sequence[Site]) -> list[Problem]:
    """One problem for each member without a probe."""
    return [
        Problem(ERROR, site.error.what, site.error.why, site.error.todo, site.cluster) for site in sites if site.error
    ]


def pair_problems(outcomes: t.Sequence[Outcome], count: int) -> list[Problem]:
    """One problem for each pair that was tried and did not answer every time."""
    return [
        Problem(
            ERROR,
            f"{outcome.sent - outcome.ok} of {outcome.sent} requests to {outcome.target} were not answered"
            if outcome.sent > outcome.ok
            else f"requests to {outcome.target} took too long",
            why=outcome.why,
            todo=f"Check that pods of {outcome.source} reach pods of {outcome.target} (routes, security groups, policies)"
            " and that istiod reads both",
            cluster=outcome.source,
        )
        for outcome in outcomes
        if outcome.sent and not outcome.is_fine(count)
    ]
