"""What ansible-playbook cannot go below: its own time for tasks, what modules do by themselves, and pods that start to be asked."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ansible_collections.multiregion.istio.plugins.module_utils._istio.probe_pod import pod_with, probe_name
from tests.playbooks.clusters import apply, kubectl
from tests.playbooks.runs import Workplace

from .place import callback
from .row import TIMES, median_of, timed

ROOM = "default"  # whose pods get a sidecar
PORT = 8080


@contextmanager
def answered_at_once(run: Callable[[Mapping[str, str]], object]) -> Iterator[Callable[[], float]]:
    """Seconds of a run, given its environment, in which each module at once gives the answer that it gave here: Ansible alone."""
    with tempfile.TemporaryDirectory() as kept:
        environment = callback("answers", "BENCH_ANSWERS", Path(kept))
        run(environment)
        yield lambda: timed(lambda: run(environment))


def floor(without_modules: float, seconds: float, what: str) -> str:
    """Of a run in words: Ansible, and what comes on top of it."""
    return (
        f"the floor: {without_modules:.2f} s for Ansible itself, measured in turn with the run, in the same run where every module "
        f"answers at once, and {seconds:.2f} s {what}: {without_modules + seconds:.2f} s"
    )


def nothing(place: Workplace, host: str, tasks: int) -> str:
    """How long as many tasks take that do nothing."""
    seconds = median_of(lambda: tasks_that_do_nothing(place, host, tasks))
    return f"{tasks} tasks of Ansible that do nothing take {seconds:.1f} s"


def helm_alone(place: Workplace, host: str, options: Mapping[str, Any]) -> float:
    """What kubernetes.core.helm takes for a release that is as wanted, so that helm itself has nothing to do; seconds a task."""
    helm: dict[str, Any] = {"name": "Leave it as it is", "kubernetes.core.helm": dict(options)}
    keep: dict[str, Any] = {"name": "Keep", "ansible.builtin.set_fact": {"kept": 1}}
    with_it = median_of(lambda: seconds_of(place, host, [helm] * TIMES))
    return (with_it - median_of(lambda: seconds_of(place, host, [keep] * TIMES))) / TIMES


def tasks_that_do_nothing(place: Workplace, host: str, count: int) -> float:
    """Seconds of a playbook with so many tasks for one host."""
    tasks = [{"name": f"Keep {number}", "ansible.builtin.set_fact": {"kept": number}} for number in range(count)]
    return seconds_of(place, host, tasks)


def seconds_of(place: Workplace, host: str, tasks: Sequence[Mapping[str, Any]]) -> float:
    """Seconds of a playbook with these tasks."""
    playbook = Path(place.place) / "floor.yml"
    variables = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    play = {"hosts": host, "gather_facts": False, "vars": variables, "tasks": list(tasks)}
    playbook.write_text(json.dumps([play]))
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
