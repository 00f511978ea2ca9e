# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sections of the page on the network and on a cluster that left. Jinja2 templates."""

from __future__ import annotations

NETWORK = """
{% if network.provider == "none" %}<p>The network is not looked after: not all clusters are on Alibaba Cloud, or somebody else does \
it.</p>
{% elif network.state == "absent" %}<p>The network that was made for the mesh was taken away.</p>{% endif %}

{% if network.costs %}<h3>What costs money</h3>
{% call show.scroll("Table of costs") %}
<table><thead><tr><th>what</th><th>charged</th><th>since</th></tr></thead><tbody>
{% for what, charged, is_new in network.costs %}
<tr><td class="long">{{ what }}</td><td class="long">{{ charged }}</td><td>{{ "the last run" if is_new else "before" }}</td></tr>
{% endfor %}
</tbody></table>
{% endcall %}{% endif %}

{% set changed = network.groups|selectattr(3)|list + network.groups|rejectattr(3)|selectattr(4)|list %}
{% if network.provider != "none" %}<h3>Changes of the last run</h3>
{% if network.changes or changed %}<ul>
{% for verb, text in network.changes %}<li>{{ verb }}: {{ text }}</li>
{% endfor %}
{% for cluster, id, total, added, removed in changed %}<li>security group {{ id }} ({{ cluster }}): {{ added }} rules added, \
{{ removed }} removed, {{ total }} then</li>
{% endfor %}
</ul>{% else %}<p>None.</p>{% endif %}{% endif %}

{% for heading, entries in (("Kept, because others use it", network.kept), ("Routes that a table lacks", network.missing_routes)) \
if entries %}
<h3>{{ heading }}</h3><ul>{% for entry in entries %}<li>{{ entry }}</li>{% endfor %}</ul>
{% endfor %}

{% if proof %}<h3>Proof by packets</h3>
<p>{{ proof.answered }} of {{ proof.cells|length }} pairs of clusters reached all that they need: a pod in the same network, the \
API server.</p>
{% if proof.failed or proof.names|length <= 12 %}\
{{ show.matrix(proof, "Matrix of the proof by packets", "Rows send, columns answer.") }}{% endif %}{% endif %}


{% if network.joins or network.groups or network.access %}
<details><summary>Its parts: CEN, security groups, access to API servers</summary>
{% if network.joins %}{% call show.scroll("Table of the parts of the CEN") %}
<table><thead><tr><th>part</th><th>id</th><th>state</th></tr></thead><tbody>
{% for part, id, state in network.joins %}<tr><td>{{ part }}</td><td><code>{{ id }}</code></td><td>{{ state }}</td></tr>
{% endfor %}
</tbody></table>
{% endcall %}{% endif %}

{% if network.groups %}{% call show.scroll("Table of security groups") %}
<table><thead><tr><th>cluster</th><th>security group</th><th class="number">rules</th><th class="number">added</th>\
<th class="number">removed</th></tr></thead><tbody>
{% for cluster, id, total, added, removed in network.groups %}
<tr><th scope="row" class="name">{{ cluster }}</th><td><code>{{ id }}</code></td><td class="number">{{ total }}</td>\
<td class="number">{{ added }}</td><td class="number">{{ removed }}</td></tr>
{% endfor %}
</tbody></table>
{% endcall %}{% endif %}

{% if network.access and network.state != "absent" %}\
<p>Where the load balancer of an API server has an access list, it has to let in:</p><ul>
{% for cluster, server, sources in network.access %}<li>{{ cluster }}{{ " (" ~ server ~ ")" if server }}: {{ sources|join(", ") }}</li>
{% endfor %}
</ul>{% endif %}
</details>
{% endif %}
"""

LEAVING = """
<p>{{ leaving.cluster }} {{ "could not be taken out wholly" if leaving.is_failed else "has left the mesh" }}\
{{ " (" ~ leaving.finished ~ ")" if leaving.finished }}.\
{{ " It was not reached: " ~ leaving.why ~ "." if not leaving.is_reached and leaving.why }}</p>
{% for heading, things in leaving.lists if things %}
<h3>{{ heading }} ({{ things|length }})</h3>
{% call show.scroll("Table: " ~ heading) %}
{% set has_why = things|selectattr("why")|list %}{% set has_command = things|selectattr("command")|list %}
<table class="flat"><thead><tr><th>object</th><th>cluster</th>{% if has_why %}<th>why</th>{% endif %}{% if has_command %}<th>command</th>\
{% endif %}</tr></thead><tbody>
{% for one in things %}<tr><td>{{ one.what }}</td><td>{{ one.cluster }}</td>{% if has_why %}<td class="long">{{ one.why }}</td>\
{% endif %}\
{% if has_command %}<td><code>{{ one.command }}</code></td>{% endif %}</tr>
{% endfor %}
</tbody></table>
{% endcall %}
{% endfor %}
"""
