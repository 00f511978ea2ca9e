# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the operator makes in its own cluster by an Istio resource: Services, behind which nothing runs."""

from __future__ import annotations

from api_server import Api, Object, owner
from own_deployment import has_nodes

INGRESS = "istio-ingressgateway"
INGRESS_ADDRESS = "192.0.2.10"


def make_services(api: Api, istio: Object) -> Object:
    """The Services of istiod and, where the spec has one, of the ingress gateway. Returns its address for the status."""
    make_service(api, istio, "istiod", {"app": "istiod"}, {"ports": [{"name": "https-dns", "port": 15012}]}, {})
    found = (istio["spec"].get("gateways") or {}).get("ingress") or {}
    ingress = found[0] if isinstance(found, list) else found
    if not ingress or not ingress.get("enabled", True):
        return {}
    spec = {"type": ingress.get("serviceType", "LoadBalancer"), "ports": [{"name": "http2", "port": 80}]}
    annotations = ingress.get("serviceAnnotations") or {}
    live = make_service(api, istio, INGRESS, {"istio": "ingressgateway"}, spec, annotations)
    if not has_nodes(api) and live["spec"]["type"] == "LoadBalancer":
        path = f"/api/v1/namespaces/{istio['metadata']['namespace']}/services/{INGRESS}/status"
        live = api.merge(path, {"status": {"loadBalancer": {"ingress": [{"ip": INGRESS_ADDRESS}]}}})
    given = [one["ip"] for one in live["status"]["loadBalancer"].get("ingress") or []]
    return {"GatewayAddress": given} if given else {}


def make_service(api: Api, istio: Object, name: str, selector: Object, spec: Object, annotations: Object) -> Object:
    """A Service of the control plane, as it is where it is there."""
    path = f"/api/v1/namespaces/{istio['metadata']['namespace']}/services"
    metadata = {"name": name, "ownerReferences": [owner(istio)], "annotations": annotations}
    wanted = {"metadata": metadata, "spec": {**spec, "selector": selector}}
    return api.get(f"{path}/{name}") or api.call("POST", path, wanted)
