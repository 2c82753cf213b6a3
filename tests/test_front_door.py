"""`from modelcatalog import ...`: which names there are, what types they have, and that docs/python.md is right."""

from __future__ import annotations

import ast
import inspect
import re
import sys
import textwrap
from collections.abc import AsyncGenerator, Iterator
from functools import partial
from pathlib import Path
from typing import Any, assert_type

import pytest
from openai import AsyncOpenAI, OpenAI

import modelcatalog
import modelcatalog.resolver
from modelcatalog import (
    ChatChunk,
    ChatReply,
    ResolvedModel,
    SyncResolvedModel,
    resolve,
)
from modelcatalog.catalog.diagnostics import errors
from modelcatalog.providers.testing.recording_server import RecordingServer

from support.raised import raised

ROOT = Path(__file__).resolve().parent.parent
FACES = {
    "modelcatalog": ROOT / ".import" / "modelcatalog" / "__init__.py",
    "modelcatalog.resolver": ROOT / "resolver" / "__init__.py",
}

KEY = "sk-right-key-0123456789abcdef"


@pytest.fixture
def server() -> Iterator[RecordingServer]:
    with RecordingServer() as running:
        yield running


# ---- The names


def static_names(face: Path) -> set[str]:
    """The names that a type checker finds in the face: imported below `if TYPE_CHECKING`, or annotated there."""
    tree = ast.parse(face.read_text("utf-8"))
    found: set[str] = set()
    for block in (node for node in tree.body if isinstance(node, ast.If)):
        for node in block.body:
            if isinstance(node, ast.ImportFrom):
                found |= {alias.asname or alias.name for alias in node.names}
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                found.add(node.target.id)
    return found


def children(face: Path) -> set[str]:
    """The modules and folders that stand beside a face, by the names that an import gives them."""
    return {path.stem for path in face.parent.iterdir() if path.is_dir() or path.suffix == ".py"}


def error_names() -> set[str]:
    return {
        name
        for name, value in vars(errors).items()
        if inspect.isclass(value) and issubclass(value, Exception)
    }


@pytest.mark.parametrize("module", FACES)
def test_every_lazy_name_is_one_that_type_checkers_see(module: str) -> None:
    face = sys.modules[module]
    assert static_names(FACES[module]) == set(face.__all__)
    for name in face.__all__:
        value = getattr(face, name)
        assert getattr(value, "__name__", "__version__") == name
    assert set(face.__all__) <= set(dir(face))


@pytest.mark.parametrize("module", FACES)
def test_no_module_beside_a_lazy_face_has_one_of_its_names(module: str) -> None:
    assert children(FACES[module]) & set(sys.modules[module].__all__) == set()


def test_every_package_with_lazy_names_is_looked_at() -> None:
    folders = [ROOT / "catalog", ROOT / "providers", ROOT / "resolver", ROOT / ".import" / "modelcatalog"]
    faces = {face for folder in folders for face in folder.rglob("__init__.py")}
    assert {face for face in faces if "__getattr__" in face.read_text("utf-8")} == set(FACES.values())


@pytest.mark.parametrize("module", FACES)
def test_every_error_class_is_in_the_face(module: str) -> None:
    assert error_names() <= set(sys.modules[module].__all__)


def test_a_misspelt_name_is_no_name_of_the_package() -> None:
    with pytest.raises(AttributeError, match="module 'modelcatalog' has no attribute 'resolv'"):
        modelcatalog.resolv  # type: ignore[attr-defined]  # noqa: B018
    with pytest.raises(ImportError, match="cannot import name 'resolv' from 'modelcatalog'"):
        from modelcatalog import resolv  # type: ignore[attr-defined]  # noqa: F401
    with pytest.raises(AttributeError):
        modelcatalog.resolver.trust_me  # type: ignore[attr-defined]  # noqa: B018


# ---- Types: what is asserted here is asserted by mypy, which reads the tests too


def test_resolve_has_a_type_for_each_kind_of_flag(server: RecordingServer) -> None:
    flag = server.url.startswith("http")
    either = resolve("openai/x", sync=flag, api_key=KEY, base_url=server.url)
    assert_type(either, ResolvedModel[Any] | SyncResolvedModel[Any])
    typed = resolve("openai/x", sync=flag, client_type=OpenAI, api_key=KEY, base_url=server.url)
    assert_type(typed, ResolvedModel[OpenAI] | SyncResolvedModel[OpenAI])
    assert_type(resolve("openai/x", api_key=KEY, base_url=server.url), ResolvedModel[Any])
    assert_type(
        resolve("openai/x", client_type=AsyncOpenAI, api_key=KEY, base_url=server.url),
        ResolvedModel[AsyncOpenAI],
    )
    with resolve("openai/x", sync=True, client_type=OpenAI, api_key=KEY, base_url=server.url) as model:
        assert_type(model.client, OpenAI)
        assert_type(model.chat("Hi"), ChatReply)
        assert_type(model.stream("Hi"), Iterator[ChatChunk])


async def test_answers_have_types(server: RecordingServer) -> None:
    async with resolve("openai/x", client_type=AsyncOpenAI, api_key=KEY, base_url=server.url) as model:
        assert_type(await model.chat("Hi", max_tokens=3), ChatReply)
        assert_type(model.stream("Hi"), AsyncGenerator[ChatChunk, None])
        assert [chunk async for chunk in model.stream("Hi")]


def test_options_of_a_chat_are_named() -> None:
    for kind in (ResolvedModel, SyncResolvedModel):
        for method in (kind.chat, kind.stream):
            *_, others = parameters = inspect.signature(method).parameters.values()
            names = [one.name for one in parameters if one.kind is one.KEYWORD_ONLY]
            assert names == ["tools", "max_tokens", "temperature", "top_p", "stop", "seed", "tool_choice"]
            assert others.kind is others.VAR_KEYWORD


# ---- docs/python.md


TEXT = (ROOT / "docs" / "python.md").read_text("utf-8")
BLOCKS = [
    textwrap.dedent(block)
    for block in re.findall(r"(?:^    .*\n|^\n(?=    ))+", TEXT, re.MULTILINE)
    if "resolve(" in block or "explain(" in block
]


def test_every_name_of_the_package_is_documented() -> None:
    kinds = error_names() - {"ModelCatalogError"}
    base = {name for name in kinds if not issubclass(getattr(errors, name), errors.SetupError)}
    detailed = {"CatalogFileError", "MissingAttributeError", "UnknownArgumentError"}
    detailed |= {"MalformedModelError", "UnknownProviderError", "UnknownQualifierError"}
    expected = set(modelcatalog.__all__) - kinds | base - detailed
    assert {name for name in expected if f"`{name}" not in TEXT} == set()


@pytest.mark.parametrize("code", BLOCKS, ids=range(len(BLOCKS)))
async def test_example_runs(code: str, server: RecordingServer) -> None:
    own: dict[str, Any] = {"api_key": KEY, "base_url": server.url}
    names: dict[str, Any] = {
        "resolve": partial(resolve, **own),
        "explain": partial(modelcatalog.explain, **own),
    }
    body = f"async def example():\n{textwrap.indent(code, '    ')}\n    return True\n"
    exec(compile(body, "docs/python.md", "exec"), names)
    assert await names["example"]()
    assert server.requests or ".chat(" not in code


def test_error_in_the_document_is_the_one_that_is_raised(server: RecordingServer) -> None:
    with resolve("openai/gpt-5", sync=True, api_key=KEY, base_url=server.url) as model:
        text = str(raised(lambda: model.chat("Hi", temprature=0.2)))
    assert text.replace("openai.OpenAI", "openai.AsyncOpenAI") in TEXT
