"""The sockets of the lab's cloud."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from .faults import Fault
from .report import Report
from .server import Answer, Cloud
from .signature import Message

PRODUCTS = ("cbn", "cs", "ecs", "slb", "vpc")


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, cloud: Cloud, host: str, port: int) -> None:
        self.cloud = cloud
        super().__init__((host, port), Handler)


class Handler(BaseHTTPRequestHandler):
    """Headers and body of an answer leave in one write: split, each call would wait 40 ms for a delayed ACK."""

    server: Server
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 20
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        if path.startswith("/_lab/"):
            self.send(control(self.server.cloud, self.command, path, body))
        else:
            self.send(self.server.cloud.answer(Message(self.command, path, query, headers, body)))

    do_POST = do_PUT = do_DELETE = do_GET

    def send(self, answer: Answer) -> None:
        if answer.body is None:
            self.close_connection = True
            return
        body = json.dumps(answer.body).encode()
        self.send_response(answer.status)
        for name, value in {"Content-Type": "application/json", **answer.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: Cloud.calls is the log."""


def control(cloud: Cloud, method: str, path: str, body: bytes) -> Answer:
    """What the lab asks outside the API.

    GET or DELETE /_lab/calls; POST /_lab/faults with a list of faults; PUT /_lab/clusters/NAME with the cluster's Report;
    GET /_lab/clusters for those that have reported
    """
    if (method, path) == ("GET", "/_lab/calls"):
        return Answer(200, {"calls": [asdict(call) for call in list(cloud.calls)]})
    if (method, path) == ("DELETE", "/_lab/calls"):
        cloud.calls.clear()
        return Answer(200, {})
    if (method, path) == ("POST", "/_lab/faults"):
        cloud.faults.replace(Fault(**fault) for fault in json.loads(body))
        return Answer(200, {})
    if (method, path) == ("GET", "/_lab/clusters"):
        return Answer(200, {"clusters": sorted(cloud.reported)})
    directory, _, name = path.rpartition("/")
    if (method, directory) == ("PUT", "/_lab/clusters"):
        missing = cloud.report(name, Report.read(json.loads(body)))
        return Answer(409 if missing else 200, {"message": missing})
    return Answer(404, {"message": f"no {method} {path}"})


@dataclass(frozen=True)
class Endpoint:
    host: str
    port: int

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def endpoints(self) -> dict[str, str]:
        """By product, as the collection's option endpoints takes them."""
        return dict.fromkeys(PRODUCTS, self.url)


@contextlib.contextmanager
def serve(cloud: Cloud, port: int = 0, host: str = "127.0.0.1", poll: float = 0.01) -> Iterator[Endpoint]:
    """The cloud at a port, 0 for any that is free, until the end of the block, which it notices within `poll` seconds."""
    with Server(cloud, host, port) as server:
        thread = threading.Thread(target=server.serve_forever, args=(poll,), daemon=True)
        thread.start()
        try:
            yield Endpoint(host, server.server_port)
        finally:
            server.shutdown()
            thread.join()
