"""Every call that the lab's cloud answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import cbn, cs, ecs, slb, vpc
from .request import Request
from .state import State

Handler = Callable[[State, Request], dict[str, Any]]
HANDLERS: dict[str, Handler] = {**cs.HANDLERS, **ecs.HANDLERS, **slb.HANDLERS, **vpc.HANDLERS, **cbn.HANDLERS}
