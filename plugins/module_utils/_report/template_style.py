# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the page looks: light and dark, narrow and wide. A template, so that a module that is sent elsewhere brings it along.

Contrast of text on its ground is 4.5 to 1 and more in both schemes; a unit test computes it from the colours below.
"""

from __future__ import annotations

STYLE = """
:root {
  color-scheme: light dark;
  --ground: #f7f7f5; --card: #ffffff; --ink: #1c2126; --muted: #566069; --edge: #d8dcdf; --link: #1d5fa8;
  --good: #1a6e3e; --concern: #805200; --bad: #b0231b; --unknown: #566069;
  --good-soft: #e6f3eb; --concern-soft: #fbf0da; --bad-soft: #fbe7e5; --unknown-soft: #eceef0;
  --vpc: #8b949c; --vswitch: #6f7f8d; --pod: #3a6fc4; --service: #128080;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14171a; --card: #1b1f23; --ink: #e4e7ea; --muted: #a2acb5; --edge: #353c43; --link: #86b9f2;
    --good: #6fcf97; --concern: #efbf62; --bad: #ff9288; --unknown: #a2acb5;
    --good-soft: #172a20; --concern-soft: #2e2616; --bad-soft: #371d1b; --unknown-soft: #262c31;
    --vpc: #7d8790; --vswitch: #93a3b1; --pod: #7aa7ee; --service: #4dbdbd;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; scroll-behavior: smooth; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 16px/1.55 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
}
header, nav, main, footer { max-width: 1240px; margin: 0 auto; padding: 0 clamp(14px, 3vw, 32px); }
header { padding-top: 28px; }
h1 { font-size: 1.15rem; font-weight: 600; margin: 0 0 12px; color: var(--muted); overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; font-weight: 650; margin: 0 0 4px; line-height: 1.3; }
h3 { font-size: 1rem; font-weight: 650; margin: 24px 0 6px; }
p { margin: 0 0 10px; max-width: 78ch; overflow-wrap: anywhere; }
.note { color: var(--muted); font-size: 0.9rem; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 3px; }
.skip { position: absolute; left: -9999px; }
.skip:focus { left: 12px; top: 12px; background: var(--card); padding: 8px 12px; }
.verdict {
  border-left: 6px solid var(--unknown); background: var(--unknown-soft); border-radius: 6px;
  padding: 16px 18px; margin: 0; max-width: none;
}
.verdict strong { display: block; font-size: clamp(1.1rem, 2.4vw, 1.4rem); font-weight: 650; line-height: 1.35; }
.verdict span { display: block; margin-top: 6px; }
.verdict.good { border-color: var(--good); background: var(--good-soft); }
.verdict.concern { border-color: var(--concern); }
.verdict.bad { border-color: var(--bad); background: var(--bad-soft); }
nav ul { display: flex; flex-wrap: wrap; gap: 4px 18px; list-style: none; margin: 16px 0 0; padding: 0; font-size: 0.94rem; }
nav a { display: inline-block; padding: 4px 0; }
section {
  background: var(--card); border: 1px solid var(--edge); border-radius: 8px;
  padding: clamp(14px, 2.4vw, 26px); margin: 20px 0; min-width: 0;
}
footer { color: var(--muted); font-size: 0.9rem; padding-bottom: 36px; }
.scroll {
  overflow-x: auto; margin: 10px 0;
  background: linear-gradient(to right, var(--card) 50%, transparent) left / 32px 100% no-repeat local,
    linear-gradient(to left, var(--card) 50%, transparent) right / 32px 100% no-repeat local,
    linear-gradient(to right, var(--edge), transparent) left / 12px 100% no-repeat scroll,
    linear-gradient(to left, var(--edge), transparent) right / 12px 100% no-repeat scroll;
}
table { border-collapse: collapse; font-size: 0.92rem; line-height: 1.4; min-width: 100%; }
caption { text-align: left; color: var(--muted); font-size: 0.9rem; padding-bottom: 6px; }
th, td { text-align: left; vertical-align: top; padding: 7px 14px 7px 0; border-bottom: 1px solid var(--edge); }
th:last-child, td:last-child { padding-right: 0; }
thead th { font-weight: 600; color: var(--muted); white-space: nowrap; }
tbody th { font-weight: 600; }
tbody tr:last-child > * { border-bottom: 0; }
.flat td { white-space: nowrap; }
.flat td.long, .flat td.wrap { white-space: normal; }
td.long, th.long { min-width: 15em; overflow-wrap: anywhere; }
th.name { max-width: 36em; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
th .note { font-weight: 400; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.time { white-space: nowrap; font-variant-numeric: tabular-nums; }
th.drawn { width: 34%; }
td.drawn { padding: 7px 8px; }
.sub th { font-weight: 400; padding-left: 18px; }
code { font: 0.92em/1.4 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
td code { white-space: nowrap; }
pre {
  font: 0.85rem/1.5 ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre-wrap;
  overflow-wrap: anywhere; margin: 8px 0; padding: 12px; background: var(--ground); border-radius: 6px;
}
.state { white-space: nowrap; font-weight: 600; }
.state::before { display: inline-block; width: 1.35em; text-align: left; content: "?"; }
.state.good::before { content: "\\2713"; }
.state.concern::before { content: "!"; }
.state.bad::before { content: "\\2715"; }
.state.good { color: var(--good); }
.state.concern { color: var(--concern); }
.state.bad { color: var(--bad); }
.state.unknown { color: var(--unknown); }
ol.problems { list-style: none; margin: 12px 0 0; padding: 0; }
ol.problems > li { border-left: 4px solid var(--concern); padding: 2px 0 2px 16px; margin: 0 0 20px; }
ol.problems > li:last-child { margin-bottom: 0; }
ol.problems > li.bad { border-color: var(--bad); }
ol.problems ul { margin: 4px 0 8px; padding-left: 1.1em; overflow-wrap: anywhere; }
ol.problems p { margin: 0 0 4px; }
details { margin: 10px 0; }
summary { cursor: pointer; color: var(--link); padding: 4px 0; width: fit-content; }
table.matrix { min-width: 0; }
.matrix th, .matrix td {
  padding: 5px 8px; border: 1px solid var(--edge); text-align: center; white-space: nowrap;
  font-variant-numeric: tabular-nums;
}
.matrix tbody tr:last-child > * { border-bottom: 1px solid var(--edge); }
.matrix tbody th {
  text-align: left; position: sticky; left: 0; background: var(--card); max-width: 14em; overflow: hidden;
  text-overflow: ellipsis;
}
.matrix.many thead th:not(:first-child) {
  writing-mode: vertical-rl; text-align: right; vertical-align: bottom; padding: 8px 3px; max-height: 14em;
  overflow: hidden; text-overflow: ellipsis;
}
.matrix.many td { padding: 3px 5px; font-size: 0.85rem; }
.matrix td.b { background: var(--bad-soft); color: var(--bad); font-weight: 600; }
.matrix td.n { color: var(--muted); }
svg { display: block; }
svg text { fill: var(--ink); font-size: 13px; }
svg .quiet { fill: var(--muted); font-size: 12px; }
.bar {
  height: 12px; width: 100%; min-width: 120px; overflow: visible; margin-top: 4px;
  background: var(--unknown-soft); border-radius: 3px;
}
.bar rect, .bar circle { fill: var(--pod); }
.bar rect { rx: 3px; }
.bar .bad { fill: var(--bad); }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(220px, 1fr)); gap: 16px; }
.plots figure { margin: 0; }
.plots figcaption { font-size: 0.9rem; overflow-wrap: anywhere; }
.plot { display: block; width: 100%; height: 90px; background: var(--unknown-soft); }
.plot .near { fill: var(--pod); }
.plot .far { fill: var(--service); }
.plot .failed { fill: var(--bad); }
.plot line { stroke: var(--ink); vector-effect: non-scaling-stroke; }
.key { border-bottom: 3px solid var(--pod); }
.key.far { border-color: var(--service); }
.key.failed { border-color: var(--bad); }
.map { margin: 12px 0; }
.map .region { fill: var(--ground); stroke: var(--edge); }
.map .vpc { fill: var(--card); stroke: var(--vpc); stroke-dasharray: 4 3; }
.map .title { font-weight: 650; font-size: 14px; }
.map .chip rect { fill: var(--unknown-soft); stroke: var(--unknown); }
.map .chip rect { rx: 15px; }
.map tspan { font-weight: 700; fill: var(--unknown); }
.map .good rect { fill: var(--good-soft); stroke: var(--good); }
.map .good tspan { fill: var(--good); }
.map .concern rect { fill: var(--concern-soft); stroke: var(--concern); }
.map .concern tspan { fill: var(--concern); }
.map .bad rect { fill: var(--bad-soft); stroke: var(--bad); stroke-width: 2; }
.map .bad tspan { fill: var(--bad); }
.map .line path { fill: none; stroke: var(--unknown); stroke-width: 2; }
.map .line circle { fill: var(--card); stroke: var(--unknown); stroke-width: 2; }
.map .line text { font-size: 12px; text-anchor: middle; font-weight: 600; }
.map .line.good path, .map .line.good circle { stroke: var(--good); }
.map .line.bad path, .map .line.bad circle { stroke: var(--bad); }
.map .line.bad path { stroke-dasharray: 7 5; }
.map .line.unknown path { stroke-dasharray: 2 4; }
.map.narrow { display: none; }
.plan { position: relative; padding-left: 84px; padding-right: 260px; margin: 14px 0; }
.plan svg { width: 100%; overflow: visible; }
.plan g text { font-size: 12px; fill: var(--muted); }
.plan g text:first-child { text-anchor: end; }
.plan g rect { rx: 2px; }
.plan .owner { font-weight: 600; }
.plan .vpc rect { fill: var(--vpc); }
.plan .vswitch rect { fill: var(--vswitch); }
.plan .pod rect { fill: var(--pod); }
.plan .service rect { fill: var(--service); }
.plan .other rect { fill: var(--unknown); }
.plan .rule { stroke: var(--edge); }
.plan .cut { stroke: var(--muted); stroke-dasharray: 2 3; }
.plan .band { fill: var(--bad-soft); }
.plan g rect.clash { fill: url(#hatch); stroke: var(--bad); stroke-width: 2; }
.plan .clashes text { fill: var(--bad); font-weight: 600; }
.hatch-ground { fill: var(--card); }
.hatch-line { stroke: var(--bad); stroke-width: 3; }
@media (max-width: 900px) {
  .map.wide { display: none; }
  .map.narrow { display: block; }
  .plan { padding-right: 0; }
  .plan .wide, .plan g text:last-child { display: none; }
  th, td { padding-right: 12px; }
}
@media print { body { background: #fff; } section { break-inside: avoid; } nav, .skip { display: none; } }
"""
