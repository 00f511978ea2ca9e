# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests to an API server, by path, JSON in and out."""

from __future__ import annotations

import json
import time
import typing as t
from urllib.parse import urlsplit

import kubernetes.client
import kubernetes.config

ANSWER_SECONDS = 5.0
POLL_SECONDS = 0.3

Object = dict[str, t.Any]
load: t.Any = kubernetes.config.load_kube_config_from_dict  # it has no types


class Refused(Exception):
    """An API server's answer of 400 or more."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Api:
    """One API server: JSON in and out, by path."""

    def __init__(self, kubeconfig: Object) -> None:
        self.configuration = kubernetes.client.Configuration()
        load(kubeconfig, client_configuration=self.configuration)
        self.pool: t.Any = kubernetes.client.rest.RESTClientObject(self.configuration).pool_manager

    @property
    def host(self) -> str:
        """The API server's host, without port."""
        return str(urlsplit(str(self.configuration.host)).hostname)

    def call(self, method: str, path: str, body: Object | None = None, kind: str = "application/json") -> Object:
        """The answer. Raises Refused, urllib3.exceptions.HTTPError."""
        headers = {"Content-Type": kind, "User-Agent": "istio-operator/scripted"}
        settings: t.Any = self.configuration.auth_settings()
        headers.update({one["key"]: one["value"] for one in settings.values()})
        data = None if body is None else json.dumps(body).encode()
        url = str(self.configuration.host).rstrip("/") + path
        answer = self.pool.request(method, url, headers=headers, body=data, timeout=ANSWER_SECONDS, retries=False)
        if answer.status >= 400:
            is_json = "json" in answer.headers.get("Content-Type", "")
            raise Refused(
                answer.status, json.loads(answer.data)["message"] if is_json else answer.data.decode().strip()
            )
        content: Object = json.loads(answer.data)
        return content

    def get(self, path: str) -> Object | None:
        """The object, None where there is none."""
        try:
            return self.call("GET", path)
        except Refused as error:
            if error.status == 404:
                return None
            raise

    def items(self, path: str) -> list[Object]:
        """All objects of a kind."""
        found: list[Object] = self.call("GET", path)["items"]
        return found

    def ensure(self, path: str, wanted: Object) -> Object:
        """The object as it is wanted: made, or replaced where it says something else."""
        live = self.get(f"{path}/{wanted['metadata']['name']}")
        if live is None:
            return self.call("POST", path, wanted)
        if {**live, **wanted, "metadata": live["metadata"]} == live:
            return live
        metadata = {**wanted["metadata"], "resourceVersion": live["metadata"]["resourceVersion"]}
        return self.call("PUT", f"{path}/{metadata['name']}", {**wanted, "metadata": metadata})

    def merge(self, path: str, change: Object) -> Object:
        """A merge patch."""
        return self.call("PATCH", path, change, "application/merge-patch+json")

    def delete(self, path: str) -> None:
        """Ask for deletion of what may be there."""
        try:
            self.call("DELETE", path)
        except Refused as error:
            if error.status != 404:
                raise


def install(api: Api, wanted: list[Object]) -> None:
    """Install definitions and wait until what they define is served."""
    for one in wanted:
        api.ensure("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", one)
    for one in wanted:
        while not serves(api, f"/apis/{one['spec']['group']}/v1beta1/{one['spec']['names']['plural']}"):
            time.sleep(POLL_SECONDS)


def serves(api: Api, path: str) -> bool:
    """Whether the server lists a kind: it takes a while after the definition, and answers 404 or 429 meanwhile."""
    try:
        api.items(path)
    except Refused as error:
        if error.status in (404, 429):
            return False
        raise
    return True


def owner(one: Object) -> Object:
    """An ownerReference to an object."""
    names = {key: one[key] for key in ("apiVersion", "kind")}
    return {**names, "name": one["metadata"]["name"], "uid": one["metadata"]["uid"], "controller": True}
