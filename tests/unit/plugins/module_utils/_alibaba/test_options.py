# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who calls, as the options of a task and the environment say it."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._alibaba import options
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.options import (
    alibaba_options,
    missing_libraries,
    options_of,
)
from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError

KEYS = {"ALICLOUD_ACCESS_KEY": "env-key", "ALICLOUD_SECRET_KEY": "env-secret", "ALICLOUD_SECURITY_TOKEN": "env-token"}


def who(environment: dict[str, str], **params: t.Any) -> tuple[str, str, str, str, str]:
    found = options_of(params, environment)
    return found.access_key, found.secret_key, found.security_token, found.profile, found.ecs_role_name


def test_the_keys_of_a_task_are_never_mixed_with_those_of_the_environment() -> None:
    assert who(KEYS, alicloud_access_key="a", alicloud_secret_key="b") == ("a", "b", "", "", "")
    assert who(KEYS, profile="p") == ("", "", "", "p", "")
    assert who(KEYS, ecs_role_name="r") == ("", "", "", "", "r")


def test_the_environment_counts_where_the_task_names_nobody() -> None:
    assert who({**KEYS, "ALICLOUD_PROFILE": "p"}) == ("env-key", "env-secret", "env-token", "", "")
    assert who({"ALICLOUD_ECS_ROLE_NAME": "r", "ALICLOUD_PROFILE": "p"}) == ("", "", "", "", "r")
    assert who({"ALICLOUD_PROFILE": "p"}) == ("", "", "", "p", "")


def test_nothing_at_all_is_left_to_the_default_chain() -> None:
    assert who({}) == ("", "", "", "", "")


def test_an_endpoint_of_an_unknown_product_is_refused() -> None:
    assert options_of({"endpoints": {"ecs": "http://127.0.0.1:1"}}, {}).endpoints == {"ecs": "http://127.0.0.1:1"}
    with pytest.raises(MeshError, match="no product 'esc'. There are cs, ecs, vpc, cbn, slb, sts"):
        options_of({"endpoints": {"esc": "host"}}, {})


def test_secrets_are_not_shown_and_names_are_those_that_users_know() -> None:
    spec = alibaba_options()
    assert {name for name, option in spec.items() if option.get("no_log")} == {
        "alicloud_secret_key",
        "alicloud_security_token",
    }
    assert {"access_key_id", "access_key"} == set(spec["alicloud_access_key"]["aliases"])
    assert "s3cret" not in repr(options_of({"alicloud_access_key": "a", "alicloud_secret_key": "s3cret"}, {}))


def test_a_missing_library_is_told_by_the_name_that_pip_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    assert missing_libraries() is None
    monkeypatch.setitem(options.IMPORT_ERRORS, "alibabacloud-tea-openapi", "the traceback")
    missing = missing_libraries()
    assert missing and "alibabacloud-tea-openapi" in missing[0] and missing[1] == "the traceback"
