"""What there is of the lab, and whether it works."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from . import cloud_daemon, control_plane, delay, processes
from .certificates import kubeconfig
from .topology import CLUSTERS, MOST_CONTROL_PLANES
from .topology import control_plane as numbered


def show() -> int:
    """Print a row per cluster and control plane; 0 when there are some and all work, otherwise 1."""
    clusters = {cluster.name: cluster for cluster in CLUSTERS}
    every = [cluster.control_plane for cluster in CLUSTERS]
    every += [numbered(number) for number in range(1, MOST_CONTROL_PLANES + 1)]
    started = [plane for plane in every if kubeconfig(plane.name, "admin").exists()]
    table = Table("name", "region", "API server", "answers", "ended")
    well = bool(started)
    for plane in started:
        cluster = clusters.get(plane.name)
        answers = control_plane.is_ready(plane)
        ended = processes.ended(plane.name, *([cluster.node] if cluster else []))
        well = well and answers and not ended
        region = cluster.vpc.region if cluster else "-"
        table.add_row(plane.name, region, plane.api_server, "yes" if answers else "NO", ", ".join(ended) or "none")
    if cloud_daemon.TOLD.exists():
        answers, ended = cloud_daemon.answers(), processes.ended("cloud")
        well = well and answers
        table.add_row("the cloud", "-", cloud_daemon.URL, "yes" if answers else "NO", ", ".join(ended) or "none")
    if delay.TOLD.exists():
        holds, ended = bool(processes.running(delay.daemon())), processes.ended("delay")
        well = well and holds
        figure = f"{delay.TOLD.read_text()} ms there and back"
        table.add_row("the delay", "all", figure, "yes" if holds else "NO", ", ".join(ended) or "none")
    Console().print(table if started else "There is no lab on this machine: python -m tests.lab up")
    return 0 if well else 1
