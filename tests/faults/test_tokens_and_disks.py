"""A token that is dead, and a disk that is full."""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.lab.host import wait_until
from tests.playbooks.clusters import NAMESPACE, kubectl, patch, there
from tests.playbooks.runs import Finished

from .listing import Listing, differences
from .runs import MESH, MODULE, PLAYBOOKS, Pair, Undisturbed, Way

Known = Callable[[Way], Undisturbed]
CACHED = 30.0  # seconds; an API server goes on knowing a token for some of them
ACCOUNT = "multiregion-istio-reader"
# A file system of 16 KiB for the results, full.
FULL_DISK = 'mount -t tmpfs -o size=16k tmpfs "$0"; dd if=/dev/zero of="$0/full" 2>/dev/null || :; exec "$@"'

FULL = "No space left on device"
# What a playbook says of its run in the end, on clusters with a definition that nobody marked and no nodes.
TOLD = {
    "preflight": "Preflight of mesh faults, 2 clusters",
    "prerequisites": "The network of mesh faults is left to you",
    "primary": "remoteistios.istio.alibabacloud.com belongs to somebody who left no mark",
    "remotes": "istiod-internal has no address of a load balancer",
    "verify": "No istiod runs in namespace istio-system",
    "failover_policy": "Failover policy of 0 Services",
    "teardown": "Mesh faults is not taken down altogether",
}


def registered(pair: Pair) -> str:
    """The token by which the primary reaches the remote."""
    secret = there(pair.primary.name, "secret", pair.remote.name)
    config = yaml.safe_load(base64.b64decode(secret["data"][pair.remote.name]))
    return str(config["users"][0]["user"]["token"])


def replace_token(pair: Pair, token: str) -> None:
    """Have the primary's Secret name another one."""
    secret = there(pair.primary.name, "secret", pair.remote.name)
    config = yaml.safe_load(base64.b64decode(secret["data"][pair.remote.name]))
    config["users"][0]["user"]["token"] = token
    text = base64.b64encode(yaml.safe_dump(config).encode()).decode()
    patch(pair.primary.name, "secret", pair.remote.name, {"data": {pair.remote.name: text}})


def is_known(pair: Pair, token: str) -> bool:
    """Whether the remote knows who brings this token."""
    review = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": {"token": token}}
    answer = json.loads(kubectl(pair.remote.name, "create", "-f", "-", "-o", "json", stdin=json.dumps(review)))
    return bool(answer["status"].get("authenticated"))


def other_claims(token: str, **claims: Any) -> str:
    """The token with other claims, which its signature does not fit."""
    head, payload, signature = token.split(".")
    known = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    text = base64.urlsafe_b64encode(json.dumps({**known, **claims}).encode()).decode().rstrip("=")
    return ".".join((head, text, signature))


def delete_secret(pair: Pair) -> None:
    """Revoke the token by the Secret that it is of or bound to."""
    kubectl(pair.remote.name, "delete", "secrets", "-n", NAMESPACE, "-l", "multiregion.istio/credential")


def delete_account(pair: Pair) -> None:
    """Revoke all tokens of the account."""
    kubectl(pair.remote.name, "delete", "serviceaccount", "-n", NAMESPACE, ACCOUNT)


def expire(pair: Pair) -> None:
    """The token as it is after its end."""
    replace_token(pair, other_claims(registered(pair), exp=int(time.time()) - 60))


def forge(pair: Pair) -> None:
    """A token that says all that the right one says, and which the cluster refuses: as after a change of its signing key."""
    replace_token(pair, other_claims(registered(pair), jti="another"))


@pytest.mark.parametrize("kind", ["token_request", "token_secret"])
@pytest.mark.parametrize("kill", [delete_secret, delete_account, expire, forge], ids=lambda kill: kill.__name__)
def test_a_dead_token_is_replaced(pair: Pair, kind: str, kill: Callable[[Pair], None]) -> None:
    pair.begin_anew(MODULE)
    pair.at = None
    join = (*MODULE.join, "-e", f"kind={kind}")
    pair.run(join).succeeded()
    wanted = pair.listing()
    kill(pair)
    dead = registered(pair)
    wait_until(lambda: not is_known(pair, dead), CACHED, "the end of the token", lambda: "It is known still.")

    again = pair.run(join).succeeded()
    assert again.changed == {pair.remote.name: 1}
    assert registered(pair) != dead and is_known(pair, registered(pair))
    assert not differences(unnumbered(wanted), unnumbered(pair.listing()))
    pair.run(join).unchanged()


def unnumbered(found: Listing) -> Listing:
    """A listing without the number by which a new token's Secret differs from the former's: each is revoked by its own."""
    return {re.sub(r"-bound-\d+$", "-bound", title): content for title, content in found.items()}


def on_a_full_disk(pair: Pair, results: Path, arguments: Sequence[str]) -> Finished:
    """A run that cannot write its results, and says so."""
    results.mkdir()
    prefix = ("unshare", "--mount", "sh", "-euc", FULL_DISK, str(results))
    return pair.run((*arguments, "-e", f"mesh_results_dir={results}"), prefix=prefix).refused(FULL)


def told_after(ended: Finished) -> str:
    """What a run said after its file could not be written."""
    return ended.said.rpartition(FULL)[2]


def test_a_leave_is_told_where_the_disk_is_full(pair: Pair, known: Known, tmp_path: Path) -> None:
    ended = pair.survives(
        known(PLAYBOOKS), "leave", lambda arguments: on_a_full_disk(pair, tmp_path / "results", arguments)
    )
    assert "has left mesh" in told_after(ended), ended.story("does not tell what became of it")


@pytest.mark.parametrize("playbook", TOLD)
def test_what_became_of_a_run_is_told_where_the_disk_is_full(pair: Pair, tmp_path: Path, playbook: str) -> None:
    pair.at = None
    pair.begin_anew(MODULE)
    ended = on_a_full_disk(pair, tmp_path / "results", (playbook, "-e", f"mesh_teardown={MESH}"))
    assert TOLD[playbook] in told_after(ended), ended.story("does not tell what became of it")
