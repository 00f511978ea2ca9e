"""The lab's network: a router in its own namespace, a namespace per cluster, an interface and routes on the host."""

from __future__ import annotations

import json
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

from .conflicts import MARK, Host, Route, conflicts
from .host import STATE, LabError, run
from .topology import CLUSTERS, CONTROL_PLANES, LINK, PREFIX, Attachment, routed_blocks

ROUTER = f"{PREFIX}router"
HOST_LINK = f"{PREFIX}host"
NAMESPACES = Path("/run/netns")
ALIAS = "multiregion-istio-lab"  # of the loopback interface in the lab's namespaces
CLAIMED = STATE / "namespaces"  # a file per namespace, from before it is made: a kill in between leaves no stranger
MADE_MOUNT = Path("/run/mrlab-made-netns")  # the next boot forgets both


def refuse_conflicts() -> None:
    """Look whether the lab may have its names and blocks.

    :raises LabError: it may not, with every reason.
    """
    names = [ROUTER, CONTROL_PLANES.namespace, *(cluster.attachment.namespace for cluster in CLUSTERS)]
    if reasons := conflicts(read_host(), routed_blocks(), HOST_LINK, names):
        raise LabError("the lab cannot start on this machine:\n  " + "\n  ".join(reasons))


def read_host() -> Host:
    """The host's routes, interfaces and namespaces."""
    routes = []
    for route in _ip("-4", "route", "show"):
        block = "0.0.0.0/0" if route["dst"] == "default" else route["dst"]
        routes.append(Route(IPv4Network(block), route.get("dev", route.get("type", "?"))))
    links = {link["ifname"]: link.get("address", "") for link in _ip("link", "show")}
    return Host(tuple(routes), links, {name: _is_ours(name) for name in _namespaces()})


def raise_router() -> None:
    """The router and the host's way to it."""
    _make_namespace(ROUTER)
    if HOST_LINK not in read_host().links:
        run("ip", "link", "add", HOST_LINK, "address", MARK, "type", "veth", "peer", "name", "host", "netns", ROUTER)
    host, router = LINK[1], LINK[2]
    batch(ROUTER, f"address replace {router}/{LINK.prefixlen} dev host", "link set host up")
    routes = [f"route replace {block} via {router}" for what, block in routed_blocks().items() if block != LINK]
    batch(None, f"address replace {host}/{LINK.prefixlen} dev {HOST_LINK}", f"link set {HOST_LINK} up", *routes)


def attach(attachment: Attachment, further: Iterable[IPv4Address] = ()) -> None:
    """A namespace on the router, with `further` addresses of its subnet beside its own.

    What is behind it and belongs to nobody is unreachable there, or it would go round between the router and it.
    """
    namespace, device, length = attachment.namespace, attachment.device, attachment.subnet.prefixlen
    _make_namespace(namespace)
    if device not in links(ROUTER):
        run("ip", "link", "add", device, "netns", ROUTER, "type", "veth", "peer", "name", "eth0", "netns", namespace)
    addresses = [attachment.address, *further]
    batch(
        namespace,
        *(f"address replace {address}/{length} dev eth0" for address in addresses),
        "link set eth0 up",
        f"route replace default via {attachment.gateway}",
        *(f"route replace unreachable {block}" for block in attachment.behind),
    )
    batch(
        ROUTER,
        f"address replace {attachment.gateway}/{length} dev {device}",
        f"link set {device} up",
        *(f"route replace {block} via {attachment.address}" for block in attachment.behind),
    )


def links(namespace: str) -> set[str]:
    """The names of the interfaces in a namespace."""
    return {link["ifname"] for link in _ip("-n", namespace, "link", "show")}


def batch(namespace: str | None, *commands: str) -> None:
    """Several commands of `ip` at once, in a namespace or on the host."""
    inside = ["-n", namespace] if namespace else []
    run("ip", *inside, "-batch", "-", stdin="\n".join(commands) + "\n")


def process_ids() -> set[int]:
    """The ids of all processes in the lab's namespaces."""
    return {int(pid) for name in ours() for pid in run("ip", "netns", "pids", name).split()}


def ours() -> list[str]:
    """The lab's namespaces that exist."""
    return [name for name in _namespaces() if _is_ours(name)]


def remove() -> None:
    """Remove the host's interface, and with it its routes, and all namespaces. What is in them must have ended."""
    if read_host().links.get(HOST_LINK) == MARK:
        run("ip", "link", "delete", HOST_LINK)
    for name in ours():
        run("ip", "netns", "delete", name)
    if MADE_MOUNT.exists() and not _namespaces():
        run("umount", NAMESPACES)
        NAMESPACES.rmdir()
    MADE_MOUNT.unlink(missing_ok=True)


def _make_namespace(name: str) -> None:
    """A namespace with the lab's mark, forwarding and loopback; nothing happens to one that is there."""
    CLAIMED.mkdir(parents=True, exist_ok=True)
    (CLAIMED / name).touch()
    if name not in _namespaces():
        if not NAMESPACES.exists():
            MADE_MOUNT.touch()  # `ip netns add` makes a mount of it
        run("ip", "netns", "add", name)
    batch(name, f"link set lo alias {ALIAS}", "link set lo up")
    # /proc/sys/net shows the namespace of the process that looks
    run("nsenter", f"--net={NAMESPACES / name}", "sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward")


def _namespaces() -> list[str]:
    """The names with the lab's prefix."""
    return sorted(path.name for path in NAMESPACES.glob(f"{PREFIX}*"))


def _is_ours(name: str) -> bool:
    if (CLAIMED / name).exists():
        return True
    try:
        loopback = _ip("-n", name, "link", "show", "dev", "lo")
    except LabError:  # a file that is no namespace
        return False
    return any(link.get("ifalias") == ALIAS for link in loopback)


def _ip(*arguments: str) -> list[dict[str, Any]]:
    answer = run("ip", "-json", *arguments)
    rows: list[dict[str, Any]] = json.loads(answer) if answer.strip() else []
    return rows
