# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plays the operator of Istio and RemoteIstio against real API servers, as banzaicloud/istio-operator acts towards them.

What happens to a member is told by the ConfigMap `scripted-operator` beside the operator's Deployment, by the member's
name (for the Istio resource by that of its own), when it is next reconciled:

    normal   Created, Reconciling, Available (the default)
    heals    twice ReconcileFailed before it is Available
    flaps    after Available again Reconciling and ReconcileFailed, twice, then Available
    silent   no status is written as long as this is said
    sticks   the finalizer is not taken off

Where the cluster has no nodes it also plays the controller of its own Deployment, the kubelet of its pod, and the load
balancer of the ingress gateway.
"""

from __future__ import annotations

import argparse
import base64
import os
import signal
import threading
import time
import typing as t
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import urllib3
import yaml
from api_server import Api, Object, Refused, install, owner
from control_plane import make_services
from in_member import clean, populate
from own_deployment import OwnDeployment
from schemas import definitions

FINALIZER = "remote-istio-operator.finializer.banzaicloud.io"  # the operator itself spells it so
REGISTERED = "istio/multiCluster"
SETTINGS = "scripted-operator"
ROUND_SECONDS = 0.3
RETRY_SECONDS = 1.0
STORY_SECONDS = 0.5
LOST_CA = 'could not populate sign certs: Secret "istio-ca-secret" not found'


class Failed(Exception):
    """An object cannot be reconciled, or not yet. The text goes into its status, unless it is not told."""

    def __init__(self, message: str, told: bool = True) -> None:
        super().__init__(message)
        self.told = told


@dataclass
class Operator:
    """What the process remembers until it restarts: clients by the members' names, what it reconciled, what it has seen."""

    api: Api
    own: OwnDeployment
    options: argparse.Namespace
    log: t.Callable[[str], None]
    stop: threading.Event = field(default_factory=threading.Event)
    clusters: dict[str, Api] = field(default_factory=dict)
    reconciled: set[str] = field(default_factory=set)
    seen: dict[str, t.Any] = field(default_factory=dict)
    retry: dict[str, float] = field(default_factory=dict)

    @property
    def group(self) -> str:
        return str(self.options.api_version.partition("/")[0])

    def path(self, plural: str, one: Object | None = None) -> str:
        where = f"namespaces/{one['metadata']['namespace']}/{plural}/{one['metadata']['name']}" if one else plural
        return f"/apis/{self.options.api_version}/{where}"

    def round(self) -> None:
        """Look at everything once: one member after another, as the one worker does."""
        if not self.own.is_there():
            self.log("the Deployment is gone")
            self.stop.set()
            return
        if self.own.has_restarted():
            self.log("restarted")
            for memory in (self.clusters, self.reconciled, self.seen, self.retry):
                memory.clear()
        for istio in self.api.items(self.path("istios")):
            self.attend("istios", istio, istio["metadata"]["generation"], self.reconcile_istio)
        istios = self.api.items(self.path("istios"))
        specs = [one["metadata"]["generation"] for one in istios]
        for member in self.api.items(self.path("remoteistios")):
            self.attend("remoteistios", member, [member["metadata"]["generation"], specs], self.reconcile)

    def attend(self, plural: str, one: Object, state: t.Any, reconcile: t.Callable[[Object], bool]) -> None:
        """Reconcile an object that has changed since, or failed a while ago. A failure goes into its status."""
        name, uid = one["metadata"]["name"], one["metadata"]["uid"]
        deleting = "deletionTimestamp" in one["metadata"]
        if time.monotonic() < self.retry.get(uid, 0) or (self.seen.get(uid) == state and not deleting):
            return
        told = not deleting
        try:
            if reconcile(one):
                self.seen[uid] = state
            return
        except Failed as error:
            said, told = str(error), error.told
        except Refused as error:
            said = f"could not reconcile remote istio: {error}"
        except urllib3.exceptions.HTTPError as error:
            said = f"could not reconcile remote istio: {type(error).__name__}"
        self.retry[uid] = time.monotonic() + RETRY_SECONDS
        self.log(f"{name}: {said}")
        if told:
            self.say(plural, one, "ReconcileFailed", said)

    def history(self, name: str) -> str:
        """What is to happen to the object of that name."""
        found = self.api.get(f"/api/v1/namespaces/{self.options.namespace}/configmaps/{SETTINGS}") or {}
        return str((found.get("data") or {}).get(name, "normal"))

    def say(self, plural: str, one: Object, status: str, message: str = "", **more: t.Any) -> None:
        """Write a status; what it does not name of addresses stays."""
        live = self.api.get(self.path(plural, one))
        if live is None or self.stop.is_set():
            return
        kept = {key: value for key, value in (live.get("status") or {}).items() if key == "GatewayAddress"}
        said = {"ErrorMessage": message} if message else {}
        self.log(f"{one['metadata']['name']}: {status} {message}".rstrip())
        self.api.call(
            "PUT", f"{self.path(plural, one)}/status", {**live, "status": {**kept, **more, **said, "Status": status}}
        )

    def tell(self, plural: str, one: Object, story: str, work: t.Callable[[], Object]) -> None:
        """The statuses of a reconciliation, with the work between Reconciling and Available."""
        if not one.get("status"):
            self.say(plural, one, "Created")
        for _failure in range(2 if story == "heals" else 0):
            self.say(plural, one, "Reconciling")
            self.stop.wait(STORY_SECONDS)
            self.say(plural, one, "ReconcileFailed", LOST_CA)
            self.stop.wait(STORY_SECONDS)
        self.say(plural, one, "Reconciling")
        self.say(plural, one, "Available", **work())
        for _again in range(2 if story == "flaps" else 0):
            for status, message in (
                ("Reconciling", ""),
                ("ReconcileFailed", "connection reset by peer"),
                ("Available", ""),
            ):
                self.stop.wait(STORY_SECONDS)
                self.say(plural, one, status, message)

    def reconcile_istio(self, istio: Object) -> bool:
        """The control plane, of which there are only Services. Returns whether it is done with."""
        story = self.history(istio["metadata"]["name"])
        if story == "silent" or "deletionTimestamp" in istio["metadata"]:
            return False
        defaults = {"proxyInit": {}, "sds": {}, "watchOneNamespace": False}
        if not defaults.items() <= istio["spec"].items():
            self.api.call("PUT", self.path("istios", istio), {**istio, "spec": {**defaults, **istio["spec"]}})
        self.tell("istios", istio, story, lambda: make_services(self.api, istio))
        return True

    def reconcile(self, member: Object) -> bool:
        """A member, from the finalizer to Available. Returns whether it is done with."""
        metadata, spec = member["metadata"], member.get("spec") or {}
        if "deletionTimestamp" in metadata:
            self.leave(member)
            return False
        if FINALIZER not in metadata.get("finalizers", []):
            change = {"metadata": {**metadata, "finalizers": [*metadata.get("finalizers", []), FINALIZER]}}
            self.api.call("PUT", self.path("remoteistios", member), {**member, **change})
            return False
        istios = self.api.items(self.path("istios"))
        if len(istios) != 1:
            raise Failed("istio resource not found", told=False)
        story = self.history(metadata["name"])
        if story == "silent":
            return False
        of = {key: istios[0]["metadata"][key] for key in ("name", "namespace")}
        proxy = {"envoyStatsD": {}, "envoyMetricsService": {}, **spec.get("proxy", {})}
        injector = {"init": {}, "initCNIConfiguration": {}, "replicaCount": 1, **spec.get("sidecarInjector", {})}
        defaults = {
            "includeIPRanges": "*",
            "proxyInit": {},
            **spec,
            "istioControlPlane": of,
            "proxy": proxy,
            "sidecarInjector": injector,
        }
        change = {"metadata": {**metadata, "ownerReferences": [owner(istios[0])]}, "spec": defaults}
        member = self.api.call("PUT", self.path("remoteistios", member), {**member, **change})
        self.tell("remoteistios", member, story, lambda: self.join(member, istios[0]))
        return True

    def join(self, member: Object, istio: Object) -> Object:
        """The work in the member, which has a client from here on. Returns what goes into the status."""
        name, remote = member["metadata"]["name"], self.cluster(member)
        revision = f"{istio['metadata']['name']}.{istio['metadata']['namespace']}"
        self.api.merge(self.secret(member), {"metadata": {"labels": {REGISTERED: "true", "istio.io/rev": revision}}})
        injected = member["spec"].get("autoInjectionNamespaces") or []
        populate(remote, istio, injected, self.options.failure_policy)
        self.reconciled.add(name)
        return {"GatewayAddress": [remote.host]} if istio["spec"].get("meshExpansion") else {}

    def cluster(self, member: Object) -> Api:
        """The client of a member, made once by the first value of its Secret."""
        name = member["metadata"]["name"]
        if name not in self.clusters:
            secret = self.api.get(self.secret(member))
            values = list(((secret or {}).get("data") or {}).values())
            if not values:
                raise Failed(f'could not get remote cluster: Secret "{name}" not found')
            self.clusters[name] = Api(yaml.safe_load(base64.b64decode(values[0])))
        return self.clusters[name]

    def secret(self, member: Object) -> str:
        return f"/api/v1/namespaces/{member['metadata']['namespace']}/secrets/{member['metadata']['name']}"

    def leave(self, member: Object) -> None:
        """Clean a member that is being deleted, and let it go."""
        name, status = member["metadata"]["name"], member.get("status") or {}
        if FINALIZER not in member["metadata"].get("finalizers", []):
            return
        if status.get("Status") == "Reconciling" and not status.get("ErrorMessage"):
            raise Failed("cannot remove remote istio config while reconciling", told=False)
        if self.history(name) == "sticks":
            raise Failed("a story, it sticks", told=False)
        if name in self.reconciled:
            clean(self.clusters[name], self.group)
        self.clusters.pop(name, None)
        self.reconciled.discard(name)
        if self.api.get(self.secret(member)) is None:
            raise Failed(f'could not remove remote config to remote istio: Secret "{name}" not found', told=False)
        self.api.merge(self.secret(member), {"metadata": {"labels": {REGISTERED: ""}}})
        left = [one for one in member["metadata"]["finalizers"] if one != FINALIZER]
        self.api.call(
            "PUT", self.path("remoteistios", member), {**member, "metadata": {**member["metadata"], "finalizers": left}}
        )
        self.log(f"{name}: removed")


def options_of() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kubeconfig", type=Path, required=True)
    parser.add_argument(
        "--api-version", required=True, help="of Istio and RemoteIstio, as in istio.banzaicloud.io/v1beta1"
    )
    parser.add_argument("--namespace", default="istio-operator", help="of the operator's own Deployment")
    parser.add_argument("--log", type=Path, required=True, help="a file; beside it is one named as it with .pid")
    parser.add_argument(
        "--require", action="append", default=[], help="a field of the spec that a RemoteIstio must have"
    )
    parser.add_argument("--failure-policy", default="Ignore", help="of the webhook that it makes in members")
    parser.add_argument("--node", default="", help="the node of the operator's pod, in a cluster with nodes")
    return parser.parse_args()


def main() -> None:
    """Run until SIGTERM, or until the Deployment is deleted. What it made stays."""
    options = options_of()
    with options.log.open("a", buffering=1) as file:
        api = Api(yaml.safe_load(options.kubeconfig.read_text()))
        own = OwnDeployment(api, options.namespace)
        operator = Operator(api, own, options, lambda line: print(f"{datetime.now():%H:%M:%S.%f} {line}", file=file))
        signal.signal(signal.SIGTERM, lambda *_: operator.stop.set())
        options.log.with_name(f"{options.log.name}.pid").write_text(str(os.getpid()))
        install(api, definitions(operator.group, ("Istio", "RemoteIstio"), options.require))
        own.install(options.node)
        ready = False
        while not operator.stop.wait(ROUND_SECONDS):
            try:
                operator.round()
                if not ready:
                    operator.log("ready")
                ready = True
            except (Refused, urllib3.exceptions.HTTPError) as error:
                operator.log(f"trying again: {error}")
        operator.log("ended")


if __name__ == "__main__":
    main()
