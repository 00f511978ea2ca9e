# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report in headless Chromium: narrow and wide, light and dark. Pictures of all pages are kept in .build/report."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._report.run import run
from tests.unit.result_files import (
    Files,
    broken,
    failover,
    healthy,
    hostile,
    large,
    leave,
    overlapping,
    write,
)

from .chromium import PROGRAM, Page, chromium

PICTURES = Path(__file__).parents[2] / ".build" / "report"
KINDS = ("healthy", "broken", "overlapping", "hostile", "everything", "large", "alike")
NARROW, WIDE = 400, 1400
SMALLEST_SCALE = 0.9  # of drawings: their letters are made for 1

# Each is a list of what is wrong, as text.
LABELS_OUTSIDE = """[...document.querySelectorAll('.map .chip')].filter(chip => chip.getBoundingClientRect().width).filter(chip =>
  chip.querySelector('text').getBoundingClientRect().right > chip.querySelector('rect').getBoundingClientRect().right
).map(chip => chip.textContent)"""
TITLES_OUTSIDE = """[...document.querySelectorAll('.map:not([hidden])')].filter(map => map.getBoundingClientRect().width).flatMap(map =>
  [...map.querySelectorAll('text')].filter(text =>
    text.getBoundingClientRect().right > map.getBoundingClientRect().right + 1).map(text => text.textContent))"""
BARS_OUTSIDE = """[...document.querySelectorAll('.plan g rect, .bar rect')].filter(bar => {
  const inner = bar.getBoundingClientRect(), outer = bar.ownerSVGElement.getBoundingClientRect();
  return inner.left < outer.left - 2 || inner.right > outer.right + 2 || (bar.closest('.plan') && inner.width < 1);
}).map(bar => bar.outerHTML)"""
SCALES = """[...document.querySelectorAll('.map')].map(map => map.getBoundingClientRect().width / map.viewBox.baseVal.width)
  .filter(scale => scale)"""
SCROLLED = """[...document.querySelectorAll('.scroll')].filter(box => box.scrollWidth > box.clientWidth).length"""
FOCUSED = """(() => { const box = document.activeElement.getBoundingClientRect();
  return [document.activeElement.outerHTML.slice(0, 80), box.width > 0 && box.left >= 0 && box.left < innerWidth]; })()"""
FOCUSABLE = "document.querySelectorAll('a[href], summary, [tabindex=\"0\"]').length"


def files_of(kind: str, folder: Path) -> Files:
    if kind in ("overlapping", "large", "alike"):
        return overlapping(folder) if kind == "overlapping" else large(folder, alike=kind == "alike")
    if kind == "everything":
        return {**healthy(), "failover": failover(), "leave": leave()}
    return {"healthy": healthy, "broken": broken, "hostile": hostile}[kind]()


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A page of each kind."""
    place = tmp_path_factory.mktemp("reports")
    made = {}
    for kind in KINDS:
        folder = write(files_of(kind, place), place / kind)
        made[kind] = Path(run({"results_dir": str(folder), "path": "", "title": ""}, False, print)["path"])
    return made


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    assert Path(PROGRAM).exists(), "Chromium is not there; as root: apt-get install --no-install-recommends chromium"
    with chromium(tmp_path_factory.mktemp("chromium")) as page:
        yield page


@pytest.fixture
def page(browser: Page) -> Page:
    browser.said.clear()
    browser.asked.clear()
    return browser


@pytest.mark.parametrize(("kind", "width", "dark"), list(product(KINDS, (NARROW, WIDE), (False, True))))
def test_a_page_is_whole_and_quiet(kind: str, width: int, dark: bool, page: Page, reports: dict[str, Path]) -> None:
    page.open(reports[kind], width=width, dark=dark)
    page.keep(PICTURES / f"{kind}-{width}-{'dark' if dark else 'light'}.png")
    assert page.said == []
    assert [url for url in page.asked if not url.startswith(("file:", "data:"))] == []
    assert page.value("document.documentElement.scrollWidth") <= width
    for wrong in (LABELS_OUTSIDE, TITLES_OUTSIDE, BARS_OUTSIDE):
        assert page.value(wrong) == []
    assert page.value("document.querySelectorAll('script, img, iframe').length") == 0
    assert page.value("document.title").startswith("Mesh ")
    ground = page.value("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, ground.removeprefix("rgb(").rstrip(")").split(","))) < 200) == dark


@pytest.mark.parametrize("width", [NARROW, 600, 800, 901, 1100, WIDE])
def test_one_map_is_shown_large_enough_to_be_read(width: int, page: Page, reports: dict[str, Path]) -> None:
    page.open(reports["healthy"], width=width, dark=False)
    (scale,) = page.value(SCALES)
    assert scale >= SMALLEST_SCALE
    assert page.value("document.documentElement.scrollWidth") <= width


def test_wide_tables_scroll_in_their_boxes_on_a_narrow_screen(page: Page, reports: dict[str, Path]) -> None:
    page.open(reports["large"], width=NARROW, dark=False)
    assert page.value(SCROLLED) > 2


def test_everything_that_can_be_used_is_reached_by_the_keyboard(page: Page, reports: dict[str, Path]) -> None:
    page.open(reports["everything"], width=WIDE, dark=False)
    reached = []
    for _ in range(page.value(FOCUSABLE)):
        for kind in ("keyDown", "keyUp"):
            page.call("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab", windowsVirtualKeyCode=9)
        reached.append(tuple(page.value(FOCUSED)))
    assert reached[0][0].startswith('<a class="skip"') and all(is_seen for _, is_seen in reached)
    shut = page.value("document.querySelectorAll('details:not([open]) [tabindex=\"0\"]').length")
    assert len({html for html, _ in reached if not html.startswith("<body")}) >= page.value(FOCUSABLE) - shut


def test_a_screen_reader_finds_landmarks_and_names(page: Page, reports: dict[str, Path]) -> None:
    page.open(reports["everything"], width=WIDE, dark=False)
    nodes = [node for node in page.call("Accessibility.getFullAXTree")["nodes"] if not node["ignored"]]
    roles: dict[str, list[Any]] = {}
    for node in nodes:
        roles.setdefault(node["role"]["value"], []).append(node.get("name", {}).get("value", ""))
    for landmark in ("banner", "navigation", "main", "contentinfo"):
        assert len(roles[landmark]) == 1, landmark
    assert sorted(roles["image"]) == ["Address plan to scale", "Map of the mesh", "region gone, locality"]
    assert all(roles["region"]) and len(roles["region"]) > 10
    assert roles["heading"][0] == "Mesh lab" and {"Problems", "Address plan", "Members"} <= set(roles["heading"])
