# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The drawings of the page: the map of regions and the address plan. Jinja2 templates."""

from __future__ import annotations

MAPS = """
{% set marks = {"good": "✓", "concern": "!", "bad": "✕", "unknown": "?"} %}
{% set words = {"good": "well", "concern": "has warnings", "bad": "has errors", "unknown": "not looked at yet"} %}

{% macro regions(kind, map) %}
<svg class="map {{ kind }}" role="img" aria-labelledby="map-{{ kind }}-title" aria-describedby="map-{{ kind }}-desc" \
viewBox="0 0 {{ map.width }} {{ map.height + 2 }}" style="width: 100%; max-width: {{ map.width }}px">
<title id="map-{{ kind }}-title">Map of the mesh</title>
<desc id="map-{{ kind }}-desc">\
{% for region in map.regions %}Region {{ region.title or "without a name" }}. {% endfor %}\
{% for state, word in words.items() %}{% for chip in map.chips if chip.member.state == state %}\
{{ chip.member.name ~ (", " if not loop.last) }}\
{{ ": " ~ word ~ ". " if loop.last }}{% endfor %}{% endfor %}The tables below have the rest.</desc>
{% for box in map.regions %}
<rect class="region" x="{{ box.x + 1 }}" y="{{ box.y + 1 }}" width="{{ box.width - 2 }}" height="{{ box.height }}" rx="8"/>
<text class="title" x="{{ box.x + 14 }}" y="{{ box.y + 21 }}">{{ box.label }}</text>
{% endfor %}
{% for box in map.vpcs %}
<rect class="vpc" x="{{ box.x }}" y="{{ box.y }}" width="{{ box.width|round(1) }}" height="{{ box.height }}" rx="6"/>
<text class="quiet" x="{{ box.x + 12 }}" y="{{ box.y + 20 }}">{{ box.label }}</text>
{% endfor %}
{% for chip in map.chips %}
<g class="chip {{ chip.member.state }}">{% if chip.label.endswith("…") %}<title>{{ chip.member.name }}</title>{% endif %}\
<rect x="{{ chip.x|round|int }}" y="{{ chip.y|int }}" width="{{ chip.width|round|int }}" height="30"/>\
<text x="{{ (chip.x + 13)|round|int }}" y="{{ chip.y|int + 20 }}"><tspan>{{ marks[chip.member.state] }}</tspan> {{ chip.label }}\
</text></g>
{% endfor %}
{% for line in map.lines %}
<g class="line {{ line.link.state }}"><title>{{ line.link.regions|join(" – ") }}: {{ line.link.proof }}</title>\
<path d="M{{ line.x - 1 }} {{ line.y1 }}H{{ line.lane|round(1) }}V{{ line.y2 }}H{{ line.x - 1 }}"/>\
<circle cx="{{ line.lane|round(1) }}" cy="{{ (line.y1 + line.y2) / 2 }}" r="10"/>\
<text x="{{ line.lane|round(1) }}" y="{{ (line.y1 + line.y2) / 2 + 4.5 }}">{{ line.number }}</text></g>
{% endfor %}
</svg>
{% endmacro %}

{% macro addresses(map) %}
<div class="plan"><svg role="img" aria-labelledby="plan-title" aria-describedby="plan-desc" height="{{ map.height }}">
<title id="plan-title">Address plan to scale</title>
<desc id="plan-desc">{{ map.owners|length }} VPCs and clusters with their blocks. \
{{ map.owners|map(attribute="rows")|map("selectattr", "others")|map("list")|sum(start=[])|length }} of their rows overlap others.\
 The tables below have all blocks and overlaps.</desc>
<defs><pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">\
<rect class="hatch-ground" width="7" height="7"/><line class="hatch-line" y2="7"/></pattern></defs>
{% for bar in map.bands %}<rect class="band" x="{{ bar.x }}%" y="30" width="{{ bar.width }}%" height="{{ map.height - 30 }}"/>
{% endfor %}
{% for tick in map.ticks %}
<line class="{{ "cut" if tick.is_cut else "rule" }}" x1="{{ tick.x }}%" x2="{{ tick.x }}%" y1="\
{{ 20 if tick.priority < 2 else 26 }}" y2="{{ map.height }}"/>\
{% if tick.priority < 2 %}<text class="quiet{{ " wide" if tick.priority }}" x="{{ tick.x }}%" y="14"\
{% if tick.at_end %} text-anchor="end"{% endif %}>{{ tick.address }}</text>{% endif %}

{% endfor %}
{% for owner in map.owners %}
<text class="owner" x="-84" y="{{ owner.y + 19 }}">{{ owner.name|truncate(44, true, "…", 0) }}</text>
{% for row in owner.rows %}
<g class="{{ {"VPC": "vpc", "vSwitch": "vswitch", "pods": "pod", "services": "service"}.get(row.label, "other") }}\
{{ " clashes" if row.others }}"><text x="-8" y="{{ row.y + 12 }}">{{ "✕ " if row.others }}{{ row.label }}</text>\
{% for bar in row.bars if bar not in row.clashes %}<rect x="{{ bar.x }}%" y="{{ row.y + 2 }}" width="{{ bar.width }}%" height="12"\
{% if row.bars[1:] %}><title>{{ bar.cidr }}</title></rect>{% else %}/>{% endif %}{% endfor %}\
{% for bar in row.clashes %}<rect class="clash" x="{{ bar.x }}%" y="{{ row.y + 2 }}" width="{{ bar.width }}%" height="12"/>{% endfor %}\
<text x="100%" dx="10" y="{{ row.y + 12 }}">{{ row.bars[0].cidr }}{{ " +" ~ (row.bars|length - 1) if row.bars[1:] }}\
{% if row.others %} ✕ {{ row.others[0]|truncate(22, true, "…", 0) }}{{ " +" ~ (row.others|length - 1) if row.others[1:] }}\
{% endif %}</text></g>
{% endfor %}
{% endfor %}
</svg></div>
{% endmacro %}
"""
