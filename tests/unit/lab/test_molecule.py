"""Every role has a scenario of molecule, and `make molecule` runs all of them."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
# Not of one role: the lab itself, other values for everything, somebody else's playbook.
OF_SEVERAL = {"default", "alternative", "foreign"}
SCENARIOS = {path.parent.name for path in (ROOT / "extensions/molecule").glob("*/molecule.yml")}


def test_each_role_has_a_scenario() -> None:
    roles = {path.name for path in (ROOT / "roles").iterdir() if path.is_dir()}
    assert roles == SCENARIOS - OF_SEVERAL


def test_make_runs_each_scenario_once() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8").replace("\\\n", " ")
    run = re.findall(r"^MOLECULE := (.*)$", makefile, re.MULTILINE)
    assert sorted(run[0].split()) == sorted(SCENARIOS - {"default"})
