# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Client-side apply, for API servers before 1.22 and for objects that somebody's own `kubectl apply` made.

The merge of three sides (last applied, wanted, live) is the openshift package's, imported only where it is used; requests go
through our client. What was applied last is kept in kubectl's annotation, so kubectl and we understand each other.
"""

from __future__ import annotations

import importlib
import json
import typing as t

from ansible.module_utils.basic import missing_required_lib

from .._errors import MeshError
from .client import KubernetesClient
from .diff import LAST_APPLIED
from .fields import without_nulls
from .kinds import Kind, describe

Object = dict[str, t.Any]


def merge_library() -> t.Any:
    """The module openshift.dynamic.apply. Raises MeshError where the package is missing."""
    try:
        return importlib.import_module("openshift.dynamic.apply")
    except ImportError as error:
        url = "https://pypi.org/project/openshift/"
        raise MeshError(missing_required_lib("openshift", reason="for apply_method: client_side", url=url)) from error


def apply(client: KubernetesClient, kind: Kind, wanted: Object, live: Object | None, *, dry_run: bool) -> Object | None:
    """Create the object, or patch what differs: the object as stored, None where nothing had to be sent."""
    metadata = wanted["metadata"]
    if live is None:
        library = merge_library()
        body = library.dict_merge(wanted, library.annotate(wanted))
        return client.create(kind, body, dry_run=dry_run, strict=True)
    change = patch_of(client, kind, wanted, live)
    if merged(live, change) == live:
        return None
    return client.patch(kind, metadata["name"], metadata.get("namespace"), change, dry_run=dry_run, strict=True)


def give_up(client: KubernetesClient, kind: Kind, live: Object, *, dry_run: bool) -> Object:
    """Take away all that was applied to an object which stays, and the annotation with it."""
    name, namespace = live["metadata"]["name"], live["metadata"].get("namespace")
    nothing = {"apiVersion": kind.api_version, "kind": kind.kind, "metadata": {"name": name}}
    change = merged(patch_of(client, kind, nothing, live), {"metadata": {"annotations": {}}})
    change["metadata"]["annotations"][LAST_APPLIED] = None
    if merged(live, change) == live:
        return live
    return client.patch(kind, name, namespace, change, dry_run=dry_run)


def patch_of(client: KubernetesClient, kind: Kind, wanted: Object, live: Object) -> Object:
    """The JSON merge patch (RFC 7386) from the live object to the wanted one."""
    library = merge_library()
    try:
        actual, change = library.apply_patch(readable(live), wanted)
    except (library.ApplyException, AttributeError, KeyError, TypeError) as error:
        metadata = live["metadata"]
        raise MeshError(
            f"cannot merge {describe(kind, metadata['name'], metadata.get('namespace'))} with what was applied last",
            cluster=client.cluster,
            why=f"{type(error).__name__}: {error}",
            todo="Use apply_method: server_side, or take the annotation "
            f"{LAST_APPLIED} off the object and run this again",
        ) from None
    return {} if change is actual else with_whole_lists(change, wanted)


def readable(live: Object) -> Object:
    """A copy with an annotation that the merge understands: without nulls, which kubectl keeps, and none that is no object."""
    annotations = dict(live["metadata"].get("annotations") or {})
    try:
        last = json.loads(annotations.pop(LAST_APPLIED, ""))
    except ValueError:
        last = None
    if isinstance(last, dict):
        annotations[LAST_APPLIED] = json.dumps(without_nulls(last), separators=(",", ":"), sort_keys=True)
    return {**live, "metadata": {**live["metadata"], "annotations": annotations}}


def with_whole_lists(change: Object, wanted: Object) -> Object:
    """The patch with every list as wanted from which the merge lost an item.

    It knows the ports of a Service by their number alone, so TCP and UDP of one number become one, and it drops empty items.
    """
    whole: Object = {}
    for key, value in change.items():
        asked = wanted.get(key)
        if isinstance(value, dict) and isinstance(asked, dict):
            whole[key] = with_whole_lists(value, asked)
        else:
            is_short = isinstance(value, list) and isinstance(asked, list) and not holds(value, asked)
            whole[key] = asked if is_short else value
    return whole


def holds(found: t.Any, wanted: t.Any) -> bool:
    """Whether all that is wanted is there, whatever else is."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        return all(key in found and holds(found[key], value) for key, value in wanted.items())
    if isinstance(wanted, list) and isinstance(found, list):
        return all(any(holds(item, value) for item in found) for value in wanted)
    return bool(found == wanted)


def merged(live: t.Any, change: t.Any) -> t.Any:
    """What a server makes of a JSON merge patch: null takes a key away, all but maps is replaced."""
    if not isinstance(change, dict):
        return change
    result = dict(live) if isinstance(live, dict) else {}
    for key, value in change.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result
