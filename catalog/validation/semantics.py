"""What a JSON Schema can't say: whether the parts of an entry fit together, and entries with each other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Protocol

from modelcatalog.catalog.diagnostics.errors import CatalogError
from modelcatalog.catalog.model.entry_builder import USUAL_ADAPTER

if TYPE_CHECKING:
    from modelcatalog.catalog.diagnostics.problem import Problem
    from modelcatalog.catalog.model.catalog import Catalog
    from modelcatalog.catalog.model.entries import Entry, Position


class AdapterFacts(Protocol):
    """What there is to know of an adapter without its SDK."""

    @property
    def TARGETS(self) -> frozenset[str]: ...  # noqa: N802  the adapters' own constant
    @property
    def SETTINGS(self) -> frozenset[str]: ...  # noqa: N802
    @property
    def AUTH(self) -> frozenset[str]: ...  # noqa: N802


class Adapters(Protocol):
    """The adapters that there are, by name."""

    def has(self, name: str, /) -> bool: ...
    def names(self) -> Iterable[str]: ...
    def facts(self, name: str) -> AdapterFacts: ...


def check_entry(entry: Entry, adapters: Adapters) -> list[Problem]:
    """The problems of one entry: an unknown adapter, a target that it hasn't, a setting that nothing reads."""
    if not adapters.has(entry.adapter):
        known = list(adapters.names())
        near = _nearest(entry.adapter, known)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(sorted(known))}"
        hint = usual_adapter_hint(entry.adapter) or hint
        message = f"{entry.id!r} names the adapter {entry.adapter!r}, which is not an adapter"
        return [_problem(entry, "adapter", message, "unknown-adapter", hint)]
    facts = adapters.facts(entry.adapter)
    problems = [
        *_auth(entry, facts),
        *_targets(entry, facts),
        *_settings(entry, facts),
        *_references(entry),
    ]
    if entry.replacement and entry.status == "active":
        problems.append(
            _problem(
                entry,
                "replacement",
                f"{entry.id!r} has a replacement, but is active",
                "odd-status",
                "set status too",
            )
        )
    return problems


def usual_adapter_hint(name: str) -> str | None:
    """What to do about a name that other tools give to the adapter that is used where none is named."""
    is_usual = re.search(r"openai|compatible", name, re.IGNORECASE) is not None
    return f"remove this line: the adapter is {USUAL_ADAPTER} where none is named" if is_usual else None


def _auth(entry: Entry, facts: AdapterFacts) -> Iterable[Problem]:
    absent = [repr(scheme) for scheme in entry.auth if scheme not in facts.AUTH]
    if absent:
        message = f"the adapter {entry.adapter!r} of {entry.id!r} has no auth {' and no auth '.join(absent)}"
        yield _problem(entry, "auth", message, "unknown-auth", f"it has {', '.join(sorted(facts.AUTH))}")


def _nearest(word: str, candidates: Iterable[str]) -> list[str]:
    from modelcatalog.catalog.diagnostics.suggestions import nearest

    return nearest(word, candidates)


def _targets(entry: Entry, facts: AdapterFacts) -> Iterable[Problem]:
    sent = {name: argument.target for name, argument in entry.arguments.items()}
    sent["*"] = entry.default_target
    for name, target in sent.items():
        if target not in facts.TARGETS and target != "refuse":
            what = "arguments" if name == "*" else f"the argument {name!r}"
            message = (
                f"{entry.id!r} sends {what} to {target!r}, which the adapter {entry.adapter!r} doesn't have"
            )
            hint = f"it has {', '.join(sorted(facts.TARGETS))}"
            yield _problem(entry, f"args/{name}", message, "unknown-target", hint)


def _settings(entry: Entry, facts: AdapterFacts) -> Iterable[Problem]:
    templates = " ".join(
        [entry.endpoint, *(str(s.default) for s in entry.settings.values() if s.default is not None)]
    )
    meant = set[str]()
    in_templates = set(re.findall(r"\{([a-z][a-z0-9_]*)\}", templates))
    # One behind a dollar sign is a reference to a variable, which `_references` reports.
    filled_in = set(re.findall(r"(?<!\$)\{([a-z][a-z0-9_]*)\}", templates))
    for name in sorted(filled_in - set(entry.settings)):
        if name != "base_url":
            near = _nearest(name, entry.settings)
            meant |= set(near[:1])
            message = f"{entry.id!r} has '{{{name}}}' in an address, but no setting {name!r}"
            hint = f"did you mean {near[0]!r}?" if near else f"write settings: {{{name}: {{env: NAME}}}}"
            yield _problem(entry, _template_of(entry, name), message, "unknown-setting", hint)
    for name in entry.settings:
        if name not in facts.SETTINGS and name not in in_templates | meant:
            near = _nearest(name, facts.SETTINGS)
            message = f"{entry.id!r} has a setting {name!r}, which the adapter {entry.adapter!r} doesn't read"
            hint = f"did you mean {near[0]!r}?" if near else f"it reads {', '.join(sorted(facts.SETTINGS))}"
            yield _problem(entry, f"settings/{name}", message, "unknown-setting", hint)


def _references(entry: Entry) -> Iterable[Problem]:
    """Texts that are sent as they are, although whoever wrote them meant the value of a variable."""
    texts: dict[str, object] = {"endpoint": entry.endpoint, "model_prefix": entry.model_prefix}
    texts |= {f"settings/{one.name}/default": one.default for one in entry.settings.values()}
    texts |= {f"headers/{one.name}": one.value for one in entry.headers.values()}
    texts |= {f"list_models/{name}": text for name, text in entry.list_models.items()}
    suspected = {at: one for at, one in texts.items() if isinstance(one, str) and ("$" in one or "%" in one)}
    if not suspected:
        return
    from modelcatalog.catalog.validation.references import hint_of, reference_in

    for pointer, text in suspected.items():
        if (found := reference_in(text)) is not None:
            message = (
                f"{entry.id!r} has {found.text!r} in a value that is taken as it is: nothing is filled in"
            )
            yield _problem(entry, pointer, message, "unfilled-reference", hint_of(found, pointer, text))


def _template_of(entry: Entry, name: str) -> str:
    """The pointer to the text that has this setting in braces."""
    for setting in entry.settings.values():
        if f"{{{name}}}" in str(setting.default):
            pointer = f"settings/{setting.name}"
            return f"{pointer}/default" if f"{pointer}/default" in entry.positions else pointer
    return "endpoint"


def check_catalog(catalog: Catalog, adapters: Adapters) -> list[Problem]:
    """Every problem of every layer and between them, without repeats."""
    problems = list(catalog.problems)
    aliases: dict[str, str] = {}
    for provider in catalog.providers:
        try:
            entry = catalog.entry(provider)
            problems += check_entry(entry, adapters)
            for qualifier in entry.qualifiers:
                problems += check_entry(catalog.entry(provider, qualifier), adapters)
        except CatalogError as error:
            problems += error.problems
            continue
        problems += _aliases(catalog, entry, aliases)
    loops: set[frozenset[str]] = set()
    for alias, model in catalog.model_aliases.items():
        for problem in _model_alias(catalog, alias, model):
            way = frozenset(problem.message.rpartition(": ")[2].split(" -> "))
            if problem.code != "alias-loop" or way not in loops:
                problems.append(problem)
            loops.add(way)
    return list(dict.fromkeys(problems))


def _aliases(catalog: Catalog, entry: Entry, taken: dict[str, str]) -> Iterable[Problem]:
    for alias in entry.aliases:
        if alias in catalog.providers:
            message = f"alias {alias!r} of {entry.provider!r} is the name of a provider"
            yield _problem(entry, "aliases", message, "taken-alias", "choose another one")
        elif taken.setdefault(alias, entry.provider) != entry.provider:
            message = f"alias {alias!r} of {entry.provider!r} is an alias of {taken[alias]!r} already"
            yield _problem(entry, "aliases", message, "taken-alias", "choose another one")


def _model_alias(catalog: Catalog, alias: str, model: str) -> Iterable[Problem]:
    from modelcatalog.catalog.diagnostics.problem import Problem

    layer, record = next(
        (layer, r) for layer in reversed(catalog.layers) if (r := layer.record(f"n/{alias}")) is not None
    )

    def problem(message: str, code: str, hint: str | None = None) -> Problem:
        return Problem(path=layer.path, line=record["l"], column=1, message=message, code=code, hint=hint)

    try:
        target = catalog.model_alias(alias) or model
        provider = target.partition("/")[0]
        if catalog.find(provider) is None:
            near = _nearest(provider, [*catalog.providers, *catalog.provider_aliases])
            hint = f"did you mean {near[0]!r}?" if near else "`catalog list` shows the providers"
            message = f"alias {alias!r} names the provider {provider!r}, which is not a provider"
            if "/" not in target:
                message = f"alias {alias!r} is {target!r}, which has no provider"
                hint = (
                    f"write PROVIDER/{target}, with the provider that serves it (`catalog list` shows them)"
                )
                if owner := _only_provider(catalog, target):
                    hint = f"write {owner}/{target}"
            yield problem(message, "unknown-provider", hint)
    except CatalogError as error:
        yield from error.problems


def _only_provider(catalog: Catalog, model: str) -> str | None:
    """The provider whose list in the catalog has this model, if it is one alone."""
    owners = [provider for provider in catalog.providers if model in catalog.models(provider)]
    return owners[0] if len(owners) == 1 else None


def _problem(entry: Entry, pointer: str, message: str, code: str, hint: str | None) -> Problem:
    from modelcatalog.catalog.diagnostics.problem import Problem

    position = _position(entry.positions, pointer) or entry.position
    return Problem(path=position.path, line=position.line, column=1, message=message, code=code, hint=hint)


def _position(positions: Mapping[str, Position], pointer: str) -> Position | None:
    while pointer:
        if pointer in positions:
            return positions[pointer]
        pointer = pointer.rpartition("/")[0]
    return None
