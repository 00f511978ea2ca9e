"""What is cleaned up, found in the kernel's own tables."""

from __future__ import annotations

from pathlib import Path

from tests.lab.cgroups import hierarchies
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


def test_a_footprint_tells_what_came_and_what_went() -> None:
    assert differences({"route: a", "route: b"}, {"route: b", "route: c"}) == ["+ route: c", "- route: a"]
