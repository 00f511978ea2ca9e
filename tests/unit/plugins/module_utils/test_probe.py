# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The probe: its names, its objects, and its configuration in a real Envoy on loopback."""

from __future__ import annotations

import http.client
import json
import re
import typing as t
from collections.abc import Iterator

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._istio.probe import (
    ANSWER_PORT,
    SEND_PORT,
    envoy_config,
    namespace_object,
    pod_object,
    send_path,
    service_object,
)
from ansible_collections.multiregion.istio.plugins.module_utils._istio.probe_pod import (
    DURATION_HEADER,
    LABEL,
    probe_name,
)
from tests.unit.envoys import free_port, running

NAMESPACE = "multiregion-istio-probe"
LONG = "a" * 63
SERVICE_NAME = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")  # RFC 1035, stricter than for pods


@pytest.mark.parametrize("cluster", ["east", "1", LONG, "a" * 57, "a" * 58, "a" * 45 + "-" + "b" * 17])
def test_names_are_valid_for_services_whatever_the_cluster_is_called(cluster: str) -> None:
    assert SERVICE_NAME.fullmatch(probe_name(cluster))


def test_long_names_stay_different() -> None:
    assert probe_name(LONG[:-1] + "b") != probe_name(LONG)
    assert probe_name("east") == "probe-east"


def test_the_service_selects_the_pod_of_its_member_only() -> None:
    selector = service_object("east", NAMESPACE)["spec"]["selector"]
    labels = {name: pod_object(name, ["east"], NAMESPACE, "proxy")["metadata"]["labels"] for name in ("east", "west")}
    assert selector.items() <= labels["east"].items()
    assert not selector.items() <= labels["west"].items()


def test_the_namespace_asks_for_sidecars_by_label_or_by_revision() -> None:
    assert namespace_object(NAMESPACE, "", "1")["metadata"]["labels"] == {LABEL: "1", "istio-injection": "enabled"}
    assert namespace_object(NAMESPACE, "canary", "1")["metadata"]["labels"] == {LABEL: "1", "istio.io/rev": "canary"}


def test_the_pod_is_small_and_restricted_and_its_traffic_is_captured() -> None:
    (container,) = pod_object("east", ["west"], NAMESPACE, "proxyv2:1")["spec"]["containers"]
    assert container["image"] == "proxyv2:1"
    assert container["securityContext"]["runAsUser"] not in (0, 1337)
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert set(container["resources"]["requests"]) == {"cpu", "memory"}


def on_loopback(config: dict[str, t.Any], ports: dict[int, int]) -> dict[str, t.Any]:
    """The configuration with its ports moved and its upstreams on this machine's own answering listener."""
    for listener in config["static_resources"]["listeners"]:
        address = listener["address"]["socket_address"]
        address.update(address="127.0.0.1", port_value=ports[address["port_value"]])
    for cluster in config["static_resources"]["clusters"]:
        endpoint = cluster["load_assignment"]["endpoints"][0]["lb_endpoints"][0]["endpoint"]
        endpoint["address"]["socket_address"].update(address="localhost", port_value=ports[ANSWER_PORT])
    return config


@pytest.fixture
def envoy() -> Iterator[dict[int, int]]:
    """A running probe of the cluster east: its ports by those of the pod."""
    ports = {ANSWER_PORT: free_port(), SEND_PORT: free_port()}
    pod = pod_object("east", ["west", LONG], NAMESPACE, "proxyv2")
    container = pod["spec"]["containers"][0]
    arguments = container["args"]
    arguments[1] = json.dumps(on_loopback(json.loads(arguments[1]), ports))
    with running(arguments, ports[SEND_PORT]):
        yield ports


def get(port: int, path: str) -> tuple[int, str, str | None]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status, answer.read().decode(), answer.getheader(DURATION_HEADER)


def test_envoy_takes_the_configuration_and_answers_with_the_name_of_the_cluster(envoy: dict[int, int]) -> None:
    assert get(envoy[ANSWER_PORT], "/")[:2] == (200, "east")
    for other in ("west", LONG):
        status, body, duration = get(envoy[SEND_PORT], send_path(other))
        assert (status, body) == (200, "east")
        assert duration is not None and duration.isdigit()
    assert get(envoy[SEND_PORT], send_path("nobody"))[0] == 404


def test_upstreams_are_found_by_the_names_of_their_services() -> None:
    config = envoy_config("east", ["west"], NAMESPACE)["static_resources"]
    (upstream,) = config["clusters"]
    endpoint = upstream["load_assignment"]["endpoints"][0]["lb_endpoints"][0]["endpoint"]
    assert endpoint["address"]["socket_address"] == {"address": f"probe-west.{NAMESPACE}.svc", "port_value": 80}
    sending = config["listeners"][1]
    assert sending["address"]["socket_address"]["address"] == "127.0.0.1"
