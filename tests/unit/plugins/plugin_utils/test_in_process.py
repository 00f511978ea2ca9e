# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a module runs in the worker of ansible-playbook, and that it behaves like a module there."""

from __future__ import annotations

import base64
import datetime
import json
import tempfile
import typing as t
from pathlib import Path
from types import SimpleNamespace

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template

from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.access import Access, load_configuration
from ansible_collections.multiregion.istio.plugins.module_utils._wait import Progress
from ansible_collections.multiregion.istio.plugins.plugin_utils import _in_process
from ansible_collections.multiregion.istio.plugins.plugin_utils._in_process import InProcessAction, no_log_values, plain

Dict = dict[str, t.Any]

PYTHON = "/venv/bin/python"
VARS: Dict = {
    "inventory_hostname": "east",
    "ansible_playbook_python": PYTHON,
    "ansible_python_interpreter": trust_as_template("{{ ansible_playbook_python }}"),
}
SECRET = "a-secret-of-the-mesh"


class Action(InProcessAction):
    """A module that tells what it was given, or fails."""

    constraints: t.ClassVar[Dict] = {"required_if": [("shout", True, ["word"])]}

    @staticmethod
    def argument_spec() -> dict[str, Dict]:
        nested = {"password": {"type": "str", "no_log": True}}
        return {
            "word": {"type": "str"},
            "count": {"type": "int", "default": 1},
            "shout": {"type": "bool", "default": False},
            "token": {"type": "str", "no_log": True},
            "primary": {"type": "dict", "options": nested},
        }

    @staticmethod
    def logic(params: t.Mapping[str, t.Any], check_mode: bool, progress: Progress, /) -> Dict:
        progress(f"told {params['word']}")
        if params["word"] == "fail":
            raise MeshError("cannot go on", cluster="east", why=f"refused {params['token']}", details={"done": ["a"]})
        return {"changed": not check_mode, "params": dict(params), "diff": [{"after": 1}], "warnings": ["mind"]}


class Shown:
    """Ansible's display: what was said."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.warnings: list[str] = []

    def display(self, line: str) -> None:
        self.lines.append(line)

    def warning(self, line: str) -> None:
        self.warnings.append(line)

    def vvv(self, line: str, host: str) -> None:
        pass


def action(args: Dict | None = None, variables: Dict | None = None, **task: t.Any) -> Action:
    """The action as Ansible makes it for a task; `task` has become and transport of its connection too."""
    shell = SimpleNamespace(tmpdir=None, env_prefix=lambda **_environment: "")
    connection = SimpleNamespace(
        transport=task.pop("transport", "local"), become=task.pop("become", None), _shell=shell
    )
    values = {
        "args": args or {},
        "action": "multiregion.istio.act",
        "resolved_action": "multiregion.istio.act",
        "async_val": 0,
        "check_mode": False,
        "diff": False,
        "no_log": False,
        "delegate_to": None,
        "environment": [{}],
        **task,
    }
    templar = Templar(loader=DataLoader(), variables={**VARS, **(variables or {})})
    made = Action(SimpleNamespace(**values), connection, None, None, templar)
    made._display = Shown()
    return made


def run(args: Dict, **task: t.Any) -> tuple[Dict, Shown]:
    made = action(args, **task)
    return made.run(task_vars=VARS), made._display


def test_a_local_task_with_the_interpreter_of_the_playbook_runs_here() -> None:
    assert action()._may_run_here(VARS)


@pytest.mark.parametrize(
    ("task", "variables"),
    [
        ({"transport": "ssh"}, {}),
        ({"become": object()}, {}),
        ({"async_val": 60}, {}),
        ({"environment": [{"HTTPS_PROXY": "http://proxy"}]}, {}),
        ({"environment": [{}, {"A": trust_as_template("{{ inventory_hostname }}")}]}, {}),
        ({}, {"ansible_python_interpreter": "/usr/bin/python3"}),
        ({}, {"ansible_python_interpreter": "auto"}),
        ({}, {"ansible_python_interpreter": None}),
    ],
)
def test_any_other_task_is_executed_as_ansible_does(
    task: Dict, variables: Dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {**VARS, **variables}
    made = action({"word": "x"}, variables, **task)
    monkeypatch.setattr(made, "_execute_module", lambda **options: {"executed": options["wrap_async"]})
    assert made.run(task_vars=given) == {"executed": bool(task.get("async_val"))}


def test_no_interpreter_at_all_is_left_to_ansible_to_find() -> None:
    assert not action()._may_run_here({"ansible_playbook_python": PYTHON})


def test_a_delegated_task_goes_by_the_interpreter_of_where_it_runs() -> None:
    elsewhere = {**VARS, "ansible_delegated_vars": {"other": {"ansible_python_interpreter": "/usr/bin/python3"}}}
    here = {**VARS, "ansible_delegated_vars": {"other": {"ansible_python_interpreter": PYTHON}}}
    assert not action(delegate_to="other")._may_run_here(elsewhere)
    assert action(delegate_to="other")._may_run_here(here)


def test_a_missing_library_is_left_to_the_module_to_explain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_in_process, "missing_libraries", lambda: ("no kubernetes", ""))
    assert not action()._may_run_here(VARS)


def test_a_module_with_other_libraries_is_asked_for_those(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_in_process, "missing_libraries", lambda: ("no kubernetes", ""))
    made = action()
    monkeypatch.setattr(made, "missing_libraries", lambda: None)
    assert made._may_run_here(VARS)


def test_options_are_as_a_module_gets_them() -> None:
    result, shown = run({"word": "hello", "count": "3"})
    assert result["params"] == {"word": "hello", "count": 3, "shout": False, "token": None, "primary": None}
    assert result["changed"]
    assert shown.lines == ["[east] told hello"]
    assert shown.warnings == ["mind"]
    assert "warnings" not in result


def test_check_mode_and_diff() -> None:
    result, _shown = run({"word": "x"}, check_mode=True, diff=True)
    assert not result["changed"]
    assert result["diff"] == [{"after": 1}]
    assert "diff" not in run({"word": "x"})[0]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"wrod": "x"}, "Unsupported parameters for (multiregion.istio.act) module: wrod."),
        ({"count": "many"}, "argument 'count' is of type"),
        ({"shout": True}, "shout is True but all of the following are missing: word"),
    ],
)
def test_wrong_options_fail_the_task_as_they_do_in_a_module(args: Dict, message: str) -> None:
    result, shown = run(args)
    assert result["failed"]
    assert message in result["msg"]
    assert shown.lines == []


def test_an_error_is_a_failed_result_that_failed_when_can_see() -> None:
    result, _shown = run({"word": "fail", "token": SECRET})
    assert result["failed"]
    assert result["msg"].startswith("cluster east: cannot go on: refused ")
    assert result["done"] == ["a"]
    assert SECRET not in str(result)


def test_secrets_are_in_no_result() -> None:
    result, _shown = run({"word": SECRET, "token": SECRET, "primary": {"password": "another-secret"}})
    assert SECRET not in str(result)
    assert "another-secret" not in str(result)


def test_a_task_that_must_not_be_logged_tells_nothing() -> None:
    assert run({"word": "x"}, no_log=True)[1].lines == []


def test_values_that_must_not_be_shown_are_found_in_suboptions_too() -> None:
    spec: dict[str, Dict] = {
        "members": {"type": "list", "options": {"key": {"no_log": True}}},
        "name": {},
        "key_file": {"no_log": False},
    }
    params = {"members": [{"key": "one"}, {"key": None}, "wrong"], "name": "east", "key_file": "/a"}
    assert no_log_values(spec, params) == {"one"}


def test_values_become_plain_json() -> None:
    assert plain({"date": datetime.date(2026, 11, 24), "list": (1, 2)}) == {"date": "2026-11-24", "list": [1, 2]}


def test_a_private_key_of_a_kubeconfig_does_not_stay_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kubernetes package writes it for its TLS library and leaves it to an exit handler, which forked workers skip."""
    directory = tmp_path / "temporary"
    directory.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(directory))
    data = base64.b64encode(b"a private key").decode()
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(
        json.dumps(
            {
                "current-context": "east",
                "contexts": [{"name": "east", "context": {"cluster": "east", "user": "east"}}],
                "clusters": [
                    {"name": "east", "cluster": {"server": "https://10.0.0.1", "certificate-authority-data": data}}
                ],
                "users": [{"name": "east", "user": {"client-certificate-data": data, "client-key-data": data}}],
            }
        ),
        encoding="utf-8",
    )
    seen: list[Path] = []

    def logic(_params: t.Mapping[str, t.Any], _check_mode: bool, _progress: Progress) -> Dict:
        load_configuration(Access(kubeconfig=str(kubeconfig)))
        seen.extend(directory.iterdir())
        raise MeshError("cannot go on")

    made = action({"word": "x"})
    monkeypatch.setattr(made, "logic", logic)
    assert made.run(task_vars=VARS)["failed"]
    assert seen and list(directory.iterdir()) == []
