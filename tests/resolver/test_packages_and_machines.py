"""What a plan says of the packages that an adapter needs, and of the machine that its model runs on."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import pytest

from modelcatalog.catalog.diagnostics.errors import UnknownArgumentError
from modelcatalog.catalog.diagnostics.finding import Finding
from modelcatalog.providers.adapter.adapter import Adapter
from modelcatalog.providers.adapter.packages import Package
from modelcatalog.resolver import explain, load_catalog
from modelcatalog.resolver.cli.commands.explain import _compare, lines
from modelcatalog.resolver.credentials.values import PlannedArgument
from modelcatalog.resolver.planning.packages import further_packages, machine, package_findings, sdk

HERE = Package("pyyaml", "yaml", "1", "yaml")
OLD = Package("pyyaml", "yaml", "999", "yaml")
GONE = Package("no-such-package", "nosuch", "1", "nosuch")
LOST = Package("another-one", "another", "1", "lost")
OTHER_BUILD = Package("no-such-package", "nosuch", "1", "nosuch", ("pyyaml",))
ENTRY = load_catalog(user=False, project=False).entry("openai")


def adapter(package: Package, *further: Package, found: Any = None) -> Any:
    class Ours(Adapter):
        PACKAGE = package
        FURTHER_PACKAGES = further
        asked: tuple[str, Mapping[str, Mapping[str, object]]] | None = None

        def machine(self, model: str, arguments: Mapping[str, Mapping[str, object]]) -> Any:
            self.asked = (model, arguments)
            return found

    return Ours()


def said(*packages: Package) -> list[tuple[str, str, str, str | None]]:
    findings = package_findings(ENTRY, adapter(*packages))
    return [(one.code, one.severity, one.message, one.hint) for one in findings]


def test_what_is_installed_has_nothing_to_say() -> None:
    assert said(HERE, HERE) == []
    assert said(OTHER_BUILD) == []


@pytest.mark.parametrize(
    ("packages", "what"),
    [
        ((GONE,), "the package no-such-package, which isn't"),
        ((HERE, GONE), "the package no-such-package, which isn't"),
        ((GONE, LOST, HERE), "the packages no-such-package and another-one, which aren't"),
    ],
)
def test_missing_packages_are_named_with_what_installs_them(packages: tuple[Package, ...], what: str) -> None:
    hint = f"pip install 'modelcatalog[{packages[0].extra}]'"
    assert said(*packages) == [("missing-package", "error", f"openai needs {what} installed.", hint)]


def test_old_package_is_named_with_its_version() -> None:
    version = HERE.installed
    assert version is not None
    [found] = said(HERE, OLD)
    assert found == (
        "old-package",
        "error",
        f"openai needs pyyaml 999 or newer; {version[1]} is installed.",
        "pip install -U 'modelcatalog[yaml]'",
    )


def test_sdk_is_named_by_the_build_that_is_installed() -> None:
    package, version = sdk(adapter(OTHER_BUILD))
    assert (package.distribution, package.extra) == ("pyyaml", "nosuch")
    assert version is not None
    assert sdk(adapter(GONE)) == (GONE, None)
    assert further_packages(adapter(GONE, HERE, LOST)) == {"pyyaml": version, "another-one": None}


def test_machine_gets_the_arguments_by_their_targets() -> None:
    finding = Finding("no-weights", "error", "There are none.")
    ours = adapter(HERE, found=("one GPU", [finding]))
    routed = [
        PlannedArgument("a", 1, "client"),
        PlannedArgument("b", 2, "request"),
        PlannedArgument("c", 3, "client"),
    ]
    assert machine(ours, "m", routed) == ("one GPU", [finding])
    assert ours.asked == ("m", {"client": {"a": 1, "c": 3}, "request": {"b": 2}})
    assert machine(adapter(HERE), "m", routed) == (None, ())


def test_arguments_are_compared_with_the_sdk_where_it_is_here(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _compare(explain("openai/x"))
    assert _compare(explain("openai/x", organization="a", timeout=3))
    with pytest.raises(UnknownArgumentError):
        _compare(explain("openai/x", user_agnt="a"))
    monkeypatch.setitem(sys.modules, "openai", None)
    plan = explain("openai/x", organisation="a")
    assert not _compare(plan)
    assert _compare(explain("openai/x", timeout=3, api_key="k"))
    [line] = [line for line in lines(plan, checked=False) if "organisation" in line]
    assert line.endswith("argument -> client (not checked before the client is built)")
    assert not any("not checked" in line for line in lines(plan))


@pytest.mark.parametrize(("given", "is_checked"), [({}, True), ({"timeout": 3}, True), ({"foo": 1}, False)])
def test_arguments_of_a_model_in_this_process_are_not_compared(given: Any, is_checked: bool) -> None:
    plan = explain("vllm/x", **given)
    assert _compare(plan) is is_checked
    assert ["machine", plan.machine] in [line.split(maxsplit=1) for line in lines(plan)]
