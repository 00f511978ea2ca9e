# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logic of the module mesh_objects_info: objects of one kind in one cluster, as they are or once they are as wanted."""

from __future__ import annotations

import contextlib
import typing as t

from .._errors import MeshError
from .._wait import Acceptor, Progress, State, Wait, wait_until
from .client import KubernetesClient
from .diff import LAST_APPLIED, SECRET_FIELDS
from .kinds import SECRET, Kind, describe
from .options import access_from

with contextlib.suppress(ImportError):  # main() answers with missing_required_lib
    import jmespath

Object = dict[str, t.Any]


def run(params: t.Mapping[str, t.Any], check_mode: bool, progress: Progress) -> Object:
    """Options of the module in, its result out. Raises MeshError."""
    check(params)
    client = KubernetesClient(access_from(params))
    objects = read(client, params)
    if params["wait"] and not check_mode and not is_wanted(objects, params["until"]):
        wait = Wait(
            what=title(params),
            acceptors=(Acceptor(params["until"]),),
            status="status",
            cluster=client.cluster,
            timeout=params["wait_timeout"],
            interval=params["wait_interval"],
            soon=True,
        )
        objects = wait_until(lambda: look(client, params), wait, progress)["objects"]
    return {"changed": False, "objects": objects}


def check(params: t.Mapping[str, t.Any]) -> None:
    """Refuse an expression that can never be true before anything is read."""
    try:
        jmespath.compile(params["until"] or "objects")
    except jmespath.exceptions.JMESPathError as error:
        raise MeshError(f"until is no JMESPath expression: {params['until']}", why=str(error)) from error


def read(client: KubernetesClient, params: t.Mapping[str, t.Any]) -> list[Object]:
    """The objects, without the values of Secrets; none where their kind is not served."""
    kind = client.kind_of(params["api_version"], params["kind"])
    if kind is None:
        return []
    if not params["name"]:
        selected = {"labels": params["labels"] or "", "fields": params["fields"] or ""}
        found = client.list(kind, params["namespace"], **selected, metadata_only=kind == SECRET)
    else:
        one = client.get(kind, params["name"], params["namespace"])
        found = [one] if one else []
    return [without_values(body) for body in found] if kind == SECRET else found


def without_values(secret: Object) -> Object:
    """A Secret without its values, which kubectl's annotation repeats."""
    metadata = dict(secret["metadata"])
    if LAST_APPLIED in (metadata.get("annotations") or {}):
        metadata["annotations"] = {key: value for key, value in metadata["annotations"].items() if key != LAST_APPLIED}
    return {**{key: value for key, value in secret.items() if key not in SECRET_FIELDS}, "metadata": metadata}


def is_wanted(objects: list[Object], until: str) -> bool:
    return bool(jmespath.search(until, {"objects": objects}))


def look(client: KubernetesClient, params: t.Mapping[str, t.Any]) -> State:
    """One look of a wait: the objects, and in words how they stand."""
    objects = read(client, params)
    waiting = "not yet as wanted" if objects else "not there yet"
    return {"objects": objects, "status": "as wanted" if is_wanted(objects, params["until"]) else waiting}


def title(params: t.Mapping[str, t.Any]) -> str:
    """What is read, in messages: "Service istio-system/istiod"."""
    kind = Kind(params["api_version"], params["kind"], "")
    return describe(kind, params["name"] or params["labels"] or params["fields"] or "(all)", params["namespace"])
