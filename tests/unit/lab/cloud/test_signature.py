"""Signatures as the official library makes them, and everything that may be wrong with one."""

from __future__ import annotations

import hashlib
import hmac
import time
import typing as t
from dataclasses import replace

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.client import Client, Options
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.errors import AlibabaError
from tests.lab.cloud.account import KEY
from tests.lab.cloud.errors import Refused
from tests.lab.cloud.signature import Message, Nonces, parts, text_to_sign, verify
from tests.lab.cloud.state import Key
from tests.unit.lab.cloud.official import CheckedCloud

TEMPORARY = Key("STS.lab", "temporary-secret", "token-of-lab")
MINUTE = 60


@pytest.fixture
def message(cloud: CheckedCloud, client: Client) -> Message:
    """One that the official library has signed; parameters with what has to be encoded."""
    client.call("DescribeClustersV1", name="a b*c~d/é")
    return cloud.messages[0]


def code_of(message: Message, now: float = 0, nonces: Nonces | None = None, key: Key = KEY) -> str:
    """The code of the refusal, "" for none."""
    try:
        verify(message, {key.id: key}, nonces or Nonces(), now or time.time())
    except Refused as refused:
        return refused.code
    return ""


def without(message: Message, header: str) -> Message:
    return replace(message, headers={name: value for name, value in message.headers.items() if name != header})


def test_what_the_official_library_signs_is_accepted(message: Message) -> None:
    assert code_of(message) == ""


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"access_key": "LTAIother"}, "InvalidAccessKeyId.NotFound"),
        ({"secret_key": "other"}, "SignatureDoesNotMatch"),
    ],
)
def test_a_wrong_key_is_refused(cloud: CheckedCloud, options: Options, changed: dict[str, t.Any], code: str) -> None:
    with pytest.raises(AlibabaError) as caught:
        Client(replace(options, **changed)).call("DescribeClustersV1")
    assert caught.value.code == code
    assert [call.code for call in cloud.calls] == [code]


@pytest.mark.parametrize("part", ["method", "path", "query"])
def test_a_signature_is_for_one_request(message: Message, part: str) -> None:
    other = {"method": "POST", "path": "/clusters", "query": f"{message.query}&page_size=1"}
    changed: dict[str, t.Any] = {part: other[part]}
    assert code_of(replace(message, **changed)) == "SignatureDoesNotMatch"


def test_a_signed_header_cannot_be_changed(message: Message) -> None:
    headers = {**message.headers, "x-acs-signature-nonce": "other"}
    assert code_of(replace(message, headers=headers)) == "SignatureDoesNotMatch"


def signed(message: Message, names: list[str]) -> Message:
    """It, signed again with the right secret, but these headers only."""
    signature = hmac.new(KEY.secret.encode(), text_to_sign(message, names).encode(), hashlib.sha256).hexdigest()
    given = f"ACS3-HMAC-SHA256 Credential={KEY.id},SignedHeaders={';'.join(names)},Signature={signature}"
    return replace(message, headers={**message.headers, "authorization": given})


def test_the_hash_of_the_body_has_to_be_the_bodys(message: Message) -> None:
    assert code_of(replace(message, body=b"{}")) == "SignatureDoesNotMatch"
    names = parts(message.headers)[1]
    assert code_of(signed(message, names)) == ""
    headers = {**message.headers, "x-acs-content-sha256": hashlib.sha256(b"{}").hexdigest()}
    assert code_of(signed(replace(message, headers=headers), names)) == "SignatureDoesNotMatch"


@pytest.mark.parametrize("header", ["host", "x-acs-action", "x-acs-date", "x-acs-signature-nonce", "x-acs-version"])
def test_a_signature_has_to_cover_what_a_request_means(message: Message, header: str) -> None:
    names = parts(message.headers)[1]
    assert header in names
    assert code_of(signed(message, [name for name in names if name != header])) == "IncompleteSignature"


@pytest.mark.parametrize("header", ["x-acs-security-token", "content-type"])
def test_a_header_with_a_meaning_has_to_be_signed(message: Message, header: str) -> None:
    assert header not in parts(message.headers)[1]
    assert code_of(replace(message, headers={**message.headers, header: "x"})) == "IncompleteSignature"


@pytest.mark.parametrize(
    ("header", "code"),
    [("authorization", "IncompleteSignature"), ("x-acs-date", "MissingParameter"), ("accept", "IncompleteSignature")],
)
def test_headers_that_are_needed_or_signed_have_to_be_there(message: Message, header: str, code: str) -> None:
    assert code_of(without(message, header)) == code


@pytest.mark.parametrize(
    ("minutes", "code"),
    [(-16, "InvalidTimeStamp.Expired"), (-14, ""), (14, ""), (16, "InvalidTimeStamp.Expired")],
)
def test_clocks_may_differ_by_fifteen_minutes(message: Message, minutes: int, code: str) -> None:
    assert code_of(message, time.time() + minutes * MINUTE) == code


def test_a_date_in_another_form_is_refused(message: Message) -> None:
    headers = {**message.headers, "x-acs-date": "Tue, 24 Nov 2026 18:00:00 GMT"}
    assert code_of(replace(message, headers=headers)) == "InvalidTimeStamp.Format"


def test_a_request_cannot_be_sent_twice(cloud: CheckedCloud, message: Message) -> None:
    answer = cloud.answer(message)
    assert answer.status == 400
    assert answer.body and answer.body["code"] == "SignatureNonceUsed"


def test_nonces_are_forgotten_when_their_signatures_are_too_old() -> None:
    nonces = Nonces()
    nonces.use("a", 0)
    nonces.use("b", 31 * MINUTE)
    assert list(nonces.seen) == ["b"]


def temporary(options: Options, token: str = TEMPORARY.token) -> Client:
    return Client(replace(options, access_key=TEMPORARY.id, secret_key=TEMPORARY.secret, security_token=token))


def test_a_temporary_key_works_until_it_ends(cloud: CheckedCloud, options: Options) -> None:
    cloud.state.keys[TEMPORARY.id] = replace(TEMPORARY, expires=time.time() + MINUTE)
    assert temporary(options).pages("DescribeClustersV1")
    cloud.state.keys[TEMPORARY.id] = replace(TEMPORARY, expires=time.time() - 1)
    with pytest.raises(AlibabaError) as caught:
        temporary(options).call("DescribeClustersV1")
    assert caught.value.code == "InvalidSecurityToken.Expired"


@pytest.mark.parametrize(
    ("token", "code"), [("other", "InvalidSecurityToken.MismatchWithAccessKey"), ("", "MissingSecurityToken")]
)
def test_a_temporary_key_needs_its_own_token(cloud: CheckedCloud, options: Options, token: str, code: str) -> None:
    cloud.state.keys[TEMPORARY.id] = TEMPORARY
    with pytest.raises(AlibabaError) as caught:
        temporary(options, token).call("DescribeClustersV1")
    assert caught.value.code == code
