"""Everything that the lab is made of, made or found: Debian packages, programs, charts, images."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from . import binaries, cache, images, packages
from .host import OUTPUT, LabError
from .progress import Progress


@dataclass(frozen=True)
class Parts:
    """Programs by name; the directory of Istio's charts base, istiod and gateway; the archives of all images."""

    programs: dict[str, Path]
    charts: Path
    images: list[Path]


def ensure(progress: Progress, links: Path, *, old: bool) -> Parts:
    """Make what the cache lacks (20 minutes at first, nothing later), and give the directory `links` a link to each program.

    `old`: the old Kubernetes too (4 minutes more).
    """
    packages.install(progress)
    built = binaries.build(progress, old=old)
    archives = images.build(built, progress)
    with cache.only_writer(progress):
        link(built.programs, links)
    return Parts(built.programs, built.charts, archives)


def link(programs: Mapping[str, Path], directory: Path) -> None:
    """Make `directory` hold a symbolic link to each program and no other."""
    directory.mkdir(parents=True, exist_ok=True)
    for stale in directory.iterdir():
        stale.unlink()
    for name, program in programs.items():
        (directory / name).symlink_to(program)


def main() -> int:
    """`python -m tests.lab.parts`: make everything now, so that starting the lab takes neither time nor a network for it."""
    try:
        with Progress() as progress:
            ensure(progress, OUTPUT / "bin", old=bool(os.environ.get("OLD_KUBERNETES")))
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("lab: interrupted; the same command goes on from here", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
