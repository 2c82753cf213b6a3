"""Every command, as text and as JSON, with every secret of every bundled entry set to a sentinel: nothing of it is
printed, whatever goes wrong, and nothing is left in the cache.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.answers import Answer
from modelcatalog.providers.testing.recording_server import RecordingServer, closed_port
from modelcatalog.resolver import load_catalog

from support.certificates import self_signed
from support.command import Catalog
from support.secret_traces import SENTINEL, echoes, traces
from support.trusting import trusted

ENTRIES = list(load_catalog(user=False, project=False).entries())
SECRET = {
    variable
    for entry in ENTRIES
    for setting in entry.settings.values()
    if setting.secret
    for variable in setting.variables
}
AMBIENT = {
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "ANTHROPIC_AUTH_TOKEN",
    "OPENAI_ADMIN_KEY",
    "AZURE_CLIENT_SECRET",
}
VARIABLES = dict.fromkeys([*SECRET, *AMBIENT, "ACME_API_KEY", "ACME_TENANT"], SENTINEL)
ECHO = " | ".join(echoes(SENTINEL)).replace("\n", " ")
HEADERS = (("X-Echo", SENTINEL), ("WWW-Authenticate", f"Bearer {SENTINEL}"))
FILE = """\
catalog: 1
providers:
  acme:
    base_url: {url}
    headers: {{X-Tenant: {{env: ACME_TENANT}}}}
"""

OFFLINE = [
    ["list"],
    ["show", "openai", "acme"],
    ["check", "--all"],
    ["check", "acme", "openai"],
    ["explain", "acme/m"],
    ["explain", "openai/azure/m"],
    ["explain", "acme/m", "-M", f"api_key={SENTINEL}"],
    ["explain", "acme/m", "-M", f"headers={{X-Api-Key: {SENTINEL}}}"],
    ["explain", "acme/m", "-M", f"default_headers={{Authorization: Bearer {SENTINEL}}}"],
    ["explain", "acme/m", "-M", f"auth={SENTINEL}"],
    ["explain", f"acme/{SENTINEL}"],
    ["explain", SENTINEL],
    ["explain", f"{SENTINEL}/m"],
    ["explain", "acme/m", f"--api-key={SENTINEL}"],
    ["explain", "acme/m", "-M", f"base_url=https://u:{SENTINEL}@a.example/v1"],
    ["explain", "acme/m", "--model-base-url", f"https://a.example/?key={SENTINEL}"],
    ["explain", "acme/m", "--model-config", SENTINEL],
    ["show", SENTINEL],
    ["check", SENTINEL],
    ["validate"],
    ["validate", SENTINEL],
    ["add", "beta", f"https://u:{SENTINEL}@b.example"],
    ["add", "beta", "https://b.example", "--api-key", SENTINEL],
    ["add", "beta", "https://b.example", "--key-env", SENTINEL],
    ["add", SENTINEL, "https://b.example"],
    [SENTINEL],
]
FAILURES = {
    "refused": [answers.error(401, ECHO, code="invalid_api_key", headers=HEADERS)],
    "forbidden as a page": [
        Answer((f"<html><title>{ECHO}</title></html>".encode(),), 403, "text/html", HEADERS)
    ],
    "no model": [answers.error(404, ECHO, code="model_not_found"), answers.models(f"m-{SENTINEL}", ECHO)],
    "no path": [Answer((ECHO.encode(),), 404, "text/plain", HEADERS)],
    "quota": [answers.error(429, ECHO, headers=HEADERS)],
    "broken": [answers.error(500, ECHO)],
    "no JSON": [Answer((ECHO.encode(),), 200, headers=HEADERS)],
    "cut": [Answer((ECHO.encode(),), 200, cut=True)],
    "stream that breaks off": [answers.stream(finish=None, done=False)],
    "error in a stream": [answers.events(f'{{"error": {{"message": "{SENTINEL}", "code": 500}}}}')],
    "answer in pieces": [answers.stream("The key is ", SENTINEL[:9], SENTINEL[9:23], SENTINEL[23:], ".")],
    "redirect": [answers.redirect(f"http://127.0.0.1:{closed_port()}/?key={SENTINEL}")],
}


@pytest.fixture
def acme(tmp_path: Path, server: RecordingServer) -> Path:
    path = tmp_path / "models.yaml"
    path.write_text(FILE.format(url=server.url), encoding="utf-8")
    return trusted(path)


@pytest.fixture(autouse=True)
def nothing_in_files(tmp_path: Path) -> Iterator[None]:
    """Nothing of it is in any file that a command wrote."""
    yield
    for path in tmp_path.rglob("*"):
        if path.is_file() and path.name not in (".env", "arguments.yaml"):
            assert traces(path.read_bytes().decode("latin-1")) == set(), path


def seen(catalog: Catalog, *words: str, **variables: str) -> str:
    """What is printed, after a look for the sentinel."""
    done = catalog(*words, **{**VARIABLES, **variables})
    text = done.stdout + done.stderr
    assert traces(text) == set(), text
    assert "Traceback" not in text
    assert done.returncode in (0, 1, 2), text
    return text


@pytest.mark.usefixtures("acme")
@pytest.mark.parametrize("words", OFFLINE, ids=lambda words: " ".join(words).replace(SENTINEL, "S")[:60])
@pytest.mark.parametrize("json", [False, True], ids=["text", "json"])
def test_command_that_asks_nobody(catalog: Catalog, words: list[str], json: bool) -> None:
    text = seen(catalog, *words, *(["--json"] if json else []))
    assert text.strip()


@pytest.mark.usefixtures("acme")
@pytest.mark.parametrize("kind", FAILURES)
@pytest.mark.parametrize("command", [["chat", "acme/m", "hi"], ["probe", "acme/m"]], ids=["chat", "probe"])
@pytest.mark.parametrize("json", [False, True], ids=["text", "json"])
def test_command_whose_service_gives_the_key_back(
    catalog: Catalog, server: RecordingServer, kind: str, command: list[str], json: bool
) -> None:
    server.answer(*FAILURES[kind])
    text = seen(catalog, *command, *(["--json"] if json else []), "-M", "max_retries=0")
    assert server.requests
    assert SENTINEL in server.requests[0].headers["authorization"]
    assert text.strip()


@pytest.mark.usefixtures("acme")
@pytest.mark.parametrize("log", ["OPENAI_LOG", "PYTHONASYNCIODEBUG"])
def test_debug_output_of_the_sdk_is_redacted_too(catalog: Catalog, server: RecordingServer, log: str) -> None:
    server.answer(*FAILURES["refused"])
    seen(catalog, "chat", "acme/m", "hi", **{log: "debug"})


@pytest.mark.parametrize("command", [["chat", "acme/m", "hi"], ["probe", "acme/m"]], ids=["chat", "probe"])
def test_connection_that_never_comes_about(catalog: Catalog, tmp_path: Path, command: list[str]) -> None:
    broken_tls = self_signed(tmp_path)
    with RecordingServer(broken_tls) as server:
        for url in (server.url, f"http://127.0.0.1:{closed_port()}", "https://no-such-host.invalid/v1"):
            path = tmp_path / "models.yaml"
            path.write_text(FILE.format(url=url), encoding="utf-8")
            trusted(path)
            for json in ([], ["--json"]):
                assert seen(catalog, *command, *json, "-M", "max_retries=0").strip()


@pytest.mark.usefixtures("acme")
@pytest.mark.parametrize(
    "form",
    [f"{SENTINEL}\n", f'"{SENTINEL}"', f" {SENTINEL}", f"{SENTINEL[:20]} {SENTINEL[20:]}", f"{SENTINEL}é"],
)
@pytest.mark.parametrize(
    "words", [["check", "acme"], ["explain", "acme/m"], ["chat", "acme/m", "x"], ["probe", "acme/m"]]
)
def test_key_that_is_broken_is_reported_without_it(catalog: Catalog, words: list[str], form: str) -> None:
    for json in ([], ["--json"]):
        assert seen(catalog, *words, *json, ACME_API_KEY=form).strip()


@pytest.mark.usefixtures("acme")
def test_key_in_a_file_is_not_shown_either(catalog: Catalog, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"ACME_API_KEY={SENTINEL}\n", encoding="utf-8")
    (tmp_path / "arguments.yaml").write_text(f"api_key: {SENTINEL}\nextra: [{SENTINEL}]\n", encoding="utf-8")
    for words in (
        ["check", "acme"],
        ["explain", "acme/m"],
        ["explain", "acme/m", "--model-config", "arguments.yaml"],
    ):
        for json in ([], ["--json"]):
            done = catalog(*words, *json, ACME_TENANT="t")
            assert traces(done.stdout + done.stderr) == set()


def test_secrets_in_a_catalog_file_are_not_quoted(catalog: Catalog, tmp_path: Path) -> None:
    path = tmp_path / "arguments.yaml"
    for line in (
        f"api_key: {SENTINEL}",
        f"default: {SENTINEL}",
        f"nme: {SENTINEL}",
        f"headers: {{X: [{SENTINEL}]}}",
        f"x: *{SENTINEL}",
    ):
        path.write_text(f"catalog: 1\nproviders:\n  acme:\n    {line}\n", encoding="utf-8")
        for json in ([], ["--json"]):
            assert seen(catalog, "validate", str(path), *json).strip()


def test_environment_of_the_test_is_as_it_says() -> None:
    assert len(SECRET) > 15
    assert not any(SENTINEL in value for value in os.environ.values())


@pytest.mark.usefixtures("acme")
def test_short_key_of_a_local_server_leaves_the_answer_alone(
    catalog: Catalog, server: RecordingServer
) -> None:
    server.answer(answers.stream("This is a ", "test", ", is it?"))
    assert (
        catalog("chat", "acme/m", "hi", ACME_API_KEY="test", ACME_TENANT="t").stdout
        == "This is a test, is it?\n"
    )


@pytest.mark.usefixtures("acme")
def test_answer_without_the_key_comes_whole(catalog: Catalog, server: RecordingServer) -> None:
    """Also the end of it that a key might have begun with."""
    server.answer(answers.stream("It begins with ", SENTINEL[:6]))
    done = catalog("chat", "acme/m", "hi", **VARIABLES)
    assert done.stdout == f"It begins with {SENTINEL[:6]}\n"
