# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services that stay in their cluster, and those that a mesh makes one of."""

from __future__ import annotations

import time
import typing as t

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.multiregion.istio.plugins.filter.local_services import FilterModule
from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._istio import local_services, merged_services

Dict = dict[str, t.Any]


def test_patterns_become_hosts_as_istio_matches_them() -> None:
    patterns = ["default/web", "monitoring/*", "default/web"]
    assert local_services.service_settings(patterns, "corp.example") == [
        {
            "settings": {"clusterLocal": True},
            "hosts": ["web.default.svc.corp.example", "*.monitoring.svc.corp.example"],
        }
    ]
    assert local_services.service_settings([]) == []


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "web",
        "*/*",
        "*/web",
        "default/",
        "/web",
        "default/web-*",
        "Default/web",
        "a/b/c",
        "a.b/c",
        None,
        1,
        "a/{{ b }}",
    ],
)
def test_what_istio_could_not_match_is_refused_with_what_to_write(pattern: t.Any) -> None:
    with pytest.raises(MeshError, match=r"Give namespace/name or namespace/\* in mesh_local_services"):
        local_services.service_settings([pattern])


@pytest.mark.parametrize("domain", ["", "-a", "a..b", "*.local", None])
def test_a_domain_that_is_none_is_refused(domain: t.Any) -> None:
    with pytest.raises(MeshError, match="no domain of a cluster"):
        local_services.service_settings(["a/b"], domain)


def test_the_filter_tells_errors_as_its_own() -> None:
    given = FilterModule().filters()["local_services"]
    assert given(["a/*"])[0]["hosts"] == ["*.a.svc.cluster.local"]
    assert given("a/*, b/c")[0]["hosts"] == ["*.a.svc.cluster.local", "c.b.svc.cluster.local"]
    for value in ({"a/*": 1}, ["nonsense"], "nonsense"):
        with pytest.raises(AnsibleFilterError):
            given(value)


def service(
    name: str, namespace: str = "default", ports: t.Sequence[str] = ("http 80/TCP",), selector: str = "a=1"
) -> Dict:
    return {"namespace": namespace, "name": name, "ports": list(ports), "selector": selector}


def told(services: dict[str, list[Dict]], *patterns: str) -> list[tuple[str, str]]:
    found = merged_services.merged(services, {local_services.pattern_of(pattern) for pattern in patterns})
    return [(problem.severity, problem.what) for problem in merged_services.merge_problems(found)]


def test_services_of_one_cluster_or_of_other_namespaces_are_left_alone() -> None:
    services = {"east": [service("web"), service("db", "a")], "west": [service("web", "other"), service("db", "b")]}
    assert told(services) == []


def test_services_that_are_alike_are_one_warning() -> None:
    services = {name: [service("web"), service("db")] for name in ("east", "west", "north")}
    members = "(east, west, north)"
    what = f"Services of one name, merged on purpose or by accident (2): default/db {members}, default/web {members}"
    assert told(services) == [("warning", what)]


@pytest.mark.parametrize(
    ("other", "difference"),
    [
        (service("web", ports=["http 8080/TCP"]), "ports http 80/TCP in east and north, http 8080/TCP in west"),
        (
            service("web", ports=["http 80/TCP", "b 1/UDP"]),
            "ports http 80/TCP in east and north, http 80/TCP, b 1/UDP in west",
        ),
        (service("web", ports=["http 80/TCP grpc"]), "ports http 80/TCP in east and north, http 80/TCP grpc in west"),
        (service("web", ports=[]), "ports http 80/TCP in east and north, none in west"),
        (service("web", selector="a=2"), "selector a=1 in east and north, a=2 in west"),
        (service("web", selector=""), "selector a=1 in east and north, none in west"),
    ],
)
def test_ports_or_selectors_that_differ_are_an_error(other: Dict, difference: str) -> None:
    services = {"east": [service("web")], "west": [other], "north": [service("web")]}
    what = f"Services of one name that differ between clusters (1): default/web ({difference})"
    assert told(services) == [("error", what)]


def test_services_that_are_to_stay_apart_are_left_out() -> None:
    services = {"east": [service("web"), service("db", "a")], "west": [service("web"), service("db", "a")]}
    assert told(services, "default/web", "a/*") == []
    assert len(told(services, "default/web")) == 1


def test_thousands_are_counted_quickly_and_not_listed() -> None:
    services = {
        cluster: [service(f"s{n}", f"n{n % 50}", selector=f"a={cluster}" if n % 2 else "a=1") for n in range(5000)]
        for cluster in ("east", "west", "north")
    }
    start = time.process_time()
    problems = told(services)
    assert time.process_time() - start < 0.5
    assert [severity for severity, _what in problems] == ["error", "warning"]
    assert all("(2500)" in what and "and 2497 more" in what and len(what) < 400 for _severity, what in problems)
