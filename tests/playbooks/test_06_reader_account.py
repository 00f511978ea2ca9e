"""What the account is worth by which the primary reads a member: nothing elsewhere, and in the member what docs/security.md says."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path

import pytest
import yaml

from .clusters import PRIMARY, REMOTES, Object, there

MEMBER, OTHER = REMOTES
MAY = ("list secrets", "create configmaps", "update configmaps", "patch mutatingwebhookconfigurations")
MAY_NOT = (
    "create pods",
    "create secrets",
    "update secrets",
    "delete configmaps",
    "patch deployments.apps",
    "create clusterrolebindings.rbac.authorization.k8s.io",
    "create serviceaccounts",
)


def given(cluster: str) -> Object:
    """The kubeconfig by which istiod reads a member."""
    data = there(PRIMARY, "secret", cluster)["data"][cluster]
    found: Object = yaml.safe_load(base64.b64decode(data))
    return found


def ask(kubeconfig: Object, place: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = place / "kubeconfig"
    path.touch(mode=0o600)
    path.write_text(json.dumps(kubeconfig))
    command = ["kubectl", "--kubeconfig", str(path), *arguments, "--all-namespaces"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("questions", "answer"), [(MAY, "yes"), (MAY_NOT, "no")], ids=["may", "may not"])
def test_the_account_may_in_its_member_what_the_documentation_says(
    mesh: None, tmp_path: Path, questions: tuple[str, ...], answer: str
) -> None:
    said = {one: ask(given(MEMBER), tmp_path, "auth", "can-i", *one.split()).stdout.split()[-1] for one in questions}
    assert said == dict.fromkeys(questions, answer)


def test_the_token_of_a_member_is_worth_nothing_in_another(mesh: None, tmp_path: Path) -> None:
    assert ask(given(MEMBER), tmp_path, "get", "services").returncode == 0
    elsewhere = {
        **given(MEMBER),
        "clusters": [{**given(MEMBER)["clusters"][0], "cluster": given(OTHER)["clusters"][0]["cluster"]}],
    }
    refused = ask(elsewhere, tmp_path, "get", "services")
    assert refused.returncode != 0 and "Unauthorized" in refused.stderr, refused.stderr
