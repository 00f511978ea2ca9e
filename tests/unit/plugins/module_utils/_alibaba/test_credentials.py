# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which way to a credential the options lead to, and what is told where it ends nowhere."""

from __future__ import annotations

import threading
import typing as t

import pytest
from alibabacloud_credentials.utils import auth_util

from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.credentials import (
    Credential,
    Options,
    unusable,
)
from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """No credential by the environment, and no look for the metadata of an ECS instance."""
    monkeypatch.delenv("ALIBABA_CLOUD_ACCESS_KEY_ID", raising=False)
    monkeypatch.setattr(auth_util, "environment_access_key_id", None)
    monkeypatch.setattr(auth_util, "environment_cli_profile_disabled", "true")
    monkeypatch.setattr(auth_util, "environment_credentials_file", "/no/such/file")


def way(**options: t.Any) -> str:
    return str(Credential(Options(**options)).client.cloud_credential.provider.get_provider_name())


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"access_key": "a", "secret_key": "b", "profile": "p"}, "static_ak"),
        ({"access_key": "a", "secret_key": "b", "security_token": "c"}, "static_sts"),
        ({"ecs_role_name": "r", "profile": "p"}, "ecs_ram_role"),
        ({"profile": "p"}, "cli_profile"),
        ({"access_key": "a", "secret_key": "b", "assume_role_arn": "acs:ram::1:role/r"}, "ram_role_arn"),
    ],
)
def test_the_first_way_that_the_options_name_is_taken(options: dict[str, str], name: str) -> None:
    assert way(**options) == name


def test_keys_of_the_environment_are_taken_without_a_look_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "a")
    threads = threading.active_count()
    assert way() == "env"
    assert threading.active_count() == threads


def test_the_default_chain_is_taken_at_last_and_its_end_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth_util, "environment_ecs_metadata_disabled", "true")
    assert way() == "default"
    with pytest.raises(MeshError, match="no credential for Alibaba Cloud: unable to load.*alicloud_access_key"):
        Credential(Options()).check()


def test_a_role_is_taken_on_at_the_endpoint_and_region_of_the_options() -> None:
    keys: dict[str, t.Any] = {"access_key": "a", "secret_key": "b", "assume_role_arn": "acs:ram::1:role/r"}

    def sts(options: Options) -> t.Any:
        return Credential(options).client.cloud_credential.provider._sts_endpoint

    assert sts(Options(region="cn-beijing", **keys)) == "sts.cn-beijing.aliyuncs.com"
    assert (
        sts(Options(endpoints={"sts": "https://sts-vpc.cn-beijing.aliyuncs.com"}, **keys))
        == "sts-vpc.cn-beijing.aliyuncs.com"
    )


def test_what_the_library_quotes_of_a_signed_request_is_not_told() -> None:
    text = "refresh session token failed: bad, server string to sign is: GET&SecurityToken=hidden&Signature=hidden"
    assert "hidden" not in str(unusable(RuntimeError(text)))
    assert "refresh session token failed: bad" in str(unusable(RuntimeError(text)))
