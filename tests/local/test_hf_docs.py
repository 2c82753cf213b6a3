"""The examples of docs/providers.md for models in this process, run on a tiny one."""

from __future__ import annotations

import asyncio
import re
import shutil
import textwrap
from pathlib import Path
from typing import Any

import pytest

from modelcatalog.catalog.model.catalog import Catalog
from modelcatalog.providers.local.chat_template import ChatFormat
from modelcatalog.providers.transformers.hf import HuggingFace
from modelcatalog.resolver import load_catalog, resolve

from support.tiny_model import PLAIN, make_tiny_model

TEXT = (Path(__file__).parents[2] / "docs" / "providers.md").read_text("utf-8")
[SECTION] = [part for part in TEXT.split("\n## ") if part.startswith("hf\n")]
BLOCKS = [
    textwrap.dedent(block).strip("\n")
    for block in re.findall(r"(?:^    .*\n|^\n(?=    ))+", SECTION, re.MULTILINE)
]
# A block holds one example, or more.
EXAMPLES = [
    example
    for block in BLOCKS
    for example in re.split(r"\n(?=async with)", block)
    if example.startswith("async with")
]


@pytest.fixture(scope="module")
def roomy_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One whose window has room for tools in the prompt."""
    return make_tiny_model(tmp_path_factory.mktemp("models") / "roomy", window=2048)


@pytest.fixture
def folder(roomy_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with all that the examples name, and the current one."""
    for name in ("my-model", "my-tokenizer"):
        shutil.copytree(roomy_model, tmp_path / name)
    (tmp_path / "chat.jinja").write_text(PLAIN, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("at", range(len(EXAMPLES)))
async def test_example_runs(at: int) -> None:
    resolved: list[Any] = []

    def resolve_here(model: str, **arguments: Any) -> Any:
        # No test asks the hub; and where the wait is not what an example shows, it is left out.
        path = {} if "./" in model or "model_path" in arguments else {"model_path": "./my-model"}
        resolved.append(resolve(model, **{"batch_wait": 0, **path, **arguments}))
        return resolved[-1]

    body = f"async def example():\n{textwrap.indent(EXAMPLES[at], '    ')}\n    return locals()\n"
    names: dict[str, Any] = {"resolve": resolve_here, "asyncio": asyncio}
    exec(compile(body, "docs/providers.md, hf", "exec"), names)
    found = await names["example"]()
    assert resolved
    replies = [found["reply"]] if "reply" in found else found.get("replies", [])
    assert all(reply.usage.output_tokens for reply in replies)
    assert replies or "chat(" not in EXAMPLES[at]


def test_the_examples_were_found() -> None:
    assert len(EXAMPLES) >= 8


def test_the_plain_template_is_as_shown(base_model: Path) -> None:
    import transformers

    from modelcatalog.providers.adapter.chat_types import ChatCall

    tokenizer = transformers.AutoTokenizer.from_pretrained(base_model)
    messages = [{"role": "system", "content": "You are terse."}, {"role": "user", "content": "Hello"}]
    text = ChatFormat(tokenizer).prompt(ChatCall.of("m", messages)).text
    assert text in BLOCKS


def test_every_argument_of_the_adapter_is_reported() -> None:
    assert {name for name in HuggingFace.ARGUMENTS if f"`{name}`" not in SECTION} == set()


def test_the_entry_shown_makes_arguments_options_of_every_call(folder: Path) -> None:
    [entry] = [block for block in BLOCKS if block.startswith("providers:")]
    (folder / "own.yaml").write_text(f"catalog: 1\n{entry}\n", encoding="utf-8")
    catalog: Catalog = load_catalog([folder / "own.yaml"], user=False, project=False)
    given: dict[str, Any] = {
        "model_path": "./my-model",
        "top_k": 5,
        "repetition_penalty": 1.2,
        "batch_wait": 0,
    }
    with resolve("home/local", sync=True, catalog=catalog, **given) as model:
        assert model.request_args == {"top_k": 5, "repetition_penalty": 1.2}
        assert model.chat("Hello", max_tokens=2).usage
