"""Which builds share a directory of the cache, and what goes into a build."""

from __future__ import annotations

import pytest

from tests.lab.binaries import (
    OLD_KUBERNETES,
    PRODUCTS,
    Product,
    Tool,
    link_flags,
    module_version,
    product_key,
    released,
)
from tests.lab.host import LabError

PRODUCT = Product("etcd", "go.etcd.io/etcd/server/v3", (Tool("etcd", "go.etcd.io/etcd/server/v3"),))
GO = "go1.26.8 linux/amd64"


def test_the_same_pins_have_the_same_key() -> None:
    assert product_key(PRODUCT, [b"mod", b"sum"], GO) == product_key(PRODUCT, [b"mod", b"sum"], GO)


@pytest.mark.parametrize(
    ("product", "inputs", "go"),
    [
        (PRODUCT, [b"mod2", b"sum"], GO),
        (PRODUCT, [b"mod", b"sum2"], GO),
        (PRODUCT, [b"mod", b"sum", b"main"], GO),
        (PRODUCT, [b"mods", b"um"], GO),
        (PRODUCT, [b"mod", b"sum"], "go1.27.0 linux/amd64"),
        (PRODUCT, [b"mod", b"sum"], "go1.26.8 linux/arm64"),
        (Product(PRODUCT.name, PRODUCT.module, (Tool("etcd", PRODUCT.module, tags="x"),)), [b"mod", b"sum"], GO),
    ],
)
def test_whatever_changes_a_binary_changes_the_key(product: Product, inputs: list[bytes], go: str) -> None:
    assert product_key(product, inputs, go) != product_key(PRODUCT, [b"mod", b"sum"], GO)


@pytest.mark.parametrize("line", ["require k8s.io/kubernetes v1.34.4", "\tk8s.io/kubernetes v1.34.4 // indirect"])
def test_a_version_is_read_from_go_mod(line: str) -> None:
    assert module_version(f"module x\n\nk8s.io/kubernetes/cluster v1.2.3\n{line}\n", "k8s.io/kubernetes") == "1.34.4"


def test_a_module_that_go_mod_does_not_require_is_named() -> None:
    with pytest.raises(LabError, match="requires no k8s.io/kubernetes"):
        module_version("module k8s.io/kubernetes\n", "k8s.io/kubernetes")


def test_the_linker_is_told_the_version_that_the_program_reports() -> None:
    tool = Tool("kubelet", "k8s.io/kubernetes/cmd/kubelet", flags="-X a=v{version} -X b={major} -X c={minor}")
    assert link_flags(tool, "1.34.4") == "-s -w -X a=v1.34.4 -X b=1 -X c=34"


def test_a_chart_gets_the_release_in_both_of_its_versions() -> None:
    chart = "apiVersion: v2\nname: base\n# version: later\nversion: 1.0.0\nappVersion: 1.0.0\n"
    assert (
        released(chart, "1.31.0")
        == "apiVersion: v2\nname: base\n# version: later\nversion: 1.31.0\nappVersion: 1.31.0\n"
    )


@pytest.mark.parametrize("product", [*PRODUCTS, OLD_KUBERNETES], ids=lambda product: product.name)
def test_every_program_is_a_tool_of_its_go_mod_and_its_module_has_a_checksum(product: Product) -> None:
    go_mod = (product.source / "go.mod").read_text()
    assert [tool.package for tool in product.tools if tool.package not in go_mod.split()] == []
    version = module_version(go_mod, product.module)
    assert f"{product.module} v{version} h1:" in (product.source / "go.sum").read_text()
