# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether members agree on a root, by what proxies have. The certificates are real, the answers have the form of Envoy's."""

from __future__ import annotations

import base64
import json
import typing as t

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._istio.proxy_trust import (
    Trust,
    parse_trust,
    trust_problems,
)
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.port_forward import Answer
from tests.unit.authorities import NOW, authority

ROOT = authority("root")
OWN = authority("Intermediate CA", ROOT)
LEAF = authority("leaf", OWN, is_ca=False)


def dump(**secrets: t.Any) -> Answer:
    configs = [{"name": name, "secret": secret} for name, secret in secrets.items()]
    return Answer(200, {}, json.dumps({"configs": configs}).encode())


def bytes_of(text: str) -> dict[str, str]:
    return {"inline_bytes": base64.b64encode(text.encode()).decode()}


def own(text: str) -> dict[str, t.Any]:
    return {"tls_certificate": {"certificate_chain": bytes_of(text), "private_key": bytes_of("[redacted]")}}


def test_issuer_end_and_roots_are_those_of_the_proxy() -> None:
    trusted = {"validation_context": {"trusted_ca": bytes_of(ROOT.pem)}}
    found = parse_trust("east", dump(default=own(LEAF.pem + OWN.pem), ROOTCA=trusted))
    assert found.issuer == "CN=Intermediate CA"
    assert found.ends and found.ends > NOW
    (print_of_root,) = found.as_dict()["roots"]
    assert len(print_of_root) == 32 * 3 - 1


@pytest.mark.parametrize(
    "answer",
    [
        Answer(404, {}, b""),
        Answer(200, {}, b"no JSON"),
        Answer(200, {}, b"[]"),
        dump(default=own(LEAF.pem)),
        dump(default=own("nothing"), ROOTCA={"validation_context": {"trusted_ca": bytes_of(ROOT.pem)}}),
    ],
    ids=["status", "text", "list", "no root", "no certificate"],
)
def test_an_answer_that_tells_nothing_is_an_error(answer: Answer) -> None:
    with pytest.raises(ValueError, match=r"config_dump|JSON|Expecting|PEM"):
        parse_trust("east", answer)


def trust(cluster: str, root: str) -> Trust:
    return Trust(cluster, f"CN={cluster}", roots=frozenset({root * 20}))


def test_members_of_one_root_are_fine_whoever_signs() -> None:
    assert list(trust_problems([trust("east", "AA:"), trust("west", "AA:")])) == []


def test_the_member_whose_root_is_another_is_named() -> None:
    (problem,) = trust_problems([trust("east", "AA:"), trust("west", "AA:"), trust("north", "BB:")])
    assert (problem.severity, problem.cluster) == ("error", "north")
    assert "another root than those of east" in problem.what and "BB:BB:BB:BB..." in problem.why


def test_of_two_the_first_is_right() -> None:
    assert [one.cluster for one in trust_problems([trust("east", "BB:"), trust("west", "AA:")])] == ["west"]


def test_a_proxy_that_does_not_answer_is_a_warning() -> None:
    (problem,) = trust_problems([trust("east", "AA:"), Trust("west", error="no answer")])
    assert (problem.severity, problem.cluster, problem.why) == ("warning", "west", "no answer")
