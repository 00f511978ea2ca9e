# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible's workers are forks of the process in which the inventory plugin has called: each gets the answers to its own calls."""

from __future__ import annotations

import json
from multiprocessing import get_context

from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.client import Client, Options

GROUPS = ("sg-cn-beijing-1-1", "sg-cn-beijing-1-2", "sg-cn-beijing-2-1", "sg-cn-beijing-2-2")
ROUNDS = 20


def described(options: Options, group: str) -> list[str]:
    """The ids of the answer to a question about one group."""
    found = Client(options).pages("DescribeSecurityGroups", SecurityGroupIds=json.dumps([group]))
    return [item["SecurityGroupId"] for item in found]


def ask(options: Options, group: str) -> list[list[str]]:
    return [described(options, group) for _round in range(ROUNDS)]


def test_workers_do_not_take_each_others_answers(options: Options) -> None:
    assert described(options, GROUPS[0]) == [GROUPS[0]]
    with get_context("fork").Pool(len(GROUPS)) as workers:
        found = workers.starmap(ask, [(options, group) for group in GROUPS], chunksize=1)
    assert found == [[[group]] * ROUNDS for group in GROUPS]
