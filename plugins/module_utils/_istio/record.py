# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A member's record in the primary, in short: what its RemoteIstio says and how long its credential lasts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone

from .._kubernetes.apply import in_parallel
from .._kubernetes.client import KubernetesClient, Object
from .._kubernetes.kinds import SECRET
from .._kubernetes.tokens import DAY, expiry_of, lifetime_of
from .registration import SELECTOR, credential_in
from .resource import kind_of, status_of

AVAILABLE = "Available"


@dataclass(frozen=True)
class Record:
    """One member. `expires` is RFC 3339, None where the credential never does; `days_left` is negative once it has.

    lifetime_days: of the credential from its issue to its end, 0 where it does not say
    """

    name: str
    status: str
    error_message: str
    last_verified: str
    has_credential: bool
    expires: str | None
    days_left: int | None
    lifetime_days: float = 0


def read_records(client: KubernetesClient, namespace: str, api_version: str) -> dict[str, Record]:
    """The members that the primary records, by name."""
    remotes, secrets = in_parallel(
        [
            lambda: client.list(kind_of(api_version), namespace),
            lambda: client.list(SECRET, namespace, labels=SELECTOR),
        ]
    )
    by_name = {secret["metadata"]["name"]: secret for secret in secrets}
    now = datetime.now(timezone.utc)
    records = [record(remote, by_name.get(remote["metadata"]["name"]), now) for remote in remotes]
    return {entry.name: entry for entry in records}


def record(remote: Object, secret: Object | None, now: datetime) -> Record:
    """A Record from a RemoteIstio and the Secret of its name."""
    name, status = remote["metadata"]["name"], status_of(remote)
    credential = credential_in(secret, name)
    token = credential.token if credential else ""
    expires = expiry_of(token)
    return Record(
        name=name,
        status=str(status.get("Status") or ""),
        error_message=str(status.get("ErrorMessage") or ""),
        last_verified=str(status.get("LastVerified") or ""),
        has_credential=name in ((secret or {}).get("data") or {}),
        expires=expires,
        days_left=(datetime.fromisoformat(expires) - now).days if expires else None,
        lifetime_days=lifetime_of(token) / DAY,
    )
