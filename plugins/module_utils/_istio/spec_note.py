# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When the spec of an Istio or RemoteIstio was last changed by us, noted in the object itself.

An operator's status has no observedGeneration, and the times in managedFields are those of labels too. By the note a later run
tells a status from before the change, which an earlier run did not see answered.
"""

from __future__ import annotations

import typing as t
from datetime import datetime

from .._kubernetes.client import KubernetesClient
from .._kubernetes.diff import SPEC_CHANGED
from .._kubernetes.fields import without_nulls
from .registration import TIME
from .resource import merged

Object = dict[str, t.Any]


def note_in(live: Object | None) -> str:
    return str(((live or {}).get("metadata", {}).get("annotations") or {}).get(SPEC_CHANGED) or "")


def spec_time(live: Object) -> datetime | None:
    """When we last changed the spec; None where we never changed that of an object that was there."""
    note = note_in(live)
    return datetime.fromisoformat(note) if note else None


def with_note(wanted: Object, note: str) -> Object:
    """The object with the note, as it is without one."""
    if not note:
        return wanted
    annotations = {**(wanted["metadata"].get("annotations") or {}), SPEC_CHANGED: note}
    return {**wanted, "metadata": {**wanted["metadata"], "annotations": annotations}}


def noted(client: KubernetesClient, wanted: Object, live: Object | None) -> Object:
    """The object with the time by the server's clock where its spec is about to change, else with the note that is there."""
    spec, there = without_nulls(wanted.get("spec") or {}), (live or {}).get("spec") or {}
    if live is None or merged(there, spec) == there:
        return with_note(wanted, note_in(live))
    return with_note(wanted, client.now().strftime(TIME))
