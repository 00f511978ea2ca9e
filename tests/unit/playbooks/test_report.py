# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook report on result files: real runs of ansible-playbook, without any cluster."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.playbooks.runs import Finished, Workplace
from tests.unit.html_pages import Page
from tests.unit.result_files import HOSTILE, SCRIPT, Files, broken, healthy, hostile, overlapping, write


class Place:
    """A directory with an inventory of one cluster, of which the report needs nothing."""

    def __init__(self, place: Path) -> None:
        self.workplace = Workplace(place)
        self.inventory = place / "inventory.yml"
        self.inventory.write_text(yaml.safe_dump({"all": {"children": {"istio_primary": {"hosts": {"east": {}}}}}}))
        self.results = place / ".mesh"

    def run(self, *arguments: str) -> Finished:
        return self.workplace.run("report", *arguments, inventory=self.inventory)

    def page(self) -> Page:
        return Page((self.results / "report.html").read_text(encoding="utf-8"))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_of_a_mesh_that_is_well_foretold_made_and_left_alone(place: Place) -> None:
    write(healthy(), place.results)
    foretold = place.run("--check", "--diff").succeeded().says("Mesh lab is well: 3 clusters in 2 regions")
    assert foretold.changed == {"east": 1} and not (place.results / "report.html").exists()
    made = place.run("--diff").succeeded().says(f"The page: {place.results}/report.html")
    assert made.changed == {"east": 1} and not made.shown
    before = (place.results / "report.html").read_bytes()
    place.run("--tags", "mesh_report").unchanged()
    assert (place.results / "report.html").read_bytes() == before
    assert place.page().texts("strong")[0].startswith("Mesh lab is well")


def test_of_a_broken_mesh(place: Place) -> None:
    write(broken(), place.results)
    place.run().succeeded().says("Mesh lab is not well: verification failed with 4 errors.", "First: Check that pods")
    assert "0 of 20" in place.page().texts("td")


def test_of_a_plan_that_is_refused_for_any_inventory_and_none(place: Place, tmp_path: Path) -> None:
    write(overlapping(tmp_path), tmp_path / "elsewhere")
    place.inventory.write_text(yaml.safe_dump({"all": {"vars": {"mesh_results_dir": str(tmp_path / "elsewhere")}}}))
    place.run().succeeded().says("Mesh shop is not well: preflight failed with 3 errors.", "elsewhere/report.html")


def test_of_hostile_names(place: Place) -> None:
    write(hostile(), place.results)
    place.run().succeeded().says("{{ 7 * 7 }}")
    page = place.page()
    assert not page.all("script", "img")
    assert any(SCRIPT in text for text in page.texts("h1"))


def test_without_result_files_it_names_the_playbook_to_run(place: Place) -> None:
    place.run().refused("no result files in", "Run multiregion.istio.preflight first")


def test_what_is_no_result_is_refused(place: Place) -> None:
    files: Files = {"verify": {}}
    write(files, place.results)
    (place.results / "verify.json").write_text(json.dumps([HOSTILE]))
    place.run().refused("verify.json is no result of a stage")
