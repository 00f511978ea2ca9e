# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether an authority may sign the identities of a mesh: its trust domain and istiod's names. No I/O.

Source of the rules: SPIFFE X.509-SVID, 4.2 and 5; RFC 5280, 4.2.1.10 (name constraints, which proxies and istiod's clients enforce).
"""

from __future__ import annotations

import typing as t

from .._problems import ERROR, Problem

try:
    from cryptography import x509
except ImportError:
    pass  # main() answers with missing_required_lib (ca_bundle.py)

SPIFFE = "spiffe://"


def identity_problems(
    name: str, certificates: t.Iterable[x509.Certificate], namespace: str, trust_domain: str
) -> t.Iterator[Problem]:
    """What certificates of a chain say against `spiffe://<trust_domain>/...` and `istiod.<namespace>.svc`; `name` is the file."""
    for certificate in dict.fromkeys(certificates):
        title = f"the certificate {certificate.subject.rfc4514_string()} in {name}"
        others = sorted(domain for domain in trust_domains(certificate) if domain != trust_domain)
        if others:
            why = f"Identities of this mesh begin with {SPIFFE}{trust_domain}/"
            todo = "Set mesh_trust_domain to it before the first install, or take the files of this mesh's authority"
            yield Problem(ERROR, f"{title} is for the trust domain {', '.join(others)}", why, todo)
        for identity, is_allowed in (
            (f"{SPIFFE}{trust_domain}", allows(certificate, x509.UniformResourceIdentifier, trust_domain)),
            (f"istiod.{namespace}.svc", allows(certificate, x509.DNSName, f"istiod.{namespace}.svc")),
        ):
            if not is_allowed:
                why = "Certificates that it signs for them are refused everywhere"
                todo = "Have it issued with name constraints that allow them, or without any"
                yield Problem(ERROR, f"{title} excludes {identity} by its name constraints", why, todo)


def trust_domains(certificate: x509.Certificate) -> set[str]:
    """The trust domains among a certificate's alternative names."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return set()
    uris = names.get_values_for_type(x509.UniformResourceIdentifier)
    return {uri[len(SPIFFE) :].partition("/")[0] for uri in uris if uri.startswith(SPIFFE)}


def allows(certificate: x509.Certificate, kind: type[x509.GeneralName], host: str) -> bool:
    """Whether the name constraints of a certificate let it sign for a host in names of a kind (DNS name, URI)."""
    try:
        limits = certificate.extensions.get_extension_for_class(x509.NameConstraints).value
    except x509.ExtensionNotFound:
        return True
    permitted = [one.value for one in limits.permitted_subtrees or [] if isinstance(one, kind)]
    excluded = [one.value for one in limits.excluded_subtrees or [] if isinstance(one, kind)]
    is_permitted = not permitted or any(covers(limit, host, kind) for limit in permitted)
    return is_permitted and not any(covers(limit, host, kind) for limit in excluded)


def covers(limit: str, host: str, kind: type[x509.GeneralName]) -> bool:
    """A limit for DNS names takes its subdomains in; one for URIs only where it begins with a dot."""
    if limit.startswith("."):
        return host.endswith(limit)
    return host == limit or not limit or (kind is x509.DNSName and host.endswith(f".{limit}"))
