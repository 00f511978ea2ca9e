# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks the machine that runs the modules: its Python, libraries and Helm."""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import re
import subprocess
import sys
import typing as t

from ansible.module_utils.common.process import get_bin_path

from .._problems import ERROR, WARNING, Problem

Version = tuple[int, ...]
RunCommand = t.Callable[[list[str]], tuple[int, str, str]]  # as run_command

OLDEST_PYTHON = (3, 11)
# distribution: (module, lowest version, first that is too new). A unit test compares them with requirements.txt.
LIBRARIES: dict[str, tuple[str, Version, Version]] = {
    "ansible-core": ("ansible", (2, 19), (2, 22)),
    "cryptography": ("cryptography", (42,), (51,)),
    "jmespath": ("jmespath", (1, 0), (2,)),
    "kubernetes": ("kubernetes", (33, 1), (38,)),
    "netaddr": ("netaddr", (1, 3), (2,)),
}
# kubernetes.core takes Helm 3.0 and later; this collection is tested with Helm 4.
OLDEST_HELM, TESTED_HELM = (3,), (4,)


def controller_problems(run_command: RunCommand, *, with_helm: bool) -> t.Iterator[Problem]:
    """What is missing on this machine for all later steps."""
    if sys.version_info[:2] < OLDEST_PYTHON:
        yield Problem(
            ERROR,
            f"Python {sys.version.split()[0]} ({sys.executable}) is too old for the modules",
            todo=f"Set ansible_python_interpreter to Python {dotted(OLDEST_PYTHON)} or later",
        )
    for name, (module, lowest, too_new) in LIBRARIES.items():
        yield from library_problems(name, module, lowest, too_new)
    if with_helm:
        yield from helm_problems(run_command)


def library_problems(name: str, module: str, lowest: Version, too_new: Version) -> t.Iterator[Problem]:
    """Whether a package can be imported by this interpreter and has a version that fits."""
    wanted = f"{name}>={dotted(lowest)},<{dotted(too_new)}"
    todo = f"Run: {sys.executable} -m pip install '{wanted}'"
    try:
        importlib.import_module(module)
        version = importlib.metadata.version(name)
    except (ImportError, importlib.metadata.PackageNotFoundError) as error:
        yield Problem(ERROR, f"Python package {name} is missing for {sys.executable}", str(error), todo)
        return
    if not lowest <= numbers(version) < too_new:
        yield Problem(ERROR, f"Python package {name} has version {version}, {wanted} is needed", "", todo)


def helm_problems(run_command: RunCommand) -> t.Iterator[Problem]:
    """Whether Helm is found as kubernetes.core finds it, and which one it is."""
    todo = "Install Helm 4 into a directory of PATH"
    try:
        binary = get_bin_path("helm")
    except ValueError:
        yield Problem(ERROR, "helm is not found on this machine", f"PATH is {os.environ.get('PATH', '')}", todo)
        return
    code, output, errors = run_command([binary, "version", "--template", "{{.Version}}"])
    if code:
        yield Problem(ERROR, f"helm does not tell its version ({binary})", errors.strip(), todo)
        return
    version = output.strip()
    if numbers(version) < OLDEST_HELM:
        yield Problem(ERROR, f"Helm {version or 'of an unknown version'} is too old ({binary})", "", todo)
    elif numbers(version) < TESTED_HELM:
        why = "This collection is tested with Helm 4, and Helm 3 gets no security fixes from February 2027"
        yield Problem(WARNING, f"Helm {version} is old ({binary})", why, todo)


def run_command(command: list[str]) -> tuple[int, str, str]:
    """A program run to its end: (exit code, output, errors)."""
    try:
        # Inside Ansible's worker there is no AnsibleModule that could run it.
        ended = subprocess.run(  # pylint: disable=ansible-bad-function
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
    except OSError as error:
        return 1, "", str(error)
    return ended.returncode, ended.stdout, ended.stderr


def numbers(version: str) -> Version:
    """(33, 1) of "v33.1rc1"; empty of what does not begin with a number."""
    match = re.match(r"v?(\d+(?:\.\d+)*)", version)
    return tuple(int(part) for part in match[1].split(".")) if match else ()


def dotted(version: Version) -> str:
    return ".".join(map(str, version))
