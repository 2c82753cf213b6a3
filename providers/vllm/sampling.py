"""Options of a call as vLLM's SamplingParams."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Literal

from modelcatalog.catalog.diagnostics.errors import ArgumentError, UnknownArgumentError

Output = Literal["FINAL_ONLY", "DELTA"]
# Set by us, or by vLLM itself.
_INTERNAL = {"output_kind", "skip_clone", "output_text_buffer_length"}


def names() -> frozenset[str]:
    """The fields that a caller may set, and `top_logprobs`. Imports vLLM."""
    fields = {
        name for name in import_module("vllm").SamplingParams.__struct_fields__ if not name.startswith("_")
    }
    return frozenset(fields - _INTERNAL | {"top_logprobs"})


def sampling_params(given: Mapping[str, Any], defaults: Mapping[str, Any], output: Output) -> Any:
    """A SamplingParams; without max_tokens an answer may fill the rest of the window.

    `defaults` are those of the model itself. Raises UnknownArgumentError for a name that vLLM doesn't have, and what
    vLLM raises for a value that can't be.
    """
    sdk = import_module("vllm.sampling_params")
    _check(given)
    fields: dict[str, Any] = {"max_tokens": None, **defaults, **_with_logprobs(given)}
    if isinstance(structured := fields.get("structured_outputs"), Mapping):
        fields["structured_outputs"] = sdk.StructuredOutputsParams(**structured)
    return sdk.SamplingParams(**fields, output_kind=sdk.RequestOutputKind[output])


def _check(given: Mapping[str, Any]) -> None:
    known = names()
    for name in given:
        if name not in known:
            from modelcatalog.catalog.diagnostics.suggestions import nearest

            near = nearest(name, known)
            guess = f" Did you mean {near[0]!r}?" if near else ""
            message = f"vLLM has no sampling parameter {name!r}.{guess}"
            raise UnknownArgumentError(message, argument=name, suggestions=near)


def _with_logprobs(given: Mapping[str, Any]) -> dict[str, Any]:
    """`logprobs=True, top_logprobs=5` as OpenAI has it, or vLLM's own `logprobs=5`."""
    fields = dict(given)
    top = fields.pop("top_logprobs", None)
    asked = fields.get("logprobs")
    if asked is False and top:
        raise ArgumentError("top_logprobs needs logprobs=True.", argument="top_logprobs")
    if top is not None:
        fields["logprobs"] = top
    elif asked is True:
        fields["logprobs"] = 0
    elif asked is False:
        fields["logprobs"] = None
    return fields
