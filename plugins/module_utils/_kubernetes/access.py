# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How one cluster is reached: the options of a task made into a configuration of the kubernetes package."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from pathlib import Path

from .._errors import MeshError

try:
    import kubernetes.client.configuration
    import kubernetes.config.config_exception
    import kubernetes.config.kube_config
except ImportError:
    pass  # main() answers with missing_required_lib (options.py)


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
            kubernetes.config.kube_config.load_kube_config(  # type: ignore[no-untyped-call]  # the package has no types
                config_file=access.kubeconfig,
                context=access.context or None,
                client_configuration=configuration,
                persist_config=False,
            )
        except (kubernetes.config.config_exception.ConfigException, OSError, ValueError) as error:
            raise MeshError(
                f"cannot load kubeconfig {access.kubeconfig or '(default)'}",
                cluster=access.name,
                why="there is no such file"
                if access.kubeconfig and not Path(access.kubeconfig).exists()
                else str(error),
                todo="Set mesh_cluster_kubeconfig (option kubeconfig) to a readable file and mesh_cluster_context to one of its contexts",
            ) from error
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


def remove_credential_files() -> None:
    """Remove the files into which the kubernetes package wrote keys of a kubeconfig for its TLS library.

    It leaves them to its exit handler, which a worker forked by Ansible never runs: a private key would stay behind.
    """
    kubernetes.config.kube_config._cleanup_temp_files()  # type: ignore[no-untyped-call]  # the package has no types
