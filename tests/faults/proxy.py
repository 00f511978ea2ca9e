"""A reverse proxy in front of an API server, which counts requests and does to the n-th what a test plans.

It listens on loopback with the API server's own certificate (kubeconfigs name it by tls-server-name), and forwards who brings no
token as the lab's admin. Every request has an upstream connection of its own: what a restart breaks is what the test broke.
"""

from __future__ import annotations

import asyncio
import base64
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import aiohttp
import yaml
from aiohttp import web

from tests.lab.certificates import kubeconfig, pki
from tests.lab.host import write_private
from tests.lab.topology import ControlPlane

READS = ("GET", "HEAD", "OPTIONS")
QUESTIONS = ("/apis/authorization.k8s.io/", "/apis/authentication.k8s.io/")
HOP_BY_HOP = ("connection", "content-encoding", "content-length", "host", "keep-alive", "transfer-encoding")
LARGEST = 64 * 1024 * 1024


@dataclass(frozen=True)
class Seen:
    """A request: the `number`-th of its run, and the `write`-th that changes something (0 where it does not)."""

    cluster: str
    method: str
    path: str
    number: int
    write: int

    @property
    def title(self) -> str:
        """In one line."""
        return f"{self.cluster}: {self.method} {self.path.partition('?')[0]}"


@dataclass(frozen=True)
class Fault:
    """What happens to a request.

    delay:  seconds before it goes on
    status: the answer that is given instead of the server's, with `headers`
    call:   called before the request reaches the server or after it has answered, as `when` says
    cut:    at that moment the connection is reset
    """

    delay: float = 0
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    call: Callable[[], None] = lambda: None
    cut: bool = False
    when: Literal["before", "after"] = "before"


Plan = Callable[[Seen], Fault]


def nothing(seen: Seen) -> Fault:
    """The plan of an undisturbed run."""
    return Fault()


class Proxies:
    """Proxies of several API servers with one count and one plan, in a thread of their own."""

    def __init__(self, planes: list[ControlPlane], place: Path) -> None:
        self.seen: list[Seen] = []
        self.plan: Plan = nothing
        self.place = place
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.runners: list[web.AppRunner] = []
        self.shown: dict[str, ssl.SSLContext] = {}
        for plane in planes:
            self._wait(self._listen(plane))

    def begin(self, plan: Plan = nothing) -> None:
        """Count from one again, by this plan."""
        self.seen, self.plan = [], plan

    def show_certificate(self, cluster: str) -> None:
        """Show who connects from now on the certificate that the API server's file holds."""
        self.shown[cluster].load_cert_chain(pki(cluster) / "apiserver.crt", pki(cluster) / "apiserver.key")

    @property
    def writes(self) -> list[Seen]:
        """The requests since then that change something, in the order in which they came."""
        return [one for one in self.seen if one.write]

    def close(self) -> None:
        """Answer no more."""
        for runner in self.runners:
            self._wait(runner.cleanup())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()

    def _wait(self, coroutine: object) -> None:
        asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(60)  # type: ignore[arg-type]

    async def _listen(self, plane: ControlPlane) -> None:
        async def handle(request: web.Request) -> web.StreamResponse:
            return await self._handle(plane, request)

        app = web.Application(client_max_size=LARGEST)
        app.router.add_route("*", "/{path:.*}", handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0)
        await runner.setup()
        self.runners.append(runner)
        own = self.shown[plane.name] = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.show_certificate(plane.name)
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=own)
        await site.start()
        port = runner.addresses[0][1]
        user = yaml.safe_load(kubeconfig(plane.name, "admin").read_text())["users"][0]["user"]
        parts = (user["client-certificate-data"], user["client-key-data"])
        write_private(self.place / f"{plane.name}.pem", "".join(base64.b64decode(part).decode() for part in parts))
        config = kubeconfig_of(plane, f"https://127.0.0.1:{port}", user)
        write_private(self.place / plane.name, yaml.safe_dump(config))

    async def _handle(self, plane: ControlPlane, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        write = len(self.writes) + 1 if is_write(request.method, request.path_qs, body) else 0
        seen = Seen(plane.name, request.method, request.path_qs, len(self.seen) + 1, write)
        self.seen.append(seen)
        fault = self.plan(seen)
        await asyncio.sleep(fault.delay)
        if fault.when == "before":
            await self.loop.run_in_executor(None, fault.call)
            if fault.cut:
                return reset(request)
        if fault.status:
            return web.json_response(status_of(fault.status), status=fault.status, headers=fault.headers)
        try:
            return await self._forward(plane, request, body, fault)
        except (aiohttp.ClientError, ConnectionError):
            return reset(request)

    async def _forward(
        self, plane: ControlPlane, request: web.Request, body: bytes, fault: Fault
    ) -> web.StreamResponse:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in HOP_BY_HOP}
        context = upstream(plane, None if "Authorization" in request.headers else self.place / f"{plane.name}.pem")
        connector = aiohttp.TCPConnector(ssl=context, force_close=True)
        timeout = aiohttp.ClientTimeout(total=None)
        async with (
            aiohttp.ClientSession(connector=connector, timeout=timeout) as session,
            session.request(
                request.method, plane.api_server + request.path_qs, headers=headers, data=body or None
            ) as answer,
        ):
            if fault.when == "after":
                await answer.read()
                await self.loop.run_in_executor(None, fault.call)
                if fault.cut:
                    return reset(request)
            kept = {name: value for name, value in answer.headers.items() if name.lower() not in HOP_BY_HOP}
            given = web.StreamResponse(status=answer.status, headers=kept)
            await given.prepare(request)
            if fault.when == "after":
                await given.write(await answer.read())
            else:
                async for part in answer.content.iter_any():  # a watch is answered piece by piece
                    await given.write(part)
            await given.write_eof()
            return given


def upstream(plane: ControlPlane, admin: Path | None) -> ssl.SSLContext:
    """TLS to the API server. A client's certificate would count before a token."""
    context = ssl.create_default_context(cafile=str(pki(plane.name) / "ca.crt"))
    if admin:
        context.load_cert_chain(admin)
    return context


def reset(request: web.Request) -> web.StreamResponse:
    """The connection is gone; what is returned reaches nobody."""
    if request.transport:
        request.transport.abort()
    return web.Response()


def is_write(method: str, path: str, body: bytes) -> bool:
    """Whether a request changes something: no read, no dry run, no question in the form of an object."""
    if method in READS or path.startswith(QUESTIONS) or "dryRun=All" in path:
        return False
    return not (method == "DELETE" and b"dryRun" in body)


def status_of(code: int) -> dict[str, object]:
    """An answer as API servers give it."""
    return {"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": "a test's answer", "code": code}


def kubeconfig_of(plane: ControlPlane, server: str, user: dict[str, str]) -> dict[str, object]:
    """A kubeconfig for the proxy. It does not ask for the certificate, but programs ask for an identity."""
    name = plane.name
    cluster = {"server": server, "certificate-authority": str(pki(name) / "ca.crt"), "tls-server-name": "kubernetes"}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": cluster}],
        "users": [{"name": name, "user": user}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "current-context": name,
    }
