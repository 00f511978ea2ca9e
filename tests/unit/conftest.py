"""The lab's cloud for every test that asks for it. Imported only then: most tests need none of it."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator
from functools import partial

import pytest

if t.TYPE_CHECKING:
    from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.client import Client, Options
    from tests.lab.cloud.endpoint import Endpoint
    from tests.lab.cloud.server import Cloud


@pytest.fixture
def cloud() -> Cloud:
    """An account with three VPCs in two regions: the lab's three clusters with Flannel, and one with Terway."""
    from tests.lab.cloud.account import small_account
    from tests.lab.cloud.server import Cloud

    return Cloud(small_account())


@pytest.fixture
def endpoint(cloud: Cloud) -> Iterator[Endpoint]:
    """That cloud on loopback."""
    from tests.lab.cloud.endpoint import serve

    with serve(cloud) as served:
        yield served


@pytest.fixture
def options(endpoint: Endpoint) -> Options:
    """Options of the client that lead to that cloud, in cn-beijing, with a key that may do everything."""
    from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.client import Options
    from tests.lab.cloud.account import KEY

    return Options("cn-beijing", KEY.id, KEY.secret, endpoints=endpoint.endpoints)


@pytest.fixture
def brief_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client repeats a call as often as ever, and pauses a fiftieth of the time before."""
    from ansible_collections.multiregion.istio.plugins.module_utils._alibaba import client
    from ansible_collections.multiregion.istio.plugins.module_utils._retry import Backoff

    monkeypatch.setattr(client, "Backoff", partial(Backoff, first=0.01))


@pytest.fixture
def client(options: Options) -> Client:
    """The collection's client, with that cloud."""
    from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.client import Client

    return Client(options)
