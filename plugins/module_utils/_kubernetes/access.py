# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How one cluster is reached: the options of a task made into a configuration of the kubernetes package."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import threading
import typing as t
from dataclasses import dataclass
from pathlib import Path

from .._errors import MeshError
from .._yaml import Error, load

try:
    import kubernetes.client.configuration
    import kubernetes.config.config_exception
    import kubernetes.config.kube_config
except ImportError:
    pass  # main() answers with missing_required_lib (options.py)

FILE = "Set mesh_cluster_kubeconfig (option kubeconfig) to a readable kubeconfig file"
CONTEXT = "Set mesh_cluster_context (option context) to one of its contexts, or current-context in the file"
EXEC = "Run that command by hand as the user who runs Ansible, or set mesh_cluster_kubeconfig (option kubeconfig) to another file"
STUMBLES = (AttributeError, KeyError, TypeError, ValueError)
# The texts of the kubernetes package, what they mean, and what to do. Some of them quote a whole entry of the file.
REASONS = (
    (
        r"Expected key current-context in|Expected object with name  in .*/contexts list",
        "it has no current-context",
        CONTEXT,
    ),
    (r"Expected object with name (.*) in .*/contexts list", r"it has no context \1", CONTEXT),
    (r"Expected object with name (.*) in .*/(\w+)s list", r"it has no \2 \1, which its context names", FILE),
    (r"Expected key (\S+) in", r"an entry has no key \1", FILE),
    (r"file is empty|config_dict to not be None", "it is empty", FILE),
    (r"No configuration found", "there is no such file", FILE),
)


@dataclass(frozen=True)
class Access:
    """How one cluster is reached. `name` is for messages; a value of None leaves the kubeconfig's own."""

    name: str = ""
    kubeconfig: str | None = None
    context: str | None = None
    host: str | None = None
    api_key: str | None = None
    ca_cert: str | None = None
    client_cert: str | None = None
    client_key: str | None = None
    validate_certs: bool | None = None
    proxy: str | None = None
    tls_server_name: str | None = None


def load_configuration(access: Access) -> t.Any:
    """A kubernetes Configuration from the kubeconfig (or host alone), overridden by the options given."""
    configuration = kubernetes.client.configuration.Configuration()
    if access.kubeconfig or not access.host:
        try:
            with complaints() as said:
                load_kubeconfig(access, configuration)
        # What is no kubeconfig at all makes the package stumble over its types.
        except (kubernetes.config.config_exception.ConfigException, Error, OSError, *STUMBLES) as error:
            raise unusable(access, *what_is_wrong(access, error)) from None
        if said and not (access.api_key or access.client_cert):
            raise unusable(access, f"its user's exec command gave no credential: {'; '.join(said)}", EXEC)
    overrides = {
        "host": access.host,
        "ssl_ca_cert": access.ca_cert,
        "cert_file": access.client_cert,
        "key_file": access.client_key,
        "verify_ssl": access.validate_certs,
        "proxy": access.proxy,
        "tls_server_name": access.tls_server_name,
    }
    for name, value in overrides.items():
        if value is not None:
            setattr(configuration, name, value)
    if access.api_key:
        # The identity of the kubeconfig would win: a client certificate comes before a token, and its hook brings its token back.
        configuration.api_key = {"authorization": f"Bearer {access.api_key}"}
        configuration.refresh_api_key_hook = None
        configuration.cert_file, configuration.key_file = access.client_cert, access.client_key
    return configuration


def load_kubeconfig(access: Access, configuration: t.Any) -> None:
    """Have the kubernetes package read the kubeconfig into its configuration. The text of one file it gets parsed (_yaml.py)."""
    package: t.Any = kubernetes.config.kube_config  # it has no types
    context = access.context or None
    if not access.kubeconfig or os.pathsep in access.kubeconfig:
        package.load_kube_config(access.kubeconfig, context, configuration, persist_config=False)
        return
    path = Path(access.kubeconfig).expanduser()
    content = load(path.read_text(encoding="utf-8"))
    if not isinstance(content, (dict, type(None))):
        raise TypeError("no mapping")
    loader = package.KubeConfigLoader(content, active_context=context, config_base_path=str(path.absolute().parent))
    loader.load_and_set(configuration)


def what_is_wrong(access: Access, error: Exception) -> tuple[str, str]:
    """(why a kubeconfig cannot be loaded, what to do about it), without quoting the file, which holds credentials."""
    path = Path(access.kubeconfig).expanduser() if access.kubeconfig else None
    if path and path.is_dir():
        return "it is a directory", FILE
    if isinstance(error, FileNotFoundError) and error.filename == str(path):
        return "there is no such file", FILE
    if isinstance(error, OSError):
        return f"{error.filename}: {error.strerror}", FILE
    if isinstance(error, Error):
        mark = getattr(error, "problem_mark", None)
        return "it is not YAML" + (f" (line {mark.line + 1})" if mark else ""), FILE
    if isinstance(error, STUMBLES):
        return "it is not a kubeconfig", FILE
    for pattern, words, todo in REASONS:
        found = re.search(pattern, str(error))
        if found:
            return found.expand(words), todo
    return str(error).partition("{")[0], FILE


def unusable(access: Access, why: str, todo: str) -> MeshError:
    return MeshError(
        f"cannot load kubeconfig {access.kubeconfig or '(default)'}", cluster=access.name, why=why, todo=todo
    )


@contextlib.contextmanager
def complaints() -> t.Iterator[list[str]]:
    """The errors that the kubernetes package logs in this thread meanwhile.

    Of an exec command that fails it says nothing else, and goes on without an identity.
    """
    said: list[str] = []
    thread = threading.get_ident()

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.thread == thread and record.levelno >= logging.ERROR:
                said.append(" ".join(record.getMessage().split()))

    listener = Listener()
    logging.getLogger().addHandler(listener)
    try:
        yield said
    finally:
        logging.getLogger().removeHandler(listener)


def remove_credential_files() -> None:
    """Remove the files into which the kubernetes package wrote keys of a kubeconfig for its TLS library.

    It leaves them to its exit handler, which a worker forked by Ansible never runs: a private key would stay behind.
    """
    kubernetes.config.kube_config._cleanup_temp_files()  # type: ignore[no-untyped-call]  # the package has no types
