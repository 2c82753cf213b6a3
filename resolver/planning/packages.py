"""What is here for an entry: the packages that its adapter needs, and for a model in this process the machine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from modelcatalog.catalog.diagnostics.finding import Finding
from modelcatalog.providers.adapter.packages import is_old

if TYPE_CHECKING:
    from modelcatalog.catalog.model.entries import Entry
    from modelcatalog.providers.adapter.adapter import Adapter
    from modelcatalog.providers.adapter.packages import Package
    from modelcatalog.resolver.credentials.values import PlannedArgument


def sdk(adapter: Adapter) -> tuple[Package, str | None]:
    """The adapter's SDK, by the distribution that is installed, and its version; None when none is."""
    package = adapter.PACKAGE
    found = package.installed
    return (package, None) if found is None else (package._replace(distribution=found[0]), found[1])


def further_packages(adapter: Adapter) -> dict[str, str | None]:
    """What the SDK needs besides itself, each with its version here; None for what isn't installed."""
    return {package.distribution: _version(package) for package in _packages(adapter)[1:]}


def package_findings(entry: Entry, adapter: Adapter) -> list[Finding]:
    """The packages that are missing, and those that are too old."""
    packages = _packages(adapter)
    missing = [package.distribution for package in packages if package.installed is None]
    findings = []
    if missing:
        what, which = ("package", "isn't") if len(missing) == 1 else ("packages", "aren't")
        message = f"{entry.id} needs the {what} {' and '.join(missing)}, which {which} installed."
        hint = f"pip install 'modelcatalog[{adapter.PACKAGE.extra}]'"
        findings.append(Finding("missing-package", "error", message, hint))
    for package in packages:
        version = _version(package)
        if version is not None and is_old(version, package.minimum):
            message = (
                f"{entry.id} needs {package.distribution} {package.minimum} or newer; {version} is installed."
            )
            hint = f"pip install -U 'modelcatalog[{package.extra}]'"
            findings.append(Finding("old-package", "error", message, hint))
    return findings


def machine(
    adapter: Adapter, model: str, routed: Iterable[PlannedArgument]
) -> tuple[str | None, Sequence[Finding]]:
    """What there is here for a model that runs in this process, and what keeps it from running; None for any other."""
    by_target: dict[str, dict[str, object]] = {}
    for argument in routed:
        by_target.setdefault(argument.target, {})[argument.name] = argument.value
    found = adapter.machine(model, by_target)
    if found is None:
        return None, ()
    summary, findings = found
    return summary, findings


def _packages(adapter: Adapter) -> tuple[Package, ...]:
    return (adapter.PACKAGE, *adapter.FURTHER_PACKAGES)


def _version(package: Package) -> str | None:
    found = package.installed
    return None if found is None else found[1]
