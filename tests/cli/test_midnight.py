"""Errors at midnight: the very text that a person sees, and no secret in any of it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.answers import Answer
from modelcatalog.providers.testing.recording_server import RecordingServer, closed_port
from modelcatalog.resolver import load_catalog

from support.certificates import self_signed
from support.command import Catalog
from support.trusting import trusted

SENTINEL = "sentinel-key-0123456789-never-shown"
"""The key of every test here; a trailing part of it would be the mask's own `****hown`."""

COUNT = len(load_catalog(user=False, project=False).providers)
ACME = {"ACME_API_KEY": SENTINEL}


def seen(done: subprocess.CompletedProcess[str], code: int) -> str:
    """All that the person sees, after making sure that no secret and no traceback is in it."""
    text = done.stdout + done.stderr
    assert done.returncode == code, text
    assert SENTINEL not in text
    assert "Traceback" not in text
    return text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "nosuch/x",
            f"error: no provider 'nosuch'\nhint: catalog add nosuch URL, catalog list (shows all {COUNT})\n",
        ),
        ("opnrouter/x", "error: no provider 'opnrouter'\nhint: openrouter/x\n"),
        (
            "gpt-4o",
            "error: no provider in 'gpt-4o'; expected PROVIDER/MODEL\n"
            "hint: openai/gpt-4o, openrouter/openai/gpt-4o\n",
        ),
        ("openai/", "error: no model in 'openai/'; expected openai/MODEL\n"),
        (
            "openai/azzure/gpt-4o",
            "error: 'azzure' is close to a qualifier of openai: azure\n"
            "hint: openai/azure/gpt-4o, or openai//azzure/gpt-4o (if azzure is part of the model's name)\n",
        ),
    ],
)
def test_name_that_cant_be_resolved(catalog: Catalog, name: str, text: str) -> None:
    for command in (["chat", name, "hi"], ["explain", name], ["probe", name]):
        done = catalog(*command, OPENAI_API_KEY=SENTINEL)
        assert seen(done, 2) == text
        assert done.stdout == ""


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (
            None,
            "error: No API key for openai. Looked for: api_key argument, OPENAI_API_KEY (unset).\n"
            "hint: export OPENAI_API_KEY=... (get one at https://platform.openai.com/api-keys)\n",
        ),
        (
            "  ",
            "error: No API key for openai. Looked for: api_key argument, OPENAI_API_KEY (set but empty).\n"
            "hint: export OPENAI_API_KEY=... (get one at https://platform.openai.com/api-keys)\n",
        ),
        (
            f"{SENTINEL}\n",
            "error: OPENAI_API_KEY ends in a line break; it would be refused.\n"
            'hint: export OPENAI_API_KEY="$(printf %s "$OPENAI_API_KEY" | tr -d \'[:space:]\')"\n',
        ),
        (
            f'"{SENTINEL}"',
            "error: OPENAI_API_KEY has double quotes around it, as part of the value.\n"
            'hint: export OPENAI_API_KEY="$(printf %s "$OPENAI_API_KEY" | sed \'s/^.//; s/.$//\')"\n',
        ),
    ],
)
def test_key_that_cant_be_used(catalog: Catalog, key: str | None, text: str) -> None:
    variables = {} if key is None else {"OPENAI_API_KEY": key}
    assert seen(catalog("chat", "openai/gpt-4o", "hi", **variables), 1) == text


@pytest.mark.parametrize(
    "broken",
    [
        f"{SENTINEL}\n",
        f"  {SENTINEL}",
        f'"{SENTINEL}"',
        f"'{SENTINEL}'",
        f"Bearer {SENTINEL}",
        f"OPENAI_API_KEY={SENTINEL}",
        f"export OPENAI_API_KEY={SENTINEL}",
    ],
)
def test_command_that_the_message_names_really_fixes_the_key(catalog: Catalog, broken: str) -> None:
    shown = catalog("chat", "openai/x", "hi", OPENAI_API_KEY=broken).stderr
    command = shown.partition("hint: ")[2].strip()
    shell = subprocess.run(
        ["sh", "-c", f'{command}; printf %s "$OPENAI_API_KEY"'],
        env={**os.environ, "OPENAI_API_KEY": broken},
        capture_output=True,
        text=True,
        check=True,
    )
    assert shell.stdout == SENTINEL


def test_missing_setting(catalog: Catalog) -> None:
    done = catalog("chat", "openai/azure/dep", "hi", AZUREAI_OPENAI_API_KEY=SENTINEL)
    assert seen(done, 1) == (
        "error: No base_url for openai/azure. Looked for: base_url argument, AZUREAI_OPENAI_BASE_URL "
        "(unset), AZURE_OPENAI_BASE_URL (unset), AZURE_OPENAI_ENDPOINT (unset).\nhint: export "
        "AZUREAI_OPENAI_BASE_URL=... (The endpoint of your resource, such as https://RESOURCE.openai.azure.com)\n"
    )


def test_unknown_argument(catalog: Catalog) -> None:
    done = catalog(
        "chat", "openai/gpt-4o", "hi", "-M", "base_uri=http://127.0.0.1:9", OPENAI_API_KEY=SENTINEL
    )
    assert seen(done, 2) == (
        "error: openai has no argument 'base_uri' (openai.AsyncOpenAI doesn't take it)\n"
        "hint: did you mean 'base_url'?\n"
    )


@pytest.mark.parametrize(
    ("url", "text"),
    [
        (
            "llm.acme.dev/v1",
            "error: The base URL 'llm.acme.dev/v1' has no http:// or https:// before it; write "
            "https://llm.acme.dev/v1.\nhint: It comes from: --model-base-url.\n",
        ),
    ],
)
@pytest.mark.usefixtures("acme")
def test_base_url_that_cant_be_used(catalog: Catalog, url: str, text: str) -> None:
    assert seen(catalog("chat", "acme/small", "hi", "--model-base-url", url, **ACME), 1) == text


@pytest.mark.usefixtures("acme")
def test_base_url_with_chat_completions_pasted_works_and_says_so(
    catalog: Catalog, server: RecordingServer
) -> None:
    url = f"{server.url}/chat/completions"
    text = seen(catalog("explain", "acme/small", "--model-base-url", url, **ACME), 0)
    assert (
        "note: /chat/completions was taken off the base URL: the SDK adds it by itself (--model-base-url)."
        in text
    )
    assert seen(catalog("chat", "acme/small", "hi", "--model-base-url", url, **ACME), 0) == "Hello\n"
    assert server.last.path == "/v1/chat/completions"


def probe(
    catalog: Catalog, acme: Path, server: RecordingServer, *given: Answer, url: str | None = None
) -> str:
    server.answer(*given)
    acme.write_text(f"catalog: 1\nproviders:\n  acme:\n    base_url: {url or server.url}\n", encoding="utf-8")
    trusted(acme)
    text = seen(catalog("probe", "acme/small", "--timeout", "10", **ACME), 1)
    return text.replace(server.origin, "http://HOST")


def test_base_url_without_v1(catalog: Catalog, acme: Path, server: RecordingServer) -> None:
    text = probe(catalog, acme, server, answers.error(404, "Not Found"), url=server.origin)
    assert "acme/small  failed at path: 404 after " in text
    assert "\n            POST http://HOST/chat/completions\n" in text
    assert "The endpoint answers under /v1: set base_url to http://HOST/v1." in text
    assert "base URL http://HOST (default, models.yaml:4)" in text


def test_unreachable(catalog: Catalog, acme: Path, server: RecordingServer) -> None:
    port = closed_port()
    text = probe(catalog, acme, server, url=f"http://127.0.0.1:{port}/v1")
    assert text.startswith("acme/small  failed at connect after ")
    assert "refused" in text
    assert "Is the server running, and is the base URL right?\n" in text
    assert f"base URL http://127.0.0.1:{port}/v1 (default, models.yaml:4)" in text


def test_host_that_is_not_found(catalog: Catalog, acme: Path, server: RecordingServer) -> None:
    text = probe(catalog, acme, server, url="https://nosuch.invalid/v1")
    assert text.startswith("acme/small  failed at dns after ")
    assert "nosuch.invalid" in text


def test_tls_failure(catalog: Catalog, acme: Path, server: RecordingServer, tmp_path: Path) -> None:
    with RecordingServer(self_signed(tmp_path)) as encrypted:
        text = probe(catalog, acme, server, url=encrypted.url)
        assert encrypted.requests == []
    assert text.startswith("acme/small  failed at tls after ")
    assert "certificate" in text


def test_401(catalog: Catalog, acme: Path, server: RecordingServer) -> None:
    text = probe(catalog, acme, server, answers.error(401, f"Incorrect API key provided: {SENTINEL}"))
    assert text.startswith("acme/small  failed at auth: 401 after ")
    assert "\n            POST http://HOST/v1/chat/completions\n" in text
    assert "Incorrect API key provided: ****" in text
    assert "The key came from ACME_API_KEY, environment." in text


def test_404_for_the_model(catalog: Catalog, acme: Path, server: RecordingServer) -> None:
    gone = answers.error(404, "The model 'small' does not exist", code="model_not_found")
    text = probe(catalog, acme, server, gone, answers.models("smal", "large"))
    assert text.startswith("acme/small  failed at model: 404 after ")
    assert "Did you mean 'smal'?" in text


def test_429(catalog: Catalog, acme: Path, server: RecordingServer) -> None:
    spent = answers.error(429, "You exceeded your current quota", code="insufficient_quota")
    assert "acme/small  failed at quota: 429 after " in probe(catalog, acme, server, spent)
    assert len(server.requests) == 1


def test_html_page(catalog: Catalog, acme: Path, server: RecordingServer) -> None:
    text = probe(catalog, acme, server, answers.html())
    assert text.startswith("acme/small  failed at answer")
    assert "HTML" in text or "html" in text


def test_stream_that_is_cut(catalog: Catalog, acme: Path, server: RecordingServer) -> None:
    text = probe(catalog, acme, server, answers.stream("Hel", finish=None, done=False))
    assert text.startswith("acme/small  failed at answer")


def test_missing_sdk(tmp_path: Path) -> None:
    done = run_without_sdk(tmp_path, "chat", "openai/x", "hi", hide=True)
    assert seen(done, 1) == (
        "error: No API key for openai. Looked for: api_key argument, OPENAI_API_KEY (unset).\n"
        "hint: export OPENAI_API_KEY=... (get one at https://platform.openai.com/api-keys)\n"
        "error: openai needs the package openai, which isn't installed.\n"
        "hint: pip install 'modelcatalog[openai]'\n"
    )


def test_old_sdk(tmp_path: Path) -> None:
    done = run_without_sdk(tmp_path, "chat", "openai/x", "hi", hide=False, OPENAI_API_KEY=SENTINEL)
    assert seen(done, 1) == (
        "error: openai needs openai 3.50 or newer; 1.109.1 is installed.\n"
        "hint: pip install -U 'modelcatalog[openai]'\n"
    )


def run_without_sdk(
    folder: Path, *words: str, hide: bool, **variables: str
) -> subprocess.CompletedProcess[str]:
    """The command where no openai is installed (`hide`), or an old one."""
    import sysconfig

    site = Path(sysconfig.get_paths()["purelib"])
    other = folder / "site"
    other.mkdir()
    for item in site.iterdir():
        if item.name.startswith("openai"):
            continue
        (other / item.name).symlink_to(item)
    if not hide:
        old = other / "openai-1.109.1.dist-info"
        old.mkdir()
        (old / "METADATA").write_text(
            "Metadata-Version: 2.1\nName: openai\nVersion: 1.109.1\n", encoding="utf-8"
        )
    code = "import site, sys; site.addsitedir(sys.argv.pop(1)); from modelcatalog.resolver.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-S", "-c", code, str(other), *words],
        cwd=folder,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("catalog: 1\nproviders:\n  acme:\n    base_url: [x\n", ["models.yaml:"]),
        (
            "catalog: 1\nproviders:\n  acme:\n    bas_url: https://h/v1\n",
            ["models.yaml:4:5: unknown key 'bas_url' in provider 'acme'", "^^^^^^^ did you mean 'base_url'?"],
        ),
        ("catalog: 1\nproviders:\n  acme:\n    aliases: az2\n", ["models.yaml:4:14: ", "az2", "[az2]"]),
        ("catalog: 1\naliases: {a: b, b: a}\n", ["alias 'b' runs in a loop: a -> b -> a"]),
        (
            "catalog: 1\nproviders:\n  a: {base_url: 'https://h/v1'}\n  a: {base_url: 'https://h/v1'}\n",
            ["key 'a' is in line 3 already"],
        ),
        ("", ["models.yaml", "empty"]),
        (
            "catalog: 1\nproviders:\n  a:\n    base_url: https://h/v1/chat/completions\n",
            ["models.yaml:4:15: the base URL", "ends in what the SDK adds by itself", "^ write https://h/v1"],
        ),
        ("models:\n  - gpt-4o\n", ["models.yaml", "catalog: 1"]),
        (
            "catalog: 1\nproviders:\n  a: {base_url: 'https://h/v1', adapter: opnai}\n",
            ["did you mean 'openai'?"],
        ),
    ],
)
def test_catalog_file_with_a_problem(catalog: Catalog, tmp_path: Path, text: str, lines: list[str]) -> None:
    (tmp_path / "models.yaml").write_text(text, encoding="utf-8")
    said = seen(catalog("validate", "models.yaml"), 1)
    for line in lines:
        assert line in said
    assert "1 problem in 2 files" in said


def test_catalog_file_that_is_not_found(catalog: Catalog) -> None:
    assert seen(catalog("check", "--file", "nosuch.yaml"), 1) == "error: nosuch.yaml: file not found\n"


SPILL = """
import logging, traceback
logging.basicConfig(level=logging.DEBUG)
from modelcatalog.catalog.diagnostics.errors import ModelCatalogError
from modelcatalog.resolver import resolve
try:
    with resolve("acme/small", sync=True, max_retries=0) as model:
        print(repr(model), model.plan)
        model.chat("hi")
except ModelCatalogError as error:
    traceback.print_exc()
    print(repr(error), error, repr(error.__cause__), error.__cause__)
else:
    raise SystemExit("no error")
"""


@pytest.mark.usefixtures("acme")
@pytest.mark.parametrize(
    "answer",
    [
        answers.error(401, f"Incorrect API key provided: {SENTINEL}"),
        answers.error(404, f"no {SENTINEL} here", code="model_not_found"),
        answers.error(500, f"Bearer {SENTINEL}"),
        answers.html(title=SENTINEL),
    ],
    ids=["401", "404", "500", "html"],
)
def test_no_secret_in_traceback_log_or_repr(tmp_path: Path, server: RecordingServer, answer: Answer) -> None:
    server.answer(answer)
    done = subprocess.run(
        [sys.executable, "-c", SPILL],
        cwd=tmp_path,
        env={**os.environ, **ACME, "OPENAI_LOG": "debug"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" in done.stderr
    assert "DEBUG" in done.stderr
    assert SENTINEL not in done.stdout + done.stderr


def test_key_on_the_command_line_is_redacted(catalog: Catalog) -> None:
    words = ["-M", f"api_key={SENTINEL}", "-M", f"headers={{Authorization: 'Bearer {SENTINEL}', X-A: b}}"]
    for more in ([], ["--json"]):
        text = seen(catalog("explain", "openai/x", *words, *more), 0)
        assert "X-A" in text
