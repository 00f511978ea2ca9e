# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options by which a task says who calls Alibaba Cloud: names as in alibaba.alicloud and Terraform's provider.

Documented in plugins/doc_fragments/_alibaba.py.
"""

from __future__ import annotations

import importlib
import os
import traceback
import typing as t

from ansible.module_utils.basic import env_fallback

from .._errors import MeshError
from .._libraries import first_missing
from .actions import PRODUCTS
from .credentials import Options

# Modules that calls import, and the packages that they come from. Imported here, before Ansible forks, so that all hosts
# of an action plugin share what takes 0.3 s; what does not reach Alibaba Cloud does not import this file.
LIBRARIES = {
    "alibabacloud_tea_openapi.client": "alibabacloud-tea-openapi",
    "alibabacloud_credentials.client": "alibabacloud-credentials",
    "jmespath": "jmespath",
    "yaml": "PyYAML",
}
IMPORT_ERRORS: dict[str, str] = {}
for library, distribution in LIBRARIES.items():
    try:
        importlib.import_module(library)
    except ImportError:
        IMPORT_ERRORS[distribution] = traceback.format_exc()
ENDPOINTS = (*PRODUCTS, "sts")


def alibaba_options() -> dict[str, dict[str, t.Any]]:
    """The argument spec of who calls. Keys of the environment are not fallbacks: options_of() takes them as a whole."""
    return {
        "region": {
            "type": "str",
            "aliases": ["alicloud_region", "region_id"],
            "fallback": (env_fallback, ["ALICLOUD_REGION", "ALICLOUD_REGION_ID", "ALIBABA_CLOUD_REGION_ID"]),
        },
        "alicloud_access_key": {"type": "str", "aliases": ["access_key_id", "access_key"], "no_log": False},
        "alicloud_secret_key": {"type": "str", "aliases": ["access_key_secret", "secret_key"], "no_log": True},
        "alicloud_security_token": {"type": "str", "aliases": ["security_token"], "no_log": True},
        "profile": {"type": "str", "aliases": ["alicloud_profile"]},
        "ecs_role_name": {"type": "str", "aliases": ["alicloud_ecs_role_name"]},
        "assume_role_arn": {
            "type": "str",
            "aliases": ["alicloud_assume_role_arn"],
            "fallback": (env_fallback, ["ALICLOUD_ASSUME_ROLE_ARN"]),
        },
        "endpoints": {"type": "dict", "fallback": (env_fallback, ["ALICLOUD_ENDPOINTS"])},
    }


def options_of(params: t.Mapping[str, t.Any], environment: t.Mapping[str, str] | None = None) -> Options:
    """What the options of a task say, the environment's keys where they name nobody. Raises MeshError for an unknown product."""
    endpoints = {str(product): str(host) for product, host in (params.get("endpoints") or {}).items()}
    for product in endpoints:
        if product not in ENDPOINTS:
            raise MeshError(f"endpoints names no product {product!r}", todo=f"There are {', '.join(ENDPOINTS)}")
    who = {
        "access_key": params.get("alicloud_access_key") or "",
        "secret_key": params.get("alicloud_secret_key") or "",
        "security_token": params.get("alicloud_security_token") or "",
        "profile": params.get("profile") or "",
        "ecs_role_name": params.get("ecs_role_name") or "",
    }
    if not any(who.values()):
        who |= who_by(os.environ if environment is None else environment)
    return Options(
        region=params.get("region") or "",
        assume_role_arn=params.get("assume_role_arn") or "",
        endpoints=endpoints,
        **who,
    )


def who_by(environment: t.Mapping[str, str]) -> dict[str, str]:
    """The first of the ways that the variables ALICLOUD_* describe; those of ALIBABA_CLOUD_* are the default chain's own.

    A key, its secret and its token go together: a token of one key is worthless beside another key.
    """
    if environment.get("ALICLOUD_ACCESS_KEY"):
        return {
            "access_key": environment["ALICLOUD_ACCESS_KEY"],
            "secret_key": environment.get("ALICLOUD_SECRET_KEY", ""),
            "security_token": environment.get("ALICLOUD_SECURITY_TOKEN", ""),
        }
    if environment.get("ALICLOUD_ECS_ROLE_NAME"):
        return {"ecs_role_name": environment["ALICLOUD_ECS_ROLE_NAME"]}
    return {"profile": environment.get("ALICLOUD_PROFILE", "")}


def missing_libraries() -> tuple[str, str] | None:
    """(message, traceback) where a library is missing, for fail_json; None where all are there."""
    return first_missing(IMPORT_ERRORS)
