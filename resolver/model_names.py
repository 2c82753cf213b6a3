"""Reading a model name: `provider[/qualifier]/model`, or `provider:model`."""

from __future__ import annotations

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

_FORM = "A model is named PROVIDER/MODEL"


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
        raise MalformedModelError(f"The model name is empty. {_FORM}.", name=name)
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
        raise MalformedModelError(f"{name!r} has no provider before the slash. {_FORM}.", name=name)
    return head, rest


def _checked(ref: ModelRef) -> ModelRef:
    if not ref.model.strip():
        before = ref.provider if ref.qualifier is None else f"{ref.provider}/{ref.qualifier}"
        raise MalformedModelError(
            f"{ref.requested!r} names no model. Write {before}/MODEL.", name=ref.requested
        )
    return ref


def _bare(full: str, name: str, catalog: Catalog) -> MalformedModelError:
    provider = catalog.find(full)
    if provider is not None:
        return MalformedModelError(
            f"{name!r} names a provider, but no model. Write {provider}/MODEL.", name=name
        )
    serving = [f"{one}/{full}" for one in catalog.providers[:1000] if catalog.facts(one, full)]
    example = serving[0] if serving else f"{catalog.providers[0]}/{full}"
    return MalformedModelError(
        f"{name!r} doesn't say who serves it. {_FORM}, such as {example} (`catalog list` shows the providers).",
        name=name,
        suggestions=serving,
    )


def unknown_provider(
    provider: str, name: str, catalog: Catalog, known: Iterable[str] = ()
) -> UnknownProviderError:
    """The error for an unknown provider, with the nearest of those that are (and of `known`)."""
    from modelcatalog.catalog.diagnostics.suggestions import nearest

    near = nearest(provider.strip(), [*known, *catalog.providers, *catalog.provider_aliases])
    guess = f" Did you mean {near[0]!r}?" if near else ""
    return UnknownProviderError(
        f"No provider {provider.strip()!r}.{guess} (`catalog list` shows all {len(catalog.providers)}.)",
        name=name,
        provider=provider.strip(),
        suggestions=near,
    )


def _refuse_near_miss(name: str, provider: str, first: str, rest: str, catalog: Catalog) -> None:
    from modelcatalog.catalog.diagnostics.suggestions import nearest

    qualifiers = catalog.entry(provider).qualifiers
    near = nearest(first, qualifiers)
    literal = f"If it is part of the model's name, write '{provider}//{rest}'."
    if near:
        raise UnknownQualifierError(
            f"{first!r} is close to a qualifier of {provider}: {', '.join(near)}. {literal}",
            name=name,
            provider=provider,
            qualifier=first,
            suggestions=near,
        )
    owners = [other for other, known in catalog.bundled_qualifiers.items() if first.casefold() in known]
    if owners:
        raise UnknownQualifierError(
            f"{first!r} is a qualifier of {', '.join(owners)}, but not of {provider}, which has "
            f"{', '.join(qualifiers)}. {literal}",
            name=name,
            provider=provider,
            qualifier=first,
            suggestions=qualifiers,
        )
