# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module mesh_ca: the certificate authority of one member checked, and put where istiod takes it from."""

from __future__ import annotations

import base64
import binascii
import typing as t
from datetime import datetime, timezone

from .._errors import MeshError
from .._kubernetes.apply import Change, apply_object
from .._kubernetes.client import KubernetesClient
from .._kubernetes.kinds import CONFIG_MAP, DEPLOYMENT, SECRET
from .._kubernetes.options import access_from, apply_method_from
from .._kubernetes.ownership import marked
from .._problems import ERROR, FAILS_ON, Problem, errors_first, report
from .._wait import Progress
from .ca_bundle import (
    CERTIFICATE,
    CHAIN,
    FILES,
    ROOT,
    TLS_NAMES,
    Bundle,
    Expected,
    bundle_problems,
    root_prints,
)
from .ca_choice import CACERTS, Decision, Found, decide, sibling_problems
from .ca_files import read_files, read_roots
from .istiod import SELECTOR
from .trust import ROOT_CONFIG_MAP

Object = dict[str, t.Any]
Result = dict[str, t.Any]

NAME = "cacerts"
# By this key istiod says that the Secret is its own self-signed authority (USE_CACERTS_FOR_SELF_SIGNED_CA).
ISTIOS_OWN = "istio-generated"


def run(params: t.Mapping[str, t.Any], check_mode: bool, _progress: Progress) -> Result:
    """Check, then write where nothing is wrong. Raises MeshError with all problems as `fail_on` has it."""
    files, problems = read_files(params["dir"] or "", params["name"]) if params["ca"] == CACERTS else (None, [])
    if files:
        problems += sibling_problems(params["name"], files, read_roots(params["dir"]))
    try:
        client = KubernetesClient(access_from(params, params["name"]))
        found = read_found(client, params)
    except MeshError:
        if params["fail_on"] != "never":
            raise
        client, found = None, Found()  # who asks for problems only, asks the cluster itself by cluster_info
    decision = decide(params["ca"], params["name"], files, found, params["mesh_id"]) if client else Decision(files)
    expected = Expected(params["name"], params["namespace"], params["trust_domain"], datetime.now(timezone.utc))
    problems += [*decision.problems, *(bundle_problems(decision.bundle, expected) if decision.bundle else [])]
    problems = errors_first(problems)
    changes = []
    if client and decision.writes and not any(problem.severity == ERROR for problem in problems):
        changes = [write(client, t.cast(Bundle, decision.bundle), found, params, check_mode)]
    return finished(params, problems, decision, changes)


def finished(
    params: t.Mapping[str, t.Any], problems: list[Problem], decision: Decision, changes: list[Change]
) -> Result:
    """The result. Raises MeshError, with the problems in its details, where they fail the task."""
    told = [problem.as_dict() for problem in problems]
    if any(problem.severity in FAILS_ON[params["fail_on"]] for problem in problems):
        raise MeshError(
            report(f"Certificate authority of cluster {params['name']}", problems), details={"problems": told}
        )
    return {
        "changed": any(change.changed for change in changes),
        "diff": [change.diff() for change in changes if change.changed],
        "objects": [change.summary() for change in changes],
        "problems": told,
        "roots": sorted(root_prints(decision.bundle.texts.get(ROOT, ""))) if decision.bundle else [],
        "warnings": [f"{x.cluster}: {x.what}: {x.why}. {x.todo}." for x in problems]
        if params["fail_on"] != "never"
        else [],
    }


def read_found(client: KubernetesClient, params: t.Mapping[str, t.Any]) -> Found:
    """What there is already: the Secret of this cluster, and the root of the control plane that runs in the primary."""
    namespace = params["namespace"]
    secret = client.get(SECRET, NAME, namespace)
    primary = (
        KubernetesClient(access_from(params["primary"], params["primary"]["name"])) if params["primary"] else client
    )
    runs = primary.list(DEPLOYMENT, namespace, labels=SELECTOR)
    config_map = primary.get(CONFIG_MAP, ROOT_CONFIG_MAP, namespace) if runs else None
    return Found(secret, bundle_of(secret), ((config_map or {}).get("data") or {}).get(ROOT, ""))


def bundle_of(secret: Object | None) -> Bundle | None:
    """The content of the Secret by the names of FILES; None where it is not there, or istiod's own."""
    data = (secret or {}).get("data") or {}
    if secret is None or ISTIOS_OWN in data:
        return None
    texts = {TLS_NAMES.get(key, key): decoded(value) for key, value in data.items() if TLS_NAMES.get(key, key) in FILES}
    if "tls.crt" in data:
        texts[CHAIN] = texts[CERTIFICATE] + texts.get(ROOT, "")  # istiod makes it so, too
    return Bundle(f"Secret {secret['metadata']['namespace']}/{NAME}", texts)


def decoded(value: str) -> str:
    """A value of a Secret as text, "" for what is none: then no certificate can be read of it."""
    try:
        return base64.b64decode(value, validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return ""


def write(
    client: KubernetesClient, bundle: Bundle, found: Found, params: t.Mapping[str, t.Any], check_mode: bool
) -> Change:
    """Bring the Secret to the files. decide() lets only one be written that is ours, or not there."""
    wanted = {
        "apiVersion": SECRET.api_version,
        "kind": SECRET.kind,
        "metadata": {"name": NAME, "namespace": params["namespace"]},
        "type": "Opaque",
        "data": {file: base64.b64encode(bundle.texts[file].encode()).decode() for file in FILES},
    }
    body = marked(wanted, params["mesh_id"], adopted=False)
    return apply_object(client, SECRET, body, found.secret, dry_run=check_mode, method=apply_method_from(params))
