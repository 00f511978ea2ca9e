# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ack_kubeconfig against the lab's cloud, over HTTP: the file, its life, and what is never shown."""

from __future__ import annotations

import json
import stat
import typing as t
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import yaml

from ansible_collections.multiregion.istio.plugins.module_utils._alibaba import ack_credential
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.ack_kubeconfig import run
from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError
from tests.lab.cloud.account import KEY, TERWAY_CLUSTER, cluster_id
from tests.lab.cloud.endpoint import Endpoint
from tests.lab.cloud.server import Cloud

Result = dict[str, t.Any]
SECRET = "c2VjcmV0IG9mIHRoZSB1c2Vy"
FETCH = "DescribeClusterUserKubeconfig"


class Task:
    """The module with the options of a task. `dest` is its file."""

    def __init__(self, endpoint: Endpoint, cloud: Cloud, dest: Path) -> None:
        self.cloud, self.dest = cloud, dest
        self.defaults: dict[str, t.Any] = {
            "alicloud_access_key": KEY.id,
            "alicloud_secret_key": KEY.secret,
            "endpoints": endpoint.endpoints,
            "region": "cn-beijing",
            "name": "cn-beijing-1",
            "cluster_id": None,
            "dest": str(dest),
            "context": None,
            "api_server": "public",
            "lifetime": 60,
            "renew_before": None,
            "state": "present",
            "force": False,
        }

    def run(self, check_mode: bool = False, **options: t.Any) -> Result:
        result = run({**self.defaults, **options}, check_mode, print)
        assert SECRET not in json.dumps(result), "no secret in any result"
        return result

    @property
    def config(self) -> Result:
        return t.cast(Result, yaml.safe_load(self.dest.read_text(encoding="utf-8")))

    @property
    def fetched(self) -> int:
        return sum(call.action == FETCH for call in self.cloud.calls)


@pytest.fixture
def task(endpoint: Endpoint, cloud: Cloud, tmp_path: Path, brief_pauses: None) -> Task:
    for cluster in cloud.state.clusters.values():
        user = {"client-certificate-data": "Y2VydA==", "client-key-data": SECRET}
        trust = {"certificate-authority-data": "Y2E="}
        cluster.kubeconfig = yaml.safe_dump({"clusters": [{"cluster": trust}], "users": [{"user": user}]})
    cloud.state.clusters[cluster_id("cn-beijing-1")].public = "https://203.0.113.1:6443"
    return Task(endpoint, cloud, tmp_path / "east.yaml")


def after(minutes: float) -> t.Callable[[], datetime]:
    return lambda: datetime.now(timezone.utc) + timedelta(minutes=minutes)


def test_the_file_is_private_and_its_entries_have_the_clusters_name(task: Task) -> None:
    result = task.run()
    assert stat.S_IMODE(task.dest.stat().st_mode) == 0o600
    assert task.config == {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {
                "name": "cn-beijing-1",
                "cluster": {"certificate-authority-data": "Y2E=", "server": "https://203.0.113.1:6443"},
            }
        ],
        "users": [{"name": "cn-beijing-1", "user": {"client-certificate-data": "Y2VydA==", "client-key-data": SECRET}}],
        "contexts": [{"name": "cn-beijing-1", "context": {"cluster": "cn-beijing-1", "user": "cn-beijing-1"}}],
        "current-context": "cn-beijing-1",
    }
    assert (result["changed"], result["context"], result["name"]) == (True, "cn-beijing-1", "cn-beijing-1")
    assert (result["cluster_id"], result["region"]) == (cluster_id("cn-beijing-1"), "cn-beijing")
    assert result["expires"] in task.dest.read_text(encoding="utf-8").partition("\n")[0]
    assert result["warnings"] == []


def test_its_lifetime_is_what_was_asked_for(task: Task) -> None:
    ends = ack_credential.time_of(task.run(lifetime=15)["expires"])
    assert ends and 14 * 60 < (ends - datetime.now(timezone.utc)).total_seconds() <= 15 * 60
    call = [call for call in task.cloud.calls if call.action == FETCH][0]
    assert call.parameters["TemporaryDurationMinutes"] == "15"


def test_a_second_run_fetches_nothing(task: Task) -> None:
    first = task.run()
    second = task.run()
    assert task.fetched == 1
    assert (second["changed"], second["diff"], second["why"]) == (False, [], "")
    assert second["expires"] == first["expires"]


def test_it_is_fetched_anew_when_a_third_of_its_life_is_left(task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    task.run()
    monkeypatch.setattr(ack_credential, "now_utc", after(38))
    assert not task.run()["changed"]
    monkeypatch.setattr(ack_credential, "now_utc", after(41))
    result = task.run()
    assert result["changed"] and result["why"].startswith("it ends in 1") and task.fetched == 2


def test_it_is_fetched_anew_when_as_little_is_left_as_the_task_says(
    task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    task.run()
    monkeypatch.setattr(ack_credential, "now_utc", after(41))
    assert not task.run(renew_before=5)["changed"]
    monkeypatch.setattr(ack_credential, "now_utc", after(61))
    assert task.run(renew_before=0)["why"] == "it has ended"


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"name": "cn-beijing-2"}, "it was of the cluster"),
        ({"api_server": "internal"}, "it named the public API server"),
        ({"context": "other"}, "its entries had other names"),
        ({"lifetime": 30}, "its lifetime was 60 minutes"),
    ],
)
def test_it_is_fetched_anew_when_something_else_is_asked_for(task: Task, options: Result, why: str) -> None:
    task.run()
    result = task.run(**options)
    assert result["changed"] and result["why"].startswith(why)
    assert not task.run(**options)["changed"]


def test_it_is_fetched_anew_when_the_api_server_moves(task: Task) -> None:
    task.run()
    task.cloud.state.clusters[cluster_id("cn-beijing-1")].public = "https://203.0.113.2:6443"
    assert task.run()["why"] == "the API server was https://203.0.113.1:6443"
    assert task.config["clusters"][0]["cluster"]["server"] == "https://203.0.113.2:6443"


def test_entries_that_somebody_renamed_are_put_right(task: Task) -> None:
    task.run()
    text = task.dest.read_text(encoding="utf-8").replace("current-context: cn-beijing-1", "current-context: mine")
    task.dest.write_text(text, encoding="utf-8")
    assert task.run()["why"] == "its entries had other names"
    assert task.config["current-context"] == "cn-beijing-1"


def test_a_file_that_others_can_read_is_made_private_without_a_new_credential(task: Task) -> None:
    task.run()
    task.dest.chmod(0o644)
    predicted = task.run(check_mode=True)
    assert stat.S_IMODE(task.dest.stat().st_mode) == 0o644
    result = task.run()
    assert (result["changed"], result["why"]) == (True, "others could read it (mode 0644)")
    assert predicted["diff"] == result["diff"]
    assert stat.S_IMODE(task.dest.stat().st_mode) == 0o600 and task.fetched == 1


def test_the_internal_address_is_asked_for_as_such(task: Task) -> None:
    result = task.run(api_server="internal", context="east")
    assert task.config["clusters"][0]["cluster"]["server"] == result["api_server"] == "https://10.10.1.10:6443"
    assert task.config["current-context"] == "east"


def test_check_mode_fetches_and_writes_nothing_and_predicts_the_same(
    task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(timezone.utc).replace(microsecond=0)
    task.cloud.state.clock = now.timestamp
    monkeypatch.setattr(ack_credential, "now_utc", lambda: now)
    predicted = task.run(check_mode=True)
    assert (predicted["changed"], predicted["expires"], task.fetched) == (True, None, 0)
    assert not task.dest.exists()
    assert task.run()["diff"] == predicted["diff"]
    assert not task.run(check_mode=True)["changed"]


def test_the_diff_shows_what_changes_and_no_credential(task: Task) -> None:
    task.run()
    (diff,) = task.run(api_server="internal")["diff"]
    assert diff["before"]["api_server"] == "https://203.0.113.1:6443"
    assert diff["after"]["api_server"] == "https://10.10.1.10:6443"
    assert set(diff["after"]) == {"path", "mode", "cluster_id", "context", "api_server", "expires"}


@pytest.mark.parametrize("state", ["present", "absent"])
def test_a_file_of_somebody_else_is_refused_before_anything_is_called(task: Task, state: str) -> None:
    task.dest.write_text("apiVersion: v1\nkind: Config\n", encoding="utf-8")
    with pytest.raises(MeshError, match="refused to touch .*force: true"):
        task.run(state=state)
    assert not task.cloud.calls and task.dest.read_text(encoding="utf-8").startswith("apiVersion")


def test_a_file_of_somebody_else_is_overwritten_by_force_and_its_content_not_shown(task: Task) -> None:
    task.dest.write_text(f"token: {SECRET}\n", encoding="utf-8")
    (diff,) = task.run(force=True)["diff"]
    assert diff["before"]["content"] == "(not shown)"
    assert task.config["current-context"] == "cn-beijing-1"


def test_the_file_goes_with_state_absent(task: Task) -> None:
    task.run()
    assert task.run(state="absent", check_mode=True)["changed"] and task.dest.exists()
    calls = len(task.cloud.calls)
    result = task.run(state="absent")
    assert result["changed"] and result["diff"][0]["after"] == {} and not task.dest.exists()
    assert not task.run(state="absent")["changed"]
    assert len(task.cloud.calls) == calls, "no call is needed for it"


def test_a_cluster_that_does_not_run_has_no_kubeconfig(task: Task) -> None:
    task.cloud.state.clusters[cluster_id("cn-beijing-1")].state = "initial"
    with pytest.raises(
        MeshError, match="^cluster cn-beijing-1: no kubeconfig: it is initial, not running. Run it again when"
    ):
        task.run()
    assert not task.dest.exists() and task.fetched == 0


def test_a_cluster_without_a_public_address_is_told_with_the_way_out(task: Task) -> None:
    with pytest.raises(MeshError, match="it has no public API server. Give .*EIP.* or use api_server: internal"):
        task.run(name=TERWAY_CLUSTER, region="ap-southeast-1")
    assert task.run(name=TERWAY_CLUSTER, region="ap-southeast-1", api_server="internal")["changed"]


def test_the_region_of_a_cluster_given_by_id_is_found(task: Task) -> None:
    result = task.run(name=None, cluster_id=cluster_id("ap-southeast-1"), region=None)
    assert (result["region"], result["name"], task.config["current-context"]) == (("ap-southeast-1"),) + (
        "ap-southeast-1",
    ) * 2


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"lifetime": 14}, "lifetime 14 is not from 15 to 4320"),
        ({"lifetime": 4321}, "lifetime 4321 is not from 15 to 4320"),
        ({"renew_before": 60}, "renew_before 60 would fetch a credential anew in every run"),
        ({"renew_before": -1}, "renew_before -1 would"),
        ({"dest": "/no/such/directory/file"}, "mkdir -m 700"),
    ],
)
def test_options_that_cannot_be_are_refused_before_anything_is_called(task: Task, options: Result, words: str) -> None:
    with pytest.raises(MeshError, match=words):
        task.run(**options)
    assert not task.cloud.calls


@pytest.mark.parametrize("kind", ["throttle", "drop", "drop_done", "error"])
def test_a_fault_that_passes_is_not_noticed(task: Task, kind: str) -> None:
    task.cloud.faults.add(kind, FETCH)
    assert task.run()["changed"] and task.config["current-context"] == "cn-beijing-1"


@pytest.mark.parametrize(
    "config", ["", "no: [yaml", "clusters: []", "current-context: a\ncontexts: [{name: b}]\n", "- a"]
)
def test_a_kubeconfig_that_cannot_be_read_leaves_the_file_and_is_not_quoted(
    task: Task, monkeypatch: pytest.MonkeyPatch, config: str
) -> None:
    task.run()
    before = task.dest.read_text(encoding="utf-8")
    monkeypatch.setattr("tests.lab.cloud.cs.kubeconfig", lambda *_: config)
    monkeypatch.setattr("tests.lab.cloud.cs.yaml.safe_dump", str)
    with pytest.raises(MeshError, match="cluster cn-beijing-1: ACK gave a kubeconfig that cannot be read") as caught:
        task.run(lifetime=30)
    assert task.dest.read_text(encoding="utf-8") == before
    assert not config or config not in str(caught.value)


def test_a_lifetime_that_the_cloud_cuts_is_a_warning(task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime.now(timezone.utc).replace(microsecond=500_000)
    monkeypatch.setattr(ack_credential, "now_utc", lambda: now)
    task.cloud.state.clock = lambda: now.timestamp() - 40 * 60
    (warning,) = task.run()["warnings"]
    assert warning.startswith("The credential ends in 19 minutes, not in 60")  # whole seconds are granted, rounded down


def test_a_permission_that_is_missing_is_named_with_the_cluster(task: Task) -> None:
    key = task.cloud.state.keys[KEY.id]
    task.cloud.state.keys[KEY.id] = type(key)(key.id, key.secret, denied=frozenset({f"cs:{FETCH}"}))
    with pytest.raises(MeshError, match=f"^cluster cn-beijing-1: {FETCH} in cn-beijing .*RAM permission cs:{FETCH}"):
        task.run()
    assert not task.dest.exists()
