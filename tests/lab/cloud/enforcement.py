"""The packets of a network namespace go where the cloud lets them: its nft table follows the state, also where time alone changes it."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterable
from itertools import chain

from .network import Network, Timed
from .ruleset import ruleset
from .server import Cloud

LOOK_AGAIN = 60.0  # seconds, where nothing is known to change


class Enforcement:
    """Of the namespace that this process is in."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.loaded = ""
        self.loaded_at = 0.0  # by the network's clock
        self.changes = threading.Event()
        cloud.changed = self.load

    def load(self) -> None:
        """Bring the table to the state: afterwards packets go by it. Raises CalledProcessError where nft does not take it."""
        with self.cloud.lock:
            self.loaded_at = self.cloud.state.clock()
            text = ruleset(self.cloud.state)
            if text != self.loaded:
                subprocess.run(["nft", "--file", "-"], input=text, text=True, check=True, timeout=30)
                self.loaded = text
        self.changes.set()

    def follow(self) -> None:
        """Load whenever a state that takes time ends, until nft refuses."""
        while True:
            self.changes.clear()
            self.changes.wait(seconds_to_next(self.cloud.state, self.loaded_at))
            self.load()


def seconds_to_next(network: Network, since: float) -> float:
    """How long until something changes by itself that had not at `since`; 0 where it has meanwhile."""
    ends = [thing.at for thing in timed(network) if thing.becomes and thing.at > since]
    return max(0.0, min(ends) - network.clock()) if ends else LOOK_AGAIN


def timed(network: Network) -> Iterable[Timed]:
    """All that may be in a state that takes time."""
    named = (network.cens, network.routers, network.attachments, network.transit_tables, network.static_routes)
    return chain(*(things.values() for things in named), network.associations, network.propagations)
