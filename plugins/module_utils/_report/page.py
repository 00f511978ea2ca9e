# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page: what the result files tell, as one HTML file that needs nothing else. Pure.

Jinja2 escapes every value, in the drawings too, so that names out of inventories and clusters stay text.
"""

from __future__ import annotations

import functools
import traceback
from datetime import datetime, timedelta

from .._problems import ERROR, sentence
from .address_map import address_map
from .failover import failovers_of, plots_of
from .findings import Files, found_in, grouped
from .leaving import leaving_of
from .members import members_of
from .network import links_of, network_of, proof_of, requests_of
from .reading import lines, text
from .region_map import region_map
from .stages import TITLES, steps_of
from .template_maps import MAPS
from .template_network import LEAVING, NETWORK
from .template_page import PAGE
from .template_style import STYLE
from .template_tables import TABLES
from .verdict import Verdict, mesh_id, verdict_of

JINJA2_ERROR = ""
try:
    import jinja2
except ImportError:
    JINJA2_ERROR = traceback.format_exc()  # main() answers with missing_required_lib

WIDE, NARROW = 860.0, 340.0  # pixels that the map of regions is drawn for
MOST_LINES = 40  # of the text of a failure


def page(files: Files, title: str = "") -> tuple[str, Verdict]:
    """(the HTML, what its first line says). files: stage to the content of its result file. Same files, same bytes."""
    found = found_in(files)
    ailing = {problem.cluster for problems in found.values() for problem in problems if problem.severity == ERROR}
    concerned = {problem.cluster for problems in found.values() for problem in problems} - ailing
    members = members_of(files, ailing, concerned)
    links = links_of(files, members)
    verdict = verdict_of(files, found, members)
    failures = {stage: lines(file, "failure") for stage, file in files.items()}
    values = {
        "title": title or f"Mesh {mesh_id(files)}",
        "mesh_id": mesh_id(files),
        "istio_version": text(files.get("primary", {}), "istio_version")
        or text(files.get("preflight", {}), "istio_version"),
        "verdict": verdict,
        "groups": grouped(found),
        "members": members,
        "maps": [("wide", region_map(members, links, WIDE)), ("narrow", region_map(members, links, NARROW))],
        "links": links,
        "addresses": address_map(files),
        "steps": steps_of(files, found),
        "failures": {
            stage: (told[:MOST_LINES], len(told) > MOST_LINES) for stage, told in failures.items() if told[1:]
        },
        "requests": requests_of(files),
        "network": network_of(files),
        "proof": proof_of(files),
        "failovers": failovers_of(files),
        "failover_plots": plots_of(files),
        "leaving": leaving_of(files),
        "files": sorted(files),
        "titles": TITLES,
    }
    return environment().get_template("page").render(values), verdict


@functools.cache
def environment() -> jinja2.Environment:
    templates = {"page": PAGE, "style": STYLE, "maps": MAPS, "tables": TABLES, "network": NETWORK, "leaving": LEAVING}
    made = jinja2.Environment(
        loader=jinja2.DictLoader(templates),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["clock"] = clock
    made.filters["span"] = span
    made.filters["plain"] = plain
    made.filters["sentence"] = sentence
    return made


def clock(when: datetime | None) -> str:
    return when.strftime("%Y-%m-%d %H:%M:%S") if when else ""


def span(time: timedelta | None) -> str:
    """ "42 s", "3 min 5 s", "1 h 2 min" """
    if time is None:
        return ""
    seconds = int(time.total_seconds())
    minutes, hours = seconds // 60, seconds // 3600
    if hours:
        return f"{hours} h {minutes % 60} min"
    return f"{minutes} min {seconds % 60} s" if minutes else f"{seconds} s"


def plain(value: float | None) -> str:
    """A number without digits that nobody needs: 1234, 12.5, 0.25."""
    return "" if value is None else f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
