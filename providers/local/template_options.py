"""What a user may give in the place of a chat template, and to one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from modelcatalog.catalog.diagnostics.errors import ArgumentError

# What `prompt` itself gives to the template, or decides.
_OURS = frozenset({"conversation", "messages", "tools", "chat_template", "tokenize", "return_dict"})


def is_coded(tokenizer: Any) -> bool:
    """Whether code stands in a template's place, as in mistral-common's tokenizers."""
    usual = import_module("transformers").PreTrainedTokenizerBase.apply_chat_template
    return getattr(type(tokenizer), "apply_chat_template", usual) is not usual


def template_text(template: object) -> str | None:
    """The template that is meant: the text itself, or what the file holds whose path it is."""
    if template is None:
        return None
    if not isinstance(template, str | os.PathLike):
        raise no_template(f"expected text, got {type(template).__name__}")
    path = Path(template).expanduser()
    try:
        if path.is_file():
            return path.read_text(encoding="utf-8")
    except OSError:  # a text too long for a path
        pass
    except UnicodeDecodeError as error:
        raise no_template(f"the file {path} isn't UTF-8") from error
    if isinstance(template, str) and "{" in template:
        return template
    raise no_template(f"{os.fspath(template)!r} is neither the text of one nor a file that is there")


def no_template(why: str) -> ArgumentError:
    """The error for a chat_template that can't be used, with the reason."""
    return ArgumentError(f"chat_template can't be used: {why}.", argument="chat_template")


def kwargs_of(given: object) -> dict[str, Any]:
    """The names and values that go to the template. Raises ArgumentError for what the call itself gives."""
    if not isinstance(given, Mapping | None):
        raise ArgumentError(
            f"template_kwargs is {given!r}; expected a mapping of names to values.",
            argument="template_kwargs",
        )
    kwargs = dict(given or {})
    if taken := sorted(_OURS & kwargs.keys()):
        raise ArgumentError(
            f"template_kwargs can't hold {', '.join(taken)}: the call gives it.", argument="template_kwargs"
        )
    return kwargs
