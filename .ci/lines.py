"""The share of lines that tests ran, out of coverage.py's JSON report on standard input, and the files of which it is below 90 %.

Usage: lines.py WHAT     WHAT names the tests in the output. It fails where the whole is below 90 %.
"""

from __future__ import annotations

import json
import sys

ENOUGH = 90  # per cent


def main() -> int:
    report = json.load(sys.stdin)
    files = {name.partition("/plugins/")[2]: one["summary"] for name, one in report["files"].items()}
    few = sorted((name for name in files if percent(files[name]) < ENOUGH), key=lambda name: percent(files[name]))
    print(
        f"lines of the plugins that {sys.argv[1]} run: {told(report['totals'])}; {len(few)} of {len(files)} files below {ENOUGH} %"
    )
    for name in few:
        print(f"  {told(files[name])}  {name}")
    return 1 if percent(report["totals"]) < ENOUGH else 0


def percent(summary: dict[str, float]) -> float:
    """What of the lines of one file, or of all, was run; a file without any counts as whole."""
    return 100 * summary["covered_lines"] / summary["num_statements"] if summary["num_statements"] else 100.0


def told(summary: dict[str, float]) -> str:
    """80.0 % (8 of 10)"""
    return f"{percent(summary):.1f} % ({summary['covered_lines']} of {summary['num_statements']})"


if __name__ == "__main__":
    sys.exit(main())
