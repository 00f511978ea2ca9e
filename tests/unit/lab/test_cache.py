"""Things appear in the shared cache whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lab import cache
from tests.lab.parts import link


def test_what_was_made_takes_its_name_at_the_end(tmp_path: Path) -> None:
    with cache.appears(tmp_path / "etcd") as partial:
        partial.write_text("new")
        assert not (tmp_path / "etcd").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["etcd"]


def test_what_failed_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(SystemExit), cache.appears(tmp_path / "charts") as partial:
        partial.mkdir()
        (partial / "base").touch()
        raise SystemExit("failed")
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_build_left_does_not_mix_with_the_next(tmp_path: Path) -> None:
    with cache.appears(tmp_path / "charts") as partial:
        partial.mkdir()
        stale = partial
        (stale / "old").touch()
    (tmp_path / "charts").rename(stale)
    with cache.appears(tmp_path / "charts") as partial:
        partial.mkdir()
    assert list((tmp_path / "charts").iterdir()) == []


def test_the_cache_follows_the_freedesktop_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert cache.directory() == Path("/somewhere/multiregion-istio")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/home/me")
    assert cache.directory() == Path("/home/me/.cache/multiregion-istio")


def test_links_to_programs_follow_the_build_and_no_stale_one_stays(tmp_path: Path) -> None:
    link({"helm": Path("/old/helm"), "gone": Path("/old/gone")}, tmp_path / "bin")
    link({"helm": Path("/new/helm")}, tmp_path / "bin")
    assert {path.name: str(path.readlink()) for path in (tmp_path / "bin").iterdir()} == {"helm": "/new/helm"}
