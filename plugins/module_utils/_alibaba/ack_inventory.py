# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which ACK clusters are hosts of an inventory, what they are called, in which group, with which variables. Pure: no I/O."""

from __future__ import annotations

import hashlib
import json
import typing as t
from collections import Counter
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase

from .._errors import MeshError
from .ack import RUNNING, Kind
from .ack_lookup import Found, tags_of, told
from .ack_problems import STATES
from .credentials import Options

Facts = dict[str, t.Any]
Tags = t.Mapping[str, tuple[str, ...]]

BY = ("name", "cluster_id", "tag")
TAG = "tag:"
# What a host's variable mesh_cluster_ack leaves out: it has these as its own.
OWN = ("variables", "problems")


@dataclass(frozen=True)
class Wanted:
    """The options of an inventory, checked.

    regions:      () for all, or the one of the credential's options
    names, exclude_names: patterns of a shell, () for any and for none
    tags:         key to the values of which a cluster has one, () for whatever value
    primary:      (one of BY, the name, the id, or Tags)
    hostname:     name, cluster_id or tag:KEY
    not_running:  warn, error or ignore
    """

    regions: tuple[str, ...]
    names: tuple[str, ...]
    exclude_names: tuple[str, ...]
    tags: Tags
    resource_group_ids: tuple[str, ...]
    primary: tuple[str, t.Any]
    hostname: str
    api_server: Kind
    not_running: str
    primary_group: str
    remote_group: str


@dataclass(frozen=True)
class Host:
    """One cluster in the inventory."""

    name: str
    group: str
    variables: Facts


@dataclass(frozen=True)
class Plan:
    hosts: tuple[Host, ...]
    warnings: tuple[str, ...]


def wanted_of(options: t.Mapping[str, t.Any]) -> Wanted:
    """The options of the plugin as they are used. Raises MeshError for one that cannot be."""
    if options["primary_group"] == options["remote_group"]:
        raise MeshError("primary_group and remote_group are the same", todo="Give two groups, or neither option")
    hostname = str(options["hostname"])
    if hostname not in ("name", "cluster_id") and not (hostname.startswith(TAG) and hostname != TAG):
        raise MeshError(f"hostname is {hostname!r}", todo=f"Give name, cluster_id or {TAG}KEY")
    return Wanted(
        regions=texts(options["regions"]),
        names=texts(options["names"]),
        exclude_names=texts(options["exclude_names"]),
        tags=tags_wanted(options["tags"], "tags"),
        resource_group_ids=texts(options["resource_group_ids"]),
        primary=primary_wanted(options["primary"]),
        hostname=hostname,
        api_server=options["api_server"],
        not_running=options["not_running"],
        primary_group=options["primary_group"],
        remote_group=options["remote_group"],
    )


def texts(values: t.Iterable[t.Any] | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(value) for value in values or () if value))


def tags_wanted(value: t.Any, option: str) -> dict[str, tuple[str, ...]]:
    """{key: value, or values, or none for any}. Raises MeshError for anything else."""
    if not isinstance(value, dict) or any(isinstance(x, dict) for x in value.values()):
        raise MeshError(f"{option} is {value!r}", todo=f"Give {option} as tags and their values, such as mesh: mesh1")

    def values(given: t.Any) -> tuple[str, ...]:
        listed = given if isinstance(given, list) else [] if given is None else [given]
        # YAML reads true and 1 where a tag's value is text.
        return tuple(str(x).lower() if isinstance(x, bool) else str(x) for x in listed)

    return {str(key): values(given) for key, given in value.items()}


def primary_wanted(value: t.Any) -> tuple[str, t.Any]:
    """By what the primary is known, and that. Raises MeshError unless it is one thing."""
    given = {key: below for key, below in value.items() if below} if isinstance(value, dict) else {}
    if len(given) != 1 or not set(given) <= set(BY):
        todo = f"Give one of {', '.join(BY)}, such as primary: {{name: cn-beijing-1}}"
        raise MeshError(f"primary is {value!r}", todo=todo)
    ((by, below),) = given.items()
    return by, tags_wanted(below, "primary.tag") if by == "tag" else str(below)


def fingerprint(wanted: Wanted, options: Options) -> str:
    """What distinguishes one reading of an account from another; made of no secret. A cache of another one is not used."""
    who = (options.region, options.access_key, options.profile, options.ecs_role_name, options.assume_role_arn)
    read = {key: asdict(wanted)[key] for key in ("regions", "names", "exclude_names", "tags", "resource_group_ids")}
    text = json.dumps([who, dict(options.endpoints), read, wanted.api_server], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def selected(rows: t.Sequence[Facts], wanted: Wanted) -> list[Facts]:
    """The rows of DescribeClustersV1 that the options select, by region, name and id. Raises MeshError for none."""
    found = [row for row in rows if is_selected(row, wanted)]
    if not found:
        names = sorted(f"{row.get('name')} ({row.get('region_id')})" for row in rows)
        raise MeshError(
            f"none of {len(rows)} ACK clusters is selected" if rows else "there are no ACK clusters",
            why=f"there are {told(names)}" if names else f"none in {', '.join(wanted.regions) or 'the account'}",
            todo="Check regions, names, tags and resource_group_ids, and that the access key is of the right account",
        )
    return sorted(found, key=lambda row: (str(row.get("region_id")), str(row.get("name")), str(row.get("cluster_id"))))


def is_selected(row: Facts, wanted: Wanted) -> bool:
    name = str(row.get("name") or "")
    return (
        (not wanted.names or any(fnmatchcase(name, pattern) for pattern in wanted.names))
        and not any(fnmatchcase(name, pattern) for pattern in wanted.exclude_names)
        and (not wanted.resource_group_ids or row.get("resource_group_id") in wanted.resource_group_ids)
        and has_tags(tags_of(row), wanted.tags)
    )


def has_tags(tags: t.Mapping[str, str], wanted: Tags) -> bool:
    return all(key in tags and (not values or tags[key] in values) for key, values in wanted.items())


def facts_of_row(row: Facts) -> Facts:
    """What is known of a cluster that does not run: nothing more is asked of it."""
    return {
        "name": str(row.get("name") or ""),
        "cluster_id": str(row.get("cluster_id") or ""),
        "region": str(row.get("region_id") or ""),
        "state": str(row.get("state") or ""),
        "tags": tags_of(row),
    }


def facts_of(rows: t.Sequence[Facts], found: t.Iterable[Found], wanted: Wanted) -> list[Facts]:
    """The facts of all selected clusters in the order of the rows: whole ones of those that were looked up."""
    whole = {one.cluster.id: one.facts(wanted.api_server) for one in found}
    return [whole.get(str(row.get("cluster_id"))) or facts_of_row(row) for row in rows]


def all_run(clusters: t.Iterable[Facts]) -> bool:
    return all(cluster["state"] == RUNNING for cluster in clusters)


def planned(clusters: t.Sequence[Facts], wanted: Wanted) -> Plan:
    """The hosts of the inventory. Raises MeshError where a name is not unique, or the primary not one running cluster."""
    running = [cluster for cluster in clusters if cluster["state"] == RUNNING]
    resting = [cluster for cluster in clusters if cluster["state"] != RUNNING]
    if resting and wanted.not_running == "error":
        raise MeshError(
            f"{len(resting)} of {len(clusters)} selected ACK clusters do not run",
            why=told([f"{label(cluster)} is {cluster['state']}" for cluster in resting]),
            todo="Run it again when they do, do not select them, or leave them out by not_running: warn",
        )
    names = hostnames(running, wanted.hostname)
    primary = the_primary(running, resting, wanted)
    hosts = [
        Host(name, wanted.primary_group if cluster is primary else wanted.remote_group, variables_of(cluster, name))
        for name, cluster in zip(names, running, strict=True)
    ]
    left_out = [] if wanted.not_running == "ignore" else [left_out_warning(cluster) for cluster in resting]
    return Plan(tuple(hosts), (*left_out, *(text for cluster in running for text in problem_warnings(cluster))))


def hostnames(clusters: t.Sequence[Facts], hostname: str) -> list[str]:
    """The name of each. Raises MeshError where one has none, or two have the same."""
    key = hostname.removeprefix(TAG)
    names = [
        str(cluster["tags"].get(key, "") if hostname.startswith(TAG) else cluster[hostname]) for cluster in clusters
    ]
    nameless = [label(cluster) for name, cluster in zip(names, clusters, strict=True) if not name]
    if nameless:
        raise MeshError(
            f"not every selected ACK cluster has a tag {key} to be called by",
            why=told(nameless),
            todo=f"Tag them, or leave them out by tags: {{{key}: null}}",
        )
    double = [name for name, times in Counter(names).items() if times > 1]
    if double:
        which = [label(cluster) for name, cluster in zip(names, clusters, strict=True) if name in double]
        raise MeshError(
            f"more than one selected ACK cluster is called {', '.join(sorted(double))}",
            why=told(which),
            todo="Leave one out, rename it, or set hostname to cluster_id or to a tag that tells them apart",
        )
    return names


def the_primary(running: t.Sequence[Facts], resting: t.Sequence[Facts], wanted: Wanted) -> Facts:
    """The one running cluster that option primary describes. Raises MeshError, naming the candidates, for none or several."""
    found = [cluster for cluster in running if is_primary(cluster, wanted.primary)]
    by, value = wanted.primary
    described = f"{by} {tags_told(value) if by == 'tag' else value}"
    if len(found) > 1:
        raise MeshError(
            f"{len(found)} of the selected ACK clusters are the primary by {described}",
            why=told([label(cluster) for cluster in found]),
            todo="Describe one of them: primary: {cluster_id: ...}",
        )
    if not found:
        still = [cluster for cluster in resting if is_primary(cluster, wanted.primary)]
        if still:
            raise MeshError(
                f"the primary is {still[0]['state']}, not running",
                cluster=label(still[0]),
                todo=STATES.get(still[0]["state"], "Run it again when the cluster is running"),
            )
        raise MeshError(
            f"none of the selected ACK clusters is the primary by {described}",
            why=f"there are {told([label(cluster) for cluster in running])}" if running else "none of them runs",
            todo="Check primary, and whether regions, names, tags and resource_group_ids leave it out",
        )
    return found[0]


def is_primary(cluster: Facts, primary: tuple[str, t.Any]) -> bool:
    by, value = primary
    return has_tags(cluster["tags"], value) if by == "tag" else bool(cluster[by] == value)


def tags_told(tags: Tags) -> str:
    return ", ".join(f"{key}={'|'.join(values)}" if values else key for key, values in tags.items())


def variables_of(cluster: Facts, hostname: str) -> Facts:
    """Of a host: the mesh's variables, and all that ACK tells for groups and variables of the user's own."""
    told_by_ack = {key: value for key, value in cluster.items() if key not in OWN}
    return {**cluster["variables"], "mesh_cluster_name": hostname, "mesh_cluster_ack": told_by_ack}


def left_out_warning(cluster: Facts) -> str:
    todo = STATES.get(cluster["state"], "Run it again when the cluster is running")
    return str(MeshError(f"left out, as it is {cluster['state']}, not running", cluster=label(cluster), todo=todo))


def problem_warnings(cluster: Facts) -> list[str]:
    return [
        str(MeshError(x["what"], cluster=label(cluster), why=x["why"], todo=x["todo"])) for x in cluster["problems"]
    ]


def label(cluster: Facts) -> str:
    return f"{cluster['name']} ({cluster['cluster_id']}, {cluster['region']})"
