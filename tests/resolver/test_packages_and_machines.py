"""What a plan says of the packages that an adapter needs, and of the machine that its model runs on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from modelcatalog.catalog.diagnostics.finding import Finding
from modelcatalog.providers.adapter.adapter import Adapter
from modelcatalog.providers.adapter.packages import Package
from modelcatalog.resolver import load_catalog
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


def test_machine_is_told_the_arguments_by_their_targets() -> None:
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
