# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of the page. Jinja2 templates."""

from __future__ import annotations

TABLES = """
{% macro state(kind, word) %}<span class="state {{ kind }}">{{ word }}</span>{% endmacro %}

{% macro scroll(label) %}
<div class="scroll" role="region" tabindex="0" aria-label="{{ label }}">
{{ caller() }}
</div>
{% endmacro %}

{% macro problems(groups, titles) %}
<ol class="problems">
{% for group in groups[:25] %}
<li{{ ' class="bad"'|safe if group.is_error }}>
<p>{{ state("bad" if group.is_error else "concern", "Error" if group.is_error else "Warning") }} <span class="note">\
{{ titles[group.stage] }}</span></p>
<ul>
{% for names, what in group.entries %}
<li>{{ what|sentence }}{% for name in names if name and name not in what %}{{ " " if loop.first else ", " }}<span class="note">\
{{ name }}</span>{% endfor %}</li>
{% endfor %}
{% if group.more %}<li>and {{ group.more }} more of this kind, all in {{ group.stage }}.json</li>{% endif %}

</ul>
{% if group.why %}<p class="note">{{ group.why|sentence }}</p>{% endif %}

{% if group.todo %}<p><strong>What to do:</strong> {{ group.todo|sentence }}</p>{% endif %}

</li>
{% endfor %}
</ol>
{% if groups[25:] %}<p>And {{ groups[25:]|length }} more, in the files of the results.</p>{% endif %}

{% endmacro %}

{% macro members(members) %}
{% set columns = [("region", "region"), ("VPC", "vpc_id"), ("Kubernetes", "kubernetes"), ("workers", "workers"), \
("istiod", "istiod"), ("endpoints", "endpoints"), ("proxies", "proxies"), ("load balancers", "addresses"), \
("last verified (UTC)", "verified"), ("remarks", "remarks")] %}
{% set told = [] %}
{% for column in columns if members|map(attribute=column[1])|select|list %}{% set _ = told.append(column) %}{% endfor %}
{% call scroll("Table of members") %}
<table class="flat"><thead><tr><th>cluster</th><th>status</th>{% for heading, _ in told %}<th>{{ heading }}</th>{% endfor %}</tr>\
</thead><tbody>
{% for one in members %}
<tr><th scope="row" class="name">{{ one.name }}{% if one.role == "primary" %} <span class="note">(primary)</span>{% endif %}</th>\
<td>{{ state(one.state, one.standing) }}</td>\
{% for _, key in told %}{% set value = one[key] %}\
{% if key == "remarks" %}<td class="long">{{ value|join("; ") }}</td>\
{% elif key == "verified" %}<td class="time">{{ value|clock }}</td>\
{% elif key == "addresses" %}<td class="wrap">{{ value|join(", ") }}</td>\
{% else %}<td>{{ value }}</td>{% endif %}{% endfor %}</tr>
{% endfor %}
</tbody></table>
{% endcall %}
{% endmacro %}

{% macro links(links) %}
{% call scroll("Table of links between regions") %}
<table class="flat"><thead><tr><th class="number">link</th><th>regions</th><th>state</th><th>joined by</th>\
<th>proof</th></tr></thead><tbody>
{% for link in links %}
<tr><td class="number">{{ loop.index }}</td><th scope="row">{{ link.regions|join(" – ") }}</th>\
<td>{{ state(link.state, {"good": "works", "bad": "does not work", "unknown": "not tried"}[link.state]) }}</td><td>{{ link.what }}\
</td><td>{{ link.proof }}</td></tr>
{% endfor %}
</tbody></table>
{% endcall %}
{% endmacro %}

{% macro clashes(map) %}
{% call scroll("Table of what is wrong in the address plan") %}
<table><thead><tr><th>severity</th><th>block</th><th>overlaps</th><th>common part</th></tr></thead><tbody>
{% for one in map.clashes %}
<tr><td>{{ state("bad" if one.severity == "error" else "concern", one.severity) }}</td>\
{% if one.right %}<td>{{ one.left }} <code>{{ one.left.cidr }}</code></td><td>{{ one.right }} <code>{{ one.right.cidr }}</code></td>\
<td><code>{{ one.overlap }}</code></td>\
{% else %}<td colspan="3" class="long">{{ one.message }}</td>{% endif %}</tr>
{% endfor %}
</tbody></table>
{% endcall %}
{% if map.more_clashes %}<p>{{ map.more_clashes }} more are in preflight.json.</p>{% endif %}

{% endmacro %}

{% macro blocks(map) %}
<details><summary>All blocks as a table</summary>
{% set labels = map.owners|map(attribute="rows")|sum(start=())|map(attribute="label")|unique|list %}
{% call scroll("Table of all blocks") %}
<table><thead><tr><th>VPC or cluster</th>{% for label in labels %}<th>{{ label }}</th>{% endfor %}</tr></thead><tbody>
{% for owner in map.owners %}
<tr><th scope="row" class="name">{{ owner.name }}</th>{% for label in labels %}\
<td>{{ owner.rows|selectattr("label", "equalto", label)|map(attribute="bars")|sum(start=())|map(attribute="cidr")|join(", ") }}</td>\
{% endfor %}</tr>
{% endfor %}
</tbody></table>
{% endcall %}
</details>
{% endmacro %}

{% macro matrix(found, label, caption) %}
{% call scroll(label) %}
<table class="matrix{{ " many" if found.names|length > 6 }}"><caption>{{ caption }}</caption><thead><tr><th scope="col">from / to</th>\
{% for name in found.names %}<th scope="col">{{ name }}</th>{% endfor %}</tr></thead><tbody>
{% for source in found.names %}
<tr><th scope="row">{{ source }}</th>{% for target in found.names %}{% set cell = found.cells.get((source, target)) %}\
{% if source == target %}<td class="n">–</td>{% elif not cell %}<td class="n">not tried</td>\
{% elif cell.is_fine %}<td>{{ cell.cell }}</td>{% else %}<td class="b">{{ cell.cell }}</td>{% endif %}{% endfor %}</tr>
{% endfor %}
</tbody></table>
{% endcall %}
{% if found.failed %}
<ul>
{% for pair in found.failed %}<li><strong>{{ pair.source }} → {{ pair.target }}</strong>: {{ pair.cell }}\
{{ ". " ~ pair.why if pair.why }}</li>
{% endfor %}
{% if found.more %}<li>and {{ found.more }} more pairs</li>{% endif %}

</ul>
{% endif %}
{% endmacro %}

{% macro steps(steps, label) %}
{% call scroll(label) %}
<table><thead><tr><th>stage</th><th>outcome</th><th>started (UTC)</th><th>finished (UTC)</th><th class="number">took</th>\
<th class="drawn">in the last run</th></tr></thead><tbody>
{% for one in steps %}
<tr{{ ' class="sub"'|safe if one.cluster }}><th scope="row" class="name">{{ one.title }}</th><td>{{ state(one.state, one.outcome) }}</td>\
<td class="time">{{ one.started|clock }}</td><td class="time">{{ one.finished|clock or "not told" }}</td><td class="number time">\
{{ one.took|span }}</td>\
<td class="drawn">{% if one.begin is not none %}<svg class="bar" aria-hidden="true">\
{% if one.width > 0.7 %}<rect class="{{ one.state }}" x="{{ one.begin|round(2) }}%" width="\
{{ one.width|round(2) }}%" height="12"/>\
{% else %}<circle class="{{ one.state }}" cx="{{ one.begin|round(2) }}%" cy="6" r="6"/>{% endif %}</svg>\
{% elif one.finished %}<span class="note">an earlier run</span>{% endif %}</td></tr>
{% endfor %}
</tbody></table>
{% endcall %}
{% endmacro %}

{% macro failovers(runs) %}
{% call scroll("Table of failovers") %}
<table><thead><tr><th>how</th><th>policy</th><th>kind</th><th class="number">delay ms</th><th class="number">requests</th>\
<th class="number">failed</th>\
<th class="number">twice</th><th>redirected after, s</th><th class="number">median ms</th><th>99 % within, ms</th>\
<th class="number">longest ms</th></tr></thead><tbody>
{% for run in runs %}
<tr><th scope="row" class="name">{{ run.how }}</th><td>{{ run.policy }}</td><td>{{ run.kind }}</td><td class="number">\
{{ run.delay|plain }}</td>\
<td class="number">{{ run.requests }}</td><td class="number">{% if run.failed %}{{ state("bad", run.failed) }}{% else %}0{% endif %}\
</td><td class="number">{{ run.duplicated }}</td>\
<td>{{ run.redirect|plain or "not" }}{{ bar(run.redirect_share) }}</td><td class="number">{{ run.p50|plain }}</td><td>{{ run.p99|plain }}\
{{ bar(run.p99_share) }}</td><td class="number">{{ run.longest|plain }}</td></tr>
{% endfor %}
</tbody></table>
{% endcall %}
{% endmacro %}

{% macro plots(plots) %}
<h3>GETs second by second</h3>
<p class="note">Answered <span class="key near">by the near region</span>, <span class="key far">by another</span>, \
or <span class="key failed">not</span>. The line is the moment of the failure.</p>
<div class="plots">
{% for plot in plots %}
<figure><svg class="plot" viewBox="0 0 100 40" preserveAspectRatio="none" role="img" \
aria-labelledby="plot-{{ loop.index }}" aria-describedby="plot-{{ loop.index }}-told">
<title id="plot-{{ loop.index }}">{{ plot.title }}</title>\
<desc id="plot-{{ loop.index }}-told">{{ plot.near }} answered by the near region, \
{{ plot.far }} by another, {{ plot.failed }} not</desc>
{% for one in plot.columns %}
<rect class="near" x="{{ one.x }}" width="{{ one.width }}" y="{{ 40 - one.near }}" height="{{ one.near }}"/>\
<rect class="far" x="{{ one.x }}" width="{{ one.width }}" y="{{ 40 - one.near - one.far }}" height="{{ one.far }}"/>\
<rect class="failed" x="{{ one.x }}" width="{{ one.width }}" y="{{ 40 - one.near - one.far - one.failed }}" height="{{ one.failed }}"/>
{% endfor %}
<line x1="{{ plot.broken }}" x2="{{ plot.broken }}" y1="0" y2="40"/></svg>
<figcaption>{{ plot.title }}</figcaption></figure>
{% endfor %}
</div>
{% endmacro %}

{% macro bar(share) %}<svg class="bar" aria-hidden="true">\
<rect width="{{ share }}%" height="12"/></svg>{% endmacro %}
"""
