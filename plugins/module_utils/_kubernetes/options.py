# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options by which a task says how a cluster is reached: names and K8S_AUTH_* variables as in kubernetes.core.

Documented in plugins/doc_fragments/_kubernetes.py, the options of writing in plugins/doc_fragments/_apply.py.
"""

from __future__ import annotations

import importlib
import traceback
import typing as t

from ansible.module_utils.basic import env_fallback

from .._libraries import first_missing
from .access import Access
from .apply_method import ApplyMethod
from .client_side import merge_library

IMPORT_ERRORS: dict[str, str] = {}
for package in ("kubernetes", "jmespath"):  # asked for here, used by client.py and _wait.py
    try:
        importlib.import_module(package)
    except ImportError:
        IMPORT_ERRORS[package] = traceback.format_exc()

ACCESS_OPTIONS: dict[str, dict[str, t.Any]] = {
    "kubeconfig": {"type": "path"},
    "context": {"type": "str"},
    "host": {"type": "str"},
    "api_key": {"type": "str", "no_log": True},
    "ca_cert": {"type": "path", "aliases": ["ssl_ca_cert"]},
    "client_cert": {"type": "path", "aliases": ["cert_file"]},
    "client_key": {"type": "path", "aliases": ["key_file"], "no_log": False},
    "validate_certs": {"type": "bool", "aliases": ["verify_ssl"]},
    "proxy": {"type": "str"},
    "tls_server_name": {"type": "str"},
}
APPLY_OPTIONS: dict[str, dict[str, t.Any]] = {
    "apply_method": {"type": "str", "choices": ["auto", "server_side", "client_side"], "default": "auto"},
}
ENVIRONMENT = {
    "ca_cert": "K8S_AUTH_SSL_CA_CERT",
    "client_cert": "K8S_AUTH_CERT_FILE",
    "client_key": "K8S_AUTH_KEY_FILE",
    "validate_certs": "K8S_AUTH_VERIFY_SSL",
}


def access_options(*, environment: bool = True) -> dict[str, dict[str, t.Any]]:
    """The argument spec of one cluster. Without `environment` for a second cluster: its variables would name the first."""
    spec = {name: dict(option) for name, option in ACCESS_OPTIONS.items()}
    if environment:
        for name, option in spec.items():
            option["fallback"] = (env_fallback, [ENVIRONMENT.get(name, f"K8S_AUTH_{name.upper()}")])
    return spec


def access_from(params: t.Mapping[str, t.Any], name: str = "") -> Access:
    """The Access that the options of a task (or of a suboption) describe."""
    return Access(name=name, **{option: params.get(option) for option in ACCESS_OPTIONS})


def apply_options() -> dict[str, dict[str, t.Any]]:
    """The argument spec of how objects are written."""
    return {name: dict(option) for name, option in APPLY_OPTIONS.items()}


def apply_method_from(params: t.Mapping[str, t.Any]) -> ApplyMethod:
    """How a task's objects are written. Raises MeshError, before anything is, where the package for it is missing."""
    method: ApplyMethod = params["apply_method"]
    if method == "client_side":
        merge_library()
    return method


def missing_libraries() -> tuple[str, str] | None:
    """(message, traceback) where a library is missing, for fail_json; None where all are there."""
    return first_missing(IMPORT_ERRORS)
