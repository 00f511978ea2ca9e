"""Nobody joins in a closed network: the run fails and says what does not answer. Once it is open the same run completes the join."""

from __future__ import annotations

import pytest

from .clusters import REMOTES, members
from .runs import Workplace, close_network, open_network

FAR = REMOTES[1]
JOIN = ("remotes", "--limit", FAR, "-e", "mesh_force=true")


@pytest.mark.usefixtures("mesh")
def test_a_join_fails_while_the_network_is_closed(place: Workplace) -> None:
    place.run("leave", "-e", f"mesh_leaving={FAR}").succeeded()
    close_network(place)
    place.run(*JOIN, "-e", "remote_cluster_timeout=20").refused(FAR, "of this cluster reach istiod at 10.10.1.")
    assert members().get(FAR) != "Available"


def test_the_same_join_is_completed_once_it_is_open(place: Workplace) -> None:
    open_network(place)
    place.run(*JOIN).succeeded()
    assert members() == dict.fromkeys(REMOTES, "Available")
