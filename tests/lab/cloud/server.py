"""The lab's cloud as one HTTP endpoint on loopback for ECS, VPC, CEN, CLB and ACK, as strict as the real ones are, or stricter.

A call goes through: signature, faults that were asked for, parameters, permission, the handler. What handlers decide is in
cs.py, ecs.py, slb.py, vpc.py and cbn.py.
"""

from __future__ import annotations

import copy
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

from . import permissions, schema
from .errors import Refused
from .faults import DROPS, Fault, Faults
from .handlers import HANDLERS
from .log import Call, is_read
from .report import Report, apply
from .request import Request
from .signature import Message, Nonces, verify
from .state import Key, State

MOST_TOKEN = 64  # characters


@dataclass(frozen=True)
class Answer:
    """None as `body` is no answer at all: the connection is closed."""

    status: int
    body: Mapping[str, Any] | None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Cloud:
    """The endpoint without its sockets. May be used by several threads.

    calls:   all that arrived with a name, in order; a test may clear it
    now:     seconds since 1970 for signatures and temporary keys. What takes time goes by state.clock
    changed: called after each write, before its answer
    reported: names of the clusters that have told of their nodes and Services
    """

    state: State
    faults: Faults = field(default_factory=Faults)
    calls: list[Call] = field(default_factory=list)
    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    changed: Callable[[], None] = lambda: None
    reported: set[str] = field(default_factory=set)
    done: dict[tuple[str, str, str], tuple[Request, dict[str, Any]]] = field(default_factory=dict)  # by client token
    nonces: Nonces = field(default_factory=Nonces)
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def writes(self) -> list[Call]:
        return [call for call in self.calls if not call.is_read]

    def report(self, cluster: str, report: Report) -> str:
        """Take what a cluster tells of itself; or what is missing in it."""
        with self.lock:
            missing = apply(self.state, cluster, report)
            if not missing:
                self.changed()
                self.reported.add(cluster)
        return missing

    def answer(self, message: Message) -> Answer:
        """The answer to a message, which is logged."""
        request_id = str(uuid.uuid4()).upper()
        request, code, faults = Request(""), "", list[Fault]()
        try:
            call, request = called(message)
            key = verify(message, self.state.keys, self.nonces, self.now())
            faults = self.faults.of(request.action)
            body = self.with_faults(call, request, key, faults)
            answer = Answer(200, {**body, "RequestId": request_id} if call.style == "RPC" else body)
        except Refused as refused:
            code = refused.code
            answer = refusal(refused, product_of(message), request_id)
        is_dropped = any(fault.kind in DROPS for fault in faults)
        self.calls.append(Call(request.action, request.region, request.parameters, code, is_dropped))
        return Answer(0, None) if is_dropped else answer

    def with_faults(self, call: schema.Call, request: Request, key: Key, faults: list[Fault]) -> dict[str, Any]:
        """The answer's body, unless a fault comes before the call is done."""
        for fault in faults:
            if fault.kind == "latency":
                self.sleep(fault.seconds)
            if refused := fault.refusal():
                raise refused
        if any(fault.kind == "drop" for fault in faults):
            return {}
        schema.check(call, request.parameters)
        check_token(request)
        permissions.check(key, call)
        with self.lock:
            return self.handled(request, key)

    def handled(self, request: Request, key: Key) -> dict[str, Any]:
        """What the handler says; what it said before where the caller repeats itself; nothing is done in a dry run."""
        handler = HANDLERS[request.action]
        if request.flag("DryRun"):
            handler(copy.deepcopy(self.state), request)
            raise Refused("DryRunOperation", "Request validation has been passed with DryRun flag set.")
        token = (key.id, request.action, request.get("ClientToken"))
        if token in self.done:
            before, body = self.done[token]
            if before != request:
                text = "The request uses the same client token as a previous, but non-identical request."
                raise Refused("IdempotentParameterMismatch", text)
            return body
        body = handler(self.state, request)
        if not is_read(request.action):
            self.changed()
        if token[-1]:
            self.done[token] = request, body
        return body


def called(message: Message) -> tuple[schema.Call, Request]:
    """Which call a message is, and its parameters: of the query and the path, as no call here has a body.

    The product follows from the version, a ROA call from its path.

    :raises Refused: it is no call of this cloud.
    """
    parameters = dict(parse_qsl(message.query, keep_blank_values=True))
    for name in HANDLERS:
        call = schema.calls()[name]
        if call.version != message.headers.get("x-acs-version") or call.method != message.method:
            continue
        found = call.path_parameters(unquote(message.path))
        if found is not None and (call.style == "ROA" or name == message.headers.get("x-acs-action")):
            parameters |= found
            region = parameters.get("RegionId") or parameters.get("region_id", "")
            return call, Request(name, region, parameters)
    raise Refused("InvalidAction.NotFound", "Specified api is not found, please check your url and method.", 404)


def check_token(request: Request) -> None:
    """:raises Refused: a client token that is too long, or not in ASCII."""
    token = request.get("ClientToken")
    if len(token) > MOST_TOKEN or not token.isascii():
        raise Refused("InvalidParameter", f"ClientToken has at most {MOST_TOKEN} ASCII characters.")


def product_of(message: Message) -> str:
    versions = {call.version: call.product for call in schema.calls().values()}
    return versions.get(message.headers.get("x-acs-version", ""), "")


def refusal(refused: Refused, product: str, request_id: str) -> Answer:
    """An error in the shape of its product: ACK writes its fields in lower case."""
    headers = {"x-acs-retry-after": str(round(refused.retry_after * 1000))} if refused.retry_after else {}
    if product == "cs":
        body = {"code": refused.code, "message": refused.message, "requestId": request_id, "status": refused.status}
        return Answer(refused.status, {**body, **refused.detail}, headers)
    body = {
        "RequestId": request_id,
        "HostId": f"{product}.aliyuncs.com",
        "Code": refused.code,
        "Message": refused.message,
    }
    return Answer(refused.status, {**body, **refused.detail}, headers)
