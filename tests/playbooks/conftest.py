"""What the scenarios share: the lab, a place to run playbooks in, what check mode foretold, and one mesh for all."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.lab.inventory import INVENTORY

from .audit import Mark, Write
from .clusters import NAMESPACE, PRIMARY, REMOTES, apply, get, members, not_ready
from .runs import Finished, Workplace, open_network

ADOPTING = REMOTES[1]  # its namespace was made by hand, before the mesh
ChangedInventory = Callable[[Callable[[Any], None]], Path]
QUICK = ("-e", '{"mesh_verification_requests": false}')


def hostile(path: Path) -> str:
    """A text that makes a file where it is taken for a template or a command, and breaks what does not quote it."""
    return (
        f"""{{{{ lookup('pipe', 'touch {path}') }}}} $(touch {path}) "quoted' <script>alert(1)</script> {{% raw %}}"""
    )


@dataclass(frozen=True)
class Foretold:
    """The run in check mode on empty clusters, what it wrote, and the moment when it had ended."""

    run: Finished
    writes: list[Write]
    ended: Mark


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What fails tells which pods were not ready then, and why: the lab is gone by the time somebody reads it."""
    report = yield
    if report.failed:
        report.sections += [(f"not ready in {name}", pods) for name in (PRIMARY, *REMOTES) if (pods := not_ready(name))]
    return report


@pytest.fixture(scope="session", autouse=True)
def lab(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The lab with its network open, as somebody else looks after it, and nothing of a mesh where the suite begins."""
    if not INVENTORY.exists():
        pytest.exit("there is no lab: `make scenarios` raises one and runs these tests on it", 1)
    open_network(Workplace(tmp_path_factory.mktemp("network")))


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """Where the scenarios run playbooks."""
    return Workplace(tmp_path_factory.mktemp("place"))


@pytest.fixture
def elsewhere(tmp_path: Path) -> Workplace:
    """Another place, in which nothing was left by other runs."""
    return Workplace(tmp_path)


@pytest.fixture(scope="session")
def foretold(place: Workplace) -> Foretold:
    """`site.yml --check --diff` on empty clusters, of which one has the mesh's namespace already, made by kubectl."""
    found = [cluster for cluster in (PRIMARY, REMOTES[0]) if get(cluster, "namespace", NAMESPACE)]
    assert not found, f"not empty: {', '.join(found)}"
    apply(ADOPTING, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    mark = Mark()
    run = place.run("site", "--check", "--diff")
    return Foretold(run, mark.writes(), Mark())


@pytest.fixture
def mesh(place: Workplace) -> None:
    """All clusters joined; they are already, where the scenarios before went well."""
    if members() != dict.fromkeys(REMOTES, "Available"):
        place.run("site", *QUICK).succeeded()


@pytest.fixture
def changed_inventory(tmp_path: Path) -> ChangedInventory:
    """Writes the lab's inventory as a function has changed it."""

    def write(change: Callable[[Any], None]) -> Path:
        inventory = yaml.safe_load(INVENTORY.read_text())
        change(inventory)
        path = tmp_path / "inventory.yml"
        path.write_text(yaml.safe_dump(inventory, sort_keys=False))
        return path

    return write
