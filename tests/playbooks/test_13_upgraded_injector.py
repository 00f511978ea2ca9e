"""Istio is upgraded by revision, there and back, where a remote injects by itself: no request fails, and the new injector admits pods."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.binaries import ISTIO_VERSION, NEXT_VERSION
from tests.lab.images import reference

from . import load
from .clusters import PRIMARY, get, members, there
from .runs import Workplace
from .test_13_own_authority import WITH, WITHOUT, directory, inventory
from .test_13_rotated_authority import mesh_by_authority
from .upgrades import REVISION, asked, followed, to

__all__ = ["directory", "inventory", "mesh_by_authority"]


@pytest.fixture(scope="module", autouse=True)
def served(mesh_by_authority: None) -> Iterator[None]:
    """A Service in the primary and in the remote that injects."""
    load.deploy(reference("proxyv2", ISTIO_VERSION), PRIMARY, WITH)
    yield
    load.remove(PRIMARY, WITH)


def test_there_and_back_while_no_request_and_no_connection_fails(place: Workplace, inventory: Path) -> None:
    with load.sending(WITH, "load-injector"):
        place.run("upgrade", *to(NEXT_VERSION, REVISION), inventory=inventory).succeeded()
        for name in (f"istiod-{REVISION}", "istiod"):
            assert there(WITH, "deployment", name)["status"]["readyReplicas"] == 1
        assert followed(WITH) == followed(PRIMARY) == {(REVISION, NEXT_VERSION)}
        place.run("upgrade", *to(ISTIO_VERSION), inventory=inventory).succeeded()
    assert followed(WITH) == followed(PRIMARY) == {("default", ISTIO_VERSION)}
    result = {one["name"]: one["proxies"] for one in place.result("upgrade")["clusters"]}
    assert all(set(proxies) == {"default"} for proxies in result.values()), result


def test_the_old_injector_goes_and_the_new_one_admits_pods(place: Workplace, inventory: Path) -> None:
    place.run(
        "upgrade", *to(NEXT_VERSION, REVISION, mesh_upgrade_remove_old="true"), inventory=inventory
    ).succeeded().says(f"{WITH}: revision default", f"{PRIMARY}: revision default")
    assert asked(WITH) == {"istio.io/rev": REVISION}
    assert get(WITH, "deployment", "istiod") is None and get(PRIMARY, "deployment", "istiod") is None
    load.remove(WITH)
    load.deploy(reference("proxyv2", ISTIO_VERSION), WITH)
    assert followed(WITH) == {(REVISION, NEXT_VERSION)}
    assert members() == dict.fromkeys((WITHOUT, WITH), "Available")
    place.run("upgrade", *to(NEXT_VERSION, REVISION, mesh_upgrade_remove_old="true"), inventory=inventory).unchanged()
