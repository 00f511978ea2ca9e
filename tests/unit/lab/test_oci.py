"""Archives of images: the layout that containerd reads, whole and repeatable."""

from __future__ import annotations

import hashlib
import json
import tarfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.lab.oci import Content, Directory, Files, Image, Link, write_archive

FILES: Files = {
    "/usr/local/bin/hello": Content(b"program", 0o755),
    "/etc/hello": Content(b"text"),
    "/bin/hi": Link("../usr/local/bin/hello"),
    "/tmp": Directory(0o1777),
}
IMAGE = Image("lab.local/a/hello:1.2", FILES, ("/usr/local/bin/hello",), "1337:1337")


@pytest.fixture
def archive(tmp_path: Path) -> tarfile.TarFile:
    write_archive(IMAGE, tmp_path / "image.tar")
    return tarfile.open(tmp_path / "image.tar")


def content(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(name)
    assert file is not None
    return file.read()


def blob(archive: tarfile.TarFile, descriptor: dict[str, Any]) -> bytes:
    found = content(archive, "blobs/sha256/" + descriptor["digest"].removeprefix("sha256:"))
    assert (len(found), "sha256:" + hashlib.sha256(found).hexdigest()) == (descriptor["size"], descriptor["digest"])
    return found


def manifest(archive: tarfile.TarFile) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(blob(archive, json.loads(content(archive, "index.json"))["manifests"][0]))
    return found


def layer(archive: tarfile.TarFile) -> tarfile.TarFile:
    descriptor = manifest(archive)["layers"][0]
    blob(archive, descriptor)
    return tarfile.open(fileobj=archive.extractfile("blobs/sha256/" + descriptor["digest"].removeprefix("sha256:")))


def test_the_index_names_the_image_as_containerd_wants_it(archive: tarfile.TarFile) -> None:
    (entry,) = json.loads(content(archive, "index.json"))["manifests"]
    assert entry["annotations"]["io.containerd.image.name"] == "lab.local/a/hello:1.2"
    assert json.loads(content(archive, "oci-layout")) == {"imageLayoutVersion": "1.0.0"}


def test_an_image_of_two_names_is_one_image(tmp_path: Path) -> None:
    write_archive(replace(IMAGE, aliases=("lab.local/a/hello:1.3",)), tmp_path / "two.tar")
    with tarfile.open(tmp_path / "two.tar") as archive:
        entries = json.loads(content(archive, "index.json"))["manifests"]
    assert [entry["annotations"]["io.containerd.image.name"] for entry in entries] == [
        "lab.local/a/hello:1.2",
        "lab.local/a/hello:1.3",
    ]
    assert len({entry["digest"] for entry in entries}) == 1


def test_the_configuration_says_what_starts_as_whom_and_names_the_layer(archive: tarfile.TarFile) -> None:
    found = manifest(archive)
    config = json.loads(blob(archive, found["config"]))
    assert config["config"]["Entrypoint"] == ["/usr/local/bin/hello"]
    assert config["config"]["User"] == "1337:1337"
    assert config["rootfs"]["diff_ids"] == [found["layers"][0]["digest"]]


def test_the_layer_holds_the_files_with_modes_links_and_parents_first(archive: tarfile.TarFile) -> None:
    items = layer(archive).getmembers()
    assert [(item.name, item.mode) for item in items] == [
        ("bin", 0o755),
        ("bin/hi", 0o777),
        ("etc", 0o755),
        ("etc/hello", 0o644),
        ("tmp", 0o1777),
        ("usr", 0o755),
        ("usr/local", 0o755),
        ("usr/local/bin", 0o755),
        ("usr/local/bin/hello", 0o755),
    ]
    assert items[1].linkname == "../usr/local/bin/hello"
    assert {(item.uid, item.gid, item.mtime) for item in items} == {(0, 0, 0)}
    assert content(layer(archive), "usr/local/bin/hello") == b"program"


def test_the_same_content_makes_the_same_bytes(tmp_path: Path) -> None:
    source = tmp_path / "program"
    source.write_bytes(b"program")
    again = Image(
        IMAGE.reference,
        dict(reversed([*FILES.items(), ("/usr/local/bin/hello", Content(source, 0o755))])),
        IMAGE.entrypoint,
        IMAGE.user,
    )
    write_archive(IMAGE, tmp_path / "one.tar")
    write_archive(again, tmp_path / "two.tar")
    assert (tmp_path / "one.tar").read_bytes() == (tmp_path / "two.tar").read_bytes()
    assert IMAGE.key() == again.key()


@pytest.mark.parametrize(
    "other",
    [
        Image("lab.local/a/hello:1.3", FILES, IMAGE.entrypoint, IMAGE.user),
        Image(IMAGE.reference, FILES, ("/bin/hi",), IMAGE.user),
        Image(IMAGE.reference, FILES, IMAGE.entrypoint, ""),
        Image(IMAGE.reference, {**FILES, "/etc/hello": Content(b"other")}, IMAGE.entrypoint, IMAGE.user),
        Image(IMAGE.reference, {**FILES, "/etc/hello": Content(b"text", 0o600)}, IMAGE.entrypoint, IMAGE.user),
        Image(IMAGE.reference, {**FILES, "/bin/hi": Link("ho")}, IMAGE.entrypoint, IMAGE.user),
        replace(IMAGE, aliases=("lab.local/a/hello:1.3",)),
    ],
    ids=["reference", "entrypoint", "user", "content", "mode", "link", "alias"],
)
def test_whatever_changes_the_image_changes_its_key(other: Image) -> None:
    assert other.key() != IMAGE.key()
