"""`python -m tests.lab.demo [flat|gateway]`: a closed network, site.yml twice, then what came of it, on the screen and in .lab/demo.json.

Every figure is read from Ansible's recap or from the result files that the playbooks wrote in this very run.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from string import Template
from typing import Any

from rich.console import Console
from rich.table import Table

LAB = Path(".lab").resolve()
INVENTORY = LAB / "ack"
RESULTS = LAB / "mesh"
HELLO = Path(__file__).parent / "hello"
MODES = {
    "flat": (),
    # Pods of two clusters do not reach each other's addresses, also not from and to the primary.
    "gateway": ("-e", '{"mesh_network_mode": "gateway", "network_prerequisites_control_plane": false}'),
}
Way = dict[str, str]  # {from, to}: names of clusters
RECAP_LINE = re.compile(r"^(?P<host>\S+)\s+: ok=\d+\s+changed=(?P<changed>\d+)")


def main(mode: str = "flat") -> int:
    """Run the demo; 0 where every member is Available and synced, every pair answers and the second run changed nothing."""
    started = time.monotonic()
    shutil.rmtree(RESULTS, ignore_errors=True)
    before = closed_network()
    _first, first_seconds = play("first run of site.yml: open the network, make the mesh", "site", *MODES[mode])
    second, second_seconds = play("second run of site.yml: nothing to do", "site", *MODES[mode])
    after = reached()
    pods = after if mode == "flat" else look()
    verified = json.loads((RESULTS / "verify.json").read_text())
    primary = json.loads((RESULTS / "primary.json").read_text())
    hello(verified)
    demo = {"mode": mode, **summary(before, after, pods, verified, changed(second))}
    demo["seconds"] = {
        "site": round(first_seconds, 1),
        "site_again": round(second_seconds, 1),
        "demo": round(time.monotonic() - started, 1),
    }
    (LAB / "demo.json").write_text(json.dumps(demo, indent=2) + "\n")
    show(demo, primary)
    return 0 if holds(demo) else 1


def closed_network() -> list[Way]:
    """The pairs of clusters of which one reaches the other before anybody has opened the network."""
    if look():
        play(
            "the network is open, from another run: close it",
            "prerequisites",
            "-e",
            "network_prerequisites_state=absent",
        )
        look()
    return reached()


def look() -> list[Way]:
    """Send packets as prerequisites.yml does, without opening anything, and print what became of them."""
    only_look = ("-e", "network_prerequisites_provider=none")
    title = "do the clusters reach each other? (prerequisites.yml, looking only)"
    play(title, "prerequisites", *only_look, is_shown=False, may_fail=True)
    for pair in probed():
        arrived = "arrives" if pair["ok"] else pair["why"]
        print(f"  {pair['from']:>14} -> {pair['what'].replace('_', ' ')} of {pair['to']}: {arrived}")
    return reached()


def probed() -> list[dict[str, Any]]:
    """What the last run of prerequisites.yml sent from cluster to cluster."""
    pairs: list[dict[str, Any]] = json.loads((RESULTS / "prerequisites.json").read_text())["probe"]["pairs"]
    if not pairs:
        raise SystemExit("prerequisites.yml sent no packets: cannot tell who reaches whom")
    return pairs


def reached() -> list[Way]:
    """Pairs of clusters of which one reached all that it needs of the other."""
    pairs = probed()
    lost = {(pair["from"], pair["to"]) for pair in pairs if not pair["ok"]}
    return [{"from": a, "to": b} for a, b in sorted({(pair["from"], pair["to"]) for pair in pairs} - lost)]


def play(
    title: str, playbook: str, *arguments: str, is_shown: bool = True, may_fail: bool = False
) -> tuple[list[str], float]:
    """One run of a playbook, with its output on the screen: (its lines, seconds). Ends the demo where the run fails."""
    print(f"\n=== {title}\n", flush=True)
    began = time.monotonic()
    command = ["ansible-playbook", "-i", str(INVENTORY), "-e", f"mesh_results_dir={RESULTS}", *arguments]
    environment = {
        **os.environ,
        "ANSIBLE_FORCE_COLOR": "1" if sys.stdout.isatty() else "0",
        "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "1",
    }
    lines = []
    with subprocess.Popen(
        [*command, f"multiregion.istio.{playbook}"], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        for line in process.stdout or ():
            if is_shown:
                print(line, end="", flush=True)
            lines.append(re.sub(r"\x1b\[[0-9;]*m", "", line))
    if process.returncode and not may_fail:
        raise SystemExit(
            f"{playbook}.yml failed (exit code {process.returncode}); the lab goes on running: make lab-down ends it"
        )
    return lines, time.monotonic() - began


def changed(lines: Iterable[str]) -> int:
    """The changed tasks of all hosts, from the recap of a run."""
    counts = [int(match["changed"]) for match in map(RECAP_LINE.match, lines) if match]
    if not counts:
        raise SystemExit("no PLAY RECAP in the output of ansible-playbook: cannot tell what changed")
    return sum(counts)


def summary(
    before: list[Way], after: list[Way], pods: list[Way], verified: dict[str, Any], changes: int
) -> dict[str, Any]:
    """The content of .lab/demo.json.

    Pairs that reached each other before and after, pairs of which pods reach pods, and the results of verify.yml.
    """
    return {
        "blocked_before": not before,
        "reached": after,
        "pods_reached": pods,
        "members": [
            {key: member[key] for key in ("name", "region", "status", "synced")} for member in verified["members"]
        ],
        "requests": [{key: pair[key] for key in ("from", "to", "sent", "ok")} for pair in verified["requests"]],
        "changed_on_second_run": changes,
    }


def holds(demo: dict[str, Any]) -> bool:
    """Whether the demo shows what it promises."""
    names = {member["name"] for member in demo["members"]}
    answered = {(pair["from"], pair["to"]) for pair in demo["requests"] if pair["sent"] and pair["ok"] == pair["sent"]}
    pairs = {(one, other) for one in names for other in names if one != other}
    members_fine = all(member["status"] == "Available" and member["synced"] for member in demo["members"])
    network_fine = demo["blocked_before"] and {(pair["from"], pair["to"]) for pair in demo["reached"]} == pairs
    network_fine = network_fine and bool(demo["pods_reached"]) == (demo["mode"] == "flat")
    return (
        len(names) == 3 and network_fine and members_fine and pairs <= answered and demo["changed_on_second_run"] == 0
    )


def hello(verified: dict[str, Any]) -> None:
    """Put the page that tells who answered into every member, and route the primary's ingress gateway to it."""
    workload = Template((HELLO / "workload.yml").read_text())
    for member in verified["members"]:
        fields = {"cluster": member["name"], "region": member["region"], "image": verified["image"]}
        apply(member["name"], workload.safe_substitute(fields))
        if member["role"] == "primary":
            apply(member["name"], (HELLO / "ingress.yml").read_text())


def apply(cluster: str, manifest: str) -> None:
    """`kubectl apply` of a manifest in one cluster."""
    command = ["kubectl", "--kubeconfig", str(LAB / "kubeconfigs" / cluster), "apply", "-f", "-"]
    subprocess.run(command, input=manifest, text=True, check=True, stdout=subprocess.DEVNULL)


def show(demo: dict[str, Any], primary: dict[str, Any]) -> None:
    """The summary that a person reads."""
    console = Console(width=100)
    members = Table("member", "region", "status", "istiod", title="One mesh", title_justify="left")
    for member in demo["members"]:
        members.add_row(
            member["name"], member["region"], member["status"], "synced" if member["synced"] else "NOT synced"
        )
    names = [member["name"] for member in demo["members"]]
    matrix = Table("from \\ to", *names, title="Requests answered", title_justify="left")
    for source in names:
        matrix.add_row(source, *(cell(demo["requests"], source, target) for target in names))
    console.print()
    console.print(
        f"Before site.yml {'no cluster reached another' if demo['blocked_before'] else 'clusters REACHED each other'}; "
        f"then {len(demo['reached'])} of {len(names) * (len(names) - 1)} ways were open, "
        f"pods reach pods of another cluster by their addresses on {len(demo['pods_reached'])}.\n",
        highlight=False,
    )
    console.print(members)
    console.print(matrix)
    seconds = demo["seconds"]
    console.print(
        f"site.yml took {seconds['site']} s, again {seconds['site_again']} s with "
        f"{demo['changed_on_second_run']} changes. All figures: .lab/demo.json",
        highlight=False,
    )
    console.print(
        "The lab goes on running. Look around:\n"
        f"  kubectl --kubeconfig .lab/kubeconfigs/{primary['cluster']['name']} get remoteistio -n istio-system\n"
        f"  curl http://{primary['ingress_address']}/          # the ingress gateway: any region may answer\n"
        "  make lab-down          # ends it and leaves nothing behind",
        highlight=False,
    )


def cell(requests: Iterable[dict[str, Any]], source: str, target: str) -> str:
    """One field of the matrix: "20/20", or a dash where no request was due."""
    counts = [f"{pair['ok']}/{pair['sent']}" for pair in requests if (pair["from"], pair["to"]) == (source, target)]
    return counts[0] if counts else "-"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
