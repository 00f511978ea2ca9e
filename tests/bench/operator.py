"""An operator that answers at once: every RemoteIstio is Available as soon as it appears. No measurement is about it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes.client
import kubernetes.config
import kubernetes.watch

from .place import NAMESPACE, primary_kubeconfig

AGENT = "bench-operator"  # by which its requests are told from those that are counted
GROUP, VERSION, PLURAL = "istio.alibabacloud.com", "v1beta1", "remoteistios"
WHERE = (GROUP, VERSION, NAMESPACE, PLURAL)
new_watch: Any = kubernetes.watch.Watch  # neither has types
new_client: Any = kubernetes.config.new_client_from_config
SECONDS = 1  # of one watch, after which it looks whether it is to end


@contextlib.contextmanager
def answering() -> Iterator[None]:
    """It answers as long as the context lasts. The definition of RemoteIstio has to be there."""
    stop = threading.Event()
    thread = threading.Thread(target=answer, args=(stop,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def answer(stop: threading.Event) -> None:
    """Write the status of every object that has none, until told to stop."""
    api: Any = kubernetes.client.CustomObjectsApi(client(primary_kubeconfig(), AGENT))
    while not stop.is_set():
        events = new_watch()
        with contextlib.suppress(kubernetes.client.ApiException):  # a watch that breaks is begun anew
            for event in events.stream(api.list_namespaced_custom_object, *WHERE, timeout_seconds=SECONDS):
                found = event["object"]
                if event["type"] == "ADDED" and not found.get("status"):
                    say(api, found["metadata"]["name"])


def say(api: Any, name: str) -> None:
    """Write that a member is Available; one that is gone again needs no answer."""
    body = {"status": {"Status": "Available"}}
    try:
        api.patch_namespaced_custom_object_status(*WHERE, name, body, _content_type="application/merge-patch+json")
    except kubernetes.client.ApiException as error:
        if error.status != 404:
            raise


def client(kubeconfig: Path, agent: str) -> Any:
    """A client by a name of its own, by which its requests are told from others."""
    found = new_client(str(kubeconfig))
    found.user_agent = agent
    return found
