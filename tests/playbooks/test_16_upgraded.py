"""Istio is upgraded under load, by revision and in place: no request and no new connection fails, and every step is undone.

The lab has one build of Istio under two names, and with OLDER_ISTIO=1 one of the minor version before.
The mesh is one of its own, of two clusters.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from ansible_collections.multiregion.istio.plugins.module_utils._istio.drill_workload import NAME
from tests.lab.binaries import ISTIO_VERSION, NEXT_VERSION, OLDER_VERSION, is_older_istio_wanted
from tests.lab.images import reference
from tests.lab.inventory import INVENTORY

from . import load
from .audit import Mark, Write, titles, unlocked
from .clusters import NAMESPACE, PRIMARY, REMOTES, Object, get, kubectl, members, there
from .conftest import QUICK
from .disasters import empty
from .runs import Workplace
from .upgrades import REVISION, asked, followed, to

REMOTE, ABSENT = REMOTES
FROM, TO = (OLDER_VERSION, ISTIO_VERSION) if is_older_istio_wanted() else (ISTIO_VERSION, NEXT_VERSION)


def before() -> tuple[str, ...]:
    """The version that the mesh is made with, without a revision."""
    return to(FROM)


def canary(**more: str) -> tuple[str, ...]:
    """The next version, beside it."""
    return to(TO, REVISION, **more)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lab's inventory with one remote."""
    inventory = yaml.safe_load(INVENTORY.read_text())
    del inventory["all"]["children"]["istio_remotes"]["hosts"][ABSENT]
    path = tmp_path_factory.mktemp("two") / "inventory.yml"
    path.write_text(yaml.safe_dump(inventory, sort_keys=False))
    return path


@pytest.fixture(scope="module", autouse=True)
def upgraded(place: Workplace, two: Path) -> Iterator[None]:
    """The mesh, and a Service in both clusters."""
    empty(PRIMARY, *REMOTES)
    place.run("site", *QUICK, *before(), inventory=two).succeeded()
    load.deploy(reference("proxyv2", FROM), PRIMARY, REMOTE)
    yield
    load.remove(PRIMARY, REMOTE)


def is_moved(write: Write) -> bool:
    return write.cluster == REMOTE and write.resource == "namespaces" and write.name == load.ROOM


def test_what_cannot_be_upgraded_so_is_refused_before_anything_is_written(place: Workplace, two: Path) -> None:
    mark = Mark()
    far = ("-e", "mesh_istio_version=1.34.0", "-e", f"mesh_revision={REVISION}")
    place.run("upgrade", *far, inventory=two).refused(
        "1.34.0 is too many minor versions in one step", "Nothing was changed"
    )
    other = ("-e", f"mesh_istio_version={TO}")
    place.run("upgrade", *before(), *other, inventory=two).refused(f"mesh_chart_source has Istio {FROM}")
    place.run("upgrade", "-e", "mesh_engine=operator", inventory=two).refused("a field of the Istio resource")
    place.run("upgrade", *canary(), "--limit", REMOTE, inventory=two).refused(
        f"{PRIMARY} is not among the hosts of --limit"
    )
    for playbook, arguments in (("site", to(TO)), ("primary", canary()), ("remotes", canary())):
        place.run(playbook, *arguments, inventory=two).refused("multiregion.istio.upgrade")
    place.run("upgrade", *canary(), "--check", inventory=two).succeeded().says(
        f"would go to Istio {TO} (revision {REVISION}), which comes beside"
    )
    assert titles(unlocked(mark.writes())) == []


def test_it_is_undone_half_way_and_done_again_while_no_request_and_no_connection_fails(
    place: Workplace, two: Path
) -> None:
    mark = Mark()
    with load.sending(REMOTE, "load-canary"):
        with place.start("upgrade", *canary(), inventory=two) as run:
            mark.wait(is_moved, "the label of a namespace", run)
            run.kill()
        place.run("upgrade", *before(), inventory=two).succeeded()
        assert (asked(REMOTE), asked(PRIMARY)) == ({"istio-injection": "enabled"},) * 2
        assert followed(REMOTE) == followed(PRIMARY) == {("default", FROM)}
        with place.start("upgrade", *canary(), inventory=two) as run:
            kubectl(REMOTE, "delete", "pod", "--namespace", load.ROOM, "--selector", f"app={NAME}", "--wait=false")
            run.wait().succeeded().says("Revision default still stands", "Pod default/load-canary is left as it is")
        assert followed(REMOTE) == followed(PRIMARY) == {(REVISION, TO)}
    result = place.result("upgrade")
    assert [(one["name"], one["now"]) for one in result["clusters"]] == [
        (name, f"{TO} ({REVISION})") for name in (REMOTE, PRIMARY)
    ]
    assert all(one["proxies"][REVISION] >= 3 for one in result["clusters"])  # two of the gateway, one of the workload


def test_what_nothing_follows_any_more_is_removed_and_all_the_rest_survives(place: Workplace, two: Path) -> None:
    place.run("upgrade", *canary(mesh_upgrade_remove_old="true"), inventory=two).succeeded().says(
        f"{PRIMARY}: revision default", f"{REMOTE}: revision default"
    )
    for cluster in (PRIMARY, REMOTE):
        gone = ("deployment", "istiod"), ("service", "istiod"), ("service", "istiod-internal"), ("configmap", "istio")
        assert [name for kind, name in gone if get(cluster, kind, name)] == []
        assert get(cluster, "mutatingwebhookconfiguration", f"istio-sidecar-injector-{REVISION}")
        assert not get(cluster, "mutatingwebhookconfiguration", "istio-sidecar-injector")
        assert get(cluster, "clusterrole", f"istio-reader-clusterrole-{REVISION}-{NAMESPACE}")
    assert validator() == f"istiod-{REVISION}"
    assert members() == {REMOTE: "Available"}
    place.run("upgrade", *canary(mesh_upgrade_remove_old="true"), inventory=two).unchanged()


def validator() -> str:
    """The Service that validates what users write in the primary."""
    found: Object = there(PRIMARY, "validatingwebhookconfiguration", "istiod-default-validator")
    return str(found["webhooks"][0]["clientConfig"]["service"]["name"])


def test_in_place_no_request_and_no_connection_fails_either(place: Workplace, two: Path) -> None:
    with load.sending(REMOTE, "load-in-place"):
        place.run("upgrade", *to(FROM, REVISION), inventory=two).succeeded().says("in place", "To go back")
    assert followed(REMOTE) == followed(PRIMARY) == {(REVISION, FROM)}
