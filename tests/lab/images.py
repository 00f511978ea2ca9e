"""The lab's container images, made without Docker or a registry: the lab's programs, and the shared libraries that ldd names for them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from . import cache
from .binaries import COREDNS, ISTIO_VERSION, NEXT_VERSION, Built, Istio
from .host import LabError, run
from .oci import Content, Directory, Files, Image, Link, write_archive
from .progress import Progress

XTABLES = Path("/usr/sbin/xtables-nft-multi")
BUSYBOX = Path("/usr/bin/busybox")
LOAD = "lab.local/load:1"
XTABLES_NAMES = [
    f"{family}{flavour}{action}"
    for family in ("iptables", "ip6tables")
    for flavour in ("", "-nft")
    for action in ("", "-save", "-restore")
]
CERTIFICATES: Files = {"/etc/ssl/certs/ca-certificates.crt": Content(Path("/etc/ssl/certs/ca-certificates.crt"))}
ISTIO_USER = "1337:1337"
ISTIO_BASE: Files = {
    "/etc/passwd": Content(b"root:x:0:0:root:/:/sbin/nologin\nistio-proxy:x:1337:1337:istio-proxy:/:/sbin/nologin\n"),
    "/etc/group": Content(b"root:x:0:\nistio-proxy:x:1337:\n"),
    "/etc/nsswitch.conf": Content(b"hosts: files dns\n"),
    "/tmp": Directory(0o1777),
    "/run": Directory(0o755),
    **CERTIFICATES,
}


def build(built: Built, progress: Progress) -> list[Path]:
    """The archives of all images of the lab, for `ctr --namespace k8s.io images import`; those that the cache lacks are made."""
    of_istio = [
        image
        for version, one in built.istio.items()
        for image in (pilot(one, version), proxy(one, version, built.programs["envoy"]))
    ]
    images = [(image, archive(image)) for image in (pause(built), coredns(built), *of_istio, load(built))]
    with cache.only_writer(progress):
        absent = [(image, path) for image, path in images if not path.exists()]
        progress.expect(len(absent))
        for image, path in absent:
            path.parent.mkdir(parents=True, exist_ok=True)
            with progress.step(f"packing the image {image.reference}"), cache.appears(path) as partial:
                write_archive(image, partial)
    return [path for _, path in images]


def archive(image: Image) -> Path:
    """Where the image's archive belongs: named by the image's last name, and by its content."""
    name = image.reference.rpartition("/")[2].replace(":", "-")
    return cache.directory() / "images" / f"{name}-{image.key()}.tar"


def pause(built: Built) -> Image:
    """What holds a pod's namespaces."""
    return Image("lab.local/pause:1", {"/pause": Content(built.programs["pause"], 0o755)}, ("/pause",), "65535:65535")


def coredns(built: Built) -> Image:
    """The clusters' DNS server; as root, since it binds port 53."""
    version = COREDNS.release
    return Image(
        f"lab.local/coredns:{version}",
        {"/coredns": Content(built.programs["coredns"], 0o755), **CERTIFICATES},
        ("/coredns",),
    )


def pilot(istio: Istio, version: str) -> Image:
    """The image of istiod."""
    program = "/usr/local/bin/pilot-discovery"
    files = {program: Content(istio.pilot_discovery, 0o755), **ISTIO_BASE}
    return Image(reference("pilot", version), files, (program,), ISTIO_USER, other_names("pilot", version))


def proxy(istio: Istio, version: str, envoy: Path) -> Image:
    """Sidecars and gateways: Envoy, Istio's agent that runs it, and iptables for the init container."""
    agent = "/usr/local/bin/pilot-agent"
    extensions = sorted(Path("/usr/lib").glob("*/xtables/*.so"))
    files: Files = {
        agent: Content(istio.pilot_agent, 0o755),
        "/usr/local/bin/envoy": Content(envoy, 0o755),
        "/var/lib/istio/envoy/envoy_bootstrap_tmpl.json": Content(istio.envoy_bootstrap),
        str(XTABLES): Content(XTABLES, 0o755),
        **{f"/usr/sbin/{name}": Link(XTABLES.name) for name in XTABLES_NAMES},
        **{
            str(library): Content(library, 0o755)
            for library in (*extensions, *shared_libraries([envoy, XTABLES, *extensions]))
        },
        **ISTIO_BASE,
    }
    return Image(reference("proxyv2", version), files, (agent,), ISTIO_USER, other_names("proxyv2", version))


def reference(name: str, version: str) -> str:
    """What an image of Istio is called."""
    return f"lab.local/istio/{name}:{version}"


def other_names(name: str, version: str) -> tuple[str, ...]:
    """What an image of Istio is called besides."""
    return (reference(name, NEXT_VERSION),) if version == ISTIO_VERSION else ()


def load(built: Built) -> Image:
    """What sends the requests of a failover drill: vegeta, and a shell with nc, timeout and sleep."""
    names = {f"/bin/{name}": Link("busybox") for name in ("sh", "nc", "sleep", "timeout")}
    vegeta = Content(built.programs["vegeta"], 0o755)
    return Image(
        LOAD, {"/bin/busybox": Content(BUSYBOX, 0o755), **names, "/bin/vegeta": vegeta}, ("/bin/sh",), "65532:65532"
    )


def shared_libraries(programs: Sequence[Path]) -> list[Path]:
    """All shared libraries that the programs load, the dynamic loader included.

    :raises LabError: ldd finds a library missing on this machine.
    """
    return parse_ldd(run("ldd", *programs))


def parse_ldd(output: str) -> list[Path]:
    """The libraries in what ldd prints: lines `name => /path (0x...)`, or `/path (0x...)` for the loader.

    :raises LabError: a line says `not found`.
    """
    found = set()
    for line in output.splitlines():
        name, _, path = line.strip().partition(" (")[0].rpartition(" => ")
        if path == "not found" or line.rstrip().endswith("not found"):
            raise LabError(
                f"the shared library {name.strip() or path} is not on this machine: install its Debian package"
            )
        if path.startswith("/") and not path.endswith(":"):
            found.add(Path(path))
    return sorted(found)
