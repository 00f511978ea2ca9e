# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options by which a task says how its cluster is reached; the argument spec is module_utils/_kubernetes/options.py.

A module with one cluster extends `multiregion.istio._kubernetes`. One with a second cluster writes the suboptions of
that one itself: a fragment cannot nest them.
"""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  kubeconfig:
    description:
      - Path of a kubeconfig file.
      - Without it and without O(host) the file that E(KUBECONFIG) names is used, or C(~/.kube/config).
      - If the option is not set, the value of E(K8S_AUTH_KUBECONFIG) is used.
    type: path
  context:
    description:
      - Context of the kubeconfig to use. The default is the current one.
      - If the option is not set, the value of E(K8S_AUTH_CONTEXT) is used.
    type: str
  host:
    description:
      - URL of the API server. It takes the place of the one in the kubeconfig.
      - If the option is not set, the value of E(K8S_AUTH_HOST) is used.
    type: str
  api_key:
    description:
      - Bearer token. It takes the place of the one in the kubeconfig.
      - If the option is not set, the value of E(K8S_AUTH_API_KEY) is used.
    type: str
  ca_cert:
    description:
      - Path of the file with the certificate authority of the API server.
      - If the option is not set, the value of E(K8S_AUTH_SSL_CA_CERT) is used.
    type: path
    aliases: [ssl_ca_cert]
  client_cert:
    description:
      - Path of the file with the client's certificate.
      - If the option is not set, the value of E(K8S_AUTH_CERT_FILE) is used.
    type: path
    aliases: [cert_file]
  client_key:
    description:
      - Path of the file with the client's private key.
      - If the option is not set, the value of E(K8S_AUTH_KEY_FILE) is used.
    type: path
    aliases: [key_file]
  validate_certs:
    description:
      - Whether the certificate of the API server is checked. The default is what the kubeconfig says, else V(true).
      - If the option is not set, the value of E(K8S_AUTH_VERIFY_SSL) is used.
    type: bool
    aliases: [verify_ssl]
  proxy:
    description:
      - URL of an HTTP proxy on the way to the API server.
      - If the option is not set, the value of E(K8S_AUTH_PROXY) is used.
    type: str
  tls_server_name:
    description:
      - Name to look for in the certificate of the API server where it differs from the name in its URL.
      - If the option is not set, the value of E(K8S_AUTH_TLS_SERVER_NAME) is used.
    type: str
requirements:
  - kubernetes >= 33.1
notes:
  - The module runs where the kubeconfig is, as a rule on the machine that runs Ansible (C(ansible_connection=local)).
"""
