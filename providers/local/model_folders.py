"""Folders that hold a model: which names mean one, and what is wrong with one that can't be loaded."""

from __future__ import annotations

import os
from pathlib import Path

from modelcatalog.catalog.diagnostics.errors import ArgumentError

_WEIGHTS = ("*.safetensors", "*.bin", "*.gguf", "*.pt", "*.pth")


def is_folder_name(model: str) -> bool:
    """Whether a model's name is a path and can't be a name on a hub: `./m`, `~/m`, `/m`."""
    return model.startswith(("./", "../", "/", "~", ".\\", "..\\")) or os.path.isabs(model)


def folder_problem(path: str | os.PathLike[str]) -> str | None:
    """Why no model can be loaded from this folder, None when one probably can."""
    folder = Path(path).expanduser()
    if folder.is_file() and folder.suffix == ".gguf":
        return f"{path} is a single file: give its folder, and gguf_file={folder.name}"
    if not folder.exists():
        return f"folder {path} not found" + (
            "" if folder.is_absolute() else f" (looked for below {Path.cwd()})"
        )
    if not folder.is_dir():
        return f"{path} is a file, not a folder"
    if not any(folder.iterdir()):
        return f"the folder {path} is empty"
    return None


def folder_of(path: object, argument: str = "model_path") -> Path:
    """The folder, absolute. Raises ArgumentError for one that is not found: it is never looked up on a hub."""
    if not isinstance(path, str | os.PathLike) or not str(path).strip():
        raise ArgumentError(f"{argument} is {path!r}; expected the path of a folder.", argument=argument)
    problem = folder_problem(path)
    if problem is not None:
        raise ArgumentError(f"{argument}: {problem}.", argument=argument)
    return Path(path).expanduser().absolute()


def weights_size(folder: Path) -> int:
    """Bytes of the weights in a folder, of the first format that is there; 0 when none is."""
    for pattern in _WEIGHTS:
        if files := list(folder.glob(pattern)):
            return sum(file.stat().st_size for file in files)
    return 0
