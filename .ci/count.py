"""The line `N passed, N failed`: every test of pytest, by its reports, and every other stage of `make test` as one."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

BUILD = Path(".build")
# Stages of pytest and their reports.
REPORTS = {
    "units": ("units",),
    "report-check": ("report-check",),
    "scenarios": ("scenarios",),
    "smoke-faults": ("faults-1", "faults-2"),
}


def main() -> int:
    """Print the line; 1 where something failed or nothing ran."""
    stages = read(BUILD / "stages").splitlines()
    passed = sum(line.endswith(" passed") and line.split()[0] not in REPORTS for line in stages)
    failed = sum(line.endswith(" failed") for line in stages)
    for names in REPORTS.values():
        files = [BUILD / f"{name}.xml" for name in names]
        suites = [one for file in files if file.exists() for one in ElementTree.parse(file).iter("testsuite")]
        bad = sum(int(suite.get("failures", 0)) + int(suite.get("errors", 0)) for suite in suites)
        failed += max(0, bad - 1)  # the stage has counted one
        passed += sum(int(suite.get("tests", 0)) - int(suite.get("skipped", 0)) for suite in suites) - bad
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


def read(path: Path) -> str:
    """The text of a file, empty where there is none."""
    return path.read_text() if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main())
