# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page on troubleshooting quotes what the collection says, and the index names every page."""

from __future__ import annotations

import ast
import re
import typing as t
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
ELLIPSIS = "..."


def quoted() -> list[str]:
    """The messages in the first column of the tables, without what other programs say."""
    page = (DOCS / "troubleshooting.md").read_text("utf-8")
    cells = re.findall(r"^\| (`[^|]*) \|", page, re.MULTILINE)
    return [text for cell in cells if "(Kubernetes)" not in cell for text in re.findall(r"`([^`]+)`", cell)]


def texts() -> t.Iterator[str]:
    """Strings of the code, values in them as an ellipsis, and the playbooks as running text."""
    for path in (ROOT / "plugins").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.JoinedStr):
                yield "".join(str(x.value) if isinstance(x, ast.Constant) else ELLIPSIS for x in node.values)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
    for path in (ROOT / "playbooks").rglob("*.yml"):
        yield " ".join(path.read_text("utf-8").split())


SAID = list(texts())


@pytest.mark.parametrize("message", quoted())
def test_a_quoted_message_is_one_of_the_collections(message: str) -> None:
    for part in filter(None, (part.strip(" ;:,()") for part in message.split(ELLIPSIS))):
        assert any(part in text for text in SAID), part


def test_the_index_names_every_page() -> None:
    linked = set(re.findall(r"\]\(([\w-]+\.md)", (DOCS / "index.md").read_text("utf-8")))
    assert linked == {path.name for path in DOCS.glob("*.md")} - {"index.md"}
