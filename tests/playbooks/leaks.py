"""Every secret that the clusters hold, and where one of them came out."""

from __future__ import annotations

import base64
import os
import pwd
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .clusters import every, kubeconfig
from .processes import content

REMOTE_TMP = Path(pwd.getpwuid(os.getuid()).pw_dir) / ".ansible/tmp"  # where Ansible puts modules, whatever HOME says
LEAST = 16  # characters: a shorter value also occurs by chance
PEM = re.compile(r"-----BEGIN (?P<what>[^-]+)-----\s(?P<body>.*?)-----END", re.DOTALL)


@dataclass(frozen=True)
class Secret:
    """A secret text, with where it is kept."""

    owner: str
    text: str

    def forms(self) -> Iterator[bytes]:
        """The text itself, and what base64 makes of it wherever in a longer text it begins."""
        plain = self.text.encode()
        yield plain
        for offset in range(3):
            encoded = base64.b64encode(b"\0" * offset + plain)
            # the first characters mix with what is before, the last with what comes after
            yield encoded[(0, 2, 3)[offset] : len(plain) // 3 * 4 - 4]


def in_clusters(clusters: Iterable[str]) -> list[Secret]:
    """Every secret of these clusters, and those by which we reach them."""
    found = []
    for cluster in clusters:
        for kept in every(cluster, "secrets"):
            for key, value in (kept.get("data") or {}).items():
                owner = f"{cluster}: Secret {kept['metadata']['namespace']}/{kept['metadata']['name']}, {key}"
                found += [Secret(owner, text) for text in secrets_in(base64.b64decode(value))]
        found += [Secret(f"kubeconfig of {cluster}", text) for text in secrets_in(kubeconfig(cluster).read_bytes())]
    return found


def secrets_in(value: bytes) -> Iterator[str]:
    """The texts in a value that nobody else may see: not a certificate, not an address."""
    text = value.decode(errors="ignore").strip()
    if text.startswith("apiVersion:") or text.startswith("{"):
        for user in (yaml.safe_load(text) or {}).get("users") or []:
            yield from of_user(user["user"])
    elif "-----BEGIN" in text:
        for block in PEM.finditer(text):
            if "PRIVATE KEY" in block["what"]:
                yield from (line for line in block["body"].split() if len(line) >= LEAST)
    elif len(text) >= LEAST:
        yield text
        yield from (part for part in text.split(".")[2:] if len(part) >= LEAST)  # the signature of a JWT


def of_user(user: Mapping[str, Any]) -> Iterator[str]:
    """The secrets of a kubeconfig's user."""
    for field in ("token", "password"):
        if user.get(field):
            yield str(user[field])
    if user.get("client-key-data"):
        yield str(user["client-key-data"])
        yield from secrets_in(base64.b64decode(user["client-key-data"]))


def found_in(texts: Mapping[str, bytes], secrets: Iterable[Secret]) -> list[str]:
    """Where which secret came out: the place and its owner, never the secret itself."""
    forms = {form: secret.owner for secret in secrets for form in secret.forms()}
    return sorted(
        {f"{place} shows {owner}" for place, text in texts.items() for form, owner in forms.items() if form in text}
    )


def files(place: Path) -> dict[str, bytes]:
    """What the files hold that runs in a place have written, there and where Ansible keeps its modules."""
    found = [path for root in (place, REMOTE_TMP) for path in root.rglob("*") if path.is_file()]
    return {str(path): content(path) for path in found}
