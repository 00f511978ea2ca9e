"""What others have made in the mesh's namespace is refused with the owner's name, before anything of the role is written."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .audit import Mark, titles, unlocked
from .clusters import NAMESPACE, PRIMARY, apply, helm, kubectl
from .conftest import hostile
from .runs import Workplace


@pytest.fixture
def namespace() -> Iterator[None]:
    """The mesh's namespace, made by kubectl in the primary and removed again, with what a release in it left."""
    apply(PRIMARY, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    yield
    kubectl(PRIMARY, "delete", "crds", "--selector", "app.kubernetes.io/part-of=istio")
    kubectl(PRIMARY, "delete", "namespace", NAMESPACE)


@pytest.mark.usefixtures("namespace")
def test_a_service_of_a_helm_release_with_a_hostile_name_is_refused(place: Workplace) -> None:
    executed = place.place / "executed"
    owner = hostile(executed)
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": "istiod-internal",
            "namespace": NAMESPACE,
            "labels": {"app.kubernetes.io/managed-by": "Helm"},
            "annotations": {"meta.helm.sh/release-name": owner, "meta.helm.sh/release-namespace": NAMESPACE},
        },
        "spec": {"ports": [{"port": 15012}]},
    }
    apply(PRIMARY, service)
    mark = Mark()
    place.run("primary").refused("Service istio-system/istiod-internal belongs to Helm release istio-system/", owner)
    assert titles(unlocked(mark.writes())) == []
    assert not executed.exists()
    assert "istiod-internal" in place.result("primary")["failure"]


@pytest.mark.usefixtures("namespace")
def test_a_release_that_was_made_by_hand_is_refused(place: Workplace) -> None:
    helm(PRIMARY, "install", "istio-base", "base")
    try:
        mark = Mark()
        place.run("primary").refused("istio-system/istio-base", "mesh_force")
        assert titles(unlocked(mark.writes())) == []
    finally:
        helm(PRIMARY, "uninstall", "istio-base")
