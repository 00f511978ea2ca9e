# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How often a call is repeated and how long it waits before: pure arithmetic for callers that repeat themselves.

Calls to Kubernetes are repeated by their transport (_kubernetes/repeats.py), which knows what urllib3 knows.
"""

from __future__ import annotations

import random
import typing as t
from dataclasses import dataclass


@dataclass(frozen=True)
class Backoff:
    """Pauses that double, each between half and all of its length, so that many callers do not come back at once.

    tries:   calls in all, the first one included
    first, longest: seconds of a pause before the jitter; what the other side asks for is obeyed up to `patience`
    budget:  seconds that all pauses together may take
    """

    tries: int = 7
    first: float = 0.5
    longest: float = 10
    patience: float = 30
    budget: float = 90

    def pause(
        self, failures: int, spent: float, asked: float = 0, chance: t.Callable[[], float] = random.random
    ) -> float | None:
        """Seconds to wait after so many failures; None where it is time to give up.

        spent: seconds of pauses so far
        asked: seconds that the other side asked to wait, 0 where it did not say
        """
        if failures >= self.tries:
            return None
        pause = min(self.first * 2.0 ** (failures - 1), self.longest) * (0.5 + chance() / 2)
        pause = max(pause, asked)
        return pause if asked <= self.patience and spent + pause <= self.budget else None
