"""Answers of the lab's cloud against the models of the official clients."""

from __future__ import annotations

import copy
import typing as t
from functools import cache

from tests.lab.cloud.account import small_account
from tests.lab.cloud.describe import described_answer
from tests.lab.cloud.request import Request
from tests.lab.cloud.server import Answer, Cloud
from tests.lab.cloud.signature import Message
from tests.lab.cloud.state import Key

PYTHON: dict[str, t.Any] = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "json": dict}


@cache
def answer_of(action: str) -> dict[str, t.Any]:
    return described_answer(action)


def mismatches(action: str, answer: t.Mapping[str, t.Any]) -> list[str]:
    """What of an answer the official model does not have, or has of another type."""
    return list(differences(answer_of(action), answer, action))


def differences(kind: t.Any, value: t.Any, at: str) -> t.Iterator[str]:
    if isinstance(kind, list):
        if not isinstance(value, list):
            yield f"{at} is no list: {value!r}"
            return
        for item in value:
            yield from differences(kind[0], item, f"{at}[]")
    elif isinstance(kind, dict):
        if not isinstance(value, dict):
            yield f"{at} is no object: {value!r}"
            return
        known = {name.rstrip("*"): below for name, below in kind.items()}
        yield from (f"{at}.{name} is not known" for name in value if name not in known)
        for name in known.keys() & value.keys():
            yield from differences(known[name], value[name], f"{at}.{name}")
    elif not isinstance(value, PYTHON[kind]) or (isinstance(value, bool) and kind != "boolean"):
        yield f"{at} is no {kind}: {value!r}"


class CheckedCloud(Cloud):
    """A cloud that notes what it got, and what of its answers the official models do not have."""

    def __init__(self) -> None:
        super().__init__(small_account())
        self.messages: list[Message] = []
        self.answers: list[tuple[str, dict[str, t.Any]]] = []

    def answer(self, message: Message) -> Answer:
        self.messages.append(message)
        return super().answer(message)

    def handled(self, request: Request, key: Key) -> dict[str, t.Any]:
        body = super().handled(request, key)
        self.answers.append((request.action, copy.deepcopy(body)))
        return body

    @property
    def wrong(self) -> list[str]:
        """Looked up once all is answered: importing the models may take longer than a client waits for an answer."""
        return [what for action, body in self.answers for what in mismatches(action, body)]
