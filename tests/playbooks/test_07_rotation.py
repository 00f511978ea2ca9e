"""Credentials are made anew while requests go on that only a member answers: none fails. A run that was killed is finished."""

from __future__ import annotations

import base64
import json
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from string import Template

import pytest
import yaml

from tests.lab.demo import HELLO
from tests.lab.images import LOAD

from .audit import Mark, titles
from .clusters import NAMESPACE, PRIMARY, REMOTES, apply, every, kubeconfig, kubectl, there
from .runs import Workplace

MEMBER = REMOTES[0]
ROOM = "hello"
IN_ROOM = ("--namespace", ROOM, "--timeout=120s")
SECONDS = 60
RATE = 20
ALL = ("-e", "mesh_rotate_credentials=all")
# An API server remembers for ten seconds that a token is good.
REMEMBERED = 20
OURS = ("--namespace", NAMESPACE, "--selector", "multiregion.istio/credential=control-plane")

pytestmark = pytest.mark.usefixtures("mesh")


@pytest.fixture
def service() -> Iterator[None]:
    """A Service of primary and member, of which only the member has a pod."""
    image = there(MEMBER, "deployment", "istio-ingressgateway")["spec"]["template"]["spec"]["containers"][0]["image"]
    if image == "auto":
        pods = every(MEMBER, "pods", "--namespace", NAMESPACE, "--selector", "istio=ingressgateway")
        image = pods[0]["spec"]["containers"][0]["image"]
    text = Template((HELLO / "workload.yml").read_text()).substitute(cluster=MEMBER, region="any", image=image)
    kubectl(MEMBER, "apply", "--filename", "-", stdin=text)
    apply(PRIMARY, *[one for one in yaml.safe_load_all(text) if one["kind"] != "Deployment"])
    kubectl(MEMBER, "wait", "deployment/hello", "--for=condition=Available", *IN_ROOM)
    yield
    for cluster in (PRIMARY, MEMBER):
        kubectl(cluster, "delete", "namespace", ROOM, "--ignore-not-found")


@pytest.fixture
def requests(service: None) -> None:
    """Requests from the primary that go on for a while, and the first of which were answered."""
    attack = f"vegeta attack -rate={RATE}/1s -duration={SECONDS}s -timeout=15s | vegeta encode -to=json"
    # Until the first answer it is not known that the pod has its endpoints.
    once = "echo $TARGET | vegeta attack -rate=1/1s -duration=1s | vegeta report | busybox grep -q 200:1"
    script = (
        f"TARGET='GET http://hello.{ROOM}.svc/'; until {once}; do sleep 0.5; done; echo begins; echo $TARGET | {attack}"
    )
    container = {"name": "caller", "image": LOAD, "command": ["sh", "-c", script]}
    hold = {"proxy.istio.io/config": '{"holdApplicationUntilProxyStarts": true}'}
    metadata = {"name": "caller", "namespace": ROOM, "annotations": hold}
    spec = {"restartPolicy": "Never", "containers": [container]}
    apply(PRIMARY, {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})
    kubectl(PRIMARY, "wait", "pod/caller", "--for=condition=Ready", *IN_ROOM)
    end = time.monotonic() + 60
    while "begins" not in kubectl(PRIMARY, "logs", "caller", "--container=caller", *IN_ROOM[:2]):
        assert time.monotonic() < end, "no request was answered"
        time.sleep(0.5)


def token(member: str) -> str:
    """The token by which the primary reads a member."""
    text = base64.b64decode(there(PRIMARY, "secret", member)["data"][member]).decode()
    return str(yaml.safe_load(text)["users"][0]["user"]["token"])


def answer(member: str, bearer: str) -> int:
    """What the member's API server answers to a token."""
    server = yaml.safe_load(kubeconfig(member).read_text())["clusters"][0]["cluster"]["server"]
    asked = urllib.request.Request(f"{server}/api/v1/services", headers={"Authorization": f"Bearer {bearer}"})
    unchecked = ssl._create_unverified_context()  # the lab's own API server, asked for its status alone
    try:
        with urllib.request.urlopen(asked, context=unchecked, timeout=10) as found:
            return int(found.status)
    except urllib.error.HTTPError as error:
        return error.code


def secrets(member: str) -> list[str]:
    """The Secrets of ours that stand for a credential of the control plane."""
    return [one["metadata"]["name"] for one in every(member, "secrets", *OURS)]


def test_check_mode_foretells_it_and_writes_nothing(place: Workplace) -> None:
    mark = Mark()
    place.run("rotate", "--check", "--diff").unchanged()
    run = place.run("rotate", "--check", "--diff", *ALL).succeeded().says(f"{MEMBER}: would get a new credential")
    assert titles(mark.writes()) == []
    assert not any(token(member) in run.output for member in REMOTES)
    assert sorted(run.changed.values()) == [1, 1]


def test_no_request_fails_meanwhile_and_the_former_token_ends(place: Workplace, requests: None) -> None:
    former = {member: (token(member), secrets(member)) for member in REMOTES}
    run = place.run("rotate", "--diff", *ALL).succeeded().says("read by 2 of 2 pods")
    for member, (before, names) in former.items():
        assert answer(member, token(member)) == 200
        assert len(secrets(member)) == 1 and secrets(member) != names
        end = time.monotonic() + REMEMBERED
        while answer(member, before) != 401:
            assert time.monotonic() < end, f"{member} still takes the former token"
            time.sleep(1)
        assert before not in run.output and token(member) not in run.output
    result = place.result("rotate")
    assert [(one["name"], one["credential"]["revoked"]) for one in result["members"]] == [
        (member, former[member][1]) for member in REMOTES
    ]
    kubectl(PRIMARY, "wait", "pod/caller", "--for=jsonpath={.status.phase}=Succeeded", *IN_ROOM)
    lines = kubectl(PRIMARY, "logs", "caller", "--container=caller", *IN_ROOM[:2]).splitlines()
    answers = [json.loads(line) for line in lines if line.startswith("{")]
    failed = [(one["timestamp"], one["code"], one["error"]) for one in answers if one["code"] != 200]
    print(f"{len(answers)} requests, {len(failed)} failed, from {answers[0]['timestamp']} on")
    assert (len(answers), failed) == (SECONDS * RATE, []), run.output


def test_what_is_not_due_is_left_alone(place: Workplace) -> None:
    mark = Mark()
    place.run("rotate", "--diff").unchanged().says(f"{MEMBER}: nothing is due")
    assert {write.resource for write in mark.writes()} == {"leases.coordination.k8s.io"}
    place.run("remotes", "--tags", "membership", "--diff").unchanged()


def test_a_run_that_was_killed_before_the_former_is_revoked_is_finished_by_the_next(place: Workplace) -> None:
    mark = Mark()
    with place.start("rotate", "--limit", MEMBER, *ALL) as run:
        mark.wait(lambda write: (write.cluster, write.resource, write.name) == (PRIMARY, "secrets", MEMBER), "it", run)
        run.kill()
    used = token(MEMBER)
    assert len(secrets(MEMBER)) == 2
    place.run("rotate", "--limit", MEMBER).succeeded().says("an earlier rotation was finished")
    assert token(MEMBER) == used and answer(MEMBER, used) == 200
    assert len(secrets(MEMBER)) == 1
    place.run("rotate", "--diff").unchanged()
