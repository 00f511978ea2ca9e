# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What came of a step of a rotation: the module's result, and the text for a terminal. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from .._kubernetes.apply import Change
from .._problems import printable
from .ca_bundle import ROOT, Bundle, root_prints
from .ca_rotation import (
    DROP,
    INTERMEDIATES,
    ISSUE,
    NONE,
    TRUST,
    Holder,
    distrusting,
    ends_of,
    names_of,
    outdated,
    remedy,
    signer,
    waited_for,
    wanted,
)
from .proxy_trust import Trust

Object = dict[str, t.Any]

DONE = {
    NONE: "Nothing to do: every member signs by its files.",
    INTERMEDIATES: "Every member {has} an intermediate of its files. Their root is the same: proxies need nothing.",
    TRUST: "Root, 1 of 3: every istiod {trusts} both roots, the former and that of the files, and signs as before.",
    ISSUE: "Root, 2 of 3: every istiod {signs} under the root of the files, and trusts both.",
    DROP: "Root, 3 of 3: the former root {is} dropped.",
}
NOW = {"has": "has", "trusts": "trusts", "signs": "signs", "is": "is"}
WOULD = {"has": "would get", "trusts": "would trust", "signs": "would sign", "is": "would be"}
FOLLOWS = {TRUST: (ISSUE, "2 of 3, to issue by the new root", "do not trust it yet"),
           ISSUE: (DROP, "3 of 3, to drop the former root", "have a certificate under it still")}  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """A mesh at a step. names: of all members; proxies: of each, in the same order; before they were read anew, too."""

    holders: tuple[Holder, ...]
    names: tuple[str, ...]
    proxies: tuple[tuple[Trust, ...], ...]
    step: str
    check_mode: bool

    @property
    def all_proxies(self) -> list[Trust]:
        return [one for found in self.proxies for one in found]

    def then(self, proxies: t.Sequence[tuple[Trust, ...]]) -> Seen:
        """The same with proxies as they are afterwards."""
        return replace(self, proxies=tuple(proxies))


def result_of(seen: Seen, changes: t.Sequence[Change], *, failed: bool = False) -> Object:
    """The result without `changed`. After a failure `after` is what was to come about."""
    members = [member_of(seen, name, found) for name, found in zip(seen.names, seen.proxies, strict=True)]
    result = {
        "step": seen.step,
        "members": members,
        "objects": [change.summary() for change in changes],
        "diff": [change.diff() for change in changes if change.changed],
    }
    return {**result, "summary": summary(seen, members, failed=failed)}


def member_of(seen: Seen, name: str, proxies: t.Sequence[Trust]) -> Object:
    """One member: by what it signs before and after the step, and how far its proxies are."""
    holder = next((one for one in seen.holders if one.cluster == name), None)
    return {
        "name": name,
        "before": authority(holder.stands) if holder else None,
        "after": authority(wanted(holder, seen.step)) if holder else None,
        "proxies": len(proxies),
        "outdated": len(outdated(proxies, seen.holders)),
        "distrusting": len(distrusting(proxies, seen.holders)),
        "unread": sum(bool(one.error) for one in proxies),
    }


def authority(bundle: Bundle) -> Object:
    """What is told of an authority; none of it is secret."""
    ends = f"{ends_of(bundle):%Y-%m-%d}"
    return {"intermediate": signer(bundle), "ends": ends, "roots": sorted(root_prints(bundle.texts[ROOT]))}


def summary(seen: Seen, members: t.Sequence[Object], *, failed: bool) -> str:
    """The step in a sentence, a line for each member, and what comes next."""
    title = DONE[seen.step].format(**(WOULD if seen.check_mode or failed else NOW))
    lines = [line_of(one) for one in members]
    return "\n".join([title, *lines, *([] if failed else [next_step(seen)])])


def line_of(member: Object) -> str:
    """One member."""
    before, after = member["before"], member["after"]
    signs = "signed by the primary"
    if before:
        signs = f"intermediate {changed(short(before['intermediate']), short(after['intermediate']))}, "
        signs += f"ends {changed(before['ends'], after['ends'])}; "
        signs += f"roots {changed(shorts(before['roots']), shorts(after['roots']))}"
    counts = f"{member['proxies']} proxies"
    for field, what in (
        ("outdated", "with a former certificate"),
        ("distrusting", "without the root"),
        ("unread", "not read"),
    ):
        counts += f", {member[field]} {what}" if member[field] else ""
    return printable(f"  {member['name']}: {signs}; {counts}")


def next_step(seen: Seen) -> str:
    """What the next run does, and what it waits for."""
    if seen.step not in FOLLOWS:
        return "Next: nothing." if seen.step != INTERMEDIATES or not outdated(seen.all_proxies, seen.holders) else (
            "Next: nothing. Certificates of the former intermediates stay valid until they end."
        )  # fmt: skip
    step, meant, what = FOLLOWS[seen.step]
    late = waited_for(step, seen.all_proxies, seen.holders)
    if not late:
        return f"Next: the same playbook again does step {meant}. No proxy keeps it from that."
    return printable(
        f"Next: the same playbook again does step {meant}. It waits for {len(late)} of {len(seen.all_proxies)} proxies, which "
        f"{what}: {names_of(late)}. {remedy(late)}"
    )


def changed(before: str, after: str) -> str:
    return before if before == after else f"{before} -> {after}"


def short(digits: str) -> str:
    return digits[:11]


def shorts(prints: t.Sequence[str]) -> str:
    return " and ".join(short(one) for one in prints)
