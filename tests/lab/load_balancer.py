"""A cluster's load balancers: a controller that gives Services of type LoadBalancer an address of the VPC.

kube-proxy sends what arrives at such an address to the Service's pods; this controller chooses the address, writes it
into the Service's status and makes it an address of the cluster's network namespace, to which the router sends the
whole range. Whatever it did it tells the lab's cloud, with the blocks of the nodes' pods.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from ipaddress import AddressValueError, IPv4Address, IPv4Network
from typing import Any

import urllib3
from kubernetes import client, config, watch
from kubernetes.client.exceptions import ApiException

from .addresses import Service, assign

WATCH_SECONDS = 300
ANSWER_SECONDS = 30
NOWHERE = IPv4Address("0.0.0.0")  # for what is no IPv4 address: it is in no pool
RETRY_SECONDS = 1
connect: Any = config.new_client_from_config  # these two have no types
Watch: Any = watch.Watch


def main(arguments: list[str]) -> None:
    """Run until the process is ended; an API server that is away for a while is waited for."""
    parser = argparse.ArgumentParser(prog="python -m tests.lab.load_balancer", description=__doc__)
    parser.add_argument("--kubeconfig", required=True)
    parser.add_argument("--pool", required=True, type=IPv4Network, help="the block of addresses to give")
    parser.add_argument("--cloud", required=True, help="where the lab's cloud wants to be told of this cluster")
    options = parser.parse_args(arguments)
    api = client.CoreV1Api(connect(options.kubeconfig))
    while True:
        try:
            for services in snapshots(api):
                given = reconcile(api, services, options.pool)
                tell(options.cloud, report(api.list_node(_request_timeout=ANSWER_SECONDS).items, given))
        except (ApiException, urllib3.exceptions.HTTPError, OSError, subprocess.CalledProcessError) as error:
            print(f"trying again in {RETRY_SECONDS} s: {error}", flush=True)
            time.sleep(RETRY_SECONDS)


def snapshots(api: Any) -> Iterator[list[Any]]:
    """All Services, again and again, whenever one has changed. Ends when the API server ends the watch."""
    listed = api.list_service_for_all_namespaces(_request_timeout=ANSWER_SECONDS)
    services = {service.metadata.uid: service for service in listed.items}
    yield list(services.values())
    events = Watch().stream(
        api.list_service_for_all_namespaces,
        resource_version=listed.metadata.resource_version,
        timeout_seconds=WATCH_SECONDS,
        _request_timeout=WATCH_SECONDS + ANSWER_SECONDS,
    )
    for event in events:
        service = event["object"]
        if event["type"] == "DELETED":
            services.pop(service.metadata.uid, None)
        else:
            services[service.metadata.uid] = service
        yield list(services.values())


def reconcile(api: Any, services: Iterable[Any], pool: IPv4Network) -> dict[IPv4Address, Any]:
    """Bring the Services' status and the namespace's addresses to what `assign` says: each address with its Service."""
    objects = {service.metadata.uid: service for service in services}
    views = {uid: view(service) for uid, service in objects.items()}
    given = assign(views.values(), pool)
    hold(set(given.values()), pool)
    for uid, seen in views.items():
        chosen = given.get(uid)
        if seen.wants and chosen is None:
            print(f"{seen.name}: the address it asks for, or every one of {pool}, is taken", flush=True)
        if chosen != seen.has and (chosen or seen.has in pool):
            write_status(api, objects[uid], chosen)
    return {address: objects[uid] for uid, address in given.items()}


def report(nodes: Iterable[Any], given: Mapping[IPv4Address, Any]) -> dict[str, Any]:
    """What the cloud wants to know, as its Report: node to its block of pods, address to pairs of port and NodePort."""
    ports = {
        str(one): [(port.port, port.node_port) for port in service.spec.ports if port.node_port]
        for one, service in given.items()
    }
    return {"pods": {node.metadata.name: node.spec.pod_cidr or "" for node in nodes}, "services": ports}


def tell(cloud: str, told: Mapping[str, Any]) -> None:
    """Raises OSError where the cloud does not take it, as while nodes have no blocks."""
    answer = urllib3.request("PUT", cloud, json=told, timeout=ANSWER_SECONDS, retries=False)
    if answer.status != HTTPStatus.OK:
        raise OSError(f"the cloud says {answer.data.decode()}")


def view(service: Any) -> Service:
    """What `assign` needs to know of a Service."""
    spec, meta = service.spec, service.metadata
    load_balancer = service.status.load_balancer if service.status else None
    ingress = load_balancer.ingress if load_balancer else None
    return Service(
        uid=meta.uid,
        name=f"{meta.namespace}/{meta.name}",
        created=meta.creation_timestamp.timestamp(),
        wants=spec.type == "LoadBalancer" and not spec.load_balancer_class and not meta.deletion_timestamp,
        asks_for=address(spec.load_balancer_ip),
        has=address(ingress[0].ip) if ingress else None,
    )


def address(text: str | None) -> IPv4Address | None:
    """The address in a field; none in an empty one, NOWHERE where it is something else."""
    try:
        return IPv4Address(text) if text else None
    except AddressValueError:
        return NOWHERE


def write_status(api: Any, service: Any, chosen: IPv4Address | None) -> None:
    """Write the address, or that there is none; a Service that has changed meanwhile comes again as an event."""
    meta = service.metadata
    ingress = [{"ip": str(chosen), "ipMode": "VIP"}] if chosen else None
    print(f"{meta.namespace}/{meta.name}: {chosen or 'no address any more'}", flush=True)
    body = {"metadata": {"uid": meta.uid}, "status": {"loadBalancer": {"ingress": ingress}}}
    try:
        api.patch_namespaced_service_status(meta.name, meta.namespace, body, _request_timeout=ANSWER_SECONDS)
    except ApiException as error:
        if error.status not in (404, 409):
            raise


def hold(wanted: set[IPv4Address], pool: IPv4Network) -> None:
    """Make the namespace have these addresses of the pool and no other of it."""
    answer = subprocess.run(["ip", "-json", "-4", "address", "show", "dev", "lo"], capture_output=True, check=True)
    local = {IPv4Address(entry["local"]) for link in json.loads(answer.stdout) for entry in link["addr_info"]}
    held = {one for one in local if one in pool}
    for action, these in (("add", wanted - held), ("delete", held - wanted)):
        for one in these:
            subprocess.run(["ip", "address", action, f"{one}/32", "dev", "lo"], check=True)


if __name__ == "__main__":
    main(sys.argv[1:])
