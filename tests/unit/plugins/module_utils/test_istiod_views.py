# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What istiod's debug endpoints tell, from answers of a real one (Istio 1.31): two regions, and for networkz two networks."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._istio.istiod_views import (
    IN_TIME,
    NEVER,
    STALE,
    Endpoints,
    parse_endpoints,
    parse_gateways,
    parse_proxies,
)
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.port_forward import Answer

ANSWERS = Path(__file__).parents[2] / "istiod_answers"
FAR, NEIGHBOUR = "ap-southeast-1", "cn-beijing-2"
# All was sent at 17:09 and acknowledged.
LATER = "Sun, 29 Nov 2026 17:30:00 GMT"


def content(name: str) -> t.Any:
    return json.loads((ANSWERS / f"{name}.json").read_text(encoding="utf-8"))


def answer(body: t.Any, date: str = LATER) -> Answer:
    return Answer(200, {"date": date}, json.dumps(body).encode())


def test_endpoints_are_told_by_cluster_each_address_once() -> None:
    services = frozenset({"hello/hello", "istio-system/istio-ingressgateway"})
    found = parse_endpoints(answer(content("endpointShardz")))
    assert found == dict.fromkeys(("cn-beijing-1", NEIGHBOUR, FAR), Endpoints(services, 3))


def test_an_emptied_shard_and_those_of_other_registries_are_no_endpoints() -> None:
    shards = content("endpointShardz")
    for rooms in shards.values():
        for found in rooms.values():
            found["Shards"][f"Kubernetes/{FAR}"] = []
            found["Shards"]["External/west"] = found["Shards"][f"Kubernetes/{NEIGHBOUR}"]
    assert FAR not in parse_endpoints(answer(shards))
    assert "west" not in parse_endpoints(answer(shards))


def test_gateways_are_told_by_network_and_a_flat_mesh_has_none() -> None:
    assert parse_gateways(answer(content("networkz"))) == {"network1": ("10.10.1.201",), "network2": ("10.20.1.201",)}
    assert parse_gateways(answer(None)) == {}


def test_proxies_that_acknowledged_all_are_in_time() -> None:
    found = parse_proxies(answer(content("syncz")))
    assert [(proxy.cluster, proxy.name.split("-")[0], proxy.state) for proxy in found] == [
        (NEIGHBOUR, "hello", IN_TIME),
        (FAR, "hello", IN_TIME),
        ("cn-beijing-1", "istio", IN_TIME),
    ]


def pushed(date: str = LATER, **fields: t.Any) -> t.Any:
    """The first proxy once its listeners were pushed again, with what became of that."""
    (first, *_others) = content("syncz")
    listener = first["resources"]["type.googleapis.com/envoy.config.listener.v3.Listener"]
    listener.update({"sent": "next", "sentTime": "2026-11-29T17:29:40.123456789Z", **fields})
    return parse_proxies(answer([first], date))[0]


def test_a_proxy_that_does_not_acknowledge_in_time_is_stale() -> None:
    assert pushed("Sun, 29 Nov 2026 17:29:45 GMT").state == IN_TIME
    assert pushed().state == STALE


def test_a_proxy_that_never_acknowledged_is_told_apart() -> None:
    assert pushed(acked="").state == NEVER


def test_a_refusal_counts_at_once_and_is_quoted() -> None:
    refused = pushed("Sun, 29 Nov 2026 17:29:41 GMT", lastError="no such filter")
    assert (refused.state, refused.refusal) == (STALE, "no such filter")


@pytest.mark.parametrize("fields", [{"sentTime": None}, {"sent": ""}])
def test_what_was_not_sent_or_tells_no_time_is_not_late(fields: dict[str, t.Any]) -> None:
    assert pushed(**fields).state == IN_TIME


def test_without_a_date_in_the_answer_this_machines_clock_counts() -> None:
    assert pushed("", sentTime="2020-01-01T00:00:00Z").state == STALE
    assert pushed("", sentTime="2100-01-01T00:00:00Z").state == IN_TIME


@pytest.mark.parametrize("parse", [parse_endpoints, parse_gateways, parse_proxies])
def test_a_refused_view_is_an_error(parse: t.Callable[[Answer], t.Any]) -> None:
    with pytest.raises(ValueError, match="HTTP 404: 404 page not found"):
        parse(Answer(404, {}, b"404 page not found\n"))
