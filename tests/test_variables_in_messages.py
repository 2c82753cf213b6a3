"""A variable that a message names exists: it is in models.yaml, read by an SDK, or in the list below."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from modelcatalog.providers.adapter.registry import adapter_names, load_adapter
from modelcatalog.resolver import load_catalog

TOP = Path(__file__).parent.parent
FOLDERS = ("catalog", "providers", "resolver")
CODES = TOP / "catalog" / "diagnostics" / "finding_codes.json"

WELL_KNOWN = {
    **dict.fromkeys(
        ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"), "read by every SDK of AWS"
    ),
    "AWS_WEB_IDENTITY_TOKEN_FILE": "set in AWS's containers",
    **dict.fromkeys(("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"), "read by azure-identity"),
    "IDENTITY_ENDPOINT": "set on Azure's machines",
    "GOOGLE_APPLICATION_CREDENTIALS": "read by google-auth",
    **dict.fromkeys(("SSL_CERT_FILE", "SSL_CERT_DIR"), "read by OpenSSL"),
    **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"), "read by HTTP clients"),
    "CUDA_VISIBLE_DEVICES": "read by CUDA",
    **dict.fromkeys(
        ("MODELCATALOG_FILES", "MODELCATALOG_ENV_FILE", "MODELCATALOG_SECRETS_DIR", "MODELCATALOG_CACHE"),
        "our own options",
    ),
    **dict.fromkeys(("VLLM_LOGGING_LEVEL", "VLLM_CPU_KVCACHE_SPACE"), "read by vLLM"),
    **dict.fromkeys(("ACME_API_KEY", "NAME_API_KEY", "OPENAI_KEY"), "of an example"),
}
"""Further variables, and why each exists."""

NO_VARIABLES = {
    "CALL_ID": "written by models",
    "NAME_OF_THE_FUNCTION": "a blank to fill in, for models",
    "SUPPORTED_MODELS": "a type in Goodfire's SDK",
}
"""Words of this form that are no variables, and what they are."""

_WORD = re.compile(r"(?<![A-Za-z0-9_\[])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?![A-Za-z0-9_(])")


@cache
def known() -> frozenset[str]:
    entries = list(load_catalog(user=False, project=False).entries())
    names = {one for entry in entries for setting in entry.settings.values() for one in setting.variables}
    names |= {one for entry in entries for header in entry.headers.values() for one in header.env}
    names |= {one.variable for name in adapter_names() for one in load_adapter(name).AMBIENT}
    return frozenset({*names, *WELL_KNOWN, *NO_VARIABLES})


def messages(source: str) -> Iterator[str]:
    """The string literals with a blank in them, parts of f-strings too; no docstrings."""
    tree = ast.parse(source)
    documentation = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = [part.value for part in node.values if isinstance(part, ast.Constant)]
            if any(" " in str(part) for part in parts):
                yield from map(str, parts)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield from [node.value] if " " in node.value else []


def unknown(texts: Iterator[str]) -> set[str]:
    return {word for text in texts for word in _WORD.findall(text)} - known()


@pytest.mark.parametrize(
    "path",
    [path for folder in FOLDERS for path in sorted((TOP / folder).rglob("*.py"))],
    ids=lambda path: str(path.relative_to(TOP)),
)
def test_every_variable_that_a_message_names_is_known(path: Path) -> None:
    assert unknown(messages(path.read_text("utf-8"))) == set()


def test_every_variable_that_an_explanation_names_is_known() -> None:
    rows = [row for rows in json.loads(CODES.read_text("utf-8")).values() for row in rows]
    assert unknown(f"{row['meaning']} {row['hint']}" for row in rows) == set()


def test_variables_that_do_not_exist_are_found() -> None:
    source = 'say(f"set {x}, or GOOGLE_APPLICATION_NAMED")\nsay("see MADE_UP_KEY or OPENAI_API_KEY")'
    assert unknown(messages(source)) == {"GOOGLE_APPLICATION_NAMED", "MADE_UP_KEY"}


def test_constants_and_documentation_are_not_messages() -> None:
    assert not list(messages('"""Of NO_SUCH_THING a word."""\nx = "BLOCK_NONE"\n'))
