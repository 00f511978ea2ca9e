"""What ansible-playbook cannot go below: as many tasks that do nothing, what modules do by themselves, and pods that start to be asked."""

from __future__ import annotations

from pathlib import Path

import yaml

from ansible_collections.multiregion.istio.plugins.module_utils._istio.probe_pod import pod_with, probe_name
from tests.playbooks.clusters import apply, kubectl
from tests.playbooks.runs import Workplace

from .row import median_of, timed

ROOM = "default"  # whose pods get a sidecar
PORT = 8080


def floor(place: Workplace, host: str, image: str, tasks: int) -> str:
    """Both, in words."""
    pod = median_of(lambda: pod_with_a_sidecar(host, image))
    return (
        f"the floor: {nothing(place, host, tasks)}, and a pod with a sidecar is Ready after {pod:.1f} s, "
        "of which the verification needs one in each cluster"
    )


def nothing(place: Workplace, host: str, tasks: int) -> str:
    """How long as many tasks take that do nothing."""
    seconds = median_of(lambda: tasks_that_do_nothing(place, host, tasks))
    return f"{tasks} tasks of Ansible that do nothing take {seconds:.1f} s"


def tasks_that_do_nothing(place: Workplace, host: str, count: int) -> float:
    """Seconds of a playbook with so many tasks for one host."""
    playbook = Path(place.place) / "nothing.yml"
    tasks = [{"name": f"Keep {number}", "ansible.builtin.set_fact": {"kept": number}} for number in range(count)]
    variables = {"ansible_connection": "local"}
    playbook.write_text(yaml.safe_dump([{"hosts": host, "gather_facts": False, "vars": variables, "tasks": tasks}]))
    return timed(lambda: place.run(str(playbook)).succeeded())


def pod_with_a_sidecar(cluster: str, image: str) -> float:
    """Seconds until a pod like those of the verification is Ready."""
    name = probe_name(cluster)
    pod = pod_with({"static_resources": {}}, cluster, ROOM, image, PORT)

    def started() -> None:
        apply(cluster, pod)
        kubectl(cluster, "wait", "--for=condition=Ready", f"pod/{name}", "--namespace", ROOM, "--timeout=120s")

    try:
        return timed(started)
    finally:
        kubectl(cluster, "delete", "pod", name, "--namespace", ROOM)
