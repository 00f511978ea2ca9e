# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page: what is on it, that nothing in it is anything but text, that everybody can read it, and how large it is."""

from __future__ import annotations

import itertools
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._report.page import page, plain, span
from ansible_collections.multiregion.istio.plugins.module_utils._report.run import run
from ansible_collections.multiregion.istio.plugins.module_utils._report.template_style import STYLE
from tests.unit.html_pages import Page
from tests.unit.result_files import (
    FAR,
    HOSTILE,
    SCRIPT,
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

KINDS = ["healthy", "broken", "overlapping", "hostile", "everything", "large"]


def files_of(kind: str, folder: Path) -> Files:
    if kind in ("overlapping", "large"):
        return overlapping(folder) if kind == "overlapping" else large(folder, 20, alike=True)
    if kind == "everything":
        return {**healthy(), "failover": failover(), "leave": leave()}
    return {"healthy": healthy, "broken": broken, "hostile": hostile}[kind]()


@pytest.fixture(params=KINDS)
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Page:
    return Page(page(files_of(request.param, tmp_path))[0])


def test_the_verdict_is_the_first_thing_on_the_page(tmp_path: Path) -> None:
    found = Page(page(overlapping(tmp_path))[0])
    assert found.texts("strong")[0] == "Mesh shop is not well: preflight failed with 3 errors."
    assert found.texts("title")[0] == "Mesh shop: Mesh shop is not well: preflight failed with 3 errors."
    assert "main" not in next(element for element in found.all("strong")).inside


def test_sections_are_those_that_there_is_something_for(tmp_path: Path) -> None:
    plan = ["Problems", "Regions and links", "Address plan", "Members", "Stages"]
    assert Page(page(overlapping(tmp_path))[0]).texts("h2") == plan
    everything = files_of("everything", tmp_path)
    assert Page(page(everything)[0]).texts("h2") == [*plan[:4], "Requests", "Network", "Failover", "Leaving", "Stages"]
    for stage in everything:
        assert page({stage: everything[stage]})[0].endswith("</html>"), stage


def test_problems_are_told_with_what_why_where_and_what_to_do() -> None:
    (item,) = Page(page(healthy())[0]).all("ol")
    for text in (
        "Only 1 of 3 Ready workers",
        "Control plane and gateways",
        "What to do: Uncordon",
        f"{FAR}, cn-beijing-1",
    ):
        assert text in " ".join(item.text.split()).replace(" ,", ",")


def test_what_costs_money_is_on_the_page() -> None:
    text = page(healthy())[0]
    assert "What costs money" in text and "peer attachment ap-southeast-1 - cn-beijing, pay by traffic" in text


def test_failovers_have_numbers_and_bars_to_one_scale(tmp_path: Path) -> None:
    found = Page(page({"failover": failover()})[0])
    bars = [element.attributes["width"] for element in found.all("rect") if "td" in element.inside]
    assert bars == ["4.52%", "1.28%", "100.0%", "100.0%", "0.0%", "1.28%"]
    assert "212" in "".join(found.texts("td"))


def test_requests_are_drawn_second_by_second_by_who_answered() -> None:
    found = Page(page({"failover": failover()})[0])
    drawn = [
        (one.attributes["class"], one.attributes["x"], one.attributes["y"], one.attributes["height"])
        for one in found.all("rect")
        if "figure" in one.inside
    ]
    assert drawn[:6] == [
        ("near", "0.0", "0.0", "40.0"),
        ("far", "0.0", "0.0", "0.0"),
        ("failed", "0.0", "0.0", "0.0"),
        ("near", "25.0", "32.0", "8.0"),
        ("far", "25.0", "16.0", "16.0"),
        ("failed", "25.0", "0.0", "16.0"),
    ]
    assert [one.attributes["x1"] for one in found.all("line") if "figure" in one.inside] == ["25.0"]


def test_a_cluster_that_left_has_what_is_left_to_do() -> None:
    text = page({"leave": leave()})[0]
    assert "Workloads to restart (1)" in text and "<code>kubectl rollout restart</code>" in text


def test_the_whole_text_of_a_failure_is_there_up_to_a_length() -> None:
    files = healthy()
    files["primary"]["failure"] = "\n".join(f"line {n}" for n in range(100))
    (text,) = Page(page(files)[0]).texts("pre")
    assert text.startswith("line 0 line 1") and text.endswith("line 39 …")


def test_hostile_values_stay_text() -> None:
    html, _verdict = page(hostile())
    assert SCRIPT not in html and "<img" not in html
    found = Page(html)
    assert not found.all("script", "img")
    assert not [name for name, _value in found.attributes() if name.startswith("on")]
    assert "{{ 7 * 7 }}" in html and "{% raw %}" in html
    shown = HOSTILE.replace("\n", "\\n").replace("\u202e", "\\u202e")
    for place in ("h1", "strong", "th", "td", "li", "text", "desc", "title"):
        assert any(shown[:40] in text for text in found.texts(place)), place
    assert "\u202e" not in html


def test_hostile_values_do_not_come_into_attributes_that_draw() -> None:
    allowed = re.compile(r"-?[\d.]+(%|px)?")
    for element in Page(page(hostile())[0]).all("rect", "text", "line", "circle"):
        for name in ("x", "y", "width", "height", "cx", "cy", "r", "x1", "x2", "y1", "y2"):
            assert allowed.fullmatch(element.attributes.get(name, "0")), element


@pytest.mark.parametrize("value", [None, 7, True, "text", [], {}, [None, 7, "text", [[]], {}], float("inf")])
def test_values_of_another_type_are_passed_over(value: object) -> None:
    """Every key of the files, and of the rows of their lists, one after another."""
    files = {**healthy(), "failover": failover(), "leave": leave()}
    for key in {key for file in files.values() for key in file}:
        page({stage: {**file, key: value} for stage, file in files.items()})
    lists = [(stage, key, rows[0]) for stage, file in files.items() for key, rows in file.items() if is_table(rows)]
    for below in {below for *_place, row in lists for below in row}:
        spoilt = {stage: dict(file) for stage, file in files.items()}
        for stage, key, row in lists:
            spoilt[stage][key] = [{**row, below: value}]
        page(spoilt)


def is_table(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def test_the_page_loads_and_runs_nothing(made: Page) -> None:
    assert not made.all("script", "iframe", "object", "img", "form")
    targets = {value for name, value in made.attributes() if name in ("href", "src", "action", "data")}
    assert all(value.startswith("#") or value == "data:," for value in targets)
    assert "url(" not in STYLE.replace("url(#hatch)", "") and "@import" not in STYLE
    policy = next(x.attributes["content"] for x in made.all("meta") if "http-equiv" in x.attributes)
    assert policy.startswith("default-src 'none'")


def test_the_page_has_landmarks_and_headings_in_order(made: Page) -> None:
    for landmark in ("header", "nav", "main", "footer", "h1"):
        assert len(made.all(landmark)) == 1, landmark
    levels = [int(element.tag[1]) for element in made.all("h1", "h2", "h3", "h4")]
    assert levels[0] == 1 and all(b <= a + 1 for a, b in itertools.pairwise(levels))
    assert made.all("html")[0].attributes["lang"] == "en"


def test_ids_are_unique_and_links_and_labels_lead_to_them(made: Page) -> None:
    ids = made.ids()
    assert len(ids) == len(set(ids))
    used = [value.removeprefix("#") for name, value in made.attributes() if name == "href" and value.startswith("#")]
    labels = [
        part
        for name, value in made.attributes()
        if name in ("aria-labelledby", "aria-describedby")
        for part in value.split()
    ]
    assert set(used + labels) <= set(ids)


def test_drawings_have_a_name_and_a_description_or_are_decoration(made: Page) -> None:
    for drawing in made.all("svg"):
        if drawing.attributes.get("aria-hidden") != "true":
            assert drawing.attributes["role"] == "img"
            assert drawing.attributes["aria-labelledby"] and drawing.attributes["aria-describedby"]
    named = [element for element in made.all("title", "desc") if "id" in element.attributes]
    assert all(element.text.strip() for element in named) and len(named) % 2 == 0


def test_tables_have_headings_and_boxes_that_scroll_have_a_name_and_can_be_focused(made: Page) -> None:
    assert all(element.text.strip() for element in made.all("th"))
    boxes = [element for element in made.elements if element.attributes.get("class") == "scroll"]
    assert len(boxes) == len(made.all("table"))
    for box in boxes:
        assert box.attributes["tabindex"] == "0" and box.attributes["role"] == "region" and box.attributes["aria-label"]


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb (WCAG 2.2)."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_is_enough_in_both_schemes(scheme: str) -> None:
    light, dark = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", part)) for part in STYLE.split("@media", 2)[:2])
    colours = light if scheme == "light" else dark
    assert set(light) == set(dark)
    softs = [name for name in colours if name.endswith("-soft")]
    texts = [("ink", ground) for ground in ("ground", "card", *softs)]
    texts += [(text, ground) for text in ("muted", "link") for ground in ("ground", "card")]
    texts += [
        (state, ground) for state in ("good", "concern", "bad", "unknown") for ground in ("card", f"{state}-soft")
    ]
    drawn = [(kind, "card") for kind in ("vpc", "vswitch", "pod", "service", "good", "bad", "concern", "unknown")]
    low = [pair for pair in texts if contrast(*(colours[name] for name in pair)) < 4.5]
    low += [pair for pair in drawn if contrast(*(colours[name] for name in pair)) < 3]
    assert low == []


def test_fifty_clusters_make_less_than_200_kilobytes(tmp_path: Path) -> None:
    for alike in (False, True):
        html, _verdict = page(large(tmp_path, 50, alike=alike))
        assert len(html.encode()) < 200_000


def test_whatever_fails_between_fifty_clusters_the_page_can_be_opened(tmp_path: Path) -> None:
    files = large(tmp_path, 50)
    problem = {"severity": "error", "why": "connection timed out " * 20, "cluster": "east", "todo": ""}
    for pair in (*files["verify"]["requests"], *files["prerequisites"]["probe"]["pairs"]):
        pair.update(ok=0, why="connection timed out " * 20)
    files["verify"]["problems"] = [{**problem, "what": f"pair {n}", "todo": f"look at {n}"} for n in range(2450)]
    assert len(page(files)[0].encode()) < 450_000


def test_the_same_files_make_the_same_page() -> None:
    files = healthy()
    turned = {stage: dict(reversed(files[stage].items())) for stage in reversed(files)}
    assert page(files) == page(turned)


def report(folder: Path, *, check_mode: bool = False, path: str = "", title: str = "") -> dict[str, object]:
    return run({"results_dir": str(folder), "path": path, "title": title}, check_mode, print)


def test_the_module_writes_the_page_once_for_its_owner_alone(tmp_path: Path) -> None:
    folder = write(healthy(), tmp_path / "mesh")
    dest = folder / "report.html"
    assert report(folder, check_mode=True)["changed"] is True and not dest.exists()
    assert report(folder)["changed"] is True
    assert dest.stat().st_mode & 0o777 == 0o600
    assert report(folder)["changed"] is False
    dest.chmod(0o644)
    assert report(folder)["changed"] is True and dest.stat().st_mode & 0o777 == 0o600


def test_the_module_tells_the_verdict_and_what_it_has_read(tmp_path: Path) -> None:
    folder = write(overlapping(tmp_path), tmp_path / "mesh")
    found = report(folder, path=str(tmp_path / "plan.html"), title="The shop")
    assert (found["path"], found["files"], found["state"]) == (str(tmp_path / "plan.html"), ["preflight.json"], "bad")
    assert str(found["verdict"]).startswith("Mesh shop is not well: preflight failed with 3 errors. First: ")
    assert "<h1>The shop</h1>" in (tmp_path / "plan.html").read_text(encoding="utf-8")


def test_without_result_files_it_says_which_playbook_makes_them(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(MeshError, match="no result files in .*multiregion.istio.preflight"):
            report(folder)


@pytest.mark.parametrize("content", ["{", "[]", '"text"', "\xff", "[" * 100_000])
def test_a_file_that_is_no_result_is_named(content: str, tmp_path: Path) -> None:
    (tmp_path / "verify.json").write_text(content, encoding="latin-1")
    with pytest.raises(MeshError, match="verify.json is .*multiregion.istio.verify again"):
        report(tmp_path)


def test_surrogates_and_control_characters_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "verify.json").write_text(json.dumps({"mesh_id": "\ud800 \x00 \x1b[2J"}))
    assert report(tmp_path)["changed"] is True
    assert "\x00" not in (tmp_path / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(("value", "text"), [(1234.5, "1234"), (12.345, "12.3"), (0.25, "0.25"), (0, "0"), (None, "")])
def test_numbers_have_no_digits_that_nobody_needs(value: float | None, text: str) -> None:
    assert plain(value) == text


@pytest.mark.parametrize(("seconds", "text"), [(0, "0 s"), (59, "59 s"), (185, "3 min 5 s"), (3720, "1 h 2 min")])
def test_spans_of_time_in_words(seconds: int, text: str) -> None:
    assert span(timedelta(seconds=seconds)) == text
