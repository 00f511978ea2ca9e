"""The Go tool: found, checked for its version, and run with its progress told."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .host import GOGC, LabError

USUAL_PLACE = "/usr/local/go/bin/go"


@dataclass(frozen=True)
class Go:
    """A Go that is new enough for the modules under tools/. `version` as Go prints it: `go1.26.8 linux/amd64`."""

    program: str
    version: str

    @classmethod
    def find(cls, module: Path) -> Go:
        """The Go on PATH or in its usual place, as it is for the go.mod in directory `module`.

        :raises LabError: none there, or older than go.mod's `go` line and not able to fetch a newer one.
        """
        needed = required_version((module / "go.mod").read_text())
        advice = f"install Go {needed} or newer from https://go.dev/dl/ into /usr/local/go, or put it on PATH"
        program = shutil.which("go") or shutil.which(USUAL_PLACE)
        if not program:
            raise LabError(f"no Go on this machine, which builds the lab's programs: {advice}")
        answer = subprocess.run(
            [program, "version"], cwd=module, env=_environment(), capture_output=True, text=True, check=False
        )
        version = answer.stdout.strip().removeprefix("go version ")
        if answer.returncode or older(version, needed):
            raise LabError(
                f"{program} is too old for the lab's programs ({version or answer.stderr.strip()}): {advice}"
            )
        return cls(program, version)

    def build(self, module: Path, package: str, tags: str, link_flags: str, binary: Path) -> None:
        """Build `package`, a dependency in `module`/go.mod, into the file `binary`.

        What was compiled stays in Go's cache, so that after a kill the build goes on from there.

        :raises LabError: the build failed; Go's output is in the message.
        """
        quick = "-gcflags=all=-dwarf=false"  # what a debugger reads, which the linker would leave out anyway
        command = [self.program, "build", "-tags", tags, quick, "-ldflags", link_flags, "-o", str(binary), package]
        self._run(command, module)

    def module_directory(self, module: Path, name: str) -> Path:
        """Where the sources of a module that `module`/go.mod requires lie; fetched when they are not there yet."""
        self._run([self.program, "mod", "download", name], module)
        return Path(self._run([self.program, "list", "-m", "-f", "{{.Dir}}", name], module).strip())

    def _run(self, command: list[str], module: Path) -> str:
        done = subprocess.run(command, cwd=module, env=_environment(), capture_output=True, text=True, check=False)
        if done.returncode:
            raise LabError(
                f"{done.stdout}{done.stderr}\n{shlex.join(command)} failed in {module} (its output is above)"
            )
        return done.stdout


def required_version(go_mod: str) -> str:
    """The version in the `go` line of a go.mod's text: `1.26.0`."""
    if found := re.search(r"^go\s+(\S+)", go_mod, re.MULTILINE):
        return found[1]
    raise LabError("go.mod has no go line")


def older(version: str, needed: str) -> bool:
    """Whether what `go version` says (`go1.26.8 linux/amd64`) is older than `1.26.0`; true where it names no number."""
    found = re.match(r"go(\d+)\.(\d+)(?:\.(\d+))?", version)
    have = tuple(int(part or 0) for part in found.groups()) if found else ()
    return have < tuple(int(part) for part in needed.split("."))


def _environment() -> dict[str, str]:
    """Static programs, exactly the versions of go.mod and go.sum, whatever the user's own settings of Go are."""
    fixed = {"CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly", "GOWORK": "off", "GOOS": "linux"}
    return {**os.environ, "GOGC": GOGC, **fixed}
