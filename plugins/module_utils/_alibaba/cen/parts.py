# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects that a network consists of, as what is to be done about each. No I/O."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..._problems import Problem

CREATE, UPDATE, DELETE = "create", "update", "delete"
SERVICE, CEN, ROUTER, ATTACHMENT, PEER = "service", "cen", "router", "attachment", "peer"
ASSOCIATION, PROPAGATION = "association", "propagation"
STATIC_ROUTE, PUBLISHED_ROUTE = "static_route", "published_route"
# What is made when: a kind needs those before it.
PHASES = (
    (SERVICE,),
    (CEN,),
    (ROUTER,),
    (ATTACHMENT, PEER),
    (ASSOCIATION, PROPAGATION),
    (STATIC_ROUTE, PUBLISHED_ROUTE),
)
# What costs money as long as it is there, or opens what does.
CHARGES = {
    SERVICE: "opening it is an order; connections and traffic are billed from then on",
    ATTACHMENT: "by the hour for the connection, and by the data that the transit router processes",
    PEER: "by the traffic between the regions",
}


@dataclass(frozen=True)
class Part:
    """One object of the network.

    key:    unique among those of its kind: a region, a VPC's id, a pair of regions, a block
    text:   what a person reads of it
    verb:   what is to be done about it, "" for nothing
    was:    its text before an update
    fields: what making or deleting it needs besides the ids of others
    """

    kind: str
    key: str
    text: str
    verb: str = ""
    object_id: str = ""
    status: str = ""
    ours: bool = True
    was: str = ""
    fields: t.Mapping[str, t.Any] = field(default_factory=dict)

    @property
    def ref(self) -> tuple[str, str]:
        return self.kind, self.key

    def shown(self) -> dict[str, t.Any]:
        """What a task returns of it."""
        return {"kind": self.kind, "key": self.key, "text": self.text, "change": self.verb, "id": self.object_id}


@dataclass(frozen=True)
class Plan:
    """All parts, and what stands in the way. `kept`: of a removal, what stays and why."""

    parts: tuple[Part, ...] = ()
    problems: tuple[Problem, ...] = ()
    warnings: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()

    @property
    def changes(self) -> list[Part]:
        return [part for part in self.parts if part.verb]

    @property
    def changed(self) -> bool:
        return bool(self.changes)

    def of(self, *kinds: str) -> list[Part]:
        return [part for part in self.parts if part.kind in kinds]

    def costs(self) -> list[dict[str, t.Any]]:
        """What is charged for: `new` is what this run makes."""
        return [cost(x) for x in self.of(*CHARGES) if x.ours and x.verb != DELETE and not x.fields.get("package")]

    def ended_costs(self) -> list[dict[str, t.Any]]:
        """What is charged for no more, as it is taken away."""
        return [cost(x) for x in self.of(*CHARGES) if x.verb == DELETE and not x.fields.get("package")]

    def diff(self) -> dict[str, str]:
        """One line for each object, before and after."""
        before = [part.was or part.text for part in self.parts if part.verb != CREATE]
        after = [part.text for part in self.parts if part.verb != DELETE]
        return {"before_header": "network", "after_header": "network", "before": lines(before), "after": lines(after)}


def cost(part: Part) -> dict[str, t.Any]:
    charged = CHARGES[part.kind]
    return {"kind": part.kind, "key": part.key, "what": part.text, "charged": charged, "new": part.verb == CREATE}


def lines(texts: t.Iterable[str]) -> str:
    return "".join(f"{text}\n" for text in texts)
