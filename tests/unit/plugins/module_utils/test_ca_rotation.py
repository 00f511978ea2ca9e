# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps from one authority to another, there, back and cut off in between. Certificates are real, clusters are not needed."""

from __future__ import annotations

import typing as t
from datetime import timedelta

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._istio.ca_bundle import ROOT, Bundle, root_prints
from ansible_collections.multiregion.istio.plugins.module_utils._istio.ca_rotation import (
    DROP,
    INTERMEDIATES,
    ISSUE,
    NONE,
    TRUST,
    Holder,
    check_in_time,
    outdated,
    signer,
    step_of,
    wanted,
)
from ansible_collections.multiregion.istio.plugins.module_utils._istio.ca_rotation_result import Seen, result_of
from ansible_collections.multiregion.istio.plugins.module_utils._istio.ca_rotation_run import (
    Member,
    authority_problems,
    has_proxy,
    told_by,
)
from ansible_collections.multiregion.istio.plugins.module_utils._istio.ca_taken import (
    ROOTS,
    ends_in,
    mark_of,
    to_restart,
    told_roots,
)
from ansible_collections.multiregion.istio.plugins.module_utils._istio.proxy_trust import Trust
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.access import Access
from tests.unit.authorities import NOW, Authority, authority, texts
from tests.unit.fake_cluster import Cluster, World

Object = dict[str, t.Any]
NAMES = ("east", "west")


def files(root: Authority) -> dict[str, Bundle]:
    """The files of each member under a root."""
    return {name: Bundle(f"/ca/{name}", texts(authority(name, root), root)) for name in NAMES}


OLD_ROOT, NEW_ROOT = authority("old root"), authority("new root")
OLD, OLD_AGAIN, NEW = files(OLD_ROOT), files(OLD_ROOT), files(NEW_ROOT)


def holders(stands: t.Mapping[str, Bundle], wanted_files: t.Mapping[str, Bundle]) -> list[Holder]:
    return [Holder(name, stands[name], wanted_files[name]) for name in NAMES]


def after(
    stands: t.Mapping[str, Bundle], to: t.Mapping[str, Bundle], only: t.Sequence[str] = NAMES
) -> dict[str, Bundle]:
    """The Secrets when a step has come as far as `only`."""
    found = holders(stands, to)
    step = step_of(found)
    return {one.cluster: wanted(one, step) if one.cluster in only else one.stands for one in found}


def steps(stands: t.Mapping[str, Bundle], to: t.Mapping[str, Bundle]) -> list[str]:
    """All steps until there is nothing to do."""
    taken = []
    while (step := step_of(holders(stands, to))) != NONE:
        taken.append(step)
        stands = after(stands, to)
        assert len(taken) < 9
    assert {name: dict(one.texts) for name, one in stands.items()} == {
        name: dict(one.texts) for name, one in to.items()
    }
    return taken


def test_intermediates_are_one_step_and_a_root_three() -> None:
    assert steps(OLD, OLD) == []
    assert steps(OLD, OLD_AGAIN) == [INTERMEDIATES]
    assert steps(OLD, NEW) == [TRUST, ISSUE, DROP]


def test_a_step_that_was_cut_off_is_gone_on_with() -> None:
    assert steps(after(OLD, NEW, ["east"]), NEW) == [TRUST, ISSUE, DROP]
    both = after(OLD, NEW)
    assert steps(after(both, NEW, ["east"]), NEW) == [ISSUE, DROP]
    issued = after(both, NEW)
    assert steps(after(issued, NEW, ["east"]), NEW) == [DROP]


def test_files_that_are_put_back_lead_back_from_each_step() -> None:
    both = after(OLD, NEW)
    assert steps(both, OLD) == [DROP]
    assert steps(after(OLD, NEW, ["east"]), OLD) == [DROP]
    issued = after(both, NEW)
    assert steps(issued, OLD) == [ISSUE, DROP]
    assert steps(after(both, NEW, ["east"]), OLD) == [ISSUE, DROP]
    assert steps(after(issued, NEW), OLD) == [TRUST, ISSUE, DROP]


def test_what_trusts_both_signs_as_before_and_has_the_roots_in_one_order() -> None:
    there, back = after(OLD, NEW), after(NEW, OLD)
    assert signer(there["east"]) == signer(OLD["east"])
    assert root_prints(there["east"].texts[ROOT]) == root_prints(OLD_ROOT.pem) | root_prints(NEW_ROOT.pem)
    assert len({one.texts[ROOT] for one in (*there.values(), *back.values())}) == 1


def proxy(by: Bundle, *roots: Authority, **more: t.Any) -> Trust:
    prints = frozenset[str]().union(*(root_prints(root.pem) for root in roots))
    times = {"begins": NOW, "ends": NOW + timedelta(hours=24)}
    return Trust("east", roots=prints, signer=signer(by), pod="shop/web-1", **{**times, **more})


def test_nothing_is_issued_under_a_root_that_a_proxy_does_not_trust() -> None:
    found = holders(after(OLD, NEW), NEW)
    trusting = proxy(OLD["east"], OLD_ROOT, NEW_ROOT)
    check_in_time(step_of(found), [trusting], found)
    with pytest.raises(MeshError) as error:
        check_in_time(step_of(found), [trusting, proxy(OLD["east"], OLD_ROOT)], found)
    assert "too early to issue by the new root: 1 of 2 proxies" in str(error.value)
    assert "east: shop/web-1" in str(error.value) and f"by {NOW + timedelta(hours=12):%Y-%m-%d %H:%M}" in str(
        error.value
    )


def test_no_root_is_dropped_while_a_proxy_has_a_certificate_under_it() -> None:
    found = holders(after(after(OLD, NEW), NEW), NEW)
    assert step_of(found) == DROP
    check_in_time(DROP, [proxy(NEW["west"], OLD_ROOT, NEW_ROOT)], found)
    with pytest.raises(MeshError, match="too early to drop the former root: 1 of 1"):
        check_in_time(DROP, [proxy(OLD["west"], OLD_ROOT, NEW_ROOT)], found)


@pytest.mark.parametrize("step", [ISSUE, DROP])
def test_a_proxy_that_does_not_tell_is_waited_for(step: str) -> None:
    found = holders(after(OLD, NEW), NEW)
    with pytest.raises(MeshError, match=r"\(no answer\).*1 did not tell"):
        check_in_time(step, [Trust("east", error="no answer", pod="shop/web-1")], found)


def test_new_trust_and_new_intermediates_wait_for_nobody() -> None:
    for to in (NEW, OLD_AGAIN):
        found = holders(OLD, to)
        check_in_time(step_of(found), [proxy(OLD["east"], OLD_ROOT)], found)
    assert len(outdated([proxy(OLD["east"], OLD_ROOT)], holders(OLD, OLD_AGAIN))) == 1


def seen(stands: t.Mapping[str, Bundle], to: t.Mapping[str, Bundle], *proxies: Trust, check: bool = False) -> Seen:
    found = holders(stands, to)
    return Seen(tuple(found), (*NAMES, "north"), (proxies, (), ()), step_of(found), check)


def test_the_result_tells_each_member_and_what_comes_next_and_no_key() -> None:
    result = result_of(seen(OLD, NEW, proxy(OLD["east"], OLD_ROOT)), [])
    east, _west, north = result["members"]
    assert (east["proxies"], east["outdated"], east["distrusting"], east["unread"]) == (1, 1, 1, 0)
    assert len(east["before"]["roots"]) == 1 and len(east["after"]["roots"]) == 2
    assert east["before"]["intermediate"] == east["after"]["intermediate"]
    assert north["before"] is None
    assert (
        "1 of 3" in result["summary"]
        and "does step 2 of 3" in result["summary"]
        and "waits for 1 of 1" in result["summary"]
        and "shop/web-1" in result["summary"]
    )
    assert "KEY" not in str(result)
    key = next(line for line in OLD["east"].texts["ca-key.pem"].splitlines() if "-" not in line)
    assert key not in repr(seen(OLD, NEW))


def test_the_next_run_is_promised_where_no_proxy_is_late() -> None:
    told = result_of(seen(OLD, NEW, proxy(OLD["east"], OLD_ROOT, NEW_ROOT)), [])["summary"]
    assert "No proxy keeps it from that" in told
    assert "would trust" in result_of(seen(OLD, NEW, check=True), [])["summary"]


def member(secret: Object | None) -> Member:
    return Member(t.cast(t.Any, World(east=Cluster()).client(Access("east", kubeconfig="east"))), True, secret, ())


def test_an_authority_of_istiod_or_of_others_is_refused() -> None:
    (problem,) = authority_problems(member(None), "mesh1")
    assert "made itself" in problem.what and "another mesh" in problem.todo
    generated = {"metadata": {"name": "cacerts", "namespace": "istio-system"}, "data": {"istio-generated": ""}}
    assert "made itself" in next(iter(authority_problems(member(generated), "mesh1"))).what
    theirs = {"metadata": {"name": "cacerts", "namespace": "istio-system"}, "data": {"ca-cert.pem": ""}}
    assert "not made by us" in next(iter(authority_problems(member(theirs), "mesh1"))).what


def test_proxies_are_asked_where_they_run() -> None:
    pod: Object = {"metadata": {"name": "web"}, "spec": {"containers": [{"name": "istio-proxy", "image": "proxy"}]}}
    running = [{"name": "istio-proxy", "state": {"running": {}}}]
    assert not has_proxy(pod)
    assert has_proxy({**pod, "status": {"containerStatuses": running}})
    assert has_proxy({**pod, "status": {"initContainerStatuses": running}})
    assert not has_proxy({**pod, "status": {"containerStatuses": [{"name": "istio-proxy", "state": {"waiting": {}}}]}})
    assert not has_proxy(
        {
            "metadata": {**pod["metadata"], "deletionTimestamp": "now"},
            "status": {"containerStatuses": running},
            "spec": pod["spec"],
        }
    )


def deployment(**annotations: str) -> Object:
    metadata = {"name": "istiod", "namespace": "istio-system", "labels": {"app": "istiod"}}
    return {
        "kind": "Deployment",
        "metadata": metadata,
        "spec": {"template": {"metadata": {"annotations": annotations}}},
    }


@pytest.mark.parametrize(
    ("annotations", "other_roots", "restarted"),
    [
        ({}, True, True),
        ({}, False, False),
        ({ROOTS: mark_of(OLD["east"])}, True, False),
        ({ROOTS: mark_of(NEW["east"])}, True, True),
        ({ROOTS: mark_of(NEW["east"])}, False, True),
    ],
    ids=["never rotated", "roots stay", "started with them", "started with others", "cut off before the restart"],
)
def test_istiod_is_restarted_for_roots_that_it_was_not_started_with(
    annotations: dict[str, str], other_roots: bool, restarted: bool
) -> None:
    world = World(east=Cluster())
    world.clusters["east"].add(deployment(**annotations))
    client = t.cast(t.Any, world.client(Access("east", kubeconfig="east")))
    assert bool(to_restart(client, "istio-system", OLD["east"], other_roots=other_roots)) is restarted


def test_the_primary_tells_its_roots_to_every_member_in_which_no_istiod_runs() -> None:
    world = World(east=Cluster(), west=Cluster(), north=Cluster())
    clients = {name: t.cast(t.Any, world.client(Access(name, kubeconfig=name))) for name in world.clusters}
    primary, remote, injecting = (
        Member(clients[name], runs, None, ()) for name, runs in (("east", True), ("west", False), ("north", True))
    )
    assert told_by(primary, [primary, remote, injecting]) == [clients["east"], clients["west"]]
    assert told_by(injecting, [primary, remote, injecting]) == [clients["north"]]


def test_roots_that_are_told_are_read_in_the_namespace_of_istiod() -> None:
    world = World(west=Cluster())
    client = t.cast(t.Any, world.client(Access("west", kubeconfig="west")))
    assert told_roots(client, "istio-system") == frozenset()
    metadata = {"name": "istio-ca-root-cert", "namespace": "istio-system"}
    roots = {"root-cert.pem": OLD["east"].texts[ROOT] + NEW["east"].texts[ROOT]}
    world.clusters["west"].add({"kind": "ConfigMap", "metadata": metadata, "data": roots})
    assert told_roots(client, "istio-system") == root_prints(OLD["east"].texts[ROOT]) | root_prints(
        NEW["east"].texts[ROOT]
    )


def test_the_end_of_the_signing_certificate_is_read_from_metrics() -> None:
    assert ends_in("# HELP x\ncitadel_server_cert_chain_expiry_timestamp 1.859273642e+09\n") == 1859273642
    assert ends_in("citadel_server_cert_chain_expiry_timestamp_other 1\n") == 0


def test_a_bundle_of_three_roots_is_dropped_to_that_of_the_files() -> None:
    third = files(authority("third root"))
    assert steps(after(OLD, third), NEW) == [TRUST, ISSUE, DROP]
