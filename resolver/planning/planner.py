"""Making a plan. Imports no SDK, touches no network, and finds everything that is missing in one go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.diagnostics.errors import CatalogError
from modelcatalog.catalog.validation.semantics import check_entry
from modelcatalog.providers.adapter.registry import INSTALLED, load_adapter
from modelcatalog.resolver.credentials.schemes import choose, identity_findings
from modelcatalog.resolver.credentials.settings import settle
from modelcatalog.resolver.credentials.value_checks import inspect_settings
from modelcatalog.resolver.planning.arguments import route
from modelcatalog.resolver.planning.endpoint import address
from modelcatalog.resolver.planning.headers import all_headers, look_for_headers
from modelcatalog.resolver.planning.insecure_http import may_use_http, plain_http, sent
from modelcatalog.resolver.planning.lifecycle import WITHIN, entry_findings, model_finding
from modelcatalog.resolver.planning.packages import further_packages, machine, package_findings, sdk
from modelcatalog.resolver.planning.plan import Plan
from modelcatalog.resolver.trust.policy import untrusted
from modelcatalog.resolver.trust.provenance import compare, concealed

if TYPE_CHECKING:
    from modelcatalog.catalog.diagnostics.finding import Finding
    from modelcatalog.catalog.model.catalog import Catalog
    from modelcatalog.providers.adapter.adapter import Adapter
    from modelcatalog.resolver.credentials.environment import Environment
    from modelcatalog.resolver.credentials.values import SettingValue
    from modelcatalog.resolver.model_names import ModelRef


def make_plan(
    ref: ModelRef,
    catalog: Catalog,
    environment: Environment,
    arguments: Mapping[str, Any] = MappingProxyType({}),
    *,
    sync: bool = False,
    sources: Mapping[str, str] = MappingProxyType({}),
    within: int = WITHIN,
) -> Plan:
    """The plan for a model name. Raises CatalogError for problems in the data and ArgumentError for a refused
    argument; what is missing on this machine, and what is retired `within` so many days, is in `Plan.findings`.
    """
    entry = catalog.entry(ref.provider, ref.qualifier)
    problems = check_entry(entry, INSTALLED)
    if problems:
        raise CatalogError(problems)
    adapter = load_adapter(entry.adapter)
    given = {name: value for name, value in arguments.items() if value is not None}
    routed = route(entry, given, sources, adapter.ARGUMENTS)
    comparison = compare(catalog, entry)
    values = concealed(
        comparison, settle(entry, {a.name: a for a in routed if a.target == "setting"}, environment)
    )
    options = {a.name: a.value for a in routed if a.target == "option"}
    auth, identity = choose(entry, values, environment, options.get("auth"))
    lifecycle = entry_findings(entry, within)
    findings = [finding for finding in lifecycle if finding.code == "retired"]
    findings += [
        _with_neighbours(finding, ref, catalog, environment)
        for finding in inspect_settings(catalog, entry, values, auth)
    ]
    findings += identity_findings(entry, auth, identity)
    url, more = address(entry, values, adapter)
    hits, lacking = look_for_headers(entry, environment, url)
    findings += [*more, *lacking, *untrusted(comparison, values, hits, url, identity, ref.requested, routed)]
    headers = all_headers(entry, hits, options.get("headers"))
    findings += package_findings(entry, adapter)
    here, about_it = machine(adapter, entry.model_id(ref.model), routed)
    findings += [*about_it, *(finding for finding in lifecycle if finding.code != "retired")]
    model = model_finding(ref.provider, ref.model, catalog.facts(ref.provider, ref.model), within)
    findings += [] if model is None else [model]
    allowed = options.get("allow_http") is True or may_use_http(entry)
    findings += plain_http(url, allowed, sent(auth, values, headers))
    package, installed = sdk(adapter)
    return Plan(
        ref=ref,
        entry=entry,
        model=entry.model_id(ref.model),
        auth=auth,
        identity=identity,
        package=package,
        client=adapter.client_name(sync),
        installed=installed,
        url=url,
        settings=MappingProxyType(values),
        headers=MappingProxyType(headers),
        arguments=routed,
        findings=tuple(findings),
        not_passed_on=_not_passed_on(adapter, values, environment),
        machine=here,
        further_packages=further_packages(adapter),
        timeout=options.get("timeout"),
        max_retries=options.get("max_retries"),
        http_client=options.get("http_client"),
    ).guarded()


def _with_neighbours(finding: Finding, ref: ModelRef, catalog: Catalog, environment: Environment) -> Finding:
    """A missing key, with the other ways to the same provider's models for which there is one."""
    if finding.code != "missing-credential":
        return finding
    entry = catalog.entry(ref.provider)
    for qualifier in (None, *entry.qualifiers):
        if qualifier == ref.qualifier:
            continue
        other = catalog.entry(ref.provider, qualifier)
        key = other.settings.get("api_key")
        variables = key.variables if key else ()
        own = set(catalog.entry(ref.provider, ref.qualifier).settings["api_key"].variables)
        found = next((hit for hit in environment.look(variables, variables) if not hit.is_blank), None)
        if found is not None and found.variable not in own:
            other_way = f"{found.variable} is set: for that one write {other.id}/{ref.model}."
            return replace(finding, hint=f"{finding.hint}. {other_way}" if finding.hint else other_way)
    return finding


def _not_passed_on(
    adapter: Adapter, values: Mapping[str, SettingValue], environment: Environment
) -> Mapping[str, str]:
    """The variables that are set here, and that the SDK would have read although the catalog doesn't want it to."""
    used = {looked.variable for value in values.values() for looked in value.looked if looked.state == "used"}
    return MappingProxyType(
        {
            one.variable: one.effect
            for one in adapter.AMBIENT
            if one.variable not in used and environment.has(one.variable)
        }
    )
