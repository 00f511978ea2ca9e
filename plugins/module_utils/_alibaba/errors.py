# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong with a call to Alibaba Cloud: what repeating may cure, and what a person has to do about the rest.

Codes: facts of the API, sections 4 and 7, and terraform-provider-alicloud's lists of codes to repeat.
"""

from __future__ import annotations

import contextlib
import re
import typing as t

from .._errors import ApiError, MeshError
from .actions import Action

THROTTLED = ("throttling", "qps limit exceeded", "flow control")
SERVER_FAILED = ("ServiceUnavailable", "InternalError", "UnknownError", "ServerError")
# The object is about to change: the same call succeeds when it has.
BUSY = (
    "Operation.Blocking",
    "OperationConflict",
    "TokenProcessing",
    "InvalidOperation.CenInstanceStatus",
    "InvalidOperation.ChildInstanceStatus",
    "InstanceStatus.NotSupport",
    "OperationFailed.InvalidVpcStatus",
    "IncorrectStatus",
    "IncorrectVpcStatus",
    "TaskConflict",
)
# What a code begins with, and what to do about it.
TODO = (
    ("InvalidAccessKeyId", "Check the access key (alicloud_access_key): the cloud does not know it, or it is disabled"),
    (
        "SignatureDoesNotMatch",
        "Check the secret of the access key (alicloud_secret_key): it does not belong to the key",
    ),
    ("IncompleteSignature", "Check the secret of the access key (alicloud_secret_key)"),
    ("InvalidSecurityToken.Expired", "The temporary credential has ended: get a new one (alicloud_security_token)"),
    ("SecurityTokenExpired", "The temporary credential has ended: get a new one (alicloud_security_token)"),
    ("InvalidSecurityToken", "Check alicloud_security_token: it does not belong to the access key, or has ended"),
    ("InvalidTimeStamp", "Set this machine's clock: signatures are valid for 15 minutes"),
    ("SignatureNonceUsed", "Run it again: something on the way repeated the request"),
    ("AuthorizationLimitExceed", "Take away rules of the group, or have the quota of rules raised"),
    ("QuotaExceeded", "Have the quota raised (Quota Center), or take away what is no longer needed"),
    ("InsufficientBalance", "Top up the account"),
    ("Forbidden.SubUser", "Give the RAM user the permission"),
)
DENIED = (
    "Forbidden.RAM",
    "NoPermission",
    "StatusForbidden",
    "ForbiddenCheckPermission",
    "Forbidden.NoPermission",
    "Forbidden.SubUser",
)


class AlibabaError(ApiError):
    """An answer of Alibaba Cloud other than success, or none at all.

    code:       as the cloud gave it, "" where nothing answered
    status:     the HTTP code, 0 where nothing answered
    request_id: by which the cloud's support finds it
    action:     the call, "DescribeVpcs"
    passing:    whether the same call may succeed a little later
    undone:     whether it is certain that nothing was done: the cloud throttled, the object was about to change, or nobody saw the call
    asked:      seconds that the cloud asked to wait, 0 where it did not
    denied:     the RAM action that the caller lacks, "" where that is not the reason
    """

    def __init__(
        self,
        what: str,
        *,
        action: str = "",
        code: str = "",
        request_id: str = "",
        passing: bool = False,
        undone: bool = False,
        asked: float = 0,
        denied: str = "",
        **fields: t.Any,
    ) -> None:
        self.action = action
        self.code = code
        self.request_id = request_id
        self.passing = passing
        self.undone = undone
        self.asked = asked
        self.denied = denied
        super().__init__(what, **fields)


def refusal(action: Action, where: str, answer: t.Any) -> AlibabaError:
    """The error for an exception of the SDK that carries an answer of the cloud.

    answer: ClientException, ServerException or ThrottlingException of alibabacloud_tea_openapi
    where:  "in cn-beijing (VpcId vpc-1)"
    """
    body = answer.data if isinstance(answer.data, dict) else {}
    code = "" if answer.code in (None, "None") else str(answer.code)
    status = int(answer.status_code or 0)
    said = message_of(body)
    asked = (answer.retry_after or 0) / 1000
    request_id = str(body.get("RequestId") or body.get("requestId") or "")
    is_throttled = any(word in f"{code} {said}".lower() for word in THROTTLED) or status == 429 or asked > 0
    has_failed = status >= 500 or code.startswith(SERVER_FAILED)
    is_busy = code.startswith(BUSY)
    denied = missing_permission(action, code, status, body)
    return AlibabaError(
        f"{action.name} {where} was refused".replace("  ", " "),
        why=reason(code or f"HTTP {status}", said, request_id),
        todo=todo_for(code, denied, is_throttled=is_throttled, has_failed=has_failed),
        action=action.name,
        code=code,
        status=status,
        request_id=request_id,
        passing=is_throttled or has_failed or is_busy,
        undone=is_throttled or is_busy,
        asked=asked,
        denied=denied,
    )


def reason(code: str, said: str, request_id: str) -> str:
    identified = f" (request {request_id})" if request_id else ""
    return f"{code}: {said}{identified}" if said else f"{code}{identified}"


def message_of(body: t.Mapping[str, t.Any]) -> str:
    """The cloud's own words in one line, without the signed text that some of them repeat."""
    text = " ".join(str(body.get("Message") or body.get("message") or "").split())
    return re.split(r"server string to sign", text, maxsplit=1, flags=re.IGNORECASE)[0].rstrip(" ,.:;")


def todo_for(code: str, denied: str, *, is_throttled: bool, has_failed: bool) -> str:
    if is_throttled:
        return "The cloud went on limiting the calls of this account: run it again later, or run fewer things at once"
    for start, todo in TODO:
        if code.startswith(start):
            return todo
    if denied:
        return f"Give the identity behind the access key the RAM permission {denied}"
    if code.startswith(BUSY):
        return "It went on being busy: look at its status in the console, and run it again"
    return "The cloud failed, not the call: run it again" if has_failed else ""


def missing_permission(action: Action, code: str, status: int, body: t.Mapping[str, t.Any]) -> str:
    """The RAM action that would permit a call that was denied, "" for one that failed otherwise."""
    if code.startswith(DENIED) or (status == 403 and re.search(r"RAM|Ram(?![a-z])", code)):  # no Parameter
        return denied_action(body) or action.permission
    return ""


def denied_action(body: t.Mapping[str, t.Any]) -> str:
    """The RAM action as the cloud names it, "" where it does not."""
    for key in ("AccessDeniedDetail", "accessDeniedDetail"):
        detail = body.get(key)
        if isinstance(detail, dict):
            return str(detail.get("AuthAction") or detail.get("authAction") or "")
    return ""


UNSENT = ("NewConnectionError", "ConnectTimeoutError", "NameResolutionError", "Cannot connect to proxy")
UNTRUSTED = ("CERTIFICATE_VERIFY_FAILED", "SSLCertVerificationError")


def no_answer(action: Action, where: str, host: str, error: Exception) -> AlibabaError:
    """The error for a call without an answer that could be read."""
    text = str(error)
    is_untrusted = any(word in text for word in UNTRUSTED)
    if isinstance(error, RuntimeError):  # what the SDK makes of text that is no JSON
        why, todo = "the answer is no JSON", f"See whether {host} is the endpoint, and what proxy is on the way"
    elif is_untrusted:
        why, todo = (
            "its certificate is not trusted",
            "See what proxy is on the way, and give its CA (SSL_CERT_FILE)",
        )
    else:
        why, todo = (
            cause(text),
            f"See whether {host} is reached from this machine (option endpoints, HTTPS_PROXY, NO_PROXY)",
        )
    return AlibabaError(
        f"{action.name} {where} got no answer from {host}".replace("  ", " "),
        why=why,
        todo=todo,
        action=action.name,
        passing=not is_untrusted,
        undone=any(word in text for word in UNSENT),
    )


def cause(text: str) -> str:
    """The innermost words of an exception of requests, whose outer ones repeat the URL."""
    if "timed out" in text or "Timeout" in text:
        return "it did not answer in time"
    words = re.findall(r"\[Errno -?\d+\] ([^'\")]+)|'([^']*(?:closed|reset|aborted)[^']*)'", text)
    return next((first or second for first, second in reversed(words)), "the connection broke")


@contextlib.contextmanager
def about(cluster: str) -> t.Iterator[None]:
    """Errors from within are errors about this cluster."""
    try:
        yield
    except MeshError as error:
        error.cluster = error.cluster or cluster
        raise
