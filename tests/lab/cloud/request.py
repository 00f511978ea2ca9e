"""A call as handlers see it: who it is meant for, and its parameters, flat as they travelled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Request:
    """A call whose signature and parameters are in order.

    region:     as a parameter names it (RegionId, region_id), "" where none does
    parameters: of the query and of a path ({ClusterId}), as they travelled: Permissions.1.Policy
    """

    action: str
    region: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)

    def get(self, name: str, default: str = "") -> str:
        return self.parameters.get(name) or default

    def number(self, name: str, default: int = 0) -> int:
        return int(self.get(name, str(default)))

    def flag(self, name: str, default: bool = False) -> bool:
        """A boolean in any case: the official client for Python sends True, others true."""
        return self.get(name, str(default)).lower() == "true"

    def listed(self, name: str) -> list[str]:
        """A list of values, [b, a] for Name.1=b and Name.2=a."""
        found = (self.get(f"{name}.{number}") for number in range(1, len(self.parameters) + 1))
        return [value for value in found if value]

    def rows(self, name: str) -> list[dict[str, str]]:
        """A list of objects, [{"Key": "a"}] for Name.1.Key=a."""
        found: dict[int, dict[str, str]] = {}
        for key, value in self.parameters.items():
            if key.startswith(f"{name}."):
                index, _, below = key.removeprefix(f"{name}.").partition(".")
                found.setdefault(int(index), {})[below] = value
        return [found[index] for index in sorted(found)]
