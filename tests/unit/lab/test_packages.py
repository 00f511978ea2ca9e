"""Debian packages: read from the list, compared with dpkg, installed only when one is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lab import packages
from tests.lab.host import LabError
from tests.lab.packages import LIST, missing, names, parse_status
from tests.lab.progress import Progress


def test_a_list_has_one_name_a_line_and_comments() -> None:
    assert names("# head\n\nrunc   # why\n  iptables\n") == ["runc", "iptables"]
    assert "containerd" in names(LIST.read_text())


def test_only_completely_installed_packages_count() -> None:
    dpkg = "ii  runc\nrc  nftables\niU  iptables\nhi  iproute2\nun  gcc\n"
    assert parse_status(dpkg) == ["runc", "iproute2"]


def test_what_is_missing_keeps_the_order_of_the_list() -> None:
    assert missing(["runc", "gcc", "iptables"], ["gcc"]) == ["runc", "iptables"]


@pytest.fixture
def apt_get(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[str, ...]]:
    """Calls of apt-get, and a policy-rc.d of our own."""
    calls: list[tuple[str, ...]] = []
    monkeypatch.setattr(packages, "_apt_get", lambda *arguments: calls.append((*arguments, policy())))
    monkeypatch.setattr(packages, "POLICY", tmp_path / "policy-rc.d")
    monkeypatch.setattr("os.geteuid", lambda: 0)
    return calls


def policy() -> str:
    return packages.POLICY.read_text().splitlines()[-1] if packages.POLICY.exists() else "none"


def listing(tmp_path: Path, text: str) -> Path:
    (tmp_path / "list").write_text(text)
    return tmp_path / "list"


def test_nothing_is_called_where_nothing_is_missing(apt_get: list[tuple[str, ...]], tmp_path: Path) -> None:
    packages.install(Progress(), listing(tmp_path, "dpkg\n"))
    assert apt_get == []


def test_what_is_missing_is_installed_while_no_service_may_start(
    apt_get: list[tuple[str, ...]], tmp_path: Path
) -> None:
    packages.install(Progress(), listing(tmp_path, "dpkg\nno-such-package\n"))
    assert apt_get == [
        ("update", "exit 101"),
        ("install", "--yes", "--no-install-recommends", "no-such-package", "exit 101"),
    ]
    assert policy() == "none"


def test_a_policy_of_the_machine_stays(apt_get: list[tuple[str, ...]], tmp_path: Path) -> None:
    packages.POLICY.write_text("exit 104\n")
    packages.install(Progress(), listing(tmp_path, "no-such-package\n"))
    assert (apt_get[0], policy()) == (("update", "exit 104"), "exit 104")


def test_a_policy_left_by_a_killed_run_goes(apt_get: list[tuple[str, ...]], tmp_path: Path) -> None:
    packages.POLICY.write_text(packages.NO_SERVICES)
    packages.install(Progress(), listing(tmp_path, "no-such-package\n"))
    assert (len(apt_get), policy()) == (2, "none")


def test_without_root_the_command_is_said(
    apt_get: list[tuple[str, ...]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(LabError, match="apt-get install --no-install-recommends no-such-package"):
        packages.install(Progress(), listing(tmp_path, "no-such-package\n"))
    assert apt_get == []
