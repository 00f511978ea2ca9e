# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of Alibaba Cloud; the argument spec is alibaba_options() in module_utils/_alibaba/options.py."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  region:
    description:
      - Id of the region, V(cn-beijing).
      - If the option is not set, the value of E(ALICLOUD_REGION) or E(ALIBABA_CLOUD_REGION_ID) is used.
    type: str
    aliases: [alicloud_region, region_id]
  alicloud_access_key:
    description:
      - Id of an access key of a RAM user. It needs O(alicloud_secret_key).
      - Where neither it nor O(ecs_role_name) nor O(profile) is set, E(ALICLOUD_ACCESS_KEY), E(ALICLOUD_SECRET_KEY) and
        E(ALICLOUD_SECURITY_TOKEN) are used together, then E(ALICLOUD_ECS_ROLE_NAME), then E(ALICLOUD_PROFILE), then Alibaba Cloud's
        own chain; that is E(ALIBABA_CLOUD_ACCESS_KEY_ID), E(ALIBABA_CLOUD_ACCESS_KEY_SECRET) and E(ALIBABA_CLOUD_SECURITY_TOKEN), a
        token of OIDC (RRSA), C(~/.aliyun/config.json), C(~/.alibabacloud/credentials.ini), and the role of the ECS instance.
    type: str
    aliases: [access_key_id, access_key]
  alicloud_secret_key:
    description: The secret of O(alicloud_access_key).
    type: str
    aliases: [access_key_secret, secret_key]
  alicloud_security_token:
    description: The token that belongs to a temporary O(alicloud_access_key) of STS.
    type: str
    aliases: [security_token]
  profile:
    description: Name of a profile in C(~/.aliyun/config.json), the file of Alibaba Cloud's command C(aliyun).
    type: str
    aliases: [alicloud_profile]
  ecs_role_name:
    description: Name of the RAM role of the ECS instance that the task runs on.
    type: str
    aliases: [alicloud_ecs_role_name]
  assume_role_arn:
    description:
      - ARN of a RAM role that is taken on with the credential found.
      - If the option is not set, the value of E(ALICLOUD_ASSUME_ROLE_ARN) is used.
    type: str
    aliases: [alicloud_assume_role_arn]
  endpoints:
    description:
      - Where products are called instead of their public endpoints, V(ecs-vpc.cn-beijing.aliyuncs.com) for one inside a VPC. Keys
        are V(cs), V(ecs), V(vpc), V(cbn), V(slb) and V(sts), values a host, a host with port, or either with V(https://) or V(http://)
        before it.
      - If the option is not set, the value of E(ALICLOUD_ENDPOINTS) is used, written as V(ecs=HOST,vpc=HOST) or in JSON.
    type: dict
requirements:
  - alibabacloud-tea-openapi >= 0.4.6
  - alibabacloud-credentials >= 1.0.12
  - jmespath >= 1.0
notes:
  - Proxies are taken from E(HTTPS_PROXY) and E(NO_PROXY).
"""
