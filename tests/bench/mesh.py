"""The mesh on the lab's control planes, made ready for a measurement and emptied again. Nothing here is measured."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import kubernetes.client

from tests.lab.host import CHECKOUT
from tests.lab.inventory import KUBECONFIGS

from .operator import GROUP, PLURAL, VERSION, client
from .place import NAMESPACE, PLANES, PRIMARY, BenchError

sys.path.insert(0, str(CHECKOUT / "tests/integration/targets/setup_operator/files"))
import schemas  # the definitions that the operator of the tests has

AGENT = "bench"
SECONDS = 30.0
THREADS = 8


def ready() -> None:
    """Namespaces in all clusters, the operator's definitions in the primary; nothing of a mesh."""
    everywhere(make_namespace, [PRIMARY.name, *(plane.name for plane in PLANES)])
    define()
    empty()


def empty() -> None:
    """Take everything out again that whoever was measured has brought."""
    primary = custom()
    for found in primary.list_namespaced_custom_object(GROUP, VERSION, NAMESPACE, PLURAL)["items"]:
        primary.delete_namespaced_custom_object(GROUP, VERSION, NAMESPACE, PLURAL, found["metadata"]["name"])
    core(PRIMARY.name).delete_collection_namespaced_secret(NAMESPACE)
    everywhere(empty_remote, [plane.name for plane in PLANES])


def everywhere(work: Callable[[str], None], planes: Iterable[str]) -> None:
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(work, planes))


def empty_remote(plane: str) -> None:
    """Accounts, rights and Secrets, by whichever way they came."""
    api: Any = core(plane)
    api.delete_collection_namespaced_secret(NAMESPACE)
    for account in api.list_namespaced_service_account(NAMESPACE).items:
        if account.metadata.name != "default":
            api.delete_namespaced_service_account(account.metadata.name, NAMESPACE)
    rights: Any = kubernetes.client.RbacAuthorizationV1Api(client(KUBECONFIGS / plane, AGENT))
    for listed, delete in (
        (rights.list_cluster_role, rights.delete_cluster_role),
        (rights.list_cluster_role_binding, rights.delete_cluster_role_binding),
    ):
        for found in listed().items:
            if "istio" in found.metadata.name:
                delete(found.metadata.name)


def make_namespace(plane: str) -> None:
    """The mesh's namespace, which has to be there before whichever way of joining."""
    body = {"metadata": {"name": NAMESPACE}}
    try:
        core(plane).create_namespace(body)
    except kubernetes.client.ApiException as error:
        if error.status != 409:
            raise


def define() -> None:
    """Istio and RemoteIstio, as the operator's chart defines them, and wait until they are served."""
    api: Any = kubernetes.client.ApiextensionsV1Api(client(KUBECONFIGS / PRIMARY.name, AGENT))
    for one in schemas.definitions(GROUP, ("Istio", "RemoteIstio")):
        try:
            api.create_custom_resource_definition(one)
        except kubernetes.client.ApiException as error:
            if error.status != 409:
                raise
    deadline = time.monotonic() + SECONDS
    while not served():
        if time.monotonic() > deadline:
            raise BenchError(f"{PLURAL}.{GROUP} is not served after {SECONDS:.0f} s")
        time.sleep(0.2)


def served() -> bool:
    try:
        custom().list_namespaced_custom_object(GROUP, VERSION, NAMESPACE, PLURAL)
    except kubernetes.client.ApiException:
        return False
    return True


def core(plane: str) -> Any:
    return kubernetes.client.CoreV1Api(client(KUBECONFIGS / plane, AGENT))


def custom() -> Any:
    return kubernetes.client.CustomObjectsApi(client(KUBECONFIGS / PRIMARY.name, AGENT))
