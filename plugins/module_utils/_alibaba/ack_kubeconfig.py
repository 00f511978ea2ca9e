# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logic of the module ack_kubeconfig."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import timedelta

from .. import _files
from .._errors import MeshError
from .._files import Content
from .._wait import Progress
from . import ack_credential
from .ack import RUNNING, AckCluster, Kind, cluster_of
from .ack_credential import LONGEST, SHORTEST, Held, Wanted, held_in, shown
from .ack_lookup import detail_of, one_named
from .ack_problems import no_api_server, not_running, state_todo
from .client import Client
from .errors import about
from .options import options_of

Object = dict[str, t.Any]


@dataclass(frozen=True)
class Outcome:
    """What was done to the file, or would be: its account after that, and why. `expires` is None where it is not known yet."""

    held: Held
    expires: str | None
    is_new: bool
    why: str = ""
    warning: str = ""


def run(params: t.Mapping[str, t.Any], check_mode: bool, progress: Progress) -> Object:
    """Options of the module in, its result out. Raises MeshError."""
    before = _files.read(params["dest"])
    check_ours(before, force=params["force"])
    if params["state"] == "absent":
        return absent(before, check_mode)
    lifetime, renew_before = lifetimes(params)
    client = Client(options_of(params))
    cluster = the_cluster(client, params)
    wanted = wanted_of(cluster, params["context"] or cluster.name, params["api_server"], lifetime, renew_before)
    outcome = brought(client, cluster, wanted, before, check_mode)
    return {
        **result(before, outcome),
        "cluster_id": cluster.id,
        "name": cluster.name,
        "region": cluster.region,
        "context": wanted.name,
        "api_server": wanted.server,
    }


def lifetimes(params: t.Mapping[str, t.Any]) -> tuple[int, int]:
    """(lifetime, minutes before its end when it is fetched anew): a third by default. Raises MeshError."""
    lifetime, renew_before = params["lifetime"], params["renew_before"]
    if not SHORTEST <= lifetime <= LONGEST:
        raise MeshError(
            f"lifetime {lifetime} is not from {SHORTEST} to {LONGEST} minutes", todo="Give another lifetime"
        )
    if renew_before is None:
        return lifetime, lifetime // 3
    if not 0 <= renew_before < lifetime:
        todo = f"Give less than lifetime, which is {lifetime}"
        raise MeshError(f"renew_before {renew_before} would fetch a credential anew in every run", todo=todo)
    return lifetime, renew_before


def check_ours(before: Content, *, force: bool) -> None:
    """Raise MeshError for a file of somebody else, unless `force`."""
    if before.exists and not force and held_in(before.text) is None:
        todo = "Set dest to another path, or force: true to lose what it holds"
        why = "it was not written by this module, or rewritten by another program since"
        raise MeshError(f"refused to touch {before.path}; nothing was changed", why=why, todo=todo)


def the_cluster(client: Client, params: t.Mapping[str, t.Any]) -> AckCluster:
    """The cluster that is meant, its detail alone."""
    if params["cluster_id"]:
        return cluster_of(detail_of(client, params["cluster_id"]))
    row = one_named(client, params["name"])
    return cluster_of(detail_of(client, row["cluster_id"], str(row.get("region_id") or ""), params["name"]))


def wanted_of(cluster: AckCluster, name: str, kind: Kind, lifetime: int, renew_before: int) -> Wanted:
    """What the file is to be. Raises MeshError for a cluster that cannot be reached so."""
    if cluster.state != RUNNING:
        raise MeshError(f"no kubeconfig: {not_running(cluster)}", cluster=cluster.name, todo=state_todo(cluster))
    server = cluster.api_servers[kind]
    if not server:
        raise MeshError(f"it has no {kind} API server", cluster=cluster.name, todo=no_api_server(kind))
    return Wanted(cluster.id, name, kind, server, lifetime, renew_before)


def brought(client: Client, cluster: AckCluster, wanted: Wanted, before: Content, check_mode: bool) -> Outcome:
    """The file as wanted. A credential is fetched only where it has to be, and never in check mode."""
    now = ack_credential.now_utc()
    held = held_in(before.text)
    why = ack_credential.why_anew(held, wanted, now) if held else ""
    if held and not why:
        if before.mode != _files.PRIVATE and not check_mode:
            _files.write_private(before.path, before.text)
        reason = "" if before.mode == _files.PRIVATE else f"others could read it (mode {before.mode:04o})"
        return Outcome(held, shown(held.ends), is_new=False, why=reason)
    if check_mode:
        return Outcome(wanted.held_until(now + timedelta(minutes=wanted.lifetime)), None, is_new=True, why=why)
    with about(cluster.name):
        answer = client.call(
            "DescribeClusterUserKubeconfig",
            cluster.region,
            path={"ClusterId": cluster.id},
            PrivateIpAddress=wanted.kind == "internal",
            TemporaryDurationMinutes=wanted.lifetime,
        )
    config = ack_credential.renamed(str(answer.get("config") or ""), wanted.name, cluster.name)
    ends = ack_credential.ends_of(answer.get("expiration"), wanted.lifetime, now)
    _files.write_private(before.path, ack_credential.text_of(config, wanted, ends))
    warning = ack_credential.granted_less(ends, wanted, now)
    return Outcome(wanted.held_until(ends), shown(ends), is_new=True, why=why, warning=warning)


def absent(before: Content, check_mode: bool) -> Object:
    """The file removed. Its certificate lives on until its end: ACK has no call that revokes it alone."""
    if before.exists and not check_mode:
        _files.remove(before.path)
    shows = facts(before.exists, before.path, before.mode, held_in(before.text))
    return {
        "changed": before.exists,
        "dest": before.path,
        "expires": None,
        "diff": difference(before.path, shows, {}),
    }


def result(before: Content, outcome: Outcome) -> Object:
    """The keys of a task's result that are about the file."""
    old = facts(before.exists, before.path, before.mode, held_in(before.text))
    new = facts(True, before.path, _files.PRIVATE, outcome.held)
    return {
        "changed": outcome.is_new or old != new,
        "dest": before.path,
        "expires": outcome.expires,
        "why": outcome.why,
        "diff": difference(before.path, old, new),
        "warnings": [outcome.warning] if outcome.warning else [],
    }


def facts(exists: bool, path: str, mode: int, held: Held | None) -> Object:
    """What may be shown of a file: nothing of its credential."""
    if not exists:
        return {}
    if held is None:
        return {"path": path, "mode": f"{mode:04o}", "content": "(not shown)"}
    return {
        "path": path,
        "mode": f"{mode:04o}",
        "cluster_id": held.cluster_id,
        "context": held.name,
        "api_server": held.server,
        "expires": shown(held.ends),
    }


def difference(path: str, before: Object, after: Object) -> list[Object]:
    """The task's `diff`."""
    return [] if before == after else [{"before_header": path, "after_header": path, "before": before, "after": after}]
