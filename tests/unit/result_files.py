# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Result files of meshes that are well, broken, overlapping, hostile and large: shared by the tests of the report."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path
from unittest import mock

import yaml

from ansible_collections.multiregion.istio.plugins.module_utils._istio import preflight
from ansible_collections.multiregion.istio.plugins.module_utils._istio.mesh_requests import pair_problems
from ansible_collections.multiregion.istio.plugins.module_utils._istio.probe_requests import Outcome

Dict = dict[str, t.Any]
Files = dict[str, Dict]

OF_A_RUN = (
    Path(__file__).parent / "results_of_a_run"
)  # of the lab's three clusters, with one rule of each security group
PRIMARY, FAR, NEIGHBOUR = "cn-beijing-1", "ap-southeast-1", "cn-beijing-2"
SCRIPT = "<script>document.title = 'taken over'</script>"
HOSTILE = f"""east"'{SCRIPT}<img src=x onerror=alert(1)>{{{{ 7 * 7 }}}}\nsecond line\u202e{{% raw %}}</title></svg>"""


def write(files: Files, folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for stage, file in files.items():
        (folder / f"{stage}.json").write_text(json.dumps(file), encoding="utf-8")
    return folder


def healthy() -> Files:
    """What a run of site.yml on the lab left."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(OF_A_RUN.glob("*.json"))}


def broken() -> Files:
    """The same mesh after ap-southeast-1 was cut off: nothing reaches it, and the verification says so."""
    files = healthy()
    why = "connection timed out"
    outcomes = []
    for pair in files["verify"]["requests"]:
        if FAR in (pair["from"], pair["to"]):
            pair.update(ok=3 if pair["from"] == FAR else 0, p50_ms=None, max_ms=None, why=why)
        ok = pair["ok"]
        outcomes.append(Outcome(pair["from"], pair["to"], sent=pair["sent"], ok=ok, why=pair["why"]))
    problems = [problem.as_dict() for problem in pair_problems(outcomes, 20)]
    member = next(one for one in files["verify"]["members"] if one["name"] == FAR)
    member.update(status="ReconcileFailed", synced=False, sync=[{"istiod": "istiod-1", "status": "timeout"}])
    files["verify"].update(problems=problems)
    for pair in files["prerequisites"]["probe"]["pairs"]:
        if FAR in (pair["from"], pair["to"]):
            pair.update(ok=False, why=why)
    return files


def overlapping(folder: Path) -> Files:
    """The preflight of three clusters, two of which were made from one template: the same pod block, and Services in a VPC."""
    east = cluster(folder, "shop-east", 10, region="cn-beijing", role="primary")
    west = cluster(folder, "shop-west", 20, region="ap-southeast-1", pod_cidrs=east["pod_cidrs"])
    north = cluster(folder, "shop-north", 30, region="cn-beijing", vpc_id=east["vpc_id"], vpc_cidrs=east["vpc_cidrs"])
    north.update(service_cidrs=["10.20.64.0/20"], vswitch_cidrs=["10.10.9.0/24"], pod_cidrs=["10.31.0.1/16"])
    return {"preflight": preflight_of([east, west, north], external_cidrs=["192.168.0.0/16"])}


def cluster(folder: Path, name: str, first: int, **overrides: t.Any) -> Dict:
    """A cluster with a kubeconfig and blocks of its own: 10.<first>.0.0/16 and the two after it."""
    path = folder / f"{name}.kubeconfig"
    config = {
        "current-context": name,
        "contexts": [{"name": name, "context": {"cluster": name}}],
        "clusters": [{"name": name, "cluster": {"server": f"https://10.{first}.1.9:6443"}}],
    }
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    path.chmod(0o600)
    blocks = {f"{kind}_cidrs": [f"10.{first + n}.0.0/16"] for n, kind in enumerate(("vpc", "pod", "service"))}
    rest = {option: value.get("default") for option, value in preflight.MEMBER_OPTIONS.items()}
    own = {"name": name, "hostname": name, "kubeconfig": str(path), "network": "shop", "vpc_id": f"vpc-{name}"}
    return {**rest, **blocks, "vswitch_cidrs": [f"10.{first}.1.0/24"], "provider": "ack", **own, **overrides}


def preflight_of(clusters: list[Dict], **options: t.Any) -> Dict:
    """preflight.json as the role writes it, of clusters that all answered."""
    workers = {"ready": 3, "total": 3, "schedulable": 3, "tainted": 0, "cordoned": 0, "control_planes": 0, "virtual": 0}
    read = {"reachable": True, "kubernetes": "1.34", "domain": "cluster.local", "workers": workers, "problems": []}
    infos = [{"name": one["name"], **read, "nodes": []} for one in clusters]
    mesh = {
        "mesh_id": "shop",
        "istio_version": "1.31.0",
        "engine": "helm",
        "api_version": "istio.alibabacloud.com/v1beta1",
        "network_mode": "flat",
        "locality_routing": False,
    }
    rest = {"flat_across_vpcs": True, "minimum_workers": 3, "external_cidrs": [], "strict": True, "fail_on": "never"}
    place = {"namespace": "istio-system", "revision": "", "local_services": [], "force": False, "found": []}
    params = {"clusters": clusters, "infos": infos, **mesh, **rest, **place, **options}
    with mock.patch.object(
        preflight, "controller_problems", lambda _run_command, with_helm: iter(())
    ):  # of this machine
        result = preflight.check(params, lambda _command: (0, "", ""))
    kept = ("clusters", "problems", "findings", "blocks", "merged_services")
    return {"mesh_id": "shop", "istio_version": "1.31.0", **{key: result[key] for key in kept}}


def large(folder: Path, size: int = 50, *, alike: bool = False) -> Files:
    """A mesh of many clusters in ten regions, all stages; `alike` gives all clusters the same pod block."""
    folder.mkdir(parents=True, exist_ok=True)
    regions = [f"region-{n}" for n in range(min(10, size))]
    names = [f"{regions[n % len(regions)]}-cluster-{n // len(regions) + 1}" for n in range(size)]
    roles = {names[0]: "primary"}
    clusters = [
        cluster(folder, name, 3 * n, region=name.rsplit("-cluster", 1)[0], role=roles.get(name, "remote"))
        for n, name in enumerate(names)
    ]
    for one in clusters if alike else []:
        one["pod_cidrs"] = ["172.20.0.0/16"]
    files = healthy()
    pairs = [(a, b) for a in names for b in names if a != b]
    member = files["verify"]["members"][1]
    files["preflight"] = preflight_of(clusters)
    files["verify"]["requests"] = [
        {"from": a, "to": b, "sent": 20, "ok": 20, "p50_ms": 2.4, "max_ms": 9, "why": ""} for a, b in pairs
    ]
    files["verify"]["members"] = [
        {**member, "name": one["name"], "region": one["region"], "role": one["role"]} for one in clusters
    ]
    files["primary"]["cluster"] = {"name": names[0], "region": regions[0], "network": "shop"}
    remote = files["remotes"]["members"][0]
    files["remotes"]["members"] = [{**remote, "name": one["name"], "region": one["region"]} for one in clusters[1:]]
    files["prerequisites"]["probe"]["pairs"] = [
        {"from": a, "to": b, "what": what, "address": "10.1.2.3", "port": 8080, "ok": True, "why": ""}
        for a, b in pairs
        for what in ("pod", "api_server")
    ]
    files["prerequisites"]["network"]["peers"] = [
        {"attachment_id": "tr-1", "bandwidth": 100, "change": "", "ours": True, "regions": [a, b], "status": "Attached"}
        for n, a in enumerate(regions)
        for b in regions[n + 1 :]
    ]
    return files


def hostile() -> Files:
    """Every string of every file begins with what tries to be markup, a template or a line of its own."""
    files: Files = spoilt({**healthy(), "failover": failover(), "leave": leave()})
    files["preflight"]["blocks"].append({"cluster": HOSTILE, "kind": "pod", "cidr": "10.3.0.0/16"})
    block = {"cluster": HOSTILE, "kind": "pod", "cidr": "10.3.0.0/16"}
    other = {"cluster": HOSTILE + "2", "kind": HOSTILE, "cidr": "10.3.0.0/16"}
    finding = {"rule": HOSTILE, "severity": HOSTILE, "left": block, "right": other, "overlap": "10.3.0.0/16"}
    files["preflight"]["findings"] = [{**finding, "message": HOSTILE}]
    return files


def spoilt(value: t.Any) -> t.Any:
    if isinstance(value, dict):
        return {key: spoilt(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [spoilt(inner) for inner in value]
    return HOSTILE + value if isinstance(value, str) else value


def failover() -> Dict:
    run = {"how": "region gone", "policy": "locality", "kind": "http", "delay_ms": 60, "requests": 4000, "failed": 0}
    run = {**run, "duplicated": 0, "redirect_seconds": 1.4, "p50_ms": 3.1, "p99_ms": 64, "max_ms": 1500}
    slow = {**run, "policy": "none", "failed": 212, "redirect_seconds": 31, "p99_ms": 5003, "max_ms": 30002}
    seconds = [(-1, 50, 0, 0), (0, 10, 20, 20), (1, 0, 50, 0), (2, 50, 0, 0)]
    line = [{"second": s, "near": near, "far": far, "failed": failed} for s, near, far, failed in seconds]
    return {"runs": [{**run, "timeline": line}, slow, {**run, "how": "gateway killed", "redirect_seconds": None}]}


def leave() -> Dict:
    thing = {"cluster": FAR, "kind": "Helm release", "namespace": "istio-system", "name": "istiod"}
    restart = {
        "cluster": FAR,
        "kind": "Deployment",
        "namespace": "default",
        "name": "web",
        "command": "kubectl rollout restart",
    }
    head = {"stage": "leave", "mesh_id": "lab", "cluster": FAR, "finished": "2026-11-29T13:50:00Z", "failure": ""}
    lists = {"removed": [thing], "kept": [{**thing, "why": "it was adopted"}], "left": [], "restart": [restart]}
    return {**head, "check_mode": False, "reachable": True, "why": "", **lists}
