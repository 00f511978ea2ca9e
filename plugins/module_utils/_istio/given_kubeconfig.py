# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A kubeconfig of the user's own as the control plane's credential: read, and refused where the control plane would refuse it.

What istiod takes: istio/istio, pkg/kube/util.go, sanitizeKubeConfig. A process in a pod has neither the user's programs nor files.
"""

from __future__ import annotations

import base64
import typing as t
from pathlib import Path

from .._errors import MeshError
from .._kubernetes.kubeconfig import ClusterCredential, check_proxy, check_server
from .._yaml import Error, load
from .kubeconfig_file import field, reason

Object = dict[str, t.Any]

OPTION = "Set credential_kubeconfig to a kubeconfig file for the control plane"
EMBED = "embed what it holds: kubectl config view --raw --flatten --minify"
TOKEN = "use a token of a ServiceAccount, or credential_kind: token_secret, which makes one"
# Field of a user: why it is refused, and what to do.
USER_FIELDS = {
    "exec": ("istiod does not run programs (exec is not allowed), and its image has none to run", TOKEN),
    "auth-provider": ("istiod does not allow it, and an operator of today no longer knows it", TOKEN),
    "client-certificate": ("a path of this machine; istiod opens no files (clientCertificate is not allowed)", EMBED),
    "client-key": ("a path of this machine; istiod opens no files (clientKey is not allowed)", EMBED),
    "tokenFile": ("a path of this machine; istiod opens no files (tokenFile is not allowed)", EMBED),
    "username": ("API servers have had no passwords since Kubernetes 1.19", TOKEN),
    "password": ("API servers have had no passwords since Kubernetes 1.19", TOKEN),
    "as": ("a control plane acts by its own identity", TOKEN),
    "as-groups": ("a control plane acts by its own identity", TOKEN),
    "as-uid": ("a control plane acts by its own identity", TOKEN),
    "as-user-extra": ("a control plane acts by its own identity", TOKEN),
}


def given_credential(path: str | None, name: str, server: str, ca: str) -> ClusterCredential:
    """The credential in a kubeconfig, by the names that we give it.

    server, ca: what the task says itself, in the place of the file's; "" where the file is to say it
    Raises MeshError with every field that cannot be.
    """
    if not path:
        raise MeshError("credential_kind kubeconfig needs credential_kubeconfig", cluster=name, todo=OPTION)
    try:
        config = load(Path(path).expanduser().read_text(encoding="utf-8"))
    except (OSError, ValueError, Error) as error:
        what = f"credential_kubeconfig {path} cannot be read"
        raise MeshError(what, cluster=name, why=reason(error), todo=OPTION) from error
    todo = "Correct these fields, or give another file"
    return usable_credential(config, f"credential_kubeconfig {path}", name, todo, server, ca)


def usable_credential(
    config: t.Any, title: str, name: str, todo: str, server: str = "", ca: str = ""
) -> ClusterCredential:
    """The credential in a kubeconfig that has been read; `title` and `todo` are for the error.

    Raises MeshError with every field that cannot be.
    """
    refused: list[str] = []
    cluster, user = current(config, refused)
    if not refused:
        refused = [*cluster_problems(cluster, field(cluster, "name"), server, ca), *user_problems(user)]
    if refused:
        what = f"{title} cannot be the credential of a control plane; nothing was written"
        raise MeshError(what, cluster=name, why="; ".join(refused), todo=todo)
    return credential_from(cluster["cluster"], user["user"], name, server, ca)


def credential_from(where: Object, who: Object, name: str, server: str, ca: str) -> ClusterCredential:
    """The credential from a cluster and a user without problems. A token goes before a certificate."""
    token = field(who, "token")
    return ClusterCredential(
        name=name,
        server=server or check_server(where["server"], name),
        token=token,
        ca=ca or pem(where, "certificate-authority-data"),
        tls_server_name=field(where, "tls-server-name"),
        proxy=field(where, "proxy-url"),
        client_certificate="" if token else pem(who, "client-certificate-data"),
        client_key="" if token else pem(who, "client-key-data"),
    )


def current(config: t.Any, refused: list[str]) -> tuple[Object, Object]:
    """(cluster, user) of the current context, as listed; what is missing goes to `refused`."""
    wanted = field(config, "current-context")
    if not wanted:
        refused.append("current-context is not set (kubectl config use-context NAME --kubeconfig FILE sets it)")
        return {}, {}
    context = listed(config, "contexts", wanted, "context", refused)
    entries = [context and field(context, "context", key) for key in ("cluster", "user")]
    if refused:
        return {}, {}
    for key, value in zip(("cluster", "user"), entries, strict=True):
        if not value:
            refused.append(f"contexts[{wanted}].context.{key} is not set")
    if refused:
        return {}, {}
    cluster = listed(config, "clusters", str(entries[0]), "cluster", refused)
    return cluster, listed(config, "users", str(entries[1]), "user", refused)


def listed(config: Object, section: str, name: str, key: str, refused: list[str]) -> Object:
    """The entry of that name in a section, whose own value is a mapping; {} where there is none."""
    entries = config.get(section)
    for entry in entries if isinstance(entries, list) else []:
        if field(entry, "name") == name and isinstance(entry.get(key), dict):
            return t.cast(Object, entry)
    refused.append(f"{section} has no {name}")
    return {}


def cluster_problems(entry: Object, name: str, server: str, ca: str) -> t.Iterator[str]:
    """What is wrong with the cluster, but for what the task says itself."""
    at, cluster = f"clusters[{name}].cluster", entry["cluster"]
    if not server:
        try:
            check_server(field(cluster, "server"), "", f"{at}.server")
        except MeshError as error:
            yield f"{error.what}{': ' + error.why if error.why else ''} ({error.todo})"
    try:
        check_proxy(field(cluster, "proxy-url"), "", f"{at}.proxy-url")
    except MeshError as error:
        yield f"{error.what}: {error.why} (set api_server_proxy)"
    if ca:
        return
    if cluster.get("certificate-authority"):
        yield f"{at}.certificate-authority: a path of this machine, which a pod does not have ({EMBED})"
    elif cluster.get("insecure-skip-tls-verify"):
        yield (
            f"{at}.insecure-skip-tls-verify: whoever is on the way could take the token, and istiod makes a wrong CA of it"
            " (give certificate-authority-data, or the option api_server_ca)"
        )
    elif not has_pem(cluster, "certificate-authority-data"):
        yield (
            f"{at}.certificate-authority-data holds no certificate: no API server could be trusted"
            " (give it, or the option api_server_ca)"
        )


def user_problems(entry: Object) -> t.Iterator[str]:
    """What is wrong with the user."""
    at, user = f"users[{field(entry, 'name')}].user", entry["user"]
    refused = [key for key in USER_FIELDS if user.get(key)]
    for key in refused:
        why, todo = USER_FIELDS[key]
        yield f"{at}.{key}: {why} ({todo})"
    has_certificate = has_pem(user, "client-certificate-data") and has_pem(user, "client-key-data")
    if not refused and not field(user, "token") and not has_certificate:
        yield f"{at} has neither token nor client-certificate-data with client-key-data ({TOKEN})"


def has_pem(content: Object, key: str) -> bool:
    try:
        return "-----BEGIN " in pem(content, key)
    except ValueError:
        return False


def pem(content: Object, key: str) -> str:
    """The text of a field in base 64. Raises ValueError where it is none."""
    return base64.b64decode(field(content, key)).decode()
