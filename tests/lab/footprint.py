"""What the lab could leave behind on a machine: read before and after, and compared."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

COMMANDS = {
    "interface": "ip -brief link show",
    "address": "ip -brief address show",
    "route": "ip route show table all",
    "rule": "ip rule show",
    "nft rule": "nft list ruleset",
    "network namespace": "ip netns list",
}
SETTINGS = (
    "net/ipv4/ip_forward",
    "net/ipv4/conf/all/rp_filter",
    "net/bridge/bridge-nf-call-iptables",
    "net/netfilter/nf_conntrack_max",
    "fs/inotify/max_user_instances",
    "vm/overcommit_memory",
    "vm/panic_on_oom",
    "kernel/panic",
    "kernel/panic_on_oops",
    "kernel/keys/root_maxkeys",
    "kernel/keys/root_maxbytes",
)
PLACES = (
    "/var/lib/*",
    "/var/log/*",
    "/run/*",
    "/run/netns/*",
    "/etc/*",
    "/etc/cni/*",
    "/opt/*",
    "/tmp/*kubelet*",
    "/tmp/mrlab*",
)


def read() -> set[str]:
    """Everything of the machine that the lab touches, one line each."""
    found = {f"{what}: {line}" for what, command in COMMANDS.items() for line in _output(command)}
    found |= {f"mount: {line}" for line in Path("/proc/mounts").read_text().splitlines()}
    found |= {f"process: {line}" for line in _processes()}
    for setting in SETTINGS:
        path = Path("/proc/sys") / setting
        found.add(f"setting: {setting} = {path.read_text().strip() if path.exists() else 'none'}")
    found |= {f"file: {path}" for place in PLACES for path in Path("/").glob(place.removeprefix("/"))}
    for place in Path("/sys/fs/cgroup").glob("**/cgroup.subtree_control"):
        found.add(f"controllers: {place} {place.read_text()}")
    for group, _inner, _files in os.walk("/sys/fs/cgroup"):
        found.add(f"control group: {group}")
    return found


def differences(before: set[str], after: set[str]) -> list[str]:
    """What came and what went, one line each, sorted; empty where nothing did."""
    return [f"+ {line}" for line in sorted(after - before)] + [f"- {line}" for line in sorted(before - after)]


def _output(command: str) -> list[str]:
    done = subprocess.run(command.split(), capture_output=True, text=True, check=True)
    return [line.strip() for line in done.stdout.splitlines() if line.strip()]


def _processes() -> list[str]:
    """The process ids and command lines of the processes that run, but for what this reading itself starts."""
    found = []
    for directory in Path("/proc").glob("[0-9]*"):
        try:
            line = (directory / "cmdline").read_text().replace("\0", " ").strip()
        except OSError:
            continue
        if line:
            found.append(f"{directory.name} {line}")
    return found
