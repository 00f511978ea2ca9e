"""The ways of joining clusters that are measured: by this collection, and by what people use today (peers/)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .place import PEERS, Place, primary_kubeconfig

SCRIPTS, TASKS, ISTIOCTL = "the page's scripts, kubectl", "kubernetes.core", "istioctl create-remote-secret"
Way = Callable[[Place], float]


def ours(place: Place, environment: Mapping[str, str] | None = None) -> float:
    """The join alone. Members that are Available already are looked at all at once: by default it is one at a time."""
    at_once = f"mesh_serial={len(place.members)}"
    return place.playbook("multiregion.istio.remotes", "--tags", "membership", "-e", at_once, environment=environment)


def scripts(place: Place) -> float:
    return place.run([PEERS / "join.sh", *clusters(place)])


def tasks(place: Place) -> float:
    return place.playbook(PEERS / "join.yml")


def istioctl(place: Place) -> float:
    return place.run([PEERS / "istioctl.sh", *clusters(place)])


def clusters(place: Place) -> list[str]:
    return [str(primary_kubeconfig()), *(f"{one.name}={one.kubeconfig}" for one in place.members)]


PEERS_OF_A_JOIN: dict[str, Way] = {SCRIPTS: scripts, TASKS: tasks, ISTIOCTL: istioctl}
