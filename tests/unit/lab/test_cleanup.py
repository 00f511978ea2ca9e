"""What is cleaned up, found in the kernel's own tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lab.cgroups import hierarchies, pass_on_controllers
from tests.lab.cleanup import mounts_below
from tests.lab.footprint import differences

MOUNTS = r"""
/dev/vda / ext4 rw,relatime 0 0
cgroup /sys/fs/cgroup/memory cgroup rw,relatime,memory 0 0
cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,relatime,cpu,cpuacct 0 0
cgroup /sys/fs/cgroup/systemd cgroup rw,relatime,name=systemd 0 0
cgroup2 /sys/fs/cgroup/unified cgroup2 rw,relatime 0 0
tmpfs /var/lib/lab/a tmpfs rw 0 0
tmpfs /var/lib/lab/a/with\040blank tmpfs rw 0 0
tmpfs /var/lib/laboratory tmpfs rw 0 0
""".lstrip()


def test_mounts_below_a_directory_come_innermost_first_and_no_namesakes() -> None:
    assert mounts_below(MOUNTS, Path("/var/lib/lab")) == ["/var/lib/lab/a/with blank", "/var/lib/lab/a"]


def test_processes_join_the_hierarchies_that_count_them_and_version_2() -> None:
    assert hierarchies(MOUNTS) == [
        (Path("/sys/fs/cgroup/memory"), True),
        (Path("/sys/fs/cgroup/cpu,cpuacct"), True),
        (Path("/sys/fs/cgroup/systemd"), False),
        (Path("/sys/fs/cgroup/unified"), True),
    ]


@pytest.mark.parametrize(
    ("available", "before", "changed", "written"),
    [
        ("cpu memory pids hugetlb", "cpu memory", ["hugetlb", "pids"], "+hugetlb +pids"),
        ("cpu memory", "memory cpu", [], "memory cpu"),
        ("hugetlb", "", [], ""),  # version 2 beside version 1
    ],
)
def test_only_missing_controllers_are_passed_on_and_only_where_a_kubelet_looks(
    tmp_path: Path, available: str, before: str, changed: list[str], written: str
) -> None:
    (tmp_path / "cgroup.controllers").write_text(available)
    (tmp_path / "cgroup.subtree_control").write_text(before)
    assert pass_on_controllers(tmp_path) == changed
    assert (tmp_path / "cgroup.subtree_control").read_text() == written


def test_a_hierarchy_of_version_1_is_left_alone(tmp_path: Path) -> None:
    assert pass_on_controllers(tmp_path) == []
    assert not list(tmp_path.iterdir())


def test_a_footprint_tells_what_came_and_what_went() -> None:
    assert differences({"route: a", "route: b"}, {"route: b", "route: c"}) == ["+ route: c", "- route: a"]
