"""Mistakes on the command line, each with the very text that it gets, and its hints applied."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import NamedTuple

import pytest

from modelcatalog.providers.testing.recording_server import RecordingServer, closed_port
from modelcatalog.resolver import explain, load_catalog
from modelcatalog.resolver.known_names import ELSEWHERE, FAMILIES, meant, serving

from support.command import Catalog

COUNT = len(load_catalog(user=False, project=False).providers)
KEY = {"OPENAI_API_KEY": "sk-0123456789abcdef0123456789"}
AZURE = {"AZUREAI_OPENAI_API_KEY": "0123456789abcdef0123"}
NO_KEYRING = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
TARGET = (
    "https://east.openai.azure.com/openai/deployments/gpt-4o/chat/completions?api-version=2025-01-01-preview"
)


class Mistake(NamedTuple):
    """What was typed, and what is seen; `code` is the exit code."""

    typed: str
    error: str
    hint: str | None
    code: int = 2
    variables: dict[str, str] = {}  # noqa: RUF012  never changed


MISTAKES = [
    Mistake(
        "explain gpt-4o",
        "no provider in 'gpt-4o'; expected PROVIDER/MODEL",
        "openai/gpt-4o, openrouter/openai/gpt-4o",
    ),
    Mistake(
        "explain claude-sonnet-4",
        "no provider in 'claude-sonnet-4'; expected PROVIDER/MODEL",
        "anthropic/claude-sonnet-4, openrouter/anthropic/claude-sonnet-4",
    ),
    Mistake(
        "explain my-model",
        "no provider in 'my-model'; expected PROVIDER/MODEL",
        f"catalog list (shows all {COUNT})",
    ),
    Mistake("explain openai", "no model in 'openai'; expected openai/MODEL", None),
    Mistake("check openai/azur", "openai has no qualifier 'azur'", "openai/azure"),
    Mistake("check openai/gpt-4o", "openai has no qualifier 'gpt-4o'", "openai, openai/azure"),
    Mistake("show groq/x", "groq has no qualifier 'x'", "groq"),
    Mistake("explain opnai/gpt-5", "no provider 'opnai'", "openai/gpt-5"),
    Mistake(
        "explain nosuch/nosuch-chat",
        "no provider 'nosuch'",
        f"catalog add nosuch URL, catalog list (shows all {COUNT})",
    ),
    Mistake("explain gemini/gemini-2.5-pro", "no provider 'gemini'", "google/gemini-2.5-pro"),
    Mistake("explain azure/gpt-4o", "no provider 'azure'", "openai/azure/gpt-4o"),
    Mistake("explain vertex_ai/gemini-2.5-pro", "no provider 'vertex_ai'", "google/vertex/gemini-2.5-pro"),
    Mistake("check azurai", "no provider 'azurai'", "openai/azure"),
    Mistake("check zz*", "no provider matches 'zz*'", f"catalog list (shows all {COUNT})"),
    Mistake(
        "explain openai/x -M api_key",
        "no value in -M 'api_key'; expected NAME=VALUE",
        "-M api_key=VALUE",
    ),
    Mistake(
        "explain openai/x -M temprature=0.2",
        "openai has no argument 'temprature' (openai.AsyncOpenAI doesn't take it)",
        "chat(text, temperature=0.2) in Python, catalog chat -O temperature=0.2 on the command line",
    ),
    Mistake(
        "chat openai/x hi -M temperature=0.2",
        "'temperature' is an option of each call, not of the client (openai.AsyncOpenAI)",
        "chat(text, temperature=0.2) in Python, catalog chat -O temperature=0.2 on the command line",
        variables=KEY,
    ),
    Mistake(
        "explain openai/x -M max_retry=3",
        "openai has no argument 'max_retry' (openai.AsyncOpenAI doesn't take it)",
        "did you mean 'max_retries'?",
    ),
    Mistake(
        "explain openai/x -M foo=1",
        "openai has no argument 'foo' (openai.AsyncOpenAI doesn't take it)",
        "catalog show openai (lists what it takes)",
    ),
    *(
        Mistake(
            f"{command} -M timeout={value}",
            f"timeout: expected a positive number of seconds, got {shown}",
            "timeout=30" if command == "check openai" else "-M timeout=30",
        )
        for command in ("explain openai/x", "chat openai/x hi", "probe openai/x", "check openai")
        for value, shown in (("thirty", "'thirty'"), ("-1", "-1"), ("true", "True"), (".inf", "inf"))
    ),
    *(
        Mistake(
            f"explain openai/x -M max_retries={value}",
            f"max_retries: expected a whole number from 0, got {shown}",
            "-M max_retries=2",
        )
        for value, shown in (("two", "'two'"), ("-1", "-1"), ("1.5", "1.5"))
    ),
    Mistake(
        "explain openai/x -M http_client=3",
        "http_client: expected a client object of Python, such as httpx.Client(), got 3",
        "resolve(model, http_client=...) in Python takes one",
    ),
    *(
        Mistake(
            f"{command} -M '{pair}'",
            f"openai.OpenAI doesn't accept the argument {pair.partition('=')[0]} ({reason})",
            f"leave out {pair.partition('=')[0]}",
            variables=KEY,
        )
        for command in ("chat openai/x hi",)
        for pair, reason in (
            (
                "provider={order: [x]}",
                "OpenAIError: Invalid provider. Providers must be created by an OpenAI provider factory",
            ),
            ("default_headers=abc", "TypeError: 'str' object is not a mapping"),
            (
                "workload_identity={a: 1}",
                "OpenAIError: Invalid `workload_identity` configuration: expected an X.509 or subject-token identity",
            ),
        )
    ),
    Mistake("validate nosuch.yaml", "nosuch.yaml: file not found", None, code=1),
    Mistake("check --file nosuch.yaml", "nosuch.yaml: file not found", None, code=1),
    Mistake(
        "list",
        "/nosuch.yaml: file not found, named by MODELCATALOG_FILES",
        "correct it, or run: unset MODELCATALOG_FILES",
        code=1,
        variables={"MODELCATALOG_FILES": "/nosuch.yaml"},
    ),
    Mistake(
        "keys set openai",
        "the keyring can't be used: this machine has no keyring (see `keyring --list-backends`)",
        "export OPENAI_API_KEY=... (without a keyring)",
        variables=NO_KEYRING,
    ),
    Mistake(
        "keys get openai",
        "no action 'get'; expected set, list or remove",
        "catalog keys list (shows keys redacted)",
    ),
    Mistake("keys rm openai", "no action 'rm'; expected set, list or remove", "catalog keys remove openai"),
    Mistake("keys set", "no provider was named", "catalog keys set openai"),
    Mistake(
        "explain-code missing-credentail",
        "no code 'missing-credentail'",
        "catalog explain-code missing-credential",
    ),
    Mistake(
        "chat openai/azure/gpt-4o hi",
        "The base URL is the Target URI of one call, with its api-version; expected https://east.openai.azure.com.",
        "export AZUREAI_OPENAI_BASE_URL=https://east.openai.azure.com "
        "AZUREAI_OPENAI_API_VERSION=2025-01-01-preview (the model is the deployment: openai/azure/gpt-4o)",
        code=1,
        variables={**AZURE, "AZUREAI_OPENAI_BASE_URL": TARGET},
    ),
    Mistake("test", "no command 'test'", "catalog check, catalog probe"),
    Mistake("doctor", "no command 'doctor'", "catalog check"),
    Mistake("models", "no command 'models'", "catalog list, catalog show"),
    Mistake("rm acme", "no command 'rm'", "catalog remove"),
    Mistake("chekc", "no command 'chekc'", "catalog check"),
    Mistake("frobnicate", "no command 'frobnicate'", "catalog --help"),
    Mistake("list --nosuch", "no such option: --nosuch", "catalog list --help"),
    Mistake("list --jsno", "no such option: --jsno", "--json"),
    Mistake("explain", "missing argument 'model'", "catalog explain --help"),
    Mistake("remove nosuch", "no provider 'nosuch'", "catalog path, catalog list"),
]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.typed)
def test_mistake_gets_an_error_and_a_hint(catalog: Catalog, mistake: Mistake) -> None:
    words = shlex.split(mistake.typed)
    done = catalog(*words, **mistake.variables)
    hint = "" if mistake.hint is None else f"hint: {mistake.hint}\n"
    assert (done.returncode, done.stdout, done.stderr) == (
        mistake.code,
        "",
        f"error: {mistake.error}\n{hint}",
    )
    again = catalog(*words, "--json", **mistake.variables)
    assert (again.returncode, again.stderr) == (mistake.code, "")
    error = json.loads(again.stdout)["error"]
    problem = error["problems"][0] if "problems" in error else error
    assert error["message"] == mistake.error
    assert problem.get("hint") == mistake.hint


def test_no_secret_is_asked_for_that_no_keyring_can_hold(catalog: Catalog) -> None:
    done = catalog("keys", "set", "openai", said="", **NO_KEYRING)
    assert "the keyring can't be used" in done.stderr
    assert "not an API key" not in done.stderr


def test_retired_provider_says_so_first(catalog: Catalog) -> None:
    text = "goodfire is retired since 2025-11-01"
    assert catalog("chat", "goodfire/x", "hi").stderr.startswith(f"error: {text}")
    shown = catalog("explain", "goodfire/x").stdout
    assert shown.index(text) < shown.index("No API key for goodfire")
    checked = catalog("check", "goodfire").stdout
    assert f"goodfire  {text}" in checked
    assert "export GOODFIRE_API_KEY" not in checked


def test_failed_chat_has_the_hint_of_a_probe_and_the_source_of_the_url(catalog: Catalog, acme: Path) -> None:
    url = f"http://127.0.0.1:{closed_port()}/v1"
    acme.write_text(
        "catalog: 1\nproviders:\n  acme: {api_key: none}\n".replace("{", f"{{base_url: '{url}', ")
    )
    done = catalog("chat", "acme/small", "hi", "--file", "models.yaml")
    assert done.returncode == 1
    assert re.fullmatch(
        r"error: acme/small failed at connect: .*refused.*\n"
        rf"hint: Is the server running, and is the base URL right\? \(base URL {url} from .*models.yaml:3\)\n",
        done.stderr,
    )


@pytest.mark.usefixtures("acme")
def test_options_of_the_call_are_sent(catalog: Catalog, server: RecordingServer) -> None:
    done = catalog(
        "chat", "acme/small", "hi", "-O", "temperature=0.2", "-O", "max_tokens=5", ACME_API_KEY="k" * 20
    )
    assert done.stdout == "Hello\n"
    assert (server.last.json["temperature"], server.last.json["max_tokens"]) == (0.2, 5)


def test_what_the_target_uri_hint_exports_is_right(catalog: Catalog) -> None:
    done = catalog("explain", "openai/azure/gpt-4o", **AZURE, AZUREAI_OPENAI_BASE_URL=TARGET)
    found = re.search(r"export (.*?) \(the model", done.stdout)
    assert found is not None
    exported = dict(pair.split("=", 1) for pair in found[1].split())
    plan = json.loads(catalog("explain", "openai/azure/gpt-4o", "--json", **AZURE, **exported).stdout)
    assert (plan["ready"], plan["base_url"]) == (True, "https://east.openai.azure.com")
    assert plan["settings"]["api_version"]["value"] == "2025-01-01-preview"


def names_of(hint: str) -> list[str]:
    """The model names in a hint."""
    return [word for word in re.split(r"[, ]+", hint) if re.fullmatch(r"[a-z-]+(/[\w.-]+)+", word)]


@pytest.mark.parametrize("family", FAMILIES)
def test_every_name_of_a_hint_resolves_and_is_active(family: str) -> None:
    catalog = load_catalog()
    for name in serving(f"{family}-x", catalog):
        plan = explain(name, catalog=catalog, api_key="k" * 20)
        assert plan.entry.status == "active"
        assert plan.model.endswith(f"{family}-x")


@pytest.mark.parametrize("name", ELSEWHERE)
def test_every_other_name_leads_to_an_active_entry_or_none(name: str) -> None:
    catalog = load_catalog()
    for entry in meant(name, catalog):
        provider, _, qualifier = entry.partition("/")
        assert catalog.entry(provider, qualifier or None).status == "active"


@pytest.mark.parametrize("provider", ["azureai", "vertex", "google-legacy", "goodfire"])
def test_a_misspelt_name_never_leads_to_what_is_deprecated(provider: str) -> None:
    catalog = load_catalog()
    for misspelt in (provider[:-1], provider[1:], f"{provider}x", provider.replace("e", "a", 1)):
        for entry in meant(misspelt, catalog):
            found, _, qualifier = entry.partition("/")
            assert catalog.entry(found, qualifier or None).status == "active", (misspelt, entry)


def test_add_of_the_hint_works(catalog: Catalog) -> None:
    hint = catalog("explain", "nosuch/x").stderr.partition("hint: ")[2]
    words = shlex.split(hint.partition(", ")[0].replace("URL", "https://llm.nosuch.example/v1"))
    assert catalog(*words[1:]).returncode == 0
    assert catalog("validate").returncode == 0
    assert catalog("explain", "nosuch/x", NOSUCH_API_KEY="k" * 20).returncode == 0


@pytest.mark.parametrize(
    ("model", "pair"),
    [
        ("openai/x", "provider={order: [x]}"),
        ("groq/x", "default_headers=abc"),
        ("anthropic/x", "default_headers=abc"),
        ("google/x", "http_options=abc"),
        ("mistral/x", "server=abc"),
    ],
)
def test_constructor_that_refuses_an_argument_never_ends_in_a_traceback(
    catalog: Catalog, model: str, pair: str
) -> None:
    name = pair.partition("=")[0]
    done = catalog("probe", model, "-M", pair, "-M", f"api_key={'k' * 20}")
    assert (done.returncode, done.stderr) == (1, "")
    assert f"{model}  failed at setup\n" in done.stdout
    assert f" doesn't accept the argument {name} (" in done.stdout
    assert f"hint: leave out {name}\n" in done.stdout
