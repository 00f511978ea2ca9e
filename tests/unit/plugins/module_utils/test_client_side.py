# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The merge of what was applied last, what is wanted and what is live."""

from __future__ import annotations

import importlib
import json
import typing as t
from copy import deepcopy

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._errors import ApiError, MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes import client_side
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.apply import apply_object
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.diff import LAST_APPLIED
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.kinds import (
    CONFIG_MAP,
    NAMESPACE,
    SECRET,
    SERVICE,
)
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.ownership import MESH, marked

Object = dict[str, t.Any]


class Server:
    """As KubernetesClient: stores one object, counts what is written. `drops`: as servers before 1.25 do with unknown fields."""

    cluster = "east"

    def __init__(self, live: Object | None = None, refusal: str = "", drops: tuple[str, ...] = ()) -> None:
        self.live = live
        self.refusal = refusal
        self.drops = drops
        self.writes: list[Object] = []

    def is_before(self, release: tuple[int, int]) -> bool:
        assert release == (1, 25)
        return bool(self.drops)

    def create(self, _kind: t.Any, body: Object, *, dry_run: bool, strict: bool) -> Object:
        return self._store(body, dry_run, strict)

    def patch(
        self, _kind: t.Any, _name: str, _namespace: str, body: Object, *, dry_run: bool, strict: bool = True
    ) -> Object:
        return self._store(client_side.merged(self.live, body), dry_run, strict, body)

    def _store(self, after: Object, dry_run: bool, strict: bool, sent: Object | None = None) -> Object:
        assert strict
        if self.refusal:
            raise ApiError("cannot change it", status=422, why=self.refusal)
        after = {key: value for key, value in after.items() if key not in self.drops}
        self.writes.append(sent or after)
        if not dry_run:
            self.live = after
        return after


def config_map(**data: str) -> Object:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "x"}, "data": data}


def applied(last: Object | str, live: Object) -> Object:
    text = last if isinstance(last, str) else json.dumps(last)
    live = deepcopy(live)
    live["metadata"].setdefault("annotations", {})[LAST_APPLIED] = text
    return live


def bring(server: t.Any, wanted: Object, *, dry_run: bool = False, kind: t.Any = CONFIG_MAP) -> str:
    change = apply_object(server, kind, wanted, server.live, dry_run=dry_run, method="client_side")
    assert LAST_APPLIED not in str(change)
    return change.action


def test_an_object_is_made_with_the_annotation_of_kubectl_and_left_alone_afterwards() -> None:
    server = Server()
    assert bring(server, config_map(a="1"), dry_run=True) == "created"
    assert server.live is None
    assert bring(server, config_map(a="1")) == "created"
    assert server.live and json.loads(server.live["metadata"]["annotations"][LAST_APPLIED]) == config_map(a="1")
    writes = len(server.writes)
    assert bring(server, config_map(a="1")) == "unchanged"
    assert len(server.writes) == writes


def test_what_was_applied_and_is_no_longer_wanted_goes_and_what_others_set_stays() -> None:
    server = Server(applied(config_map(a="old", b="old"), config_map(a="old", b="old", c="theirs")))
    assert bring(server, config_map(a="1")) == "changed"
    assert server.live and server.live["data"] == {"a": "1", "c": "theirs"}


def test_without_the_annotation_nothing_is_taken_away() -> None:
    server = Server(config_map(a="old", b="old"))
    assert bring(server, config_map(a="1")) == "changed"
    assert server.live and server.live["data"] == {"a": "1", "b": "old"}


@pytest.mark.parametrize("last", ["no JSON {", '"text"', "[]", '{"metadata": {"labels": null}, "data": null}', "null"])
def test_an_annotation_that_cannot_be_read_is_written_anew(last: str) -> None:
    server = Server(applied(last, config_map(a="old")))
    assert bring(server, config_map(a="1")) == "changed"
    assert server.live and json.loads(server.live["metadata"]["annotations"][LAST_APPLIED]) == config_map(a="1")


def test_an_object_that_cannot_be_merged_is_named() -> None:
    live = applied({"spec": "text"}, config_map(a="1") | {"spec": {"a": {}}})
    with pytest.raises(MeshError, match="cluster east: cannot merge ConfigMap x/a with what was applied last: Attr"):
        bring(Server(live), config_map(a="1") | {"spec": {"a": {"b": 1}}})


def service(*ports: Object) -> Object:
    metadata = {"name": "dns", "namespace": "x"}
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": {"ports": list(ports)}}


def as_kubectl_applies(server: Server, body: Object) -> str:
    """kubectl's own merge and annotation (kubectl 1.34, pkg/cmd/apply); what it says."""
    assert server.live
    metadata = {"annotations": {}, **body["metadata"]}
    text = json.dumps({**body, "metadata": metadata}, separators=(",", ":"), sort_keys=True) + "\n"
    annotations = {**(body["metadata"].get("annotations") or {}), LAST_APPLIED: text}
    wanted = {**body, "metadata": {**metadata, "annotations": annotations}}
    last = json.loads(server.live["metadata"]["annotations"][LAST_APPLIED])
    change = client_side.merge_library().get_deletions(
        last, {**wanted, "metadata": {"labels": {}, **wanted["metadata"]}}
    )
    before = server.live
    server.live = client_side.merged(client_side.merged(server.live, change), wanted)
    return "unchanged" if server.live == before else "configured"


def test_kubectl_and_we_may_apply_the_same_object_in_turns() -> None:
    theirs = config_map(a="1")
    server = Server(applied(theirs, theirs))
    assert bring(server, marked(theirs, "mesh1", adopted=True)) == "changed"
    assert as_kubectl_applies(server, theirs) == "configured"  # its annotation has words of its own
    writes = len(server.writes)
    for _turn in range(2):
        assert bring(server, marked(theirs, "mesh1", adopted=True)) == "unchanged"
        assert as_kubectl_applies(server, theirs) == "unchanged"
    assert len(server.writes) == writes
    assert server.live and server.live["metadata"]["labels"][MESH] == "mesh1"


def test_marks_that_an_earlier_release_had_noted_as_applied_stay() -> None:
    wanted = marked(config_map(a="1"), "mesh1", adopted=True)
    server = Server(applied(wanted, wanted))
    assert bring(server, wanted) == "unchanged"
    assert server.live and server.live["metadata"]["labels"] == wanted["metadata"]["labels"]
    assert MESH not in server.live["metadata"]["annotations"][LAST_APPLIED]


def test_what_is_given_up_loses_what_we_applied_and_our_marks_alone() -> None:
    wanted = marked({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}}, "mesh1", adopted=True)
    wanted["metadata"]["labels"]["ours"] = wanted["metadata"]["annotations"]["ours"] = "1"
    server = Server({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a", "labels": {"team": "shop"}}})
    bring(server, wanted, kind=NAMESPACE)
    assert server.live
    server.live["metadata"]["annotations"]["note"] = "theirs"
    client_side.give_up(t.cast(t.Any, server), NAMESPACE, server.live, dry_run=False)
    assert server.live["metadata"] == {"name": "a", "labels": {"team": "shop"}, "annotations": {"note": "theirs"}}


@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize("live", [None, config_map(a="old")])
def test_fields_that_an_old_server_drops_are_refused_before_it_writes(live: Object | None, dry_run: bool) -> None:
    server = Server(live, drops=("dota",))
    with pytest.raises(
        MeshError, match="ConfigMap x/a has unknown fields; it was not written: the API server drops dota"
    ):
        bring(server, config_map(a="1") | {"dota": {"a": "1"}}, dry_run=dry_run)
    assert server.live == live
    assert bring(server, config_map(a="1"), dry_run=dry_run) == ("changed" if live else "created")
    assert (server.live == live) == dry_run


def test_only_what_a_server_does_not_have_is_lost() -> None:
    wanted = {"a": {"b": 1, "c": {}}, "l": [{"x": 1}, {"y": 0}], "m": [1, 2], "n": None, "o": {"p": [""]}, "q": 0}
    assert client_side.lost(wanted, {"a": {"b": "1"}, "l": [{"x": 2, "d": 3}, {}], "m": [1]}) == []
    assert client_side.lost(wanted, {"a": {}, "l": [{}, {}]}) == ["a.b", "l[0].x", "m"]


def test_nulls_in_the_annotation_are_nothing() -> None:
    port = {"port": 80, "protocol": "TCP"}
    last = service(port) | {"spec": None, "status": None}
    server = Server(applied(last, service({**port, "nodePort": 30080})))
    bring(server, service({**port, "name": "http"}), kind=SERVICE)
    assert server.live and server.live["spec"]["ports"] == [{**port, "name": "http"}]


def test_two_protocols_of_one_port_stay_two() -> None:
    udp, tcp = {"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}
    live = service({**udp, "nodePort": 1}, {**tcp, "nodePort": 2})
    server = Server(applied(service(udp, tcp), live))
    bring(server, service(udp, tcp), kind=SERVICE)
    assert server.live and [port["protocol"] for port in server.live["spec"]["ports"]] == ["UDP", "TCP"]


def test_what_a_server_adds_to_an_item_of_a_list_stays() -> None:
    port = {"port": 80, "protocol": "TCP"}
    server = Server(applied(service(port), service({**port, "nodePort": 30080})))
    assert bring(server, service(port), kind=SERVICE) == "unchanged"
    assert server.writes == []


def test_items_that_are_empty_are_kept() -> None:
    assert client_side.with_whole_lists({"args": ["a"]}, {"args": ["", "a"]}) == {"args": ["", "a"]}
    assert client_side.with_whole_lists({"a": {"args": ["a", "b"]}}, {"a": {"args": ["a"]}}) == {
        "a": {"args": ["a", "b"]}
    }


def test_a_merge_patch_is_read_as_a_server_reads_it() -> None:
    live = {"a": {"b": 1, "c": 2}, "d": [1, 2], "e": "x"}
    change = {"a": {"b": None, "n": {"m": None, "k": 1}}, "d": [3], "e": {"f": 1}, "g": None}
    assert client_side.merged(live, change) == {"a": {"c": 2, "n": {"k": 1}}, "d": [3], "e": {"f": 1}}
    assert live == {"a": {"b": 1, "c": 2}, "d": [1, 2], "e": "x"}


def test_a_server_that_refuses_a_secret_quotes_none_of_it() -> None:
    metadata = {"name": "key", "namespace": "x"}
    values = {"a": 'very "secret" value', "b": "c2VjcmV0LXdvcmQ="}
    wanted = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": values}
    body = json.dumps(wanted)
    server = Server(refusal=f"bad: {body} and {values['a']}, error found in #10 byte of ...|et-word|...")
    with pytest.raises(ApiError) as caught:
        bring(server, wanted, kind=SECRET)
    assert "bad: " in str(caught.value)
    for piece in ("very", "c2Vj", "et-word"):
        assert piece not in str(caught.value)


def test_a_missing_package_is_named_before_anything_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_name: str) -> None:
        raise ImportError

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(MeshError, match="openshift.*apply_method: client_side"):
        client_side.merge_library()
