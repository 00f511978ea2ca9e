# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks kubeconfig files and the API servers that they name, without contacting anything."""

from __future__ import annotations

import stat
import traceback
import typing as t
from pathlib import Path
from urllib.parse import urlsplit

from .._errors import MeshError
from .._kubernetes.kubeconfig import is_loopback
from .._problems import WARNING, Problem

YAML_ERROR = ""
try:
    import netaddr  # main() asks _address_plan/blocks.py first whether it is there
    import yaml
except ImportError:
    YAML_ERROR = traceback.format_exc()  # main() answers with missing_required_lib


def server_of(path: str, context: str) -> str:
    """The URL of the API server that a kubeconfig names in a context (the current one where `context` is empty).

    Raises MeshError where the file cannot be read or does not say it.
    """
    file = Path(path).expanduser()
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        todo = "Set mesh_cluster_kubeconfig to a kubeconfig file that can be read"
        raise MeshError(f"kubeconfig {path} cannot be read", why=reason(error), todo=todo) from error
    wanted = context or field(content, "current-context")
    if not wanted:
        todo = "Set mesh_cluster_context to one of its contexts"
        raise MeshError(f"kubeconfig {path} has no current-context", todo=todo)
    cluster = field(entry(content, "contexts", wanted, path), "context", "cluster")
    server = field(entry(content, "clusters", cluster, path), "cluster", "server")
    if not server:
        raise MeshError(f"kubeconfig {path} names no server for context {wanted}", todo="Add the field server")
    return server


def entry(content: t.Any, section: str, name: str, path: str) -> t.Any:
    """The entry of that name in a list of a kubeconfig."""
    entries = content.get(section) if isinstance(content, dict) else None
    for item in entries if isinstance(entries, list) else []:
        if field(item, "name") == name:
            return item
    todo = "Set mesh_cluster_kubeconfig and mesh_cluster_context to a file and a context of it"
    raise MeshError(f"kubeconfig {path} has no {name!r} in {section}", todo=todo)


def field(content: t.Any, *names: str) -> str:
    """A text inside nested mappings, empty where it is not there."""
    for name in names:
        content = content.get(name) if isinstance(content, dict) else None
    return content if isinstance(content, str) else ""


def mode_problems(path: str, cluster: str) -> t.Iterator[Problem]:
    """A warning where other users of this machine may read the credential."""
    mode = stat.S_IMODE(Path(path).expanduser().stat().st_mode)
    if mode & 0o077:
        what = f"kubeconfig {path} can be read or written by other users (mode {mode:04o})"
        yield Problem(WARNING, what, "It holds a credential for the whole cluster", f"Run: chmod 600 {path}", cluster)


def address_of(server: str) -> str:
    """The IP address in the URL of an API server, empty where it has a name instead or means this machine."""
    try:
        host = urlsplit(server).hostname or ""
    except ValueError:
        return ""
    is_address = netaddr.valid_ipv4(host, netaddr.INET_PTON) or netaddr.valid_ipv6(host)
    return host if is_address and not is_loopback(host) else ""


def reason(error: Exception) -> str:
    """Why a file could not be read, without its path or content again."""
    if isinstance(error, OSError):
        return error.strerror or str(error)
    mark = getattr(error, "problem_mark", None)
    return f"not valid YAML (line {mark.line + 1})" if mark else "not valid YAML"
