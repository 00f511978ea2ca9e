"""Image archives in the OCI image layout (image-layout.md of github.com/opencontainers/image-spec): one layer each, and the same
bytes for the same content."""

from __future__ import annotations

import hashlib
import io
import json
import platform
import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
SEARCH_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
CHUNK = 1 << 20


@dataclass(frozen=True)
class Content:
    """A regular file: bytes, or those of a file here."""

    source: bytes | Path
    mode: int = 0o644


@dataclass(frozen=True)
class Link:
    """A symbolic link."""

    target: str


@dataclass(frozen=True)
class Directory:
    """A directory with a mode of its own; the others are made as needed."""

    mode: int


Files = Mapping[str, Content | Link | Directory]


@dataclass(frozen=True)
class Image:
    """An image: its reference `host/name:tag`, its files by absolute path, the program it starts, and the user it starts it as.

    aliases: further references to the same image
    """

    reference: str
    files: Files
    entrypoint: tuple[str, ...]
    user: str = ""
    aliases: tuple[str, ...] = ()

    def key(self) -> str:
        """What decides the image's bytes, in 12 hexadecimal digits."""
        digest = hashlib.sha256(repr((self.reference, self.entrypoint, self.user, *self.aliases)).encode())
        for path, entry in sorted(self.files.items()):
            digest.update(f"\n{path} ".encode())
            if isinstance(entry, Content):
                with _open(entry.source) as content:
                    digest.update(f"{entry.mode} {_measure(content)}".encode())
            else:
                digest.update(repr(entry).encode())
        return digest.hexdigest()[:12]


def write_archive(image: Image, archive: Path) -> None:
    """Write the image as a tar archive that `ctr images import` takes under its reference."""
    with (
        tempfile.TemporaryFile(dir=archive.parent) as layer,
        tarfile.open(archive, "w", format=tarfile.PAX_FORMAT) as tar,
    ):
        write_layer(image.files, layer)
        layer_blob = _descriptor("application/vnd.oci.image.layer.v1.tar", *_measure(layer))
        config = _json(_configuration(image, layer_blob["digest"]))
        config_blob = _descriptor("application/vnd.oci.image.config.v1+json", *_measure(io.BytesIO(config)))
        manifest = _json(
            {
                "schemaVersion": 2,
                "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "config": config_blob,
                "layers": [layer_blob],
            }
        )
        manifest_blob = _descriptor("application/vnd.oci.image.manifest.v1+json", *_measure(io.BytesIO(manifest)))
        manifests = [{**manifest_blob, "annotations": _names(name)} for name in (image.reference, *image.aliases)]
        index = _json({"schemaVersion": 2, "manifests": manifests})
        _add(tar, tarfile.TarInfo("oci-layout"), io.BytesIO(_json({"imageLayoutVersion": "1.0.0"})))
        _add(tar, tarfile.TarInfo("index.json"), io.BytesIO(index))
        for blob, content in (
            (config_blob, io.BytesIO(config)),
            (manifest_blob, io.BytesIO(manifest)),
            (layer_blob, layer),
        ):
            _add(tar, tarfile.TarInfo(f"blobs/sha256/{blob['digest'].removeprefix('sha256:')}"), content)


def write_layer(files: Files, layer: IO[bytes]) -> None:
    """Write the files as a tar with sorted names, owned by root, of the time 0; parents come before what is in them."""
    with tarfile.open(fileobj=layer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for path, entry in sorted(_with_parents(files).items()):
            item = tarfile.TarInfo(path.lstrip("/"))
            if isinstance(entry, Content):
                item.mode = entry.mode
                with _open(entry.source) as content:
                    _add(tar, item, content)
            elif isinstance(entry, Link):
                item.type, item.linkname, item.mode = tarfile.SYMTYPE, entry.target, 0o777
                tar.addfile(item)
            else:
                item.type, item.mode = tarfile.DIRTYPE, entry.mode
                tar.addfile(item)


def _with_parents(files: Files) -> dict[str, Content | Link | Directory]:
    parents = {str(parent) for path in files for parent in PurePosixPath(path).parents if parent.name}
    return {**{parent: Directory(0o755) for parent in parents}, **files}


def _names(reference: str) -> dict[str, str]:
    return {
        "io.containerd.image.name": reference,
        "org.opencontainers.image.ref.name": reference.rpartition(":")[2],
    }


def _configuration(image: Image, layer_digest: str) -> dict[str, Any]:
    settings = {"Entrypoint": list(image.entrypoint), "Env": [SEARCH_PATH], "User": image.user, "WorkingDir": "/"}
    return {
        "architecture": ARCHITECTURES[platform.machine()],
        "os": "linux",
        "config": {name: value for name, value in settings.items() if value},
        "rootfs": {"type": "layers", "diff_ids": [layer_digest]},
    }


def _descriptor(media_type: str, digest: str, size: int) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": size}


def _measure(content: IO[bytes]) -> tuple[str, int]:
    """The SHA-256 and the size of a whole stream."""
    content.seek(0)
    digest = hashlib.sha256()
    while chunk := content.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest(), content.tell()


def _open(source: bytes | Path) -> IO[bytes]:
    return io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")


def _add(tar: tarfile.TarFile, item: tarfile.TarInfo, content: IO[bytes]) -> None:
    item.size = content.seek(0, io.SEEK_END)
    content.seek(0)
    tar.addfile(item, content)


def _json(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True).encode()
