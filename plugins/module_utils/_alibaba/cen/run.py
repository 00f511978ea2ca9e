# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logic of the module cen_network: options in, result out."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ..._errors import MeshError
from ..._problems import ERROR, Problem, report
from ..._wait import Progress
from ..client import Client
from ..options import options_of
from . import remove
from .act import Act, is_unsettled
from .checks import overlaps
from .options import wanted_of
from .parts import Plan
from .patience import Patience
from .plan import plan
from .read import read, read_cen, read_vpcs
from .removal import plan_removal
from .result import result_of
from .routes import Missing, in_vpcs, missing
from .state import EXISTING, Before, Wanted

Result = dict[str, t.Any]
ROUTES_TIMEOUT = 300  # seconds until routes have reached all tables; attachments take their own time before


def run(params: t.Mapping[str, t.Any], check_mode: bool, progress: Progress) -> Result:
    """Options of the module in, its result out. Raises MeshError."""
    wanted = wanted_of(params)
    client = Client(options_of(params))
    patience = Patience(progress, params["wait_timeout"], params["wait_interval"])
    if params["state"] == "absent":
        return take_away(client, wanted, check_mode, patience)
    return join(client, wanted, check_mode, patience)


def join(client: Client, wanted: Wanted, check_mode: bool, patience: Patience) -> Result:
    """Join the VPCs and see that their routes are there."""
    if len(wanted.vpcs) < 2:
        return result_of(Before(), plan(Before(), wanted), wanted)
    if wanted.link == EXISTING:
        return look_at_link(client, wanted)
    before = settled(lambda: read(client, wanted), check_mode, patience)
    if wanted.cen_id and before.cen is None:
        todo = "Correct cen_id, or leave it out to have one made"
        raise MeshError(f"there is no CEN {wanted.cen_id} in this account", todo=todo)
    planned = plan(before, wanted)
    if planned.problems:
        raise refused(planned, wanted)
    if check_mode:
        return result_of(before, planned, wanted, [] if planned.changed else missing(before, wanted))
    if any(is_unsettled(part) for part in planned.parts):
        Act(client, before, wanted, planned, patience).perform()
        before = read(client, wanted)
    before = with_routes(client, before, wanted, patience)
    return result_of(before, planned, wanted, missing(before, wanted))


def look_at_link(client: Client, wanted: Wanted) -> Result:
    """See that VPCs are joined that somebody joined in another way. Raises MeshError with the routes that are missing."""
    before = Before(vpcs=read_vpcs(client, wanted, Before()))
    problems = overlaps(before, wanted)
    lacking = in_vpcs(before, wanted)
    if found := [str(x) for x in lacking if x.main]:
        todo = "Make the link (VPC peering, Express Connect, VPN gateway) with routes to these blocks, or set link: cen"
        problems.append(Problem(ERROR, "the VPCs are not joined", "; ".join(found), todo))
    planned = Plan(problems=tuple(problems))
    if problems:
        raise refused(planned, wanted)
    return result_of(before, planned, wanted, lacking)


def settled(look: t.Callable[[], Before], check_mode: bool, patience: Patience) -> Before:
    """The account without what is going away; that is waited for, but in check mode."""
    before = look()
    if check_mode or not before.leaving():
        return before.without_leaving()
    seen = [before]

    def pending() -> dict[str, str]:
        seen.append(look())
        return seen[-1].leaving()

    todo = "Look at it in the CEN console, and run it again when it is gone"
    patience.until_none("the end of what is going away", todo, pending)
    return seen[-1]


def with_routes(client: Client, before: Before, wanted: Wanted, patience: Patience) -> Before:
    """The account once every route that must be there is. Raises MeshError naming those that did not come."""
    if not lacking(before, wanted):
        return before
    seen = [before]

    def pending() -> dict[str, str]:
        seen.append(read(client, wanted))
        return {str(x): x.status for x in lacking(seen[-1], wanted)}

    todo = "See in the CEN console what the route is rejected for, and whether each attachment is associated and propagates"
    limited = replace(patience, timeout=min(patience.timeout, ROUTES_TIMEOUT))
    limited.until_none("the routes between the VPCs", todo, pending)
    return seen[-1]


def lacking(before: Before, wanted: Wanted) -> list[Missing]:
    return [x for x in missing(before, wanted) if x.main]


def take_away(client: Client, wanted: Wanted, check_mode: bool, patience: Patience) -> Result:
    """Take away what the mesh's tag is on."""
    everything = replace(wanted, vpcs=())
    before = settled(lambda: read_cen(client, everything), check_mode, patience)
    planned = plan_removal(before, wanted, remove.published_by(client, before, wanted))
    if before.cen and planned.changed and not check_mode:
        remove.perform(client, before.cen.cen_id, planned, patience)
    return result_of(before, planned, wanted)


def refused(planned: Plan, wanted: Wanted) -> MeshError:
    """All that stands in the way, in one error."""
    problems = planned.problems
    details: Result = {"problems": [problem.as_dict() for problem in problems], "costs": planned.costs()}
    if len(problems) == 1:
        one = problems[0]
        return MeshError(one.what, cluster=one.cluster, why=one.why, todo=one.todo, details=details)
    return MeshError(report(f"The network of mesh {wanted.mesh_id}", problems), details=details)
