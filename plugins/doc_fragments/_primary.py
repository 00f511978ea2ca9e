# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option by which a task says how the cluster of the control plane is reached, beside the remote's own."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  primary:
    description: How the cluster of the control plane is reached. It has the same options as the remote, but no environment variables.
    type: dict
    required: true
    suboptions:
      name:
        description: Its name in messages.
        type: str
        default: primary
      kubeconfig:
        description: Path of a kubeconfig file.
        type: path
      context:
        description: Context of the kubeconfig to use. The default is the current one.
        type: str
      host:
        description: URL of the API server.
        type: str
      api_key:
        description: Bearer token.
        type: str
      ca_cert:
        description: Path of the file with the certificate authority of the API server.
        type: path
        aliases: [ssl_ca_cert]
      client_cert:
        description: Path of the file with the client's certificate.
        type: path
        aliases: [cert_file]
      client_key:
        description: Path of the file with the client's private key.
        type: path
        aliases: [key_file]
      validate_certs:
        description: Whether the certificate of the API server is checked.
        type: bool
        aliases: [verify_ssl]
      proxy:
        description: URL of an HTTP proxy on the way to the API server.
        type: str
      tls_server_name:
        description: Name to look for in the certificate of the API server.
        type: str
"""
