"""Members that serve users are changed one at a time: the first failure stops the rest, and shows no secret either."""

from __future__ import annotations

from typing import Any

import pytest

from . import leaks, processes
from .audit import Mark, titles
from .clusters import PRIMARY, REMOTES, members
from .conftest import ChangedInventory
from .runs import Workplace

FIRST, SECOND = REMOTES

pytestmark = pytest.mark.usefixtures("mesh")


def broken(inventory: Any) -> None:
    """A change of both members that breaks the first: istiod would reach it at a port where nobody listens.

    The first is also the slower one, and comes first all the same.
    """
    remotes = inventory["all"]["children"]["istio_remotes"]["hosts"]
    remotes[FIRST]["mesh_cluster_name"] = f"{{{{ lookup('ansible.builtin.pipe', 'sleep 0.3; echo {FIRST}') }}}}"
    remotes[FIRST]["mesh_cluster_api_server"] = remotes[FIRST]["mesh_cluster_api_server"].replace(":6443", ":6444")
    inventory["all"]["vars"].update(
        remote_cluster_ingress_annotations={"example.com/changed": "yes"}, remote_cluster_timeout=15
    )


def test_the_failure_of_the_first_leaves_the_second_untouched_and_tells_no_secret(
    elsewhere: Workplace, changed_inventory: ChangedInventory
) -> None:
    mark = Mark()
    arguments = ("remotes", "--diff", "-vvvv")
    with (
        elsewhere.start(*arguments, inventory=changed_inventory(broken)) as run,
        processes.watched(run.mark) as shown_by_ps,
    ):
        finished = run.wait()
    finished.refused(FIRST, f"before {SECOND}: nothing was changed there")
    assert titles(mark.writes(SECOND)) == []
    assert members() == {FIRST: "ReconcileFailed", SECOND: "Available"}
    texts = leaks.files(elsewhere.place) | {f"ps {number}": text for number, text in enumerate(shown_by_ps)}
    assert leaks.found_in(texts, leaks.in_clusters([PRIMARY, *REMOTES])) == []


def test_the_run_after_the_mistake_was_put_right_brings_both_to_what_they_were(place: Workplace) -> None:
    place.run("remotes").succeeded()
    assert members() == dict.fromkeys(REMOTES, "Available")
