"""What a key's owner may do, by RAM actions."""

from __future__ import annotations

from .errors import Refused
from .schema import Call
from .state import Key

PREFIXES = {"cbn": "cen"}
OTHER_NAMES = {"DescribeClustersV1": "GetClusters"}


def ram_action(call: Call) -> str:
    """ "cen:CreateCen"."""
    return f"{PREFIXES.get(call.product, call.product)}:{OTHER_NAMES.get(call.name, call.name)}"


def check(key: Key, call: Call) -> None:
    """:raises Refused: the key's owner lacks the permission, which is named as the cloud does."""
    action = ram_action(call)
    if action not in key.denied:
        return
    if call.product == "cs":
        raise Refused("ForbiddenCheckPermission", "STATUS_FORBIDDEN: no permission", 403)
    detail = {"AccessDeniedDetail": {"AuthAction": action, "NoPermissionType": "ImplicitDeny"}}
    raise Refused(
        "Forbidden.RAM", f"User not authorized to operate on the specified resource. {action}", 403, detail=detail
    )
