# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Chromium without a screen, spoken to by the DevTools protocol over a pair of pipes: no port, no driver, no package."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PROGRAM = "/usr/bin/chromium"
# As root there is no sandbox; the pages are our own, and their policy lets them load nothing.
OPTIONS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-pipe")
QUIET = ("--no-first-run", "--disable-background-networking", "--disable-component-update", "--hide-scrollbars")
SECONDS_TO_END = 20.0

Answer = dict[str, Any]


@dataclass
class Page:
    """A tab. `said`: what the page has put on the console, and what the browser says of it, such as refused resources. `asked`: URLs."""

    source: int
    sink: int
    session: str = ""
    calls: int = 0
    rest: bytes = b""
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def call(self, method: str, **params: Any) -> Answer:
        """The result of a command. Raises RuntimeError with the browser's own words."""
        self.calls += 1
        message = {"id": self.calls, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.sink, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.next()
            if answer.get("id") == self.calls:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return dict(answer["result"])

    def next(self) -> Answer:
        """The next message, which is kept where it is about the console."""
        while b"\0" not in self.rest:
            more = os.read(self.source, 1 << 20)
            if not more:
                raise RuntimeError("Chromium has ended")
            self.rest += more
        line, _, self.rest = self.rest.partition(b"\0")
        message: Answer = json.loads(line)
        method = message.get("method", "")
        self.seen.add(method)
        if method in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"):
            self.said.append(json.dumps(message["params"]))
        elif method == "Network.requestWillBeSent":
            self.asked.append(message["params"]["request"]["url"])
        return message

    def open(self, file: Path, *, width: int, dark: bool) -> None:
        """Load a file in a window so wide, in one of the two schemes."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        self.seen.clear()
        self.call("Page.navigate", url=file.as_uri())
        while "Page.loadEventFired" not in self.seen:
            self.next()

    def value(self, expression: str) -> Any:
        """What a JavaScript expression is in the page; the page's own policy does not bind it."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(str(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def keep(self, picture: Path) -> None:
        """A picture of the whole page."""
        answer = self.call("Page.captureScreenshot", captureBeyondViewport=True)
        picture.parent.mkdir(parents=True, exist_ok=True)
        picture.write_bytes(base64.b64decode(answer["data"]))


@contextmanager
def chromium(place: Path) -> Iterator[Page]:
    """A browser with one empty tab; its profile is below `place`. It is ended with the context."""
    ours, theirs = os.pipe(), os.pipe()
    command = [PROGRAM, *OPTIONS, *QUIET, f"--user-data-dir={place / 'profile'}", "about:blank"]
    shell = ["/bin/bash", "-c", f'exec "$@" 3<&{theirs[0]} 4>&{ours[1]}', "chromium", *command]
    with (place / "chromium.log").open("wb") as log:
        process = subprocess.Popen(
            shell,
            pass_fds=(theirs[0], ours[1]),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    os.close(theirs[0])
    os.close(ours[1])
    page = Page(ours[0], theirs[1])
    try:
        target = page.call("Target.createTarget", url="about:blank")["targetId"]
        page.session = page.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "Accessibility"):
            page.call(f"{domain}.enable")
        yield page
    finally:
        os.close(theirs[1])
        os.close(ours[0])
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """The browser ends once its pipe is closed; what does not is killed, and nothing else."""
    try:
        process.wait(SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
