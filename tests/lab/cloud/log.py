"""Every call that arrived, so that tests can count them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

READS = ("Describe", "List", "Get", "Check")


@dataclass(frozen=True)
class Call:
    """code: of the refusal, "" for a call that was done. dropped: whether its answer was withheld."""

    action: str
    region: str
    parameters: Mapping[str, str]
    code: str = ""
    dropped: bool = False

    @property
    def is_read(self) -> bool:
        return is_read(self.action)


def is_read(action: str) -> bool:
    return action.startswith(READS)
