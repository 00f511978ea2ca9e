# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who calls: the options of the credential, and the credential as alibabacloud-credentials makes it."""

from __future__ import annotations

import os
import re
import typing as t
from dataclasses import dataclass, field

from .._errors import MeshError

TODO = (
    "Give alicloud_access_key and alicloud_secret_key (or ALICLOUD_ACCESS_KEY and ALICLOUD_SECRET_KEY), a profile,"
    " or the name of a RAM role"
)


@dataclass(frozen=True)
class Options:
    """Who calls, and where.

    access_key, secret_key, security_token: "" where the default chain of credentials is to find them
    profile:         of ~/.aliyun/config.json
    ecs_role_name:   RAM role of the ECS instance that this runs on
    assume_role_arn: role to take on with the credentials found
    endpoints:       product (cs, ecs, vpc, cbn, slb, sts) to host, host:port, or http:// or https:// with these
    """

    region: str = ""
    access_key: str = ""
    secret_key: str = field(default="", repr=False)
    security_token: str = field(default="", repr=False)
    profile: str = ""
    ecs_role_name: str = ""
    assume_role_arn: str = ""
    endpoints: t.Mapping[str, str] = field(default_factory=dict)


class Credential:
    """What signs calls. Keys that end (STS, RAM roles) are fetched again by the library as they do."""

    def __init__(self, options: Options) -> None:
        """Raises MeshError where the options contradict one another or name what is not there."""
        if bool(options.access_key) != bool(options.secret_key):
            raise MeshError(
                "one half of an access key is missing", todo="Give both alicloud_access_key and alicloud_secret_key"
            )
        try:
            self.client = _client(options)
        except Exception as error:  # whatever the library raises while it looks for a credential
            raise unusable(error) from None

    def check(self) -> None:
        """Fetch the keys now. Raises MeshError where there are none."""
        try:
            self.client.get_credential()
        except Exception as error:  # of the library, of the network, of files: it wraps none of them
            raise unusable(error) from None


def _client(options: Options) -> t.Any:
    """A client of alibabacloud-credentials for the first of the ways that the options name, else for its default chain."""
    from alibabacloud_credentials import client as library
    from alibabacloud_credentials import provider

    if options.access_key:
        kind = provider.StaticSTSCredentialsProvider if options.security_token else provider.StaticAKCredentialsProvider
        token = {"security_token": options.security_token} if options.security_token else {}
        source = kind(access_key_id=options.access_key, access_key_secret=options.secret_key, **token)
    elif options.ecs_role_name:
        source = provider.EcsRamRoleCredentialsProvider(role_name=options.ecs_role_name, async_update_enabled=False)
    elif options.profile:
        source = provider.CLIProfileCredentialsProvider(profile_name=options.profile)
    elif os.environ.get("ALIBABA_CLOUD_ACCESS_KEY_ID"):
        # The first of the default chain. The whole chain starts a thread for ECS roles, needed or not.
        source = provider.EnvironmentVariableCredentialsProvider()
    else:
        source = provider.DefaultCredentialsProvider()
    if options.assume_role_arn:
        source = provider.RamRoleArnCredentialsProvider(
            credentials_provider=source,
            role_arn=options.assume_role_arn,
            role_session_name="multiregion-istio",
            sts_region_id=options.region or None,
            sts_endpoint=options.endpoints.get("sts", "").removeprefix("https://") or None,
        )
    return library.Client(provider=source)


def unusable(error: Exception) -> MeshError:
    """The error for a credential that cannot be had, without what the library quotes of signed requests."""
    text = " ".join(str(error).split())
    why = re.split(r"server string to sign|SecurityToken=|Signature=", text, maxsplit=1)[0].rstrip(" ,.:;")
    return MeshError("no credential for Alibaba Cloud", why=why, todo=TODO)
