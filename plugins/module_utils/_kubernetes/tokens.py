# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a service account's token says of itself, read without checking its signature. No I/O.

A token of the TokenRequest API names in its claims the object that it is bound to: with that object it ends (Kubernetes,
"Managing Service Accounts", bound tokens).
"""

from __future__ import annotations

import base64
import json
import math
import typing as t
from datetime import datetime, timezone

Object = dict[str, t.Any]

DAY = 86400


def claims_of(token: str) -> Object:
    """The claims of a JSON web token; {} for anything else."""
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}


def expiry_of(token: str) -> str | None:
    """When a bearer token ends, ISO 8601 in UTC; None for one without an end, or that is no JSON web token."""
    end = _seconds(claims_of(token), "exp")
    if not end:
        return None
    return datetime.fromtimestamp(end, tz=timezone.utc).isoformat().replace("+00:00", "Z")


def lifetime_of(token: str) -> float:
    """Seconds from its issue to its end; 0 where it has no end."""
    claims = claims_of(token)
    end = _seconds(claims, "exp")
    return end - _seconds(claims, "iat") if end else 0


def secret_of(token: str) -> str:
    """The name of the Secret that a token came from or is bound to; "" where it does not say."""
    claims = claims_of(token)
    said = claims.get("kubernetes.io")
    bound = said.get("secret") if isinstance(said, dict) else None
    name = bound.get("name") if isinstance(bound, dict) else claims.get("kubernetes.io/serviceaccount/secret.name")
    return name if isinstance(name, str) else ""


def why_ends(token: str, now: datetime, days: float = math.inf) -> str:
    """Why a token is near its end; "" where it is not, or has none.

    days: so many have to be left, or a third of its life where that is less
    """
    end, lifetime = _seconds(claims_of(token), "exp"), lifetime_of(token)
    left = end - now.timestamp()
    if not end or (left > 0 and (left * 3 >= lifetime or left >= days * DAY)):
        return ""
    if left <= 0:
        return "the one in use has expired"
    return (
        "less than a third of its lifetime is left"
        if days == math.inf
        else f"the one in use ends in {left / DAY:.1f} days"
    )


def why_not_kept(
    token: str, bound: Object | None, account: Object | None, now: datetime, days: float = math.inf
) -> str:
    """Why a token in use has to be minted anew; "" where it serves on.

    bound, account: the live Secret that it has to be bound to and its ServiceAccount. An object made anew under the same
    name has another uid, by which a server refuses the token.
    days: as in why_ends()
    """
    claims = claims_of(token)
    said = claims.get("kubernetes.io")
    said = said if isinstance(said, dict) else {}
    if not token:
        return "there is none yet"
    if bound is None or said.get("secret") != _reference(bound):
        return "the one in use is not bound to our Secret"
    if account is None or said.get("serviceaccount") != _reference(account):
        return "its ServiceAccount was made anew"
    return why_ends(token, now, days)


def _reference(live: Object) -> Object:
    return {"name": live["metadata"]["name"], "uid": live["metadata"].get("uid")}


def _seconds(claims: Object, name: str) -> float:
    value = claims.get(name)
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else 0
