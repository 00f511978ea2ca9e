# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where two objects differ, in words: the paths of the fields, without the fields that others own. No I/O."""

from __future__ import annotations

import typing as t
from copy import deepcopy
from dataclasses import dataclass

Object = dict[str, t.Any]

# Keys by which the items of a list are told apart, as Kubernetes does.
ITEM_KEYS = ("name", "port", "type")
MOST_FIELDS = 5


@dataclass(frozen=True)
class OthersField:
    """A field of a chart's object that somebody else writes at run time. `*` is each item of a list.

    manager: it is theirs only while this field manager has written it, through this subresource
    """

    kinds: tuple[str, ...]
    path: tuple[str, ...]
    manager: str = ""
    subresource: str = ""


WEBHOOKS = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")
OTHERS_FIELDS = (
    # istiod puts its CA into the webhooks, and fails closed once it answers.
    OthersField(WEBHOOKS, ("webhooks", "*", "clientConfig", "caBundle")),
    OthersField(("ValidatingWebhookConfiguration",), ("webhooks", "*", "failurePolicy")),
    # cert-manager and the like
    OthersField(("CustomResourceDefinition",), ("spec", "conversion", "webhook", "clientConfig", "caBundle")),
    # A HorizontalPodAutoscaler; `kubectl scale` uses the same subresource under another name.
    OthersField(("Deployment", "StatefulSet"), ("spec", "replicas"), "kube-controller-manager", "scale"),
)


def without_others_fields(live: Object, *bodies: Object) -> list[Object]:
    """Copies of the bodies without the fields that others own in the live object."""
    copies = [deepcopy(body) for body in bodies]
    for rule in OTHERS_FIELDS:
        if live.get("kind") in rule.kinds and _applies(rule, live):
            for body in copies:
                _remove(body, rule.path)
    return copies


def fields_that_differ(before: t.Any, after: t.Any, path: str = "") -> list[str]:
    """Paths of what differs, such as spec.replicas and spec.template.spec.containers[discovery].image. Never values."""
    if before == after:
        return []
    below = "{}.{}" if path else "{}{}"
    if isinstance(before, list) and isinstance(after, list):
        before, after, below = _by_key(before), _by_key(after), "{}[{}]"
    if not (isinstance(before, dict) and isinstance(after, dict)):
        return [path]
    found = []
    for key in [*before, *(key for key in after if key not in before)]:
        found += fields_that_differ(before.get(key), after.get(key), below.format(path, key))
    return found or [path]  # the same items in another order


def shortened(fields: list[str]) -> str:
    """The first few of a list of fields, in one line."""
    more = len(fields) - MOST_FIELDS
    return ", ".join(fields[:MOST_FIELDS]) + (f" and {more} more" if more > 0 else "")


def _by_key(items: list[t.Any]) -> dict[str, t.Any]:
    """The items of a list by what tells them apart, else by their position."""
    for key in ITEM_KEYS:
        names = [str(item.get(key, "")) if isinstance(item, dict) else "" for item in items]
        if all(names) and len(set(names)) == len(names):
            return dict(zip(names, items, strict=True))
    return {str(number): item for number, item in enumerate(items)}


def _applies(rule: OthersField, live: Object) -> bool:
    if not rule.manager:
        return True
    return any(
        entry.get("manager") == rule.manager
        and entry.get("subresource") == rule.subresource
        and _holds(entry.get("fieldsV1") or {}, rule.path)
        for entry in live.get("metadata", {}).get("managedFields") or []
    )


def _holds(fields: Object, path: tuple[str, ...]) -> bool:
    for key in path:
        if f"f:{key}" not in fields:
            return False
        fields = fields[f"f:{key}"]
    return True


def _remove(body: t.Any, path: tuple[str, ...]) -> None:
    key, *rest = path
    if key == "*":
        for item in body if isinstance(body, list) else []:
            _remove(item, tuple(rest))
    elif isinstance(body, dict) and key in body:
        if rest:
            _remove(body[key], tuple(rest))
        else:
            del body[key]
