"""The lab's programs: built from the Go modules that tools/*/go.mod pins, once, into the cache that every checkout shares.

A product has a directory of its own in the cache, named by what decides its content. A changed pin makes another directory and rebuilds
what that go.mod pins alone; a finished binary appears by rename, so a killed build leaves none that is half written.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from . import cache
from .go import Go
from .host import LabError, run
from .progress import Progress
from .topology import OLD_RELEASE

TOOLS = Path(__file__).parent / "tools"
SHARED = "shared"  # the directory of products that have their libraries in the same versions, which are compiled once
ISTIO_VERSION = "1.31.0"  # of programs, charts and images: the Go module has a pseudo-version
NEXT_VERSION = "1.31.1"  # charts and images of the same build under another name, for what an upgrade does
OLDER_VERSION = "1.30.5"  # a build of its own, for an upgrade between minor versions; only where OLDER_ISTIO is set
CHARTS = {"base": "base", "istiod": "istio-control/istio-discovery", "gateway": "gateway"}
PAUSE_FLAGS = ("-Os", "-static", "-s")


@dataclass(frozen=True)
class Tool:
    """A program and how Go builds it. `flags` of the linker may name the product's {version}, {major} and {minor}.

    `name` is unique among all products.
    """

    name: str
    package: str
    flags: str = ""
    tags: str = ""


@dataclass(frozen=True)
class Product:
    """The programs of one module. `version` is given where that of `module` is no release's.

    pins: the directory under tools/ whose go.mod pins it, where it has not the product's name
    """

    name: str
    module: str
    tools: tuple[Tool, ...]
    version: str = ""
    pins: str = ""

    @property
    def source(self) -> Path:
        """Where go.mod and go.sum are."""
        return TOOLS / (self.pins or self.name)

    @property
    def release(self) -> str:
        """The version that its programs report, without the v."""
        return self.version or module_version((self.source / "go.mod").read_text(), self.module)

    @property
    def inputs(self) -> list[bytes]:
        """All files of the repository that decide what is built."""
        return [path.read_bytes() for path in sorted(self.source.rglob("*")) if path.is_file()]


K8S_FLAGS = " ".join(
    f"-X k8s.io/component-base/version.{variable}"
    for variable in ("gitVersion=v{version}", "gitMajor={major}", "gitMinor={minor}")
)
K8S_PROGRAMS = (
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kubeadm",
    "kubelet",
    "kube-proxy",
    "kubemark",
)
HELM_FLAGS = "-X helm.sh/helm/v4/internal/version.version=v{version}"
ISTIO_FLAGS = "-X istio.io/istio/pkg/version.buildVersion={version}"
ISTIO_TAGS = "vtprotobuf,disable_pgv"
ISTIO = Product(
    "istio",
    "istio.io/istio",
    (
        Tool("pilot-discovery", "istio.io/istio/pilot/cmd/pilot-discovery", ISTIO_FLAGS, ISTIO_TAGS),
        Tool("pilot-agent", "istio.io/istio/pilot/cmd/pilot-agent", ISTIO_FLAGS, f"{ISTIO_TAGS},agent"),
        Tool("istioctl", "istio.io/istio/istioctl/cmd/istioctl", ISTIO_FLAGS, ISTIO_TAGS),
    ),
    ISTIO_VERSION,
    SHARED,
)
COREDNS = Product(
    "coredns", "github.com/coredns/coredns", (Tool("coredns", "multiregion.istio/lab/shared/coredns"),), pins=SHARED
)
PRODUCTS = (
    Product("etcd", "go.etcd.io/etcd/server/v3", (Tool("etcd", "go.etcd.io/etcd/server/v3"),)),
    Product(
        "kubernetes",
        "k8s.io/kubernetes",
        tuple(Tool(name, f"k8s.io/kubernetes/cmd/{name}", K8S_FLAGS) for name in K8S_PROGRAMS),
    ),
    Product("helm", "helm.sh/helm/v4", (Tool("helm", "helm.sh/helm/v4/cmd/helm", HELM_FLAGS),), pins=SHARED),
    ISTIO,
    COREDNS,
    Product("vegeta", "github.com/tsenart/vegeta/v12", (Tool("vegeta", "github.com/tsenart/vegeta/v12"),), pins=SHARED),
)
# Built only where a cluster that runs it is asked for. Its API server tells the version of another package than it prints.
OLD_FLAGS = f"{K8S_FLAGS} {K8S_FLAGS.replace('component-base', 'client-go/pkg')}"
OLD_KUBERNETES = Product(
    f"kubernetes-{OLD_RELEASE}",
    "k8s.io/kubernetes",
    tuple(
        Tool(f"{name}-{OLD_RELEASE}", f"k8s.io/kubernetes/cmd/{name}", OLD_FLAGS)
        for name in ("kube-apiserver", "kube-controller-manager")
    ),
)
OLDER_ISTIO = Product(
    "istio-1.30",
    "istio.io/istio",
    (
        Tool("pilot-discovery-1.30", "istio.io/istio/pilot/cmd/pilot-discovery", ISTIO_FLAGS, ISTIO_TAGS),
        Tool("pilot-agent-1.30", "istio.io/istio/pilot/cmd/pilot-agent", ISTIO_FLAGS, f"{ISTIO_TAGS},agent"),
    ),
    OLDER_VERSION,
)


@dataclass(frozen=True)
class Built:
    """What `build` made: programs by name, Istio's charts (a directory with base, istiod and gateway).

    Istio's programs and its bootstrap file for Envoy by version.
    """

    programs: dict[str, Path]
    charts: Path
    istio: dict[str, Istio]


@dataclass(frozen=True)
class Istio:
    """What the images of a version of Istio are made of."""

    pilot_discovery: Path
    pilot_agent: Path
    envoy_bootstrap: Path


def is_older_istio_wanted() -> bool:
    """Whether the lab has a second build of Istio."""
    return bool(os.environ.get("OLDER_ISTIO"))


def build(progress: Progress, *, old: bool) -> Built:
    """Build what the cache lacks; everything else is found by name and costs nothing. `old`: the old Kubernetes too.

    :raises LabError: no Go, or one too old; a build that failed (with its output).
    """
    programs = python_programs()
    go = Go.find(PRODUCTS[0].source)
    older = [OLDER_ISTIO] if is_older_istio_wanted() else []
    with cache.only_writer(progress):
        programs |= _build_missing((*PRODUCTS, *([OLD_KUBERNETES] if old else []), *older), go, progress)
        programs["pause"] = _build_pause(go, programs["kubelet"].parent)
        charts = programs["istioctl"].parent / "charts"
        sources = {version: product for product in (ISTIO, *older) if (version := product.version)}
        for version, product in {**sources, NEXT_VERSION: ISTIO}.items():
            _copy_charts(go, product, charts_of(charts, version), version)
        return Built(programs, charts, {version: _istio(go, one, programs) for version, one in sources.items()})


def python_programs() -> dict[str, Path]:
    """The programs that come as packages of this Python environment."""
    spec = importlib.util.find_spec("envoy")
    envoy = Path(spec.origin).resolve().parent / "_bin" / "envoy" if spec and spec.origin else Path("envoy")
    found = {"envoy": envoy, "kubectl": Path(sys.prefix).resolve() / "bin" / "kubectl"}
    if lost := [name for name, path in found.items() if not path.is_file()]:
        raise LabError(f"no {' and no '.join(lost)} in {sys.prefix}: pip install -r tests/requirements.txt")
    return found


def module_version(go_mod: str, module: str) -> str:
    """The version that a go.mod's text requires of a module, without the v: `1.34.4`."""
    if found := re.search(rf"^\s*(?:require\s+)?{re.escape(module)}\s+v(\S+)", go_mod, re.MULTILINE):
        return found[1]
    raise LabError(f"go.mod requires no {module}")


def link_flags(tool: Tool, version: str) -> str:
    """The linker's flags: no symbol tables (half the size), and the version that the program reports."""
    major, minor = version.split(".")[:2]
    return f"-s -w {tool.flags.format(version=version, major=major, minor=minor)}".strip()


def product_key(product: Product, inputs: Sequence[bytes], go_version: str) -> str:
    """What decides the content of a product's binaries, in 12 hexadecimal digits."""
    digest = hashlib.sha256()
    for part in (*inputs, go_version.encode(), repr((product, PAUSE_FLAGS)).encode()):
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()[:12]


def released(chart: str, version: str) -> str:
    """The text of a Chart.yaml with version and appVersion of a release, as Istio's release builder writes them."""
    return re.sub(r"^(version|appVersion): .*$", rf"\1: {version}", chart, flags=re.MULTILINE)


def _directory(product: Product, go: Go) -> Path:
    key = product_key(product, product.inputs, go.version)
    return cache.directory() / "bin" / f"{product.name}-{key}"


def _build_missing(products: Sequence[Product], go: Go, progress: Progress) -> dict[str, Path]:
    """Every Go program's name with its file, after building those that are not there."""
    wanted = [(product, tool, _directory(product, go) / tool.name) for product in products for tool in product.tools]
    absent = [(product, tool, binary) for product, tool, binary in wanted if not binary.exists()]
    progress.expect(len(absent))
    for product, tool, binary in absent:
        binary.parent.mkdir(parents=True, exist_ok=True)
        with progress.step(f"building {tool.name} {product.release}"), cache.appears(binary) as partial:
            go.build(product.source, tool.package, tool.tags, link_flags(tool, product.release), partial)
    return {tool.name: binary for _, tool, binary in wanted}


def _build_pause(go: Go, directory: Path) -> Path:
    """The program of a pod's sandbox, from the C source in Kubernetes' module."""
    binary = directory / "pause"
    if not binary.exists():
        source = go.module_directory(TOOLS / "kubernetes", "k8s.io/kubernetes") / "build/pause/linux/pause.c"
        with cache.appears(binary) as partial:
            run("gcc", *PAUSE_FLAGS, "-o", partial, source)
    return binary


def charts_of(charts: Path, version: str) -> Path:
    """Where the charts of a version are: beside those that the inventory has."""
    return charts if version == ISTIO_VERSION else charts.with_name(f"charts-{version}")


def _istio(go: Go, product: Product, programs: dict[str, Path]) -> Istio:
    discovery, agent = (programs[tool.name] for tool in product.tools[:2])
    return Istio(discovery, agent, _copy_bootstrap(go, product, discovery.parent))


def _copy_charts(go: Go, product: Product, charts: Path, version: str) -> None:
    if not charts.exists():
        source = go.module_directory(product.source, product.module) / "manifests/charts"
        with cache.appears(charts) as partial:
            for name, path in CHARTS.items():
                _copy_writable(source / path, partial / name)
                chart = partial / name / "Chart.yaml"
                chart.write_text(released(chart.read_text(), version))


def _copy_writable(source: Path, target: Path) -> None:
    """Copy a directory of Go's module cache, where everything is read-only."""
    shutil.copytree(source, target, copy_function=shutil.copyfile)
    for folder in (target, *(path for path in target.rglob("*") if path.is_dir())):
        folder.chmod(0o755)


def _copy_bootstrap(go: Go, product: Product, directory: Path) -> Path:
    bootstrap = directory / "envoy_bootstrap.json"
    if not bootstrap.exists():
        source = go.module_directory(product.source, product.module) / "tools/packaging/common/envoy_bootstrap.json"
        with cache.appears(bootstrap) as partial:
            shutil.copyfile(source, partial)
    return bootstrap
