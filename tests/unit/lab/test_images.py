"""What an image takes along from this machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lab.host import LabError
from tests.lab.images import parse_ldd

LDD = """\
/opt/envoy:
\tlinux-vdso.so.1 (0x00007f790362c000)
\tlibm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f790353b000)
\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f78fc21e000)
\t/lib64/ld-linux-x86-64.so.2 (0x00007f790362e000)
/usr/bin/static:
\tnot a dynamic executable
/usr/sbin/xtables-nft-multi:
\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f33ac4df000)
"""


def test_libraries_and_the_loader_are_taken_once_each() -> None:
    paths = ["/lib/x86_64-linux-gnu/libc.so.6", "/lib/x86_64-linux-gnu/libm.so.6", "/lib64/ld-linux-x86-64.so.2"]
    assert parse_ldd(LDD) == [Path(path) for path in paths]


def test_a_library_that_is_not_there_is_named() -> None:
    with pytest.raises(LabError, match="libnftnl.so.11 is not on this machine"):
        parse_ldd(LDD + "\tlibnftnl.so.11 => not found\n")
