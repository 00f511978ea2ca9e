"""Verification of V3 signatures (ACS3-HMAC-SHA256), stricter than the cloud where its documentation is.

Algorithm and header names: facts/alibaba-cloud-api.md, section 8. Names of errors that are not documented are marked there.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import threading
from calendar import timegm
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import strptime
from urllib.parse import parse_qsl, quote

from .errors import Refused
from .state import Key

ALGORITHM = "ACS3-HMAC-SHA256"
SKEW = 15 * 60  # seconds
NEEDED = ("host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce", "x-acs-version")
FORM = re.compile(rf"{ALGORITHM} Credential=([^,]+),SignedHeaders=([^,]+),Signature=([0-9a-f]{{64}})")


@dataclass(frozen=True)
class Message:
    """What arrived: header names in lower case; query without the question mark."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass
class Nonces:
    """Those seen, each with the instant after which its signature is too old anyway."""

    seen: dict[str, float] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def use(self, nonce: str, now: float) -> None:
        """:raises Refused: it was used before."""
        with self.lock:
            for old in [one for one, until in self.seen.items() if until < now]:
                del self.seen[old]
            if nonce in self.seen:
                raise Refused("SignatureNonceUsed", "Specified signature nonce was used already.")
            self.seen[nonce] = now + 2 * SKEW


def verify(message: Message, keys: Mapping[str, Key], nonces: Nonces, now: float) -> Key:
    """The key that signed a message. `now` in seconds since 1970.

    :raises Refused: with the cloud's code for what is wrong.
    """
    key_id, names, given = parts(message.headers)
    check_headers(message.headers, names)
    if message.headers["x-acs-content-sha256"] != hashlib.sha256(message.body).hexdigest():
        raise Refused("SignatureDoesNotMatch", "x-acs-content-sha256 is not the hash of the body.")
    check_date(message.headers["x-acs-date"], now)
    key = keys.get(key_id)
    if key is None:
        raise Refused("InvalidAccessKeyId.NotFound", "Specified access key is not found.", 404)
    signed = text_to_sign(message, names)
    if not hmac.compare_digest(hmac.new(key.secret.encode(), signed.encode(), hashlib.sha256).hexdigest(), given):
        text = "Specified signature is not matched with our calculation. server string to sign is:"
        raise Refused("SignatureDoesNotMatch", text + signed)
    check_token(key, message.headers.get("x-acs-security-token", ""), now)
    nonces.use(message.headers["x-acs-signature-nonce"], now)
    return key


def parts(headers: Mapping[str, str]) -> tuple[str, list[str], str]:
    """Key id, names of the signed headers, signature."""
    found = FORM.fullmatch(headers.get("authorization", ""))
    if not found:
        raise Refused("IncompleteSignature", f"The Authorization header is missing or is no {ALGORITHM}.")
    return found[1], found[2].split(";"), found[3]


def check_headers(headers: Mapping[str, str], names: list[str]) -> None:
    """What is needed is there, and what has a meaning is signed: all but Authorization itself and the connection's own."""
    missing = [name for name in NEEDED if name not in headers]
    if missing:
        raise Refused("MissingParameter", f"Header {missing[0]} is mandatory for this action.")
    absent = [name for name in names if name not in headers]
    meant = {name for name in headers if name.startswith("x-acs-") or name in ("host", "content-type")}
    unsigned = sorted(meant - set(names))
    if absent or unsigned or names != sorted(names):
        raise Refused("IncompleteSignature", f"Signed but absent: {absent}; there but not signed: {unsigned}.")


def check_date(text: str, now: float) -> None:
    try:
        then = timegm(strptime(text, "%Y-%m-%dT%H:%M:%SZ"))
    except ValueError:
        raise Refused("InvalidTimeStamp.Format", "Specified time stamp or date value is not well formatted.") from None
    if abs(now - then) > SKEW:
        raise Refused("InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.")


def check_token(key: Key, token: str, now: float) -> None:
    """A temporary key needs its own token, within its time; another key must have none."""
    if token != key.token:
        code = "InvalidSecurityToken.MismatchWithAccessKey" if token else "MissingSecurityToken"
        raise Refused(code, "The security token is missing or does not belong to the access key.")
    if token and now >= key.expires:
        raise Refused("InvalidSecurityToken.Expired", "Specified SecurityToken is expired.")


def text_to_sign(message: Message, names: list[str]) -> str:
    pairs = sorted(parse_qsl(message.query, keep_blank_values=True))
    canonical = [
        message.method,
        message.path,
        "&".join(f"{encoded(name)}={encoded(value)}" for name, value in pairs),
        "".join(f"{name}:{message.headers[name].strip()}\n" for name in names),
        ";".join(names),
        hashlib.sha256(message.body).hexdigest(),
    ]
    return f"{ALGORITHM}\n{hashlib.sha256(chr(10).join(canonical).encode()).hexdigest()}"


def encoded(text: str) -> str:
    return quote(text, safe="-_.~")
