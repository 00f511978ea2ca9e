# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""YAML means the same to the parser in C and to the one in Python."""

from __future__ import annotations

import typing as t

import pytest
import yaml

from ansible_collections.multiregion.istio.plugins.module_utils._yaml import Error, dump, load

LONG = "x" * 200
KUBECONFIG: dict[str, t.Any] = {
    "apiVersion": "v1",
    "clusters": [{"name": "east", "cluster": {"server": "https://10.0.0.1:6443", "certificate-authority-data": LONG}}],
    "users": [{"name": "east", "user": {"token": f"{LONG}.{LONG}"}}],
    "preferences": {},
    "current-context": "yes",
    "extensions": [None, 1, True, "1", "true", "ü", "a: b", "two\nlines", ""],
}


@pytest.fixture(params=["in C", "in Python"])
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "in Python":
        monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
        monkeypatch.delattr(yaml, "CSafeDumper", raising=False)


@pytest.mark.usefixtures("parser")
def test_what_is_dumped_is_read_and_has_the_same_bytes_by_either_parser() -> None:
    assert load(dump(KUBECONFIG)) == KUBECONFIG
    assert dump(KUBECONFIG) == yaml.safe_dump(KUBECONFIG, sort_keys=False)


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize("text", ["a: [", "a: b: c", "!!python/object/apply:os.getcwd []"])
def test_what_is_no_plain_data_is_refused(text: str) -> None:
    with pytest.raises(Error):
        load(text)
