# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which authority a member signs by: that of the files given, or the one that is there. No I/O.

It is chosen before the first install: workloads trust the root that they have, so a change at once would cut off all that run. The way
from one root to another is ca_rotation.py.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._kubernetes.ownership import ownership_of
from .._problems import ERROR, WARNING, Problem
from .ca_bundle import FILES, ROOT, Bundle, root_prints

Object = dict[str, t.Any]

SELF_SIGNED, CACERTS = "self_signed", "cacerts"
ROTATE = "another root comes into a mesh that runs by the playbook multiregion.istio.rotate_ca"
NOT_CHANGED = "Every workload trusts the root that it has: a change at once would cut off all that run"


@dataclass(frozen=True)
class Found:
    """What there is in the cluster and the mesh.

    secret:  the Secret cacerts of the cluster, None where there is none
    bundle:  its content, None where there is none, or none that a person put there
    running: certificates (PEM text) that a control plane which runs has as its root, "" where none runs
    """

    secret: Object | None = None
    bundle: Bundle | None = None
    running: str = ""


@dataclass(frozen=True)
class Decision:
    """The bundle to sign by (None for Istio's own), whether it is to be written, and what speaks against it."""

    bundle: Bundle | None
    writes: bool = False
    problems: tuple[Problem, ...] = ()


def decide(choice: str, cluster: str, files: Bundle | None, found: Found, mesh_id: str) -> Decision:
    """What a member signs by. `files` is None where none are given for it."""
    if choice == SELF_SIGNED:
        return Decision(None, problems=tuple(self_signed_problems(cluster, found)))
    is_theirs = found.bundle is not None and not is_own(found.secret, mesh_id)
    bundle = found.bundle if is_theirs else files or found.bundle
    if bundle is None:
        what = "there are no files of the mesh's authority for the cluster, and no Secret cacerts is in it"
        todo = f"Put {', '.join(FILES)} into mesh_ca_dir/{cluster}; the playbook multiregion.istio.ca makes them"
        return Decision(None, problems=(Problem(ERROR, what, "primary_istio_ca is cacerts", todo, cluster),))
    problems = [*root_problems(cluster, bundle, found)]
    if is_theirs and files and dict(files.texts) != dict(bundle.texts):
        todo = f"Remove the Secret to have {files.place} used, before the first install alone"
        what = f"{bundle.place} was not made by us: it is used as it is, and the files in {files.place} are not"
        problems.append(Problem(WARNING, what, "Nobody but its owner changes an authority", todo, cluster))
    return Decision(bundle, writes=bundle is files, problems=tuple(problems))


def is_own(secret: Object | None, mesh_id: str) -> bool:
    """Whether we made the Secret, for this mesh."""
    standing = ownership_of(secret, mesh_id) if secret else None
    return bool(standing and standing.standing == "ours" and not standing.adopted)


def self_signed_problems(cluster: str, found: Found) -> t.Iterator[Problem]:
    if found.bundle is not None:
        what = f"primary_istio_ca is self_signed, and {found.bundle.place} is there"
        why = "Istio signs by that Secret from its next start on, whatever it signed by before"
        todo = "Set primary_istio_ca to cacerts. If nothing runs by the Secret yet, delete it instead"
        yield Problem(ERROR, what, why, todo, cluster)


def root_problems(cluster: str, bundle: Bundle, found: Found) -> t.Iterator[Problem]:
    """Whether a bundle has the root that the Secret and the mesh have already."""
    wanted = root_prints(bundle.texts.get(ROOT, ""))
    if not wanted:
        return  # told by bundle_problems
    there = root_prints(found.bundle.texts.get(ROOT, "")) if found.bundle else frozenset()
    running = root_prints(found.running)
    if running and running != wanted:
        what = f"the mesh runs by another authority than that of {bundle.place}"
        todo = f"Set primary_istio_ca and mesh_ca_dir as they were; {ROTATE if found.bundle else 'another authority needs another mesh'}"
        yield Problem(ERROR, what, NOT_CHANGED, todo, cluster)
    elif found.bundle and there != wanted:
        what = f"{found.bundle.place} has another root than {bundle.place}"
        todo = f"Give the files of that root; {ROTATE}. If nothing runs by the Secret, delete it and run this playbook again"
        yield Problem(ERROR, what, NOT_CHANGED, todo, cluster)


def sibling_problems(cluster: str, files: Bundle, siblings: t.Mapping[str, str]) -> t.Iterator[Problem]:
    """Whether all members have one root. siblings: the PEM text of a member's root by (name of the file)."""
    own = root_prints(files.texts.get(ROOT, ""))
    others = [name for name, text in siblings.items() if root_prints(text) != own]
    if own and others:
        what = f"{files.name(ROOT)} is another root than {', '.join(others)}"
        todo = "Have one root sign the authorities of all members, and put that root into each root-cert.pem"
        yield Problem(ERROR, what, "Workloads of one member would not trust those of another", todo, cluster)
