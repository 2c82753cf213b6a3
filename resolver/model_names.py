"""Reading a model name: `provider[/qualifier]/model`, or `provider:model`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelcatalog.catalog.diagnostics.errors import (
    MalformedModelError,
    UnknownProviderError,
    UnknownQualifierError,
)

if TYPE_CHECKING:
    from modelcatalog.catalog.model.catalog import Catalog

_NAME = r"[a-z0-9][a-z0-9._-]*"
_FORM = "expected PROVIDER/MODEL"


@dataclass(frozen=True)
class ModelRef:
    """A model name taken apart. `model` is exactly what followed the provider and the qualifier."""

    requested: str
    provider: str
    qualifier: str | None
    model: str

    def __str__(self) -> str:
        return "/".join(part for part in (self.provider, self.qualifier, self.model) if part is not None)


def parse(name: str, catalog: Catalog) -> ModelRef:
    """Take a model name apart.

    The provider is found in any letter case and by its aliases; the model is never touched, and may hold any `/`,
    `:` or `@`. `provider//model` says that the model starts right there, whatever it looks like. Raises
    MalformedModelError, UnknownProviderError or UnknownQualifierError.
    """
    asked = name.strip()
    if not asked:
        raise MalformedModelError(f"the model name is empty; {_FORM}", name=name)
    full = catalog.model_alias(asked) or asked
    head, rest = _split(full, name, catalog)
    provider = catalog.find(head)
    if provider is None:
        raise unknown_provider(head, name, catalog)
    if rest.startswith("/"):
        return _checked(ModelRef(name, provider, None, rest[1:]))
    first, slash, remainder = rest.partition("/")
    qualifiers = catalog.entry(provider).qualifiers
    declared = next((known for known in qualifiers if known == first.casefold()), None)
    if declared is not None:
        return _checked(ModelRef(name, provider, declared, remainder))
    if slash and qualifiers:
        _refuse_near_miss(name, provider, first, rest, catalog)
    return _checked(ModelRef(name, provider, None, rest))


def _split(full: str, name: str, catalog: Catalog) -> tuple[str, str]:
    head, slash, rest = full.partition("/")
    colon_head, colon, colon_rest = full.partition(":")
    if colon and len(colon_head) < len(head):
        if not slash or catalog.find(colon_head) is not None:
            return colon_head, colon_rest
        return head, rest
    if not slash:
        raise _bare(full, name, catalog)
    if not head.strip():
        raise MalformedModelError(f"no provider before the slash in {name!r}; {_FORM}", name=name)
    return head, rest


def _checked(ref: ModelRef) -> ModelRef:
    if not ref.model.strip():
        before = ref.provider if ref.qualifier is None else f"{ref.provider}/{ref.qualifier}"
        raise MalformedModelError(
            f"no model in {ref.requested!r}; expected {before}/MODEL", name=ref.requested
        )
    return ref


def _bare(full: str, name: str, catalog: Catalog) -> MalformedModelError:
    from modelcatalog.resolver.known_names import meant, serving

    provider = catalog.find(full)
    if provider is not None:
        return MalformedModelError(f"no model in {name!r}; expected {provider}/MODEL", name=name)
    found = serving(full, catalog) or [f"{one}/MODEL" for one in meant(full, catalog)]
    return MalformedModelError(
        f"no provider in {name!r}; {_FORM}",
        name=name,
        suggestions=found,
        hint=", ".join(found) or _all(catalog),
    )


def unknown_provider(
    provider: str, name: str, catalog: Catalog, known: Iterable[str] = ()
) -> UnknownProviderError:
    """The error for a name that no provider has. Its hint is what may be meant: the nearest names (of `known` too),
    what is called so elsewhere, other ways to the model, and how to add one.
    """
    from modelcatalog.resolver.known_names import meant, serving

    head = provider.strip()
    near = meant(head, catalog, known)
    rest = name.partition("/")[2] if name.casefold().startswith(f"{head.casefold()}/") else ""
    found = [f"{one}/{rest}" if rest else one for one in near]
    if not found:
        others = serving(rest.rpartition("/")[2], catalog) if rest else []
        new = [f"catalog add {head} URL"] if re.fullmatch(_NAME, head) else []
        found = [*others, *new, _all(catalog)]
    return UnknownProviderError(
        f"no provider {head!r}", name=name, provider=head, suggestions=near, hint=", ".join(found)
    )


def unknown_qualifier(provider: str, qualifier: str, name: str, catalog: Catalog) -> UnknownQualifierError:
    """The error for an entry's name whose qualifier the provider doesn't have; it may be a model."""
    from modelcatalog.catalog.diagnostics.suggestions import nearest

    known = catalog.entry(provider).qualifiers
    near = [f"{provider}/{one}" for one in nearest(qualifier, known)]
    every = [provider, *(f"{provider}/{one}" for one in known)]
    return UnknownQualifierError(
        f"{provider} has no qualifier {qualifier!r}",
        name=name,
        provider=provider,
        qualifier=qualifier,
        suggestions=near,
        hint=", ".join(near or every),
    )


def _all(catalog: Catalog) -> str:
    return f"catalog list (shows all {len(catalog.providers)})"


def _refuse_near_miss(name: str, provider: str, first: str, rest: str, catalog: Catalog) -> None:
    from modelcatalog.catalog.diagnostics.suggestions import nearest
    from modelcatalog.resolver.known_names import current

    qualifiers = catalog.entry(provider).qualifiers
    near = nearest(first, qualifiers)
    after = rest.partition("/")[2]
    literal = f"{provider}//{rest} (if {first} is part of the model's name)"
    if near:
        better = ", ".join(f"{provider}/{one}/{after}" for one in near)
        raise UnknownQualifierError(
            f"{first!r} is close to a qualifier of {provider}: {', '.join(near)}",
            name=name,
            hint=f"{better}, or {literal}",
            provider=provider,
            qualifier=first,
            suggestions=near,
        )
    owners = [other for other, known in catalog.bundled_qualifiers.items() if first.casefold() in known]
    owners = [one for one in owners if current(one, catalog) == one]
    if owners:
        raise UnknownQualifierError(
            f"{first!r} is a qualifier of {', '.join(owners)}, but not of {provider}, which has "
            f"{', '.join(qualifiers)}",
            name=name,
            hint=f"{', '.join(f'{one}/{first.casefold()}/{after}' for one in owners)}, or {literal}",
            provider=provider,
            qualifier=first,
            suggestions=qualifiers,
        )
