# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All that must be right before a mesh is made or changed. Reads this machine only; clusters were read before."""

from __future__ import annotations

import typing as t

from .._address_plan.blocks import NETADDR_ERROR, Cluster
from .._address_plan.check import Finding, check_plan
from .._address_plan.rules import Policy
from .._address_plan.run import CLUSTER_OPTIONS, cluster_from, finding_as_dict, problem_of
from .._errors import MeshError
from .._libraries import first_missing
from .._problems import ERROR, FAILS_ON, WARNING, Problem, errors_first, report
from .._wait import Progress
from .controller import RunCommand, controller_problems, run_command
from .found_istio import Place, found_problems
from .ingress import ingress_of, ingress_problems, shared_problems
from .kubeconfig_file import YAML_ERROR, address_of
from .merged_services import as_groups, merge_problems, merged, patterns_and_problems
from .operator_checks import group_in
from .preflight_checks import (
    Member,
    kubeconfig_problems,
    mesh_problems,
    missing_problems,
    name_problems,
    read_problems,
    server_problems,
)

Dict = dict[str, t.Any]

MEMBER_OPTIONS: dict[str, Dict] = {
    **{name: option for name, option in CLUSTER_OPTIONS.items() if name != "addresses"},
    "hostname": {"type": "str", "default": ""},
    "role": {"type": "str", "choices": ["primary", "remote"], "default": "remote"},
    "id": {"type": "str", "default": ""},
    "security_group_ids": {"type": "list", "elements": "str", "default": []},
    "pod_security_group_ids": {"type": "list", "elements": "str", "default": []},
    "kubeconfig": {"type": "path", "default": ""},
    "context": {"type": "str", "default": ""},
    "api_server": {"type": "str", "default": ""},
    "api_server_proxy": {"type": "str", "default": ""},
    "api_server_ca": {"type": "str", "default": ""},
    "api_server_tls_server_name": {"type": "str", "default": ""},
    "ingress_service_type": {
        "type": "str",
        "choices": ["LoadBalancer", "NodePort", "ClusterIP"],
        "default": "LoadBalancer",
    },
    "ingress_public": {"type": "bool", "default": True},
    "ingress_load_balancer_id": {"type": "str", "default": ""},
    "ingress_override_listeners": {"type": "bool", "default": False},
    "ingress_annotations": {"type": "dict", "default": {}},
    "pilot_annotations": {"type": "dict", "default": {}},
    "missing": {"type": "list", "elements": "str", "default": []},
}
# Problems as other modules return them.
FOUND_OPTIONS: dict[str, Dict] = {
    "severity": {"type": "str", "choices": [ERROR, WARNING], "required": True},
    "what": {"type": "str", "required": True},
    "why": {"type": "str", "default": ""},
    "todo": {"type": "str", "default": ""},
    "cluster": {"type": "str", "default": ""},
}


def missing_libraries() -> tuple[str, str] | None:
    """(message, traceback) where a library is missing, for fail_json; None where all are there."""
    return first_missing({"netaddr": NETADDR_ERROR, "PyYAML": YAML_ERROR})


def run(params: t.Mapping[str, t.Any], _check_mode: bool, _progress: Progress) -> Dict:
    """The result of the module. Raises MeshError, with the result in its details, where it has to fail."""
    result = check(params, run_command)
    if result.pop("failed"):
        text = result.pop("report")
        raise MeshError(text, details=result)
    return result


def check(params: t.Mapping[str, t.Any], run_command: RunCommand) -> Dict:
    """The result of the module, with `failed` as `fail_on` has it and the `report` of all problems."""
    infos = {info.get("name"): info for info in params["infos"]}
    members = [Member(options, infos.get(options["name"])) for options in params["clusters"]]
    problems = [*controller_problems(run_command, with_helm=params["engine"] == "helm")]
    problems += [*mesh_problems(params, members), *shared_problems(members)]
    problems += [Problem(**found) for found in params["found"]]
    plan = []
    for member in members:
        named, found = kubeconfig_problems(member)
        server = member.options["api_server"] or named
        plan.append(plan_cluster(member, server))
        problems += [*name_problems(member, params), *missing_problems(member), *found]
        problems += [*server_problems(member, server), *ingress_problems(ingress_of(member))]
        if named or not member.options["kubeconfig"]:  # else cluster_info failed for the same reason
            problems += read_problems(member, params)
            problems += found_problems(member.reached.get("istio", {}).get("traces", []), place_of(member, params))
    patterns, found = patterns_and_problems(params["local_services"])
    services = merged({member.name: member.reached.get("services", []) for member in members}, patterns)
    problems += [*found, *merge_problems(services)]
    checked = check_plan(plan, params["external_cidrs"], Policy(strict=params["strict"]))
    problems += plan_problems(members, checked.findings)
    problems = errors_first(dict.fromkeys(problems))
    return {
        "changed": False,
        "problems": [problem.as_dict() for problem in problems],
        "findings": [finding_as_dict(finding) for finding in checked.findings],
        "blocks": [place._asdict() for place in checked.blocks],
        "clusters": [summary(member, problems, checked.findings) for member in members],
        "merged_services": as_groups(services),
        "failed": any(problem.severity in FAILS_ON[params["fail_on"]] for problem in problems),
        "report": report(f"Preflight of mesh {params['mesh_id']}, {len(members)} clusters", problems),
    }


def place_of(member: Member, params: t.Mapping[str, t.Any]) -> Place:
    """A member as what is found there is judged."""
    return Place(
        cluster=member.name,
        is_primary=member.is_primary,
        mesh_id=params["mesh_id"],
        namespace=params["namespace"],
        revision=params["revision"],
        force=params["force"],
        clusters=frozenset(options["name"] for options in params["clusters"]),
        operator=group_in(params["api_version"]) if params["engine"] == "operator" else "",
    )


def plan_cluster(member: Member, server: str) -> Cluster:
    """The cluster as the address plan sees it, with the address of its API server where it has one."""
    address = address_of(server)
    return cluster_from({**member.options, "addresses": [address] if address else []})


def plan_problems(members: list[Member], findings: list[Finding]) -> t.Iterator[Problem]:
    """The plan's findings, without the missing blocks that are named by their variables already."""
    named = {member.name for member in members if member.options["missing"]}
    for finding in findings:
        if not (finding.rule.startswith("missing_") and finding.left.cluster in named):
            yield problem_of(finding)


def summary(member: Member, problems: list[Problem], findings: list[Finding]) -> Dict:
    """One line of a table: what the cluster is, what was read of it, and how many errors it has a part in."""
    errors = [problem for problem in problems if problem.cluster == member.name and problem.severity == ERROR]
    shared = [
        x for x in findings if x.right and x.right.cluster == member.name != x.left.cluster and x.severity == ERROR
    ]
    told = ("name", "hostname", "role", "provider", "region", "network", "vpc_id")
    return {
        **{name: member.options[name] for name in told},
        "contacted": member.info is not None,
        "reachable": bool(member.reached),
        "kubernetes": member.reached.get("kubernetes", ""),
        "workers": member.reached.get("workers"),
        "errors": len(errors) + len(shared),
    }
