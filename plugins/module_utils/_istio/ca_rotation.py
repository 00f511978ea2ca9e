# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a mesh gets from the authority by which it runs to that of the files: the next step, and when it is too early for it. No I/O.

The step is found from what stands, so a run that was killed goes on, and files that are put back lead the same way back.
Source: RFC 5280, 6.1 (trust is in a root); istio/istio, security/pkg/nodeagent/cache/secretcache.go (a proxy has its certificate
and its roots anew at the half of a certificate's life and at its start).
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime

from .._errors import MeshError
from .ca_bundle import CERTIFICATE, CHAIN, KEY, ROOT, Bundle, certificates, fingerprint, pem, root_prints
from .proxy_trust import Trust

NONE, INTERMEDIATES, TRUST, ISSUE, DROP = "none", "intermediates", "trust", "issue", "drop"
MOST_NAMES = 10


@dataclass(frozen=True)
class Holder:
    """A member that signs. stands: what its Secret holds; files: what it is to sign by in the end."""

    cluster: str
    stands: Bundle
    files: Bundle

    @property
    def target(self) -> frozenset[str]:
        """Fingerprints of the roots of the files."""
        return root_prints(self.files.texts[ROOT])

    @property
    def trusts(self) -> frozenset[str]:
        """Fingerprints of the roots of the Secret."""
        return root_prints(self.stands.texts.get(ROOT, ""))

    @property
    def signs_as_wanted(self) -> bool:
        """Whether the Secret signs by the files already, whatever it trusts."""
        return all(self.stands.texts.get(file) == self.files.texts[file] for file in (CERTIFICATE, KEY, CHAIN))


def step_of(holders: t.Sequence[Holder]) -> str:
    """What is to be done next for the mesh. All files have the same roots."""
    if any(not holder.target <= holder.trusts for holder in holders):
        return TRUST
    is_one_root = all(holder.target == holder.trusts for holder in holders)
    if any(not holder.signs_as_wanted for holder in holders):
        return INTERMEDIATES if is_one_root else ISSUE
    return NONE if is_one_root else DROP


def wanted(holder: Holder, step: str) -> Bundle:
    """What a member's Secret holds after a step. Two roots are in one order everywhere, for istiods that write them for others."""
    signing = holder.stands if step == TRUST else holder.files
    if step not in (TRUST, ISSUE):
        return signing
    both = {
        fingerprint(one): one
        for one in (*certificates(holder.stands, ROOT), *certificates(holder.files, ROOT))
    }  # fmt: skip
    roots = "".join(pem(both[name]) for name in sorted(both))
    return Bundle(holder.files.place, {**signing.texts, ROOT: roots})


def signer(bundle: Bundle) -> str:
    """The fingerprint of the certificate that a member signs by."""
    return fingerprint(certificates(bundle, CERTIFICATE)[0])


def distrusting(proxies: t.Iterable[Trust], holders: t.Sequence[Holder]) -> list[Trust]:
    """The proxies that do not trust the roots of the files, or did not tell."""
    return [one for one in proxies if not holders[0].target <= one.roots]


def outdated(proxies: t.Iterable[Trust], holders: t.Sequence[Holder]) -> list[Trust]:
    """The proxies whose certificate nobody signed who is to sign in the end, or that did not tell."""
    signers = {signer(holder.files) for holder in holders}
    return [one for one in proxies if one.signer not in signers]


def waited_for(step: str, proxies: t.Sequence[Trust], holders: t.Sequence[Holder]) -> list[Trust]:
    """The proxies for which it is too early for a step."""
    if step == ISSUE:
        return distrusting(proxies, holders)
    return outdated(proxies, holders) if step == DROP else []


def check_in_time(step: str, proxies: t.Sequence[Trust], holders: t.Sequence[Holder]) -> None:
    """Raise MeshError where a step would cut off proxies."""
    late = waited_for(step, proxies, holders)
    if late:
        what = (
            "do not trust the root of the files yet" if step == ISSUE else "have a certificate of the former authority"
        )
        meant = "issue by the new root" if step == ISSUE else "drop the former root"
        raise MeshError(
            f"it is too early to {meant}: {len(late)} of {len(proxies)} proxies {what}, and would be cut off",
            why=names_of(late),
            todo=f"{remedy(late)} Nothing was changed; run the same playbook again then",
        )


def remedy(late: t.Sequence[Trust]) -> str:
    """What makes proxies take up certificate and roots, and when they do so by themselves."""
    renewals = [one.begins + (one.ends - one.begins) / 2 for one in late if one.begins and one.ends]
    when = f" by {max(renewals):%Y-%m-%d %H:%M} UTC" if renewals else ""
    unread = sum(bool(one.error) for one in late)
    look = f" {unread} did not tell what they have: see to their pods." if unread else ""
    return f"They renew by themselves at the half of their certificate's life{when}, or when their pods are restarted.{look}"


def names_of(late: t.Sequence[Trust]) -> str:
    """The first of them by name, those that did not tell with the reason."""
    shown = [f"{one.cluster}: {one.pod}" + (f" ({one.error})" if one.error else "") for one in late[:MOST_NAMES]]
    more = len(late) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")


def ends_of(bundle: Bundle) -> datetime:
    """When the certificate ends that a member signs by."""
    return certificates(bundle, CERTIFICATE)[0].not_valid_after_utc
