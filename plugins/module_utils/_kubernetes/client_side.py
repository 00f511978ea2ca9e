# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Client-side apply, for API servers before 1.22 and for objects that somebody's own `kubectl apply` made.

The merge of three sides (last applied, wanted, live) is the openshift package's, imported only where it is used; requests go
through our client. What was applied last is kept in kubectl's annotation, so kubectl and we understand each other. Our marks
are not in it, or the next `kubectl apply` of the same object would take them away.
"""

from __future__ import annotations

import importlib
import json
import typing as t
from copy import deepcopy
from functools import partial

from ansible.module_utils.basic import missing_required_lib

from .._errors import MeshError
from .client import KubernetesClient
from .diff import LAST_APPLIED
from .fields import without_nulls
from .kinds import SECRET, Kind, describe
from .ownership import ADOPTED, MANAGED_BY, MESH, without_marks

Object = dict[str, t.Any]

MARKS = {"labels": (MANAGED_BY, MESH), "annotations": (ADOPTED,)}
# In it a server refuses fields that it does not know; before, it drops them without a word.
STRICT_SINCE = (1, 25)


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
    send: t.Callable[..., Object]
    if live is None:
        library = merge_library()
        send = partial(client.create, kind, library.dict_merge(wanted, library.annotate(split(wanted)[0])))
    else:
        change = patch_of(client, kind, wanted, live)
        if merged(live, change) == live:
            return None
        send = partial(client.patch, kind, metadata["name"], metadata.get("namespace"), change)
    if client.is_before(STRICT_SINCE):
        tried = send(dry_run=True, strict=True)
        refuse_lost(client, kind, wanted, tried)
        if dry_run:
            return tried
    return send(dry_run=dry_run, strict=True)


def refuse_lost(client: KubernetesClient, kind: Kind, wanted: Object, stored: Object) -> None:
    """Raise MeshError with what the server's answer to a dry run lacks."""
    never_shown = ("status", "stringData") if kind == SECRET else ("status",)
    unknown = lost({key: value for key, value in wanted.items() if key not in never_shown}, stored)
    if unknown:
        metadata = wanted["metadata"]
        raise MeshError(
            f"{describe(kind, metadata['name'], metadata.get('namespace'))} has unknown fields; it was not written",
            cluster=client.cluster,
            why=f"the API server drops {', '.join(unknown)}",
            todo="Correct their names, or leave them out where this version of Kubernetes does not have them",
        )


def lost(wanted: t.Any, stored: t.Any, path: str = "") -> list[str]:
    """The paths of what is wanted and not stored. What is empty may be left out, and a list that differs in length is no proof."""
    if isinstance(wanted, list) and isinstance(stored, list) and len(wanted) == len(stored):
        pairs = enumerate(zip(wanted, stored, strict=True))
        return [name for number, (one, other) in pairs for name in lost(one, other, f"{path}[{number}]")]
    if not isinstance(wanted, dict) or not isinstance(stored, dict):
        return []
    found: list[str] = []
    for key, value in wanted.items():
        at = f"{path}.{key}" if path else key
        if key in stored:
            found += lost(value, stored[key], at)
        elif not is_empty(value):
            found.append(at)
    return found


def is_empty(value: t.Any) -> bool:
    """Whether there is nothing in it, at any depth."""
    below = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return not value if below is None else all(map(is_empty, below))


def split(wanted: Object) -> tuple[Object, Object]:
    """(the object without our marks, the merge patch that sets those)."""
    bare, marks = deepcopy(wanted), {}
    for place, keys in MARKS.items():
        found = bare["metadata"].get(place) or {}
        marks[place] = {key: found.pop(key) for key in keys if key in found}
    return bare, {"metadata": {place: values for place, values in marks.items() if values}}


def give_up(client: KubernetesClient, kind: Kind, live: Object, *, dry_run: bool) -> Object:
    """Take away all that was applied to an object which stays, and the annotation with it."""
    name, namespace = live["metadata"]["name"], live["metadata"].get("namespace")
    nothing = {"apiVersion": kind.api_version, "kind": kind.kind, "metadata": {"name": name}}
    change = merge_library().dict_merge(patch_of(client, kind, nothing, live), without_marks())
    change["metadata"]["annotations"][LAST_APPLIED] = None
    if merged(live, change) == live:
        return live
    return client.patch(kind, name, namespace, change, dry_run=dry_run)


def patch_of(client: KubernetesClient, kind: Kind, wanted: Object, live: Object) -> Object:
    """The JSON merge patch (RFC 7386) from the live object to the wanted one."""
    library = merge_library()
    bare, marks = split(wanted)
    if live["metadata"].get("labels"):  # or the merge takes away the whole map, with what others have in it
        bare["metadata"].setdefault("labels", {})
    try:
        actual, change = library.apply_patch(readable(live, bare), bare)
    except (library.ApplyException, AttributeError, KeyError, TypeError) as error:
        metadata = live["metadata"]
        raise MeshError(
            f"cannot merge {describe(kind, metadata['name'], metadata.get('namespace'))} with what was applied last",
            cluster=client.cluster,
            why=f"{type(error).__name__}: {error}",
            todo="Use apply_method: server_side, or take the annotation "
            f"{LAST_APPLIED} off the object and run this again",
        ) from None
    patch: Object = library.dict_merge({} if change is actual else with_whole_lists(change, bare), marks)
    return patch


def readable(live: Object, wanted: Object) -> Object:
    """A copy with an annotation that the merge understands: without nulls, which kubectl keeps, and none that is no object.

    Where it says the same as we would, it is put in our words, and so is no difference.
    """
    annotations = dict(live["metadata"].get("annotations") or {})
    try:
        last = json.loads(annotations.pop(LAST_APPLIED, ""))
    except ValueError:
        last = None
    if isinstance(last, dict):
        last = wanted if plain(last) == plain(wanted) else without_nulls(last)
        annotations[LAST_APPLIED] = json.dumps(last, separators=(",", ":"), sort_keys=True)
    return {**live, "metadata": {**live["metadata"], "annotations": annotations}}


def plain(applied: Object) -> Object:
    """What was applied without nulls, and without metadata that is empty, as kubectl always has annotations."""
    body = without_nulls(applied)
    metadata = body.get("metadata") or {}
    return {**body, "metadata": {key: value for key, value in metadata.items() if value != {}}}


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
