# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Helm's record of a release, read without Helm."""

from __future__ import annotations

import base64
import gzip
import json
import typing as t

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._helm.release import decode, read_history

Object = dict[str, t.Any]
Revision = tuple[int, str, Object]

OURS = {"global": {"multiregionIstio": {"mesh": "mesh1"}}}


def packed(body: Object, *, zipped: bool = True) -> str:
    """`data.release` of a Secret, as Helm writes it and the API gives it."""
    text = json.dumps(body).encode()
    inner = base64.b64encode(gzip.compress(text) if zipped else text)
    return base64.b64encode(inner).decode()


def body_of(values: Object) -> Object:
    metadata = {"name": "istiod", "version": "1.31.0"}
    return {"chart": {"metadata": metadata}, "config": values, "manifest": "a: b", "apply_method": "ssa"}


class Releases:
    """A cluster that holds the given revisions of one release, and counts what is read whole."""

    cluster = "east"

    def __init__(self, *revisions: Revision, data: str = "") -> None:
        self.revisions = {f"sh.helm.release.v1.istiod.v{revision[0]}": revision for revision in revisions}
        self.data = data
        self.read: list[str] = []

    def list(self, kind: t.Any, namespace: str, *, labels: str, metadata_only: bool) -> list[Object]:
        assert labels == "owner=helm,name=istiod" and metadata_only
        return [
            {"metadata": {"name": name, "labels": {"version": str(number), "status": status}}}
            for name, (number, status, _values) in self.revisions.items()
        ]

    def get(self, kind: t.Any, name: str, namespace: str) -> Object | None:
        self.read.append(name)
        return {"data": {"release": self.data or packed(body_of(self.revisions[name][2]))}}


def history_of(cluster: Releases) -> t.Any:
    return read_history(t.cast(t.Any, cluster), "istio-system", "istiod")


@pytest.mark.parametrize("zipped", [True, False])
def test_a_record_is_decoded_as_old_and_new_helm_write_it(zipped: bool) -> None:
    assert decode(packed({"name": "istiod"}, zipped=zipped)) == {"name": "istiod"}


def test_without_records_there_is_no_release() -> None:
    history = history_of(Releases())
    assert history.newest is None and not history.exists and history.mark == {}


def test_the_newest_revision_counts_by_number_not_by_name() -> None:
    history = history_of(Releases((9, "superseded", {}), (10, "deployed", OURS)))
    assert history.newest.record.revision == 10
    assert history.deployed is history.newest
    assert (history.newest.chart, history.newest.chart_version, history.newest.apply_method) == (
        "istiod",
        "1.31.0",
        "ssa",
    )


def test_only_what_is_needed_is_read_whole() -> None:
    cluster = Releases((1, "superseded", OURS), (2, "deployed", OURS))
    history_of(cluster)
    assert cluster.read == ["sh.helm.release.v1.istiod.v2"]


def test_behind_an_unfinished_revision_the_deployed_one_is_read_too() -> None:
    history = history_of(Releases((1, "superseded", {}), (2, "deployed", OURS), (3, "pending-upgrade", OURS)))
    assert history.newest.record.is_pending
    assert history.deployed.record.revision == 2


def test_an_upgrade_by_hand_does_not_make_a_release_somebody_elses() -> None:
    history = history_of(Releases((1, "superseded", OURS), (2, "deployed", {"global": {}})))
    assert history.newest.mark == {}
    assert history.mark == {"mesh": "mesh1"}


def test_a_release_that_was_uninstalled_and_kept_in_the_history_is_none() -> None:
    assert not history_of(Releases((1, "uninstalled", OURS))).exists


@pytest.mark.parametrize(
    "data", ["!", base64.b64encode(b"no base64 or JSON").decode(), packed({"chart": None}), packed({})]
)
def test_a_broken_record_is_named(data: str) -> None:
    with pytest.raises(MeshError, match="Secret istio-system/sh.helm.release.v1.istiod.v1"):
        history_of(Releases((1, "deployed", {}), data=data))


@pytest.mark.parametrize("values", [{"global": "text"}, {"global": {"multiregionIstio": "text"}}, {"global": None}])
def test_strange_values_are_no_mark(values: Object) -> None:
    assert history_of(Releases((1, "deployed", values))).mark == {}
