"""A control plane, flags as kubeadm's: etcd, API server, controller manager and, where there are nodes, scheduler."""

from __future__ import annotations

import ssl
import urllib.error
import urllib.request
from pathlib import Path

from . import processes
from .certificates import Programs, directory, kubeconfig, pki
from .processes import Daemon
from .topology import ControlPlane

READY_SECONDS = 120.0  # twenty at once on two cores take a minute
MANIFESTS = Path(__file__).parent / "manifests"
# What service accounts and their token Secrets need, and namespaces to go away when deleted.
CREDENTIAL_CONTROLLERS = (
    "serviceaccount-controller",
    "serviceaccount-token-controller",
    "root-ca-certificate-publisher-controller",
    "namespace-controller",
)
# What Kubernetes before 1.28 calls them.
OLD_CREDENTIAL_CONTROLLERS = ("serviceaccount", "serviceaccount-token", "root-ca-cert-publisher", "namespace")


def start(plane: ControlPlane, programs: Programs) -> list[Daemon]:
    """Start what does not run, and wait until the API server says it is ready. Returns all of them.

    :raises LabError: one ended by itself, or the API server is not ready in time.
    """
    daemons = [etcd(plane, programs), api_server(plane, programs), controller_manager(plane, programs)]
    if plane.pods:
        daemons.append(scheduler(plane, programs))
    for daemon in daemons[:2]:
        processes.start(daemon)
    processes.wait_ready(daemons[1], lambda: is_ready(plane), READY_SECONDS)
    for daemon in daemons[2:]:
        processes.start(daemon)
    return daemons


def audit_log(cluster: str) -> Path:
    """Where its API server notes every write, one JSON object a line, before it answers it; reads too where there are no nodes."""
    return processes.LOGS / cluster / "audit.log"


def is_ready(plane: ControlPlane) -> bool:
    """Whether the API server answers /readyz with ok."""
    context = ssl.create_default_context(cafile=str(pki(plane.name) / "ca.crt"))
    try:
        with urllib.request.urlopen(f"{plane.api_server}/readyz", context=context, timeout=2) as answer:
            return bool(answer.read() == b"ok")
    except (urllib.error.URLError, OSError):
        return False


def etcd(plane: ControlPlane, programs: Programs) -> Daemon:
    """One member. Without fsync: what it wrote outlives the process, and the machine's end is the lab's end too."""
    certs = pki(plane.name) / "etcd"
    client, peer = f"https://{plane.address}:2379", f"https://{plane.address}:2380"
    return _daemon(
        plane,
        programs,
        "etcd",
        f"--name={plane.name}",
        f"--data-dir={directory(plane.name) / 'etcd'}",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster={plane.name}={peer}",
        "--client-cert-auth",
        f"--trusted-ca-file={certs / 'ca.crt'}",
        f"--cert-file={certs / 'server.crt'}",
        f"--key-file={certs / 'server.key'}",
        "--peer-client-cert-auth",
        f"--peer-trusted-ca-file={certs / 'ca.crt'}",
        f"--peer-cert-file={certs / 'peer.crt'}",
        f"--peer-key-file={certs / 'peer.key'}",
        "--unsafe-no-fsync",
        "--snapshot-count=10000",
        "--log-level=warn",
    )


def api_server(plane: ControlPlane, programs: Programs) -> Daemon:
    """It listens on its own address alone: control planes share a namespace."""
    certs = pki(plane.name)
    policy = MANIFESTS / ("audit-policy.yml" if plane.pods else "audit-policy-reads.yml")
    return _daemon(
        plane,
        programs,
        "kube-apiserver",
        f"--advertise-address={plane.address}",
        f"--bind-address={plane.address}",
        "--secure-port=6443",
        "--allow-privileged",
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",
        f"--client-ca-file={certs / 'ca.crt'}",
        f"--tls-cert-file={certs / 'apiserver.crt'}",
        f"--tls-private-key-file={certs / 'apiserver.key'}",
        f"--etcd-servers=https://{plane.address}:2379",
        f"--etcd-cafile={certs / 'etcd/ca.crt'}",
        f"--etcd-certfile={certs / 'apiserver-etcd-client.crt'}",
        f"--etcd-keyfile={certs / 'apiserver-etcd-client.key'}",
        f"--kubelet-client-certificate={certs / 'apiserver-kubelet-client.crt'}",
        f"--kubelet-client-key={certs / 'apiserver-kubelet-client.key'}",
        "--kubelet-preferred-address-types=InternalIP",
        f"--proxy-client-cert-file={certs / 'front-proxy-client.crt'}",
        f"--proxy-client-key-file={certs / 'front-proxy-client.key'}",
        f"--requestheader-client-ca-file={certs / 'front-proxy-ca.crt'}",
        "--requestheader-allowed-names=front-proxy-client",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
        "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-username-headers=X-Remote-User",
        "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
        f"--service-account-key-file={certs / 'sa.pub'}",
        f"--service-account-signing-key-file={certs / 'sa.key'}",
        f"--service-cluster-ip-range={plane.services}",
        f"--audit-policy-file={policy}",
        f"--audit-log-path={audit_log(plane.name)}",
        "--profiling=false",
    )


def controller_manager(plane: ControlPlane, programs: Programs) -> Daemon:
    """All controllers where there are nodes, else only those that credentials need."""
    certs = pki(plane.name)
    flags = [
        f"--cluster-name={plane.name}",
        f"--kubeconfig={kubeconfig(plane.name, 'controller-manager')}",
        f"--root-ca-file={certs / 'ca.crt'}",
        f"--service-account-private-key-file={certs / 'sa.key'}",
        "--use-service-account-credentials",
        "--leader-elect=false",
        "--profiling=false",
    ]
    if plane.pods:
        flags += [
            f"--authentication-kubeconfig={kubeconfig(plane.name, 'controller-manager')}",
            f"--authorization-kubeconfig={kubeconfig(plane.name, 'controller-manager')}",
            "--bind-address=127.0.0.1",
            "--allocate-node-cidrs",
            f"--cluster-cidr={plane.pods}",
            f"--service-cluster-ip-range={plane.services}",
            f"--cluster-signing-cert-file={certs / 'ca.crt'}",
            f"--cluster-signing-key-file={certs / 'ca.key'}",
        ]
    else:
        controllers = OLD_CREDENTIAL_CONTROLLERS if plane.release else CREDENTIAL_CONTROLLERS
        flags += ["--secure-port=0", f"--controllers={','.join(controllers)}"]
    return _daemon(plane, programs, "kube-controller-manager", *flags)


def scheduler(plane: ControlPlane, programs: Programs) -> Daemon:
    """Places pods on nodes."""
    own = kubeconfig(plane.name, "scheduler")
    access = [f"--{flag}={own}" for flag in ("kubeconfig", "authentication-kubeconfig", "authorization-kubeconfig")]
    return _daemon(plane, programs, "kube-scheduler", *access, "--bind-address=127.0.0.1", "--leader-elect=false")


def _daemon(plane: ControlPlane, programs: Programs, name: str, *flags: str) -> Daemon:
    program = programs.get(f"{name}-{plane.release}", programs[name])
    return Daemon(plane.name, name, (program, *flags), plane.attachment.namespace)
