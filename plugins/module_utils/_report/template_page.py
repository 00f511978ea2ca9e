# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page and its sections. A Jinja2 template."""

from __future__ import annotations

PAGE = """
{% import "maps" as draw %}
{% import "tables" as show %}
{% macro section(id, heading) %}
<section aria-labelledby="{{ id }}"><h2 id="{{ id }}">{{ heading }}</h2>
{{ caller() }}
</section>
{% endmacro %}
{% set sections = [("problems", "Problems", groups), ("regions", "Regions and links", members), ("plan", "Address plan", addresses), \
("members", "Members", members), ("requests", "Requests", requests), ("network", "Network", network), ("failover", "Failover", \
failovers), \
("leaving", "Leaving", leaving), ("stages", "Stages", steps)] %}
<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,"><title>{{ title }}: {{ verdict.what }}</title>
<style>{% include "style" %}</style></head><body>
<a class="skip" href="#content">Skip to the content</a>
<header><h1>{{ title }}</h1>
<p class="verdict {{ verdict.state }}"><strong>{{ verdict.what }}</strong>{% if verdict.todo %}<span>{{ verdict.todo }}</span>\
{% endif %}</p></header>
<nav aria-label="Sections"><ul>
{% for id, heading, content in sections if content %}
<li><a href="#{{ id }}">{{ heading }}</a></li>
{% endfor %}
</ul></nav>
<main id="content">
{% if groups %}{% call section("problems", "Problems") %}
{{ show.problems(groups, titles) }}
{% for stage, (told, is_cut) in failures.items() %}
<details><summary>The whole text of the failure in {{ titles.get(stage, stage)|lower }}</summary>
<pre tabindex="0">{{ told|join("\n") }}{{ "\n…" if is_cut }}</pre></details>
{% endfor %}
{% endcall %}{% endif %}

{% if members %}{% call section("regions", "Regions and links") %}
<p class="note">Regions, the VPCs in them and the clusters in those. ✓ is well, ! has warnings, ✕ has errors, ? was not looked at yet.\
{% if maps[0][1].lines %} Numbers on lines are those of the table.{% endif %}</p>
{% for kind, map in maps %}
{{ draw.regions(kind, map) }}
{% endfor %}
{% if maps[0][1].undrawn %}<p class="note">{{ maps[0][1].undrawn }} links that are not drawn are in the table.</p>{% endif %}

{% if links|length > 10 %}<p>{{ links|selectattr("state", "equalto", "good")|list|length }} of {{ links|length }} links work.</p>
<details><summary>All links as a table</summary>
{{ show.links(links) }}</details>{% elif links %}{{ show.links(links) }}{% elif maps[0][1].regions|length > 1 %}\
<p>What joins the regions is not known yet: neither prerequisites nor verify has run.</p>{% endif %}

{% endcall %}{% endif %}

{% if addresses %}{% call section("plan", "Address plan") %}
<p class="note">All IPv4 blocks on one scale; a dotted line marks where unused addresses are left out, and very small blocks are \
drawn wider than they are.\
{% if addresses.bands %} What overlaps is hatched, and shaded through all rows.{% endif %}</p>
{% if addresses.owners %}{{ draw.addresses(addresses) }}{% endif %}

{% if addresses.undrawn %}<p class="note">{{ addresses.undrawn }} blocks that are not IPv4 are not drawn.</p>{% endif %}

{% if addresses.clashes %}<h3>What is wrong in the plan</h3>
{{ show.clashes(addresses) }}{% else %}<p>No block overlaps one that it must not overlap.</p>{% endif %}

{{ show.blocks(addresses) }}
{% endcall %}{% endif %}

{% if members %}{% call section("members", "Members") %}
{{ show.members(members) }}
{% endcall %}{% endif %}

{% if requests %}{% call section("requests", "Requests") %}
<p>{{ requests.answered }} of {{ requests.cells|length }} pairs of clusters answered all requests.</p>
{{ show.matrix(requests, "Matrix of requests", "Rows send, columns answer. Median time in milliseconds.") }}
{% endcall %}{% endif %}

{% if network %}{% call section("network", "Network") %}
{% include "network" %}
{% endcall %}{% endif %}

{% if failovers %}{% call section("failover", "Failover") %}
<p class="note">What users saw while a region was taken away. Bars are to one scale for all runs.</p>
{{ show.failovers(failovers) }}
{% if failover_plots %}{{ show.plots(failover_plots) }}{% endif %}
{% endcall %}{% endif %}

{% if leaving %}{% call section("leaving", "Leaving") %}
{% include "leaving" %}
{% endcall %}{% endif %}

{% if steps %}{% call section("stages", "Stages") %}
<p class="note">Each stage as it ended last. A dot is a moment: that stage does not say when it began.</p>
{% set many = steps|selectattr("cluster")|list|length > 10 %}
{{ show.steps(steps|rejectattr("cluster")|list if many else steps, "Time line of the stages") }}
{% if many %}<details><summary>The clusters one by one</summary>
{{ show.steps(steps|selectattr("cluster")|list, "Time line of the clusters") }}</details>{% endif %}

{% endcall %}{% endif %}

</main>
<footer><p>Made of {{ files|join(".json, ") }}.json{{ ", Istio " ~ istio_version if istio_version }}. Times are UTC.</p></footer>
</body></html>
"""
