"""Runs of ansible-playbook on the lab's inventory, each with what it said and how it ended."""

from __future__ import annotations

import json
import os
import re
import subprocess
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.lab.inventory import ACK, INVENTORY

from . import processes

MINUTES = 60.0
LAST_LINES = 60
RECAP = re.compile(r"^(?P<host>\S+)\s+: ok=\d+\s+changed=(?P<changed>\d+).*?failed=(?P<failed>\d+)", re.MULTILINE)
FATAL = re.compile(r"^fatal: \[[^\]]+\]: FAILED! => (?P<result>\{.*\})$", re.MULTILINE)
HEADER = re.compile(r"^\+\+\+ after: (?P<header>.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Finished:
    """A run that has ended, or was ended."""

    title: str
    code: int
    output: str

    @property
    def said(self) -> str:
        """The output in one line, as wide as it likes, with the quotes that JSON escapes."""
        return " ".join(self.output.replace('\\"', '"').replace("\\n", " ").split())

    @property
    def reasons(self) -> str:
        """The messages of the tasks that failed, without the names of hosts that Ansible itself puts there."""
        return "\n".join(json.loads(found["result"])["msg"] for found in FATAL.finditer(self.output))

    @property
    def changed(self) -> dict[str, int]:
        """Changed tasks by host, from the recap."""
        return {found["host"]: int(found["changed"]) for found in RECAP.finditer(self.output)}

    @property
    def failed(self) -> set[str]:
        """The hosts that failed, from the recap."""
        return {found["host"] for found in RECAP.finditer(self.output) if found["failed"] != "0"}

    @property
    def shown(self) -> list[str]:
        """The headers of the diffs: what was changed, or in check mode would be."""
        return HEADER.findall(self.output)

    def succeeded(self) -> Finished:
        """This run, which must have gone well."""
        assert self.code == 0, self.story("failed")
        return self

    def refused(self, *texts: str) -> Finished:
        """This run, which must have failed and said all of these."""
        assert self.code not in (0, 250), self.story("did not fail as a playbook does")
        return self.says(*texts)

    def says(self, *texts: str) -> Finished:
        """This run, which must have said all of these."""
        missing = [text for text in texts if " ".join(text.split()) not in self.said]
        assert not missing, self.story(f"does not say {missing}")
        return self

    def unchanged(self) -> Finished:
        """This run, which must have gone well, changed nothing and shown no difference."""
        self.succeeded()
        assert not any(self.changed.values()) and not self.shown, self.story(f"shows changes: {self.changed}")
        return self

    def story(self, what: str) -> str:
        """A failure's text: what is wrong, with the end of the output."""
        end = "\n".join(self.output.splitlines()[-LAST_LINES:])
        return f"{self.title} {what} (exit code {self.code}). The end of its output:\n{end}"


@dataclass(frozen=True)
class Running:
    """A run that goes on."""

    title: str
    mark: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def lives(self) -> bool:
        """Whether it has not ended by itself."""
        return self.process.poll() is None

    def wait(self, minutes: float = 10) -> Finished:
        """Its end. Raises TimeoutExpired."""
        self.process.wait(minutes * MINUTES)
        return self.ended()

    def kill(self) -> Finished:
        """kill -9 of all its processes."""
        assert self.lives, self.ended().story("ended before it could be killed")
        processes.kill(self.mark)
        self.process.wait()
        return self.ended()

    def ended(self) -> Finished:
        output = self.log.read_text(errors="replace")
        return Finished(self.title, self.process.returncode, output)


class Workplace:
    """A directory in which somebody runs playbooks: results, home, temporary files and logs are below it."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.runs = 0
        for name in ("home", "tmp", "logs"):
            (place / name).mkdir(mode=0o700)

    @contextmanager
    def start(
        self,
        playbook: str,
        *arguments: str,
        inventory: Path = INVENTORY,
        environment: Mapping[str, str] | None = None,
        prefix: Sequence[str] = (),
    ) -> Iterator[Running]:
        """`ansible-playbook` of a playbook of the collection or a path, which does not outlive the context.

        prefix: a command that runs it
        """
        self.runs += 1
        mark = str(uuid.uuid4())
        title = " ".join([f"{playbook}.yml", *arguments])
        log = self.place / "logs" / f"{self.runs:02}-{Path(playbook).stem}.log"
        own = {
            "ANSIBLE_NOCOLOR": "1",
            "HOME": str(self.place / "home"),
            "TMPDIR": str(self.place / "tmp"),
            processes.MARK: mark,
        }
        name = playbook if "/" in playbook else f"multiregion.istio.{playbook}"
        command = [*prefix, "ansible-playbook", "-i", str(inventory), name, *arguments]
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=self.place,
                env={**os.environ, **own, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        running = Running(title, mark, process, log)
        try:
            yield running
        finally:
            processes.kill(mark)
            process.wait()

    def result(self, stage: str) -> Any:
        """The content of the result file that the last run of a stage wrote."""
        return json.loads((self.place / ".mesh" / f"{stage}.json").read_text())

    def run(self, playbook: str, *arguments: str, inventory: Path = INVENTORY) -> Finished:
        """A run from its begin to its end."""
        with self.start(playbook, *arguments, inventory=inventory) as running:
            return running.wait()


def open_network(place: Workplace) -> None:
    """Let the lab's clusters reach each other."""
    arguments = ("-e", "network_prerequisites_probe=false")
    place.run(str(Path(__file__).with_name("open_network.yml")), *arguments, inventory=ACK).succeeded()


def close_network(place: Workplace) -> None:
    """As it was before anybody opened it. What has a connection keeps it."""
    place.run("prerequisites", "-e", "network_prerequisites_state=absent", inventory=ACK).succeeded()
