"""What clusters hold is shown as text: templates, quotes, newlines and HTML in it are data, never code."""

from __future__ import annotations

import pytest

from .clusters import NAMESPACE, PRIMARY, REMOTES, members, patch
from .conftest import QUICK, hostile
from .runs import Workplace

FIRST = REMOTES[0]
ANNOTATION = "topology.istio.io/controlPlaneClusters"

pytestmark = pytest.mark.usefixtures("mesh")


def test_a_hostile_message_and_annotation_are_told_as_text(place: Workplace) -> None:
    executed = place.place / "executed"
    text = hostile(executed)
    status = {"Status": "ReconcileFailed", "ErrorMessage": f"first line\n{text}"}
    patch(PRIMARY, "remoteistio", FIRST, {"status": status}, "--subresource", "status")
    patch(FIRST, "namespace", NAMESPACE, {"metadata": {"annotations": {ANNOTATION: text}}})
    place.run("verify", *QUICK).refused(FIRST, text)
    told = [problem["why"] for problem in place.result("verify")["problems"] if problem["cluster"] == FIRST]
    assert [why for why in told if text in why]
    place.run("site", "--check", "--diff", *QUICK).succeeded().says(text)
    place.run("remotes").succeeded()
    assert members() == dict.fromkeys(REMOTES, "Available")
    assert not executed.exists()
