# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logic of the module remote_kubeconfig: the credential for a remote alone, written to a file."""

from __future__ import annotations

import typing as t

from .. import _files
from .._kubernetes.apply import Change
from .._kubernetes.client import KubernetesClient
from .._kubernetes.kinds import SECRET
from .._kubernetes.options import access_from
from .._wait import Progress
from . import outcome, private_file, resource
from .credential import Held, Issued, bring_account, issue, why_anew
from .outcome import Done
from .private_file import FileState, Owner
from .remote_state import check_remote, credentials_in, is_asked_for, read_remote
from .revoke import parts_of, remove_credentials, remove_former
from .terms import KUBECONFIG, Terms, terms_from

Object = dict[str, t.Any]


def run(params: t.Mapping[str, t.Any], check_mode: bool, progress: Progress) -> Object:
    """Options of the module in, its result out. Raises MeshError."""
    resource.check_name(params["name"])
    remote = KubernetesClient(access_from(params, params["name"]))
    is_wanted = params["state"] == "present"
    terms = terms_from(params, remote if is_wanted else None, KUBECONFIG, dry_run=check_mode)
    file = private_file.read(params["dest"])
    return present(remote, terms, file, progress) if is_wanted else absent(remote, terms, file)


def present(remote: KubernetesClient, terms: Terms, file: FileState, progress: Progress) -> Object:
    """Account, rights and Secret in the remote, then the file."""
    private_file.check(file, terms.mesh_id, force=terms.force)
    state = read_remote(remote, terms)
    warnings = check_remote(remote, state, terms)
    held = Held(file.credential, file.owner.lifetime if file.owner else "")
    secret = terms.secret() or {}
    planned = [outcome.item(terms.name, body) for body in [*(body for kind, body in terms.objects), secret]]
    planned.append(outcome.Item("", "File", file.path, None))
    done: Done = []
    with outcome.told(done, planned):
        bring_account(remote, state, terms, done)
        why = why_anew(remote, state, held, terms)
        issued = issue(remote, state, held, why, terms, done, progress)
        done.append(("", bring_file(file, issued, terms)))
        remove_former(remote, state, terms, done)
    return result(file, done, [*warnings, *issued.warnings], issued.expires)


def bring_file(file: FileState, issued: Issued, terms: Terms) -> Change:
    """The file with the credential, shown without what is secret in it."""
    owner = Owner(terms.mesh_id, str(terms.lifetime) if terms.kind == "token_request" else "")
    before = file.shown()
    after = {"path": file.path, "mode": "0600", "mesh": terms.mesh_id, "kubeconfig": issued.facts(terms)}
    action: t.Literal["created", "changed", "unchanged"] = "changed" if file.exists else "created"
    if before == after and file.owner == owner and file.credential == issued.credential:
        action = "unchanged"
    elif issued.credential and not terms.dry_run:
        _files.write_private(file.path, private_file.text_of(issued.credential, owner))
    return Change("File", None, file.path, action, before, after, why=issued.why)


def absent(remote: KubernetesClient, terms: Terms, file: FileState) -> Object:
    """The credential taken out of the remote, then the file: while it is there, it says that there is something to take out."""
    found = credentials_in(remote, terms)
    if isinstance(found, Exception):
        raise found
    ours = [secret for secret in found if is_asked_for(secret, terms)]
    asked = [secret for secret in [terms.secret()] if secret]
    done: Done = []
    with outcome.told(done, []):
        parts = parts_of([*ours, *asked], [secret for secret in found if secret not in ours])
        remove_credentials(remote, ours, parts, terms, done)
        if not ours:
            nothing = Change(SECRET.kind, terms.namespace, terms.secret_names[0], "absent", before={}, after={})
            done.append((remote.cluster, nothing))
        done.append(("", private_file.remove(file, terms.mesh_id, force=terms.force, dry_run=terms.dry_run)))
    return result(file, done, [], None)


def result(file: FileState, done: Done, warnings: list[str], expires: str | None) -> Object:
    return {**outcome.results(done), "dest": file.path, "expires": expires, "warnings": warnings}
