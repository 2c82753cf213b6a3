"""A model and its tokenizer, loaded by transformers onto a device."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any, NamedTuple

from modelcatalog.catalog.diagnostics.errors import ArgumentError, UnknownArgumentError
from modelcatalog.providers.adapter.packages import installed_version
from modelcatalog.providers.local.model_folders import folder_of, is_folder_name

# What the tokenizer's from_pretrained needs to know too; the second row only for files that lie beside the weights.
_EVERYWHERE = ("cache_dir", "force_download", "local_files_only", "proxies", "token", "trust_remote_code")
_BESIDE = ("revision", "subfolder", "gguf_file")
_UNEXPECTED = re.compile(r"unexpected keyword argument '(\w+)'")


class Source(NamedTuple):
    """Where a model comes from, and how: `where` is a name of the hub or a folder, `arguments` go to from_pretrained.

    `adapter` may hold `device`, `tokenizer` (a name, a folder or an object) and `tokenizer_path`.
    """

    sdk: Any
    where: str
    adapter: Mapping[str, Any]
    arguments: Mapping[str, Any]


def source_of(sdk: Any, name: str, adapter: Mapping[str, Any], arguments: Mapping[str, Any]) -> Source:
    """The source of the model of this name, or of the folder `model_path`. Raises ArgumentError for one that isn't."""
    path = adapter.get("model_path")
    path = name if path is None and is_folder_name(name) else path
    return Source(sdk, name if path is None else str(folder_of(path)), adapter, arguments)


def load_model(source: Source) -> Any:
    """The model, on its device. Raises ArgumentError, and what transformers raises."""
    device = source.adapter.get("device")
    placed = {**source.arguments, **_placement(device, source.arguments)}
    with _bars_on_a_terminal_only(source.sdk):
        model = _model(source.sdk, source.where, placed)
    return (model if "device_map" in placed else model.to(device_of(device))).eval()


def load_tokenizer(source: Source) -> Any:
    """The tokenizer: one that was given as it is, else one that pads on the left. Raises as `load_model`."""
    given, path = source.adapter.get("tokenizer"), source.adapter.get("tokenizer_path")
    if given is not None and path is not None:
        raise ArgumentError("tokenizer and tokenizer_path can't both be given.", argument="tokenizer_path")
    if given is not None and not isinstance(given, str):
        return given
    where = str(folder_of(path, "tokenizer_path")) if path is not None else given or source.where
    names = (*_EVERYWHERE, *_BESIDE) if where == source.where else _EVERYWHERE
    kept = {name: source.arguments[name] for name in names if name in source.arguments}
    with _bars_on_a_terminal_only(source.sdk):
        return source.sdk.AutoTokenizer.from_pretrained(where, padding_side="left", **kept)


def device_of(asked: object) -> str:
    """The device that is meant: `cuda:1`, `mps`, `cpu`; a number is that of an accelerator, None the best there is.

    Raises ArgumentError for one that isn't here. Imports torch.
    """
    torch = import_module("torch")
    found = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else None
    kind = None if found is None else str(found.type)
    if asked is None:
        return kind or "cpu"
    text = str(asked).strip()
    if isinstance(asked, bool) or not text:
        raise _no_device(asked, "expected a number, or a name such as cuda:0, mps or cpu")
    if text.isdigit():
        if kind is None:
            raise _no_device(asked, f"it is the number of an accelerator, and {_no_accelerator(torch)}")
        text = f"{kind}:{text}"
    try:
        device = torch.device(text)
    except RuntimeError as error:
        raise _no_device(asked, str(error).partition("\n")[0]) from error
    if device.type in ("cpu", "meta"):
        return str(device)
    if device.type != kind:
        raise _no_device(asked, _no_accelerator(torch) if kind is None else f"this machine has {kind}")
    count = torch.accelerator.device_count()
    if device.index is not None and device.index >= count:
        raise _no_device(asked, f"there are {count}, numbered from 0")
    return str(device)


def _placement(device: object, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The device map that puts the weights where they belong while they load; none for this machine's memory."""
    if arguments.get("device_map") is not None:
        if device is not None:
            raise ArgumentError(
                "device and device_map can't both be given: they say the same.", argument="device"
            )
        return {}
    has_accelerate = installed_version("accelerate") is not None
    if device == "auto":
        if not has_accelerate:
            raise ArgumentError(
                "device=auto needs the package accelerate: pip install accelerate.", argument="device"
            )
        return {"device_map": "auto"}
    place = device_of(device)
    return {"device_map": {"": place}} if has_accelerate and place != "cpu" else {}


def _model(sdk: Any, source: str, arguments: Mapping[str, Any]) -> Any:
    try:
        return sdk.AutoModelForCausalLM.from_pretrained(source, **arguments)
    except TypeError as error:
        match = _UNEXPECTED.search(str(error))
        if match is None or match[1] not in arguments:
            raise
        from modelcatalog.catalog.diagnostics.suggestions import nearest

        near = nearest(match[1], sorted(_known_arguments(sdk)))
        guess = f" Did you mean {near[0]!r}?" if near else ""
        raise UnknownArgumentError(
            f"from_pretrained has no argument {match[1]!r}.{guess}", argument=match[1], suggestions=near
        ) from error


def _known_arguments(sdk: Any) -> set[str]:
    """What from_pretrained takes: some names stand in its signature, the others it takes out of its keywords."""
    function = sdk.PreTrainedModel.from_pretrained
    taken = re.findall(r'kwargs\.pop\(\s*"([a-z]\w*)"', inspect.getsource(function))
    named = [name for name in inspect.signature(function).parameters if not name.startswith("pretrained")]
    return {"device", *named, *taken} - {"args", "kwargs"}


@contextmanager
def _bars_on_a_terminal_only(sdk: Any) -> Iterator[None]:
    """The library's own progress bars while weights load; in a file or a pipe they would only be noise."""
    logging = sdk.utils.logging
    hides = logging.is_progress_bar_enabled() and not (sys.stderr is not None and sys.stderr.isatty())
    if hides:
        logging.disable_progress_bar()
    try:
        yield
    finally:
        if hides:
            logging.enable_progress_bar()


def _no_device(asked: object, why: str) -> ArgumentError:
    return ArgumentError(f"The device {asked!r} can't be used: {why}.", argument="device")


def _no_accelerator(torch: Any) -> str:
    return f"torch {torch.__version__} finds none here"
