"""Files that are no catalog: what they are, and how to get from them to one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.redaction.heuristics import redact_suspected, visible

if TYPE_CHECKING:
    from modelcatalog.catalog.diagnostics.problem import Problem
    from modelcatalog.catalog.parsing.document import Document

_LITELLM = ("model_list", "litellm_settings", "router_settings")
_BEGIN = "begin it with 'catalog: 1'"


def foreign_file(document: Document) -> Problem | None:
    """The problem of a file that is no catalog at all."""
    data = document.data
    if data is None:
        return document.problem((), "empty", "the file is empty", _BEGIN)
    if not isinstance(data, dict):
        message = "a catalog file has the keys 'catalog', 'providers' and 'aliases'; this is something else"
        hint = "replace it by keys, the first of them 'catalog: 1'"
        return document.problem((), "not-a-catalog", message, hint)
    if "providers" not in data:
        for key in _LITELLM:
            if key in data:
                message = "this is a LiteLLM config, not a catalog file"
                return document.problem((key,), "not-a-catalog", message, _of_litellm(data), key=True)
    if "catalog" in data:
        return None
    from modelcatalog.catalog.diagnostics.suggestions import nearest

    near = nearest("catalog", data)
    if near:
        message = f"a catalog file says 'catalog: 1'; this one says {near[0]!r}"
        return document.problem((near[0],), "not-a-catalog", message, "did you mean 'catalog'?", key=True)
    if "providers" in data or "aliases" in data:
        return None
    message = "this isn't a catalog file: it has no 'catalog: 1'"
    return document.problem((), "not-a-catalog", message, f"{_BEGIN} if it is one")


def _of_litellm(data: dict[str, Any]) -> str:
    """What to write for the first of its models that has an address of its own, else that none is needed."""
    for row in data.get("model_list") or []:
        parameters = row.get("litellm_params") if isinstance(row, dict) else None
        address = parameters.get("api_base") if isinstance(parameters, dict) else None
        if isinstance(address, str) and address.startswith(("https://", "http://")):
            name = _provider_name(row.get("model_name"))
            if redact_suspected(address) == address == visible(address) and " " not in address:
                return f"write a catalog file with: catalog add {name} {address}"
    return "write a catalog file for addresses of your own: catalog add NAME URL"


def _provider_name(model: object) -> str:
    import re

    name = re.sub(r"[^a-z0-9._-]+", "-", str(model or "").casefold()).strip("-._")
    return name or "acme"
