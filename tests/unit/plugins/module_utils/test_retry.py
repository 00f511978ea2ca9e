# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a repeated call waits, and when it gives up."""

from __future__ import annotations

from ansible_collections.multiregion.istio.plugins.module_utils._retry import Backoff


def most() -> float:
    return 1.0


def test_pauses_double_up_to_the_longest() -> None:
    backoff = Backoff(tries=9, first=1, longest=5)
    assert [backoff.pause(n, 0, chance=most) for n in range(1, 6)] == [1, 2, 4, 5, 5]


def test_chance_takes_away_up_to_half_of_a_pause() -> None:
    assert Backoff(first=1).pause(1, 0, chance=lambda: 0.0) == 0.5


def test_what_the_other_side_asks_for_is_kept_but_not_for_ever() -> None:
    backoff = Backoff(first=1, patience=30)
    assert backoff.pause(1, 0, asked=20, chance=most) == 20
    assert backoff.pause(1, 0, asked=0.1, chance=most) == 1
    assert backoff.pause(1, 0, asked=31, chance=most) is None


def test_tries_and_the_sum_of_pauses_end_it() -> None:
    assert Backoff(tries=3).pause(3, 0) is None
    assert Backoff(tries=9, budget=10).pause(1, 9.9, chance=most) is None
