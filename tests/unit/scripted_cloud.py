"""An HTTP server on loopback that gives the answers of a script, one a request: for answers that no cloud of sound mind gives."""

from __future__ import annotations

import contextlib
import json
import threading
import typing as t
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

DROP = "drop"  # the connection is closed without an answer
Answer = tuple[int, t.Any, dict[str, str]]


@dataclass
class Script:
    """answers: what is left to say; the last one is said again and again. calls: the requests so far."""

    answers: list[t.Any]
    calls: list[dict[str, t.Any]] = field(default_factory=list)
    url: str = ""

    def next(self) -> t.Any:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    @property
    def endpoints(self) -> dict[str, str]:
        return dict.fromkeys(("cs", "ecs", "vpc", "cbn", "slb"), self.url)


def said(body: t.Any, status: int = 200, **headers: str) -> Answer:
    return status, body, {key.replace("_", "-"): value for key, value in headers.items()}


def refused(code: str, message: str = "no", status: int = 400, **headers: str) -> Answer:
    return said({"Code": code, "Message": message, "RequestId": "R-1"}, status, **headers)


@contextlib.contextmanager
def scripted(*answers: t.Any) -> t.Iterator[Script]:
    script = Script(list(answers))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            url = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            call = {"path": url.path, "query": dict(parse_qsl(url.query)), "headers": dict(self.headers), "body": body}
            script.calls.append({**call, "method": self.command, "action": self.headers["x-acs-action"]})
            answer = script.next()
            if answer == DROP:
                self.close_connection = True
                return
            status, content, headers = answer
            data = (content if isinstance(content, str) else json.dumps(content)).encode()
            self.send_response(status)
            for name, value in {**headers, "content-length": str(len(data))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    script.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield script
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
