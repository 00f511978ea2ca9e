# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options by which a task says how a control plane reaches a remote; the argument spec is credential_options() in
module_utils/_istio/terms.py.

The modules that make a credential differ in what they offer: each says the choices and defaults of `credential_kind` and `rules`.
"""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  name:
    description:
      - Name of the cluster in the mesh. In the kubeconfig it is the name of cluster, user and context alike.
      - A DNS-1123 label.
    type: str
    required: true
  mesh_id:
    description: The mesh that the cluster belongs to.
    type: str
    required: true
  namespace:
    description: Namespace of the control plane, the same in all clusters. Account and Secret of the credential are in it.
    type: str
    default: istio-system
  credential_kind:
    description:
      - V(token_secret) is a Secret of type C(kubernetes.io/service-account-token), as C(istioctl) makes it. Its token has no end.
      - V(token_request) is a token with an end, bound to a Secret of ours, so that deleting the Secret revokes it. It is minted
        anew once less than a third of its life is left, when another lifetime is asked for, or when the account or the Secret was
        made anew; so run this again before two thirds are over.
      - When the kind or the account changes, the old Secret goes from the remote, and with it its token. An operator that reads
        a credential only once has to be restarted then.
    type: str
    default: token_secret
  credential_lifetime:
    description:
      - Seconds that a token of the kind V(token_request) is to live, 600 at least. The default is 30 days.
      - Clouds grant less than is asked for, some a day. That is a warning, and what was granted counts.
    type: int
    default: 2592000
  rules:
    description:
      - V(reader) gives the rights of the reader of Istio's charts in an account of ours.
      - V(operator) gives all rights, for an operator that installs what the cluster needs, as the page of Alibaba Cloud has it.
    type: str
  service_account:
    description:
      - The ServiceAccount in the remote. The default is C(multiregion-istio-reader) for the V(reader) and
        C(istio-operator) for the V(operator) of O(rules).
    type: str
  api_server:
    description:
      - URL by which the control plane reaches the API server of the remote. The default is the one that Ansible uses.
      - A loopback address is refused.
    type: str
  api_server_proxy:
    description: URL of a proxy on the way from the control plane to that API server (C(proxy-url) of the kubeconfig).
    type: str
  api_server_ca:
    description:
      - Path of a PEM file with the certificate authority of that API server, for example where a load balancer stands before it.
      - The default is what the cluster itself says, in its token Secrets or in the ConfigMap C(kube-root-ca.crt).
    type: path
  api_server_tls_server_name:
    description:
      - Name that the control plane looks for in the certificate of that API server, where it differs from the one in O(api_server).
    type: str
  force:
    description: Take over objects that belong to others. They count as adopted from then on.
    type: bool
    default: false
"""
