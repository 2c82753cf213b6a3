"""The arguments of a connection as vLLM's AsyncEngineArgs, and what else our client takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from modelcatalog.catalog.diagnostics.errors import ArgumentError
from modelcatalog.catalog.redaction.secret import reveal
from modelcatalog.providers.local.hardware import LOCAL
from modelcatalog.providers.local.model_folders import folder_of, is_folder_name
from modelcatalog.providers.vllm.devices import devices_of, engine_arguments

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Connection

ADAPTER = frozenset(
    {
        "device",
        "model_path",
        "tokenizer_path",
        "chat_template",
        "template_kwargs",
        "max_connections",
        "emulate_tools",
    }
)
_REMOTE = ("s3://", "gs://", "az://")


def engine_keywords(connection: Connection) -> dict[str, Any]:
    """Keywords for AsyncEngineArgs. Raises ArgumentError; a missing folder is never looked up on a hub."""
    adapter = connection.arguments.get("adapter", {})
    given = {name: reveal(value) for name, value in connection.arguments.get("engine", {}).items()}
    if "model" in given:
        raise ArgumentError("The model stands in the name, or in model_path.", argument="model")
    own: dict[str, Any] = {
        "model": model_source(connection.model, adapter.get("model_path")),
        "served_model_name": connection.model,
        "disable_log_stats": True,
        **engine_arguments(devices_of(adapter["device"]) if "device" in adapter else None, given),
    }
    if "tokenizer_path" in adapter:
        if "tokenizer" in given:
            raise ArgumentError(
                "tokenizer and tokenizer_path both name one: give one of them.", argument="tokenizer_path"
            )
        own["tokenizer"] = str(folder_of(adapter["tokenizer_path"], "tokenizer_path"))
    if token_of(connection) is False:
        own["hf_token"] = False
    # vLLM shows this one; so it gets it as its processes do, in a variable.
    if isinstance(given.get("hf_token"), str):
        del given["hf_token"]
    return {**own, **given}


def model_source(name: str, path: object) -> str:
    """What vLLM loads: a folder of this machine, or a name on a hub."""
    if isinstance(path, str) and path.startswith(_REMOTE):
        return path
    if path is not None:
        return str(folder_of(path))
    if is_folder_name(name):
        return str(folder_of(name, "the model's name"))
    if name == LOCAL:
        raise ArgumentError(
            "local stands for a model in a folder: say which, model_path=...", argument="model_path"
        )
    return name


def token_of(connection: Connection) -> str | Literal[False] | None:
    """The hub's token: the one that was settled, else (None) the one that `hf auth login` has kept, but no variable's
    that the catalog didn't take: then it is False.
    """
    key = connection.arguments.get("engine", {}).get("hf_token") or connection.settings.get("api_key")
    key = reveal(key() if callable(key) else key)
    if isinstance(key, str) and key:
        return key
    return False if connection.ambient and key is not True else None


def client_keywords(connection: Connection) -> dict[str, Any]:
    """Keywords for VllmModel. Raises ArgumentError."""
    given = connection.arguments.get("adapter", {})
    own: dict[str, Any] = {"timeout": connection.timeout, "token": token_of(connection)}
    own["max_connections"] = _number(given, "max_connections", 32)
    own["emulate_tools"] = _truth(given, "emulate_tools")
    own["template_kwargs"] = kwargs = given.get("template_kwargs")
    if not isinstance(kwargs, Mapping | None):
        raise ArgumentError(f"template_kwargs is {kwargs!r}; expected a mapping.", argument="template_kwargs")
    own["chat_template"] = given.get("chat_template")
    return own


def _number(given: Mapping[str, Any], name: str, default: int) -> int:
    value = given.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ArgumentError(f"{name} is {value!r}; expected a whole number from 1 on.", argument=name)
    return value


def _truth(given: Mapping[str, Any], name: str) -> bool | None:
    value = given.get(name)
    if isinstance(value, str):
        value = {"true": True, "false": False}.get(value, value)
    if value is not None and not isinstance(value, bool):
        raise ArgumentError(f"{name} is {value!r}; expected true or false.", argument=name)
    return value
